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
from haranalyze.findings import Fix, Layer, Owner, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._refused_cookies import matches


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
    )
    yield from matches(
        facts,
        (Reason.SAME_SITE_NONE_INSECURE,),
        "SameSite=None needs Secure.",
        "the browser refuses to keep {name}: SameSite=None without Secure.",
        fix,
    )
