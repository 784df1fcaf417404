"""The browser sends two session cookies of the same name.

Why it matters
    After the cookie's domain or path was changed, the old cookie lives on beside the new one. The server reads one of
    them, often the dead one, and refuses the session.
What to do
    Tell the backend the previous domain so that it clears the old cookie; until then clear cookies once.
Stays quiet when
    The calls with both cookies are accepted, or the server has already cleared the old ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import RefreshResult
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

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
    needs=(Needs.COOKIES,),
)
def duplicate_session_cookies(facts: Facts) -> Iterator[Said]:
    names = facts.session.session_cookie_names()
    doubled = []
    for exchange in facts.exchanges:
        twice = [name for name, _ in facts.cookie_jar.duplicates(exchange) if name in names]
        if twice and _refused(facts, exchange):
            doubled.append((exchange, twice[0]))
    cleared = any(one.result is RefreshResult.CLEARED_DUPLICATES for one in facts.session.refreshes)
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
        fixes=(
            Fix(
                Owner.API,
                Sentence("where the SuperTokens backend is initialised"),
                Sentence("Set olderCookieDomain to the previous cookie domain (an empty string if there was none)."),
                Sentence('Session.init({{ cookieDomain: ".example.com" }})'),
                Sentence('Session.init({{ cookieDomain: ".example.com", olderCookieDomain: "" }})'),
            ),
        ),
    )


def _refused(facts: Facts, exchange: Exchange) -> bool:
    if facts.session.refusal(exchange) is not None:
        return True
    refresh = facts.session.refresh(exchange)
    return refresh is not None and refresh.result in {RefreshResult.FAILED, RefreshResult.REFUSED}
