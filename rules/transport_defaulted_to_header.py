"""The sign-in did not ask for cookies, so the session came in headers that nobody keeps.

Why it matters
    Without the header that chooses the transport the backend answers with tokens in headers. An app that relies on
    cookies stores nothing, and every call after the sign-in is anonymous.
What to do
    Sign in through the session client, or send the header that asks for cookies.
Stays quiet when
    The app sends the token with its later calls, cookies are set as well, or nothing is refused afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import Refusal, Says, SignInResult
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="transport-defaulted-to-header",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("https://supertokens.com/docs (token transfer method, st-auth-mode)",),
    explains=("cookie-not-sent", "missing-auth-header", "anonymous-401", "refresh-failing", "interceptor-missing"),
    needs=(Needs.BROWSER,),
)
def transport_defaulted_to_header(facts: Facts) -> Iterator[Said]:
    found = []
    for sign_in in facts.session.sign_ins:
        system, exchange = sign_in.system, sign_in.exchange
        if sign_in.result is not SignInResult.OK or system is None or not system.transport_header:
            continue
        if exchange.request.has(system.transport_header) or not any(map(exchange.response.has, system.access_headers)):
            continue
        if not exchange.response.has("set-cookie") and (refused := _refused_after(facts, exchange)):
            found.append((exchange, system, refused))
    if not found:
        yield Passed(seen(len(facts.session.sign_ins), "sign-ins"))
        return
    exchange, system, refused = found[0]
    handed = next(name for name in system.access_headers if exchange.response.has(name))
    yield Match(
        message=Sentence(
            "#{index} signs in without the {asked} header and gets its tokens in headers; later calls carry none.",
            index=exchange.index,
            asked=system.transport_header,
        ),
        headline=Sentence(
            "Sign-in works, but it does not ask for cookies: the tokens come in headers, the app does not keep them, "
            "and {path} is answered {status}.",
            path=refused[0].exchange.path,
            status=refused[0].exchange.response.status,
        ),
        at=exchange.request.place(system.transport_header),
        caption=Sentence("missing: no {asked} header", asked=system.transport_header),
        related=(
            (exchange.response.place(handed), Sentence("the token comes in a header")),
            *later([one.exchange for one in refused], "without a token"),
        ),
        confidence=Confidence.LIKELY,
        subject=system.transport_header,
        flow=flow([exchange, *(one.exchange for one in refused)]),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the sign-in is made"),
                Sentence("Sign in through the session client, or ask for cookies yourself."),
                Sentence('fetch("/auth/signin", {{ method: "POST", body }})'),
                Sentence('headers: {{ "st-auth-mode": "cookie", rid: "emailpassword" }}'),
            ),
        ),
    )


def _refused_after(facts: Facts, sign_in: Exchange) -> list[Refusal]:
    """Calls to the same host that were refused after the sign-in for carrying no credentials at all."""
    done, host = facts.timeline.answered(sign_in), sign_in.request.host
    after = [one for one in facts.session.refusals if one.exchange.request.host == host]
    after = [one for one in after if facts.timeline.sent(one.exchange) > done]
    if any(facts.session.carries_credentials(one.exchange) for one in after):
        return []
    accepted = facts.session.accepted_like(sign_in)
    if accepted is not None and facts.timeline.sent(accepted) > done:
        return []
    return [one for one in after if one.says is Says.NO_CREDENTIALS and not one.foreign]
