"""The session cookie names a public suffix as its domain.

Why it matters
    A public suffix such as a shared hosting domain belongs to everybody, so browsers refuse cookies for it.
What to do
    Use the host itself or your own domain.
Stays quiet when
    The host is itself the suffix, or the line deletes a cookie.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.cookie_jar import Reason
from haranalyze.findings import Fix, Layer, Owner, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._refused_cookies import matches
from ._snippets import COOKIE_DOMAIN


@rule(
    id="cookie-public-suffix-domain",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=(
        "RFC 6265bis section 5.7",
        "https://publicsuffix.org",
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
def cookie_public_suffix_domain(facts: Facts) -> Iterator[Said]:
    fix = Fix(
        Owner.API,
        Sentence("where the session cookies are configured"),
        Sentence("Leave the cookie domain out, or use a domain of your own."),
        Sentence('cookieDomain: ".herokuapp.com"'),
        Sentence("cookieDomain: undefined  // the host itself"),
        good_to_know=Sentence(
            "Users sign in once more after the change. Without Domain, a cookie goes to the host that set it and to no "
            "other; with Domain, also to all hosts below it."
        ),
    )
    yield from matches(
        facts,
        (Reason.PUBLIC_SUFFIX,),
        "its Domain is a public suffix, which belongs to many owners.",
        "the browser refuses to keep {name}: its Domain is a public suffix.",
        fix,
        COOKIE_DOMAIN,
        mend={"domain": None},
    )
