"""The API allows another origin than the app's.

Why it matters
    Browsers compare the origin letter by letter: http against https, www or a port are enough to hide the answer.
What to do
    Allow the app's exact origin.
Stays quiet when
    The origin is allowed, or the call needs no CORS.
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
    id="cors-origin-mismatch",
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
def cors_origin_mismatch(facts: Facts) -> Iterator[Said]:
    yield from refusals(
        facts,
        (
            CorsStep.ALLOW_ORIGIN_MISMATCH,
            CorsStep.ALLOW_ORIGIN_INVALID,
        ),
        "The app's calls to {host} are blocked: the API allows another origin than {origin}.",
        Fix(
            Owner.API,
            Sentence("in the CORS settings of the API or its gateway"),
            Sentence("Allow exactly the origin the app runs on (websiteDomain), scheme and port included."),
            None,
            Sentence("Access-Control-Allow-Origin: %ORIGIN%"),
        ),
    )
