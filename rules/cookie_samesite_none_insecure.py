"""The session cookie asks for SameSite=None but is not marked Secure.

Why it matters
    Browsers refuse such a cookie, so the sign-in works and the next call has no session.
What to do
    Add Secure, and set the cookie over https.
Stays quiet when
    The line carries Secure, or it deletes a cookie.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.cookie_jar import Reason
from haranalyze.facts.server_faults import NamedFault, named_faults
from haranalyze.findings import Fix, Layer, Match, Owner, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._refused_cookies import matches
from ._snippets import SAME_SITE_NONE
from ._words import flow, later


@rule(
    id="cookie-samesite-none-insecure",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=("RFC 6265bis section 5.7",),
    explains=(
        "cookie-not-sent",
        "missing-auth-header",
        "refresh-failing",
        "redirect-loop",
        "anonymous-401",
        "cross-site-session",
    ),
    needs=(Needs.BROWSER,),
)
def cookie_samesite_none_insecure(facts: Facts) -> Iterator[Said]:
    fix = Fix(
        Owner.API,
        Sentence("where the session cookies are set, or in the proxy that rewrites them"),
        Sentence("Send Secure together with SameSite=None."),
        Sentence("SameSite=None"),
        Sentence("SameSite=None; Secure"),
        good_to_know=Sentence("Users sign in once more after the change. Secure cookies need https."),
    )
    words = [one for one in facts.derive(named_faults) if one.means == "same-site-none-needs-https"]
    if words:
        yield _refused_by_server(words, fix)
        return
    yield from matches(
        facts,
        (Reason.SAME_SITE_NONE_INSECURE,),
        "SameSite=None needs Secure.",
        "the browser refuses to keep {name}: SameSite=None without Secure.",
        fix,
        SAME_SITE_NONE,
        mend={"secure": "Secure"},
    )


def _refused_by_server(found: list[NamedFault], fix: Fix) -> Match:
    """The session system itself refuses to make such a session."""
    call = found[0].exchange
    return Match(
        message=Sentence(
            "#{index} is answered {status}: the server makes no session across sites without https.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "Nobody can sign in: page and API are two sites, and {host} does not set Secure cookies over https.",
            host=call.host,
        ),
        at=found[0].place,
        caption=Sentence("decides it: the server's own words"),
        related=later([one.exchange for one in found[1:]], "the same"),
        flow=flow(one.exchange for one in found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("where the session SDK is initialised"),
                Sentence("Use https for apiDomain and leave cookieSecure out, or serve the API under the page's site."),
                Sentence('apiDomain: "http://api.example.net", cookieSecure: false'),
                Sentence('apiDomain: "https://api.example.net"'),
            ),
            fix,
        ),
    )
