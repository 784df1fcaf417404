"""The preflight before the call is refused.

Why it matters
    Before a cross-origin call the browser sends OPTIONS without any session. When that is answered with an error, the
    call itself is never made.
What to do
    Answer OPTIONS without asking for a session.
Stays quiet when
    OPTIONS succeeds and only its headers are at fault.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.cors import CorsStep
from haranalyze.findings import Fix, Layer, Owner, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._cors import refusals


@rule(
    id="cors-preflight-failed",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=("Fetch standard 3.2 (CORS protocol)",),
    explains=(
        "cookie-not-sent",
        "credentials-omitted",
        "anonymous-401",
        "refresh-failing",
        "missing-auth-header",
        "interceptor-missing",
    ),
    needs=(Needs.BROWSER,),
)
def cors_preflight_failed(facts: Facts) -> Iterator[Said]:
    yield from refusals(
        facts,
        (
            CorsStep.PREFLIGHT_STATUS,
            CorsStep.PREFLIGHT_REDIRECT,
        ),
        "The app's calls to {host} never leave the browser: the preflight (OPTIONS) is refused.",
        Fix(
            Owner.API,
            Sentence("in the CORS settings of the API or its gateway"),
            Sentence("Answer OPTIONS with 204 and the CORS headers before any session check."),
            None,
            None,
        ),
    )
