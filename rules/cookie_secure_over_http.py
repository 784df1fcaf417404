"""The session cookie is marked Secure but set over plain http.

Why it matters
    Browsers keep Secure cookies from https (and localhost) only, so the session is gone after the sign-in.
What to do
    Serve the API over https, or drop Secure where there is no https.
Stays quiet when
    The host is localhost, or the page reached the API over https.
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
    id="cookie-secure-over-http",
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
def cookie_secure_over_http(facts: Facts) -> Iterator[Said]:
    fix = Fix(
        Owner.API,
        Sentence("where the API domain and its scheme are configured"),
        Sentence("Serve the API over https, or set cookieSecure to false where there is none."),
        Sentence("cookieSecure: true   // over http"),
        Sentence("cookieSecure: false  // or https"),
        good_to_know=Sentence(
            "Users sign in once more after the change. Over http, anybody on the way can read the cookie. On "
            "localhost, Chromium and Firefox keep Secure cookies over http, and Safari does not."
        ),
    )
    yield from matches(
        facts,
        (Reason.SECURE_ONLY,),
        "it is Secure and was set over http.",
        "the browser refuses to keep {name}: it is marked Secure, and {host} is called over plain http.",
        fix,
        mend={"secure": None},
    )
