"""Access-Control-Allow-Origin stands twice in one answer, or holds two values.

Why it matters
    Browsers take one origin or *. Where the application and a proxy both add the header, the answer is kept from the
    app although each of the two values may be right.
What to do
    Let one of them, the application or the proxy, set the CORS headers, and take them out of the other.
Stays quiet when
    The header stands once, or the browser never needed it.
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
    id="cors-duplicate-allow-origin",
    severity=Severity.HIGH,
    owner=Owner.PROXY,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=("Fetch standard 4.10 (CORS check)",),
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
def cors_duplicate_allow_origin(facts: Facts) -> Iterator[Said]:
    yield from refusals(
        facts,
        (CorsStep.ALLOW_ORIGIN_MULTIPLE,),
        "The app's calls to {host} are blocked: two programs answer which origin is allowed, and browsers take one.",
        Fix(
            Owner.PROXY,
            Sentence("in the proxy or gateway in front of the API"),
            Sentence("Set the CORS headers in one place only: remove them here, or from the application."),
            Sentence("add_header Access-Control-Allow-Origin https://app.example.com always;"),
            Sentence("proxy_hide_header Access-Control-Allow-Origin;  # before add_header, or no add_header at all"),
        ),
    )
