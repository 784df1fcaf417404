"""The API gateway answers "Missing Authentication Token" for a path it does not have.

Why it matters
    The words speak of a token, but the gateway says this for every path, stage or method that does not exist.
What to do
    Call the right stage, path and method, and deploy the stage after adding a route.
Stays quiet when
    The answer is the gateway's 401 for a token that is really missing.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session import Says
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="aws-missing-auth-token",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.ROUTING,
    since="0.1",
    references=("AWS: Gateway response types for API Gateway",),
    explains=(
        "missing-auth-header",
        "anonymous-401",
    ),
)
def aws_missing_auth_token(facts: Facts) -> Iterator[Said]:
    found = [one for one in facts.session.refusals if one.says is Says.ROUTING]
    if not found:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    call = found[0].exchange
    yield Match(
        message=Sentence(
            "#{index} is answered {status} by the gateway, which knows no such path, stage or method.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "The API gateway on {host} does not know {method} {path}: its answer "
            "speaks of a missing token, but the route is what is missing.",
            host=call.host,
            method=call.method,
            path=call.path,
        ),
        at=found[0].evidence,
        caption=Sentence("decides it: the gateway's words for an unknown route"),
        related=later([one.exchange for one in found[1:]], "the same"),
        confidence=Confidence.LIKELY,
        flow=flow(one.exchange for one in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the app's API address is configured"),
                Sentence("Correct stage, path and method; after adding a route or OPTIONS, deploy the stage."),
            ),
        ),
        decides=Sentence("Compare the address with the routes of the deployed stage."),
    )
