"""An old cookie of the same name goes out instead of the one the sign-in has just set.

Why it matters
    After the cookie's domain or path was changed, the old cookie stays in the browser. Where only the old one fits a
    call, the server sees a dead session although the user has just signed in.
What to do
    Expire the old cookie with the domain and path it was set with, and set the new one where every call finds it.
Stays quiet when
    The call left before the new cookie arrived, the new cookie is sent too, or scripts may write the cookie.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session_cookies import Leftover, leftovers
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="cookie-stale-domain-leftover",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=("RFC 6265bis section 5.7", "https://supertokens.com/docs (olderCookieDomain)"),
    explains=(
        "refresh-failing",
        "token-theft",
        "refresh-loop",
        "anonymous-401",
        "stripped-cookie-upstream",
        "expired-token-no-refresh",
        "stale-access-token",
    ),
    needs=(Needs.BROWSER, Needs.COOKIES),
)
def cookie_stale_domain_leftover(facts: Facts) -> Iterator[Said]:
    found = facts.derive(leftovers)
    if not found:
        yield Passed(seen(len(facts.cookie_jar.events), "Set-Cookie lines"))
        return
    one = found[0]
    call = one.exchange
    yield Match(
        message=Sentence(
            "#{index} carries an older {name} than the one set before, and is answered {status}.",
            index=call.index,
            name=one.event.name,
            status=call.response.status,
        ),
        headline=Sentence(
            "Sign-in works, but with {path} the browser sends an old {name} left from another domain or path.",
            path=call.path,
            name=one.event.name,
        ),
        at=call.request.place("cookie"),
        caption=Sentence("decides it: not the {name} that was set", name=one.event.name),
        related=(
            (one.event.place, Sentence("the new cookie")),
            *(((one.older.place, Sentence("the old one was set like this")),) if one.older is not None else ()),
            *later([other.exchange for other in found], "with the old cookie"),
        ),
        confidence=Confidence.CERTAIN if one.older is not None else Confidence.LIKELY,
        subject=one.event.name,
        flow=flow(other.exchange for other in found),
        fixes=_fixes(one),
    )


def _fixes(one: Leftover) -> tuple[Fix, ...]:
    place = Sentence("where the session cookies are set")
    words = Sentence(
        "Expire the old {name} with its own Domain and Path; until then, clear cookies once.", name=one.event.name
    )
    return (
        Fix(Owner.API, place, words),
        Fix(
            Owner.API,
            Sentence("where the SuperTokens backend is initialised"),
            Sentence("Or let the SDK do it: set olderCookieDomain to the previous domain (an empty string for none)."),
            None,
            Sentence('Session.init({{ cookieDomain: ".example.com", olderCookieDomain: "" }})'),
        ),
    )
