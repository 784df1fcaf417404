"""The session cookie is larger than browsers keep.

Why it matters
    Name and value of a cookie may have 4096 bytes together. A larger one is dropped silently, although the answer
    is 200.
What to do
    Put fewer claims into the token, or carry it in a header.
Stays quiet when
    Name and value have 4096 bytes or fewer; attributes do not count.
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
    id="cookie-too-large",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=("RFC 6265bis section 5.6",),
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
def cookie_too_large(facts: Facts) -> Iterator[Said]:
    fix = Fix(
        Owner.API,
        Sentence("where claims are added to the token"),
        Sentence("Put fewer roles and permissions into the token, or use header transport."),
        Sentence("cookie-based session"),
        Sentence('getTokenTransferMethod: () => "header"'),
    )
    yield from matches(
        facts,
        (Reason.TOO_LARGE,),
        "name and value exceed 4096 bytes.",
        "the browser drops {name}: it is larger than the 4096 bytes a cookie may have.",
        fix,
    )
