"""The API does not allow the headers the session client sends.

Why it matters
    The browser asks before the call; a header that is not allowed stops it, so the API never sees the call.
What to do
    Add the session client's headers to the allowed ones.
Stays quiet when
    Every asked header is allowed, in any spelling.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.cors import CorsStep
from haranalyze.findings import Fix, Layer, Owner, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._cors import refusals
from ._snippets import CORS_HEADERS


@rule(
    id="cors-missing-allow-headers",
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
def cors_missing_allow_headers(facts: Facts) -> Iterator[Said]:
    yield from refusals(
        facts,
        (
            CorsStep.ALLOW_HEADERS,
            CorsStep.ALLOW_METHODS,
            CorsStep.ALLOW_HEADERS_INVALID,
            CorsStep.ALLOW_METHODS_INVALID,
        ),
        "The app's calls to {host} never leave the browser: the API does not allow a header they need.",
        Fix(
            Owner.API,
            Sentence("in the CORS settings of the API or its gateway"),
            Sentence(
                "Allow content-type and the session client's headers (rid, "
                "fdi-version, anti-csrf, st-auth-mode, authorization)."
            ),
            None,
            Sentence("allowedHeaders: ['content-type', ...supertokens.getAllCORSHeaders()]"),
        ),
        CORS_HEADERS,
    )
