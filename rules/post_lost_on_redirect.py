"""A redirect turns the POST of a sign-in into a GET, and what was sent is lost.

Why it matters
    Browsers answer 301 and 302 to a POST with a GET without a body. A redirect that only corrects the address (https,
    www, a final slash) so throws name and password away, and the sign-in seems to do nothing.
What to do
    Call the corrected address at once, or redirect with 308, which keeps method and body.
Stays quiet when
    The redirect leads to another page, as after a sign-in that worked, or method and body are kept.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.connections import lost_posts
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import answered, flow


@rule(
    id="post-lost-on-redirect",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.ROUTING,
    since="0.1",
    references=("Fetch standard 4.4 (HTTP-redirect fetch)", "RFC 9110 section 15.4.2"),
    explains=(
        "auth-page-wrong-path",
        "wrong-credentials",
        "api-base-path-mismatch",
        "refresh-failing",
        "refresh-not-api",
    ),
)
def post_lost_on_redirect(facts: Facts) -> Iterator[Said]:
    found = facts.derive(lost_posts)
    if not found:
        yield Passed(Sentence("no sign-in or refresh is turned into a GET by a redirect"))
        return
    one = found[0]
    yield Match(
        message=Sentence(
            "#{posted} is redirected with {status} to " + _SPELLINGS[one.spelling] + " and sent again as GET (#{got}).",
            posted=one.posted.index,
            status=one.posted.response.status,
            got=one.got.index,
        ),
        headline=Sentence(
            "Sign-in seems to do nothing: {host} redirects {path}, and on the way the POST becomes a GET without its"
            " content.",
            host=one.posted.host,
            path=one.posted.path,
        ),
        at=one.posted.response.place("location"),
        caption=Sentence("decides it: {status} turns POST into GET", status=one.posted.response.status),
        related=(
            (one.got.url_place, Sentence("sent again without its body")),
            (one.got.status_place, answered(one.got)),
        ),
        subject=one.spelling,
        flow=flow(each for pair in found for each in (pair.posted, pair.got)),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the address is written"),
                Sentence("Use the address that the redirect leads to."),
            ),
            Fix(
                Owner.PROXY,
                Sentence("where the redirect is made"),
                Sentence("Redirect with 308 instead of 301 or 302, so that method and body are kept."),
                Sentence("return 301 https://www.example.com$request_uri;"),
                Sentence("return 308 https://www.example.com$request_uri;"),
            ),
        ),
    )


_SPELLINGS = {
    "https": "https",
    "www": "the other name of the site (with or without www)",
    "slash": "the same path with another final slash",
}
