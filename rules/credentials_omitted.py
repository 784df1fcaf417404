"""A call leaves the session cookie at home although the browser has it.

Why it matters
    The cookie is stored and would go to this address, but the call is made without credentials, so the API sees an
    anonymous visitor.
What to do
    Make the call with credentials: include, or leave the setting to the session SDK.
Stays quiet when
    The cookie was refused, belongs elsewhere or is expired; the recording leaves cookies out; the call is accepted.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.cookie_jar import Absence
from haranalyze.facts.cors import Credentials
from haranalyze.facts.session import Says
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity, Wire
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import SAID, lacks_session, seen


@rule(
    id="credentials-omitted",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.COOKIE,
    since="0.1",
    references=("Fetch standard 2.2.5 (credentials mode)",),
    explains=(
        "refresh-loop",
        "cookie-not-sent",
        "interceptor-missing",
        "missing-auth-header",
        "anonymous-401",
    ),
    needs=(
        Needs.BROWSER,
        Needs.COOKIES,
    ),
)
def credentials_omitted(facts: Facts) -> Iterator[Said]:
    names = facts.session.session_cookie_names()
    found = []
    for refusal in facts.session.refusals:
        call = refusal.exchange
        missing = [cookie for cookie in facts.cookie_jar.missing(call) if cookie.name in names]
        if not missing or not lacks_session(refusal) or facts.session.refresh(call):
            continue
        if facts.cors.is_cross_origin(call) and facts.cors.credentials(call) is not Credentials.INCLUDED:
            found.append((refusal, missing[0]))
    if not found:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    refusal, cookie = found[0]
    call = refusal.exchange
    related = [(refusal.evidence, Sentence(SAID[refusal.says]))]
    if cookie.by is not None:
        related.insert(0, (cookie.by.place, Sentence("stored by the browser")))
    contrast = facts.session.accepted_like(call)
    if contrast is not None and contrast.request.has("cookie"):
        related.append((contrast.request.place("cookie"), Sentence("another call sends it")))
    sure = refusal.says is Says.NO_CREDENTIALS and (len(related) > 2 or len(found) > 1)
    blocked = Absence.THIRD_PARTY_BLOCKING in facts.cookie_jar.absences(cookie, call)
    yield Match(
        message=Sentence(
            "#{index} goes to {host} without {name}, which the browser has stored for it.",
            index=call.index,
            host=call.host,
            name=cookie.name,
        ),
        headline=Sentence(
            "Sign-in works, but the app calls {path} without credentials: "
            "the browser keeps {name} back, and the API answers {status}.",
            path=call.path,
            name=cookie.name,
            status=call.response.status,
        ),
        at=call.request.place("cookie"),
        caption=Sentence("missing: {name} is stored and not sent", name=cookie.name),
        related=tuple(related),
        confidence=Confidence.CERTAIN if sure and not blocked else Confidence.LIKELY,
        subject=cookie.name,
        flow=tuple(one.exchange.index for one, _ in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where this call is made"),
                Sentence(
                    "Set credentials to include (withCredentials for XHR), "
                    "or leave it unset so that the session SDK sets it."
                ),
                Sentence('fetch(url, {{ credentials: "same-origin" }})'),
                Sentence('fetch(url, {{ credentials: "include" }})'),
                wire=Wire(
                    "cookie",
                    call.request.place("cookie"),
                    Sentence("{name}={value}", name=cookie.name, value=cookie.value),
                ),
                good_to_know=Sentence(
                    "Page and API are two origins: with credentials the answer needs the page's own origin in "
                    "Access-Control-Allow-Origin, and Access-Control-Allow-Credentials: true."
                ),
            ),
        ),
        alternatives=(Sentence("the browser keeps cookies of other sites back"),) if blocked else (),
        decides=Sentence(
            "The Cookies tab of #{index} in devtools names why {name} was kept back.",
            index=call.index,
            name=cookie.name,
        )
        if blocked
        else None,
    )
