"""The session cookie is limited to one site, but app and API are two.

Why it matters
    A Lax or Strict cookie is neither stored from nor sent with calls that cross sites, so the sign-in works and the
    session is gone at once.
What to do
    Set the cookies with SameSite=None; Secure, or serve app and API under one registrable domain.
Stays quiet when
    Both hosts share the registrable domain and scheme, or the answer is to a page the user navigated to.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.cookie_jar import Reason
from haranalyze.findings import Fix, Layer, Owner, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._refused_cookies import matches
from ._snippets import SAME_SITE_NONE


@rule(
    id="cookie-samesite-cross-site",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=(
        "RFC 6265bis section 5.7",
        "https://publicsuffix.org",
        "https://webkit.org/blog/10218/full-third-party-cookie-blocking-and-more/",
    ),
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
def cookie_samesite_cross_site(facts: Facts) -> Iterator[Said]:
    fix = Fix(
        Owner.API,
        Sentence("where the session cookies are configured"),
        Sentence("Set the session cookies with SameSite=None; Secure."),
        Sentence('cookieSameSite: "lax"'),
        Sentence('cookieSameSite: "none", cookieSecure: true'),
        good_to_know=Sentence(
            "Users sign in once more after the change. Safari keeps no cookie of another site, whatever its "
            "attributes: for it, app and API have to share a registrable domain."
        ),
    )
    yield from matches(
        facts,
        (
            Reason.SAME_SITE_LAX,
            Reason.SAME_SITE_STRICT,
            Reason.SAME_SITE_UNSPECIFIED,
        ),
        "SameSite forbids it on an answer to a cross-site call.",
        "the browser refuses to keep {name}: its SameSite does not allow {host} to set it for an app on another site.",
        fix,
        SAME_SITE_NONE,
        mend={"samesite": "SameSite=None", "secure": "Secure"},
    )
