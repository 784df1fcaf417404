"""The browser sends two session cookies of the same name.

Why it matters
    After the cookie's domain or path was changed, the old cookie lives on beside the new one. The server reads one of
    them, often the dead one, and refuses the session.
What to do
    Tell the backend the previous domain so that it clears the old cookie; until then clear cookies once.
Stays quiet when
    The calls with both cookies are accepted, or the server has already cleared the old ones. Good single cookies that
    are refused again and again are a question: the server may count two where the browser sent one.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.server_faults import named_faults
from haranalyze.facts.session import RefreshResult, Says
from haranalyze.findings import (
    CannotTell,
    Confidence,
    Fix,
    Layer,
    Match,
    Owner,
    Passed,
    Question,
    Said,
    Severity,
)
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._words import flow, later


@rule(
    id="duplicate-session-cookies",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=(
        "RFC 6265bis section 5.8.3",
        "https://supertokens.com/docs (olderCookieDomain)",
    ),
    explains=(
        "refresh-failing",
        "anonymous-401",
        "stripped-cookie-upstream",
        "refresh-loop",
        "redirect-loop",
    ),
)
def duplicate_session_cookies(facts: Facts) -> Iterator[Said]:
    named = [one for one in facts.derive(named_faults) if one.means == "duplicate-session-cookies"]
    names = facts.session.session_cookie_names()
    doubled = []
    for exchange in facts.exchanges:
        twice = [name for name, _ in facts.cookie_jar.duplicates(exchange) if name in names]
        if twice and _refused(facts, exchange):
            doubled.append((exchange, twice[0]))
    cleared = any(one.result is RefreshResult.CLEARED_DUPLICATES for one in facts.session.refreshes)
    if not doubled and named:
        yield _named_by_server(facts, [one.exchange for one in named], named[0].place)
        return
    if not doubled and not facts.quality.records_cookies:
        yield CannotTell(Sentence("the recording holds no Cookie and Set-Cookie headers"))
        return
    if not doubled and (call := _good_and_refused(facts)) is not None:
        yield Question(
            Sentence("How many session cookies does the server see on #{index}?", index=call.index),
            Sentence("the browser sends one that is in order, and the server asks for a renewal again and again"),
        )
        return
    if not doubled or cleared:
        yield Passed(
            Sentence(
                "no refused call carries a session cookie twice"
                if not doubled
                else "the server clears the old cookies itself"
            )
        )
        return
    exchange, name = doubled[0]
    yield Match(
        message=Sentence(
            "#{index} carries {name} twice and is answered {status}.",
            index=exchange.index,
            name=name,
            status=exchange.response.status,
        ),
        headline=Sentence(
            "An old {name} cookie lives on beside the new one: the "
            "browser sends both to {host}, and the session is refused.",
            name=name,
            host=exchange.host,
        ),
        at=exchange.request.place("cookie"),
        caption=Sentence("decides it: {name} stands here twice", name=name),
        related=later([one for one, _ in doubled], "sent with both cookies"),
        subject=name,
        flow=flow(one for one, _ in doubled),
        fixes=(_OLDER_DOMAIN,),
    )


def _good_and_refused(facts: Facts) -> Exchange | None:
    """A call of a refresh loop whose one session cookie holds a token that is still valid, and whose proof against
    forged requests is there or not needed."""
    names = facts.session.session_cookie_names()
    for loop in facts.session.loops:
        call = loop.calls[-1]
        refusal, token = facts.session.refusal(call), facts.tokens.access_token(call)
        system = facts.session.system_of(call)
        if refusal is None or refusal.says is not Says.RENEW or refusal.foreign or token is None or system is None:
            continue
        if call.request.has("authorization") or facts.cookie_jar.duplicates(call) or not names:
            continue
        proof = call.request.method == "GET" or call.request.has(system.custom_csrf_header)
        left = facts.tokens.remaining(token, call)
        if proof and left is not None and left > 0:
            return call
    return None


def _refused(facts: Facts, exchange: Exchange) -> bool:
    if facts.session.refusal(exchange) is not None:
        return True
    refresh = facts.session.refresh(exchange)
    return refresh is not None and refresh.result in {RefreshResult.FAILED, RefreshResult.REFUSED}


def _named_by_server(facts: Facts, found: list[Exchange], place: Place) -> Match:
    """The server says that several came. Where the recording shows one of each, something on the way doubled them."""
    call = found[0]
    single = facts.quality.records_cookies
    return Match(
        message=Sentence(
            "#{index} carries each session cookie once, and the server counts several."
            if single
            else "The server says that #{index} carries a session cookie more than once.",
            index=call.index,
        ),
        headline=Sentence(
            "The session cannot be renewed: the browser sends each cookie once, but on the way to {path} they double."
            if single
            else "The session cannot be renewed: an old session cookie lives on beside the new one, and {path} refuses"
            " both.",
            path=call.path,
        ),
        at=place,
        caption=Sentence("decides it: the server counts several session cookies"),
        related=(
            *(((call.request.place("cookie"), Sentence("one of each was sent")),) if single else ()),
            *later(found[1:], "the same"),
        ),
        confidence=Confidence.LIKELY,
        flow=flow(found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("in the adaptor between web framework and session SDK"),
                Sentence("Upgrade the adaptor, and log the Cookie header as the SDK receives it."),
            )
            if single
            else _OLDER_DOMAIN,
        ),
        alternatives=(Sentence("A proxy adds a second Cookie header."),) if single else (),
        decides=Sentence("A log of the Cookie header on the server shows where it doubles.") if single else None,
    )


_OLDER_DOMAIN = Fix(
    Owner.API,
    Sentence("where the SuperTokens backend is initialised"),
    Sentence("Set olderCookieDomain to the previous cookie domain (an empty string if there was none)."),
    Sentence('Session.init({{ cookieDomain: ".example.com" }})'),
    Sentence('Session.init({{ cookieDomain: ".example.com", olderCookieDomain: "" }})'),
)
