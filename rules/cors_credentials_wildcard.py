"""The API allows every origin with *, which does not count for calls with credentials.

Why it matters
    Browsers hide the answer of a call that sends cookies when the API answers with the wildcard.
What to do
    Answer with the app's own origin and allow credentials.
Stays quiet when
    The call sends no credentials: then the wildcard is fine.
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
    id="cors-credentials-wildcard",
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
def cors_credentials_wildcard(facts: Facts) -> Iterator[Said]:
    yield from refusals(
        facts,
        (CorsStep.ALLOW_ORIGIN_WILDCARD,),
        "The app's calls to {host} are blocked: the API allows every origin "
        "with *, which browsers refuse for calls that carry a session.",
        Fix(
            Owner.API,
            Sentence("in the CORS settings of the API or its gateway"),
            Sentence("Answer with the app's exact origin, and Access-Control-Allow-Credentials: true."),
            Sentence("Access-Control-Allow-Origin: *"),
            Sentence("Access-Control-Allow-Origin: %ORIGIN%"),
        ),
    )
