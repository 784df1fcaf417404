"""The session was made over https, and the user goes on over http.

Why it matters
    A Secure cookie never travels over http. The page looks the same, but to the server nobody is signed in.
What to do
    Let every link, redirect and API address use https, and redirect http to https (with HSTS).
Stays quiet when
    The http address redirects to https, another session cookie goes along, or the answer does not ask for a session.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session_cookies import left_by_scheme
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="https-switch-loses-cookies",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.COOKIE,
    since="0.1",
    references=("RFC 6265bis section 4.1.2.5", "RFC 6797"),
    explains=("cookie-not-sent", "anonymous-401", "redirect-loop", "refresh-failing", "missing-auth-header"),
    needs=(Needs.BROWSER, Needs.COOKIES),
)
def https_switch_loses_cookies(facts: Facts) -> Iterator[Said]:
    found = facts.derive(left_by_scheme)
    if not found:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    call, cookie = found[0]
    related = [] if cookie.by is None else [(cookie.by.place, Sentence("set over https, Secure"))]
    yield Match(
        message=Sentence(
            "#{index} goes to {host} over http, so {name} stays behind, and the answer is {status}.",
            index=call.index,
            host=call.host,
            name=cookie.name,
            status=call.response.status,
        ),
        headline=Sentence(
            "Sign-in works over https, but {path} on {host} is called over http, where the browser does not send "
            "{name}.",
            path=call.path,
            host=call.host,
            name=cookie.name,
        ),
        at=call.url_place,
        caption=Sentence("decides it: http"),
        related=(*related, *later([one for one, _ in found], "without the session")),
        confidence=Confidence.CERTAIN,
        subject=cookie.name,
        flow=flow(one for one, _ in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where this address is written"),
                Sentence("Use https (or an address relative to the page)."),
            ),
            Fix(
                Owner.PROXY,
                Sentence("in the proxy or web server of {host}", host=call.host),
                Sentence("Redirect http to https, and send Strict-Transport-Security over https."),
                None,
                Sentence("Strict-Transport-Security: max-age=31536000"),
            ),
        ),
    )
