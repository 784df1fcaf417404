"""The session cookie names a domain that the answering host does not belong to.

Why it matters
    Browsers refuse such a cookie, so the sign-in works and the very next call has no session.
What to do
    Set the cookie's Domain to the API's own host or a parent of it, or leave it out.
Stays quiet when
    The Domain is the host itself or a parent of it, with or without a leading dot, or the line deletes a cookie.
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
    id="cookie-domain-mismatch",
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
def cookie_domain_mismatch(facts: Facts) -> Iterator[Said]:
    fix = Fix(
        Owner.API,
        Sentence("where the session cookies are configured"),
        Sentence("Set the cookie domain to the API's own host or a parent of it, or leave it out."),
        Sentence('cookieDomain: ".other.example"'),
        Sentence("cookieDomain: undefined  // the host itself"),
    )
    yield from matches(
        facts,
        (Reason.DOMAIN_MISMATCH,),
        "its Domain is not this host or a parent of it.",
        "the browser refuses to keep {name}: its Domain does not fit {host}.",
        fix,
        COOKIE_DOMAIN,
    )
