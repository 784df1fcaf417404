"""A call with credentials is not allowed to have any.

Why it matters
    The app sends its session with the call; the API does not allow that, so the browser hides the answer.
What to do
    Send Access-Control-Allow-Credentials: true.
Stays quiet when
    The call carries no credentials.
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
    id="cors-missing-allow-credentials",
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
def cors_missing_allow_credentials(facts: Facts) -> Iterator[Said]:
    yield from refusals(
        facts,
        (CorsStep.ALLOW_CREDENTIALS,),
        "The app's calls to {host} are blocked: the API does not allow them to carry a session.",
        Fix(
            Owner.API,
            Sentence("in the CORS settings of the API or its gateway"),
            Sentence("Send Access-Control-Allow-Credentials: true together with the exact origin."),
            None,
            Sentence("Access-Control-Allow-Credentials: true"),
        ),
    )
