"""The page and its API are two sites, so the session lives in third-party cookies.

Why it matters
    Safari, private windows and strict settings do not send cookies to another site than the page's, whatever their
    attributes: sign-in works and the session is gone at once. Where they are still sent, other users are lost.
What to do
    Serve the API under the registrable domain of the website (a sub-domain or a path), or carry the session in
    headers.
Stays quiet when
    Both hosts share a registrable domain, the cookies are partitioned, the session travels in headers, or another
    cause keeps the cookie back.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.third_party import ThirdPartyCookie, third_party_cookies
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="cross-site-session",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=(
        "RFC 6265bis section 8.8.2",
        "https://webkit.org/blog/10218/full-third-party-cookie-blocking-and-more/",
    ),
    explains=("credentials-omitted", "cookie-not-sent", "refresh-failing", "anonymous-401", "refresh-loop"),
    needs=(Needs.BROWSER, Needs.COOKIES),
)
def cross_site_session(facts: Facts) -> Iterator[Said]:
    cookies = facts.derive(third_party_cookies)
    sent = any(one.with_it for one in cookies)
    lost = [one for one in cookies if one.without and not sent and (one.blocked or one.in_frame)]
    if lost:
        yield _is_lost(lost[0])
    elif cookies:
        yield _works_here(cookies[0])
    else:
        yield Passed(seen(len(facts.cookie_jar.events), "Set-Cookie lines"))


def _is_lost(one: ThirdPartyCookie) -> Match:
    call = one.without[0]
    return Match(
        message=Sentence(
            "{name} of {host} is not sent back from the page of {page}: the browser blocks cookies of other sites.",
            name=one.event.name,
            host=call.host,
            page=one.page,
        ),
        headline=Sentence(
            "Sign-in works, but {page} and {host} are two sites, and this browser does not send {name} across sites.",
            page=one.page,
            host=call.host,
            name=one.event.name,
        ),
        at=call.request.place("cookie"),
        caption=Sentence("missing: {name}, though its attributes are right", name=one.event.name),
        related=(
            (one.event.place, Sentence("set for a page of another site")),
            *(
                [(one.told.request.place("sec-fetch-storage-access"), Sentence("the browser says that it has none"))]
                if one.told is not None
                else ()
            ),
            *later(one.without, "without the session"),
        ),
        confidence=Confidence.CERTAIN if one.told is not None else Confidence.LIKELY,
        subject=one.event.name,
        flow=flow(one.without),
        fixes=_FIXES,
        alternatives=() if one.told is not None else (Sentence("the call is made without credentials"),),
        decides=Sentence(
            "Allow cookies of other sites in the browser's settings once: if the session holds then, this is the cause."
        ),
    )


def _works_here(one: ThirdPartyCookie) -> Match:
    host = one.event.exchange.host
    return Match(
        message=Sentence(
            "{page} and {host} are two sites. The session works with third-party cookies only: in Safari it would be "
            "lost.",
            page=one.page,
            host=host,
        ),
        headline=Sentence(
            "The session of {host} depends on third-party cookies, which Safari and private windows block.", host=host
        ),
        at=one.event.place,
        caption=Sentence("set for the page of {page}", page=one.page),
        related=tuple(
            (call.request.place("cookie"), Sentence("sent back across sites here")) for call in one.with_it[:2]
        ),
        severity=Severity.INFO,
        subject=one.event.name,
        fixes=_FIXES,
    )


_FIXES = (
    Fix(
        Owner.API,
        Sentence("where the API is reached"),
        Sentence("Serve the API under the website's registrable domain, as a sub-domain or through a path."),
        Sentence('apiDomain: "https://api.example.net"      // website https://www.example.com'),
        Sentence('apiDomain: "https://api.example.com"      // website https://www.example.com'),
    ),
    Fix(
        Owner.FRONTEND,
        Sentence("where the session client is set up"),
        Sentence("Or carry the session in headers instead of cookies."),
        None,
        Sentence('tokenTransferMethod: "header"'),
    ),
)
