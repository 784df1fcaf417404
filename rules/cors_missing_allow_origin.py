"""A cross-origin answer lacks Access-Control-Allow-Origin.

Why it matters
    Without the header the browser hides the answer from the app, whatever its status.
What to do
    Send the CORS headers on every answer of the API, the preflight included.
Stays quiet when
    The answer is a gateway's error page: then the error is the cause, not CORS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from haranalyze.facts import Facts
from haranalyze.facts.aws_gateway import is_gateway
from haranalyze.facts.cors import CorsStep, readable_without_cors
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Question, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._cors import refusals


@rule(
    id="cors-missing-allow-origin",
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
def cors_missing_allow_origin(facts: Facts) -> Iterator[Said]:
    said = tuple(_refused(facts))
    unchecked = facts.derive(readable_without_cors)
    if len(unchecked) > 1 and not any(isinstance(one, Match) for one in said):
        yield Question(
            Sentence("Was this recorded in a browser with its CORS check turned off?"),
            Sentence(
                "{count} answers of {host} lack Access-Control-Allow-Origin, and the app goes on all the same: with the"
                " check on, it could not read them",
                count=len(unchecked),
                host=unchecked[0].host,
            ),
        )
        return
    yield from (_of_gateway(facts, one) if isinstance(one, Match) else one for one in said)


def _of_gateway(facts: Facts, match: Match) -> Match:
    """An AWS HTTP API sends no CORS header at all where the origin, the method or one header is not in its lists."""
    if not is_gateway(facts.timeline.exchange(match.at.exchange)):
        return match
    return replace(
        match,
        confidence=Confidence.LIKELY,
        alternatives=(Sentence("The origin is allowed, and a requested header or the method is not in the lists."),),
        decides=Sentence("Compare the CORS lists of the API in the AWS console with what the preflight asks for."),
        fixes=(_AWS, *match.fixes),
    )


_AWS = Fix(
    Owner.API,
    Sentence("in the CORS settings of the HTTP API"),
    Sentence("Allow the app's origin and every header the session client sends; one that is missing hides all."),
    Sentence("AllowHeaders: [content-type]"),
    Sentence("AllowHeaders: [content-type, rid, fdi-version, anti-csrf, st-auth-mode, authorization]"),
)


def _refused(facts: Facts) -> Iterator[Said]:
    yield from refusals(
        facts,
        (CorsStep.ALLOW_ORIGIN_MISSING,),
        "The app's calls to {host} are blocked: the API's answers do not name the app's origin.",
        Fix(
            Owner.API,
            Sentence("in the CORS settings of the API or its gateway"),
            Sentence("Send Access-Control-Allow-Origin with the app's origin on preflights and answers."),
            None,
            Sentence("Access-Control-Allow-Origin: %ORIGIN%"),
        ),
    )
