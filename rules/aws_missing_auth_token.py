"""The API gateway answers "Missing Authentication Token" for a path it does not have.

Why it matters
    The words speak of a token, but the gateway says this for every path, stage or method that does not exist.
What to do
    Call the right stage, path and method, and deploy the stage after adding a route.
Stays quiet when
    The answer is the gateway's 401 for a token that is really missing, or the same call was served when it was signed.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.aws_gateway import AwsSays, RouteDoubt, aws_answers, route_of
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later


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
        "cors-preflight-failed",
        "cors-missing-allow-origin",
    ),
)
def aws_missing_auth_token(facts: Facts) -> Iterator[Said]:
    unknown = [one for one in facts.derive(aws_answers) if one.says is AwsSays.NO_ROUTE]
    found = [(one, route_of(facts, one.exchange)) for one in unknown]
    found = [(one, route) for one, route in found if route.doubt is not RouteDoubt.UNSIGNED]
    if not found:
        yield Passed(Sentence("no answer of a gateway speaks of a route it does not have"))
        return
    # A preflight fails for the missing OPTIONS alone; where calls fail too, they say more.
    answer, route = next((pair for pair in found if pair[1].doubt is not RouteDoubt.OPTIONS), found[0])
    call, doubt = answer.exchange, route.doubt
    served = () if route.served is None else ((route.served.status_place, Sentence("{served}", served=_SERVED[doubt])),)
    open_end = doubt is RouteDoubt.UNKNOWN
    yield Match(
        message=Sentence(
            "#{index} is answered {status} by the gateway, which knows " + _UNKNOWN[doubt] + ".",
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
        at=answer.place,
        caption=Sentence("decides it: the gateway's words for an unknown route"),
        related=(*served, *later([one.exchange for one, _ in found if one is not answer], "the same")),
        confidence=Confidence.LIKELY if open_end else Confidence.CERTAIN,
        flow=flow(one.exchange for one, _ in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the app's API address is configured"),
                Sentence("Correct stage, path and method; after adding a route or OPTIONS, deploy the stage."),
            ),
        ),
        alternatives=(Sentence("The method exists and wants AWS signatures (AWS_IAM), and the call was not signed."),)
        if open_end
        else (),
        decides=Sentence("Compare the address with the routes of the deployed stage."),
    )


_UNKNOWN = {
    RouteDoubt.OPTIONS: "no OPTIONS method for this path",
    RouteDoubt.METHOD: "this path, but not with this method",
    RouteDoubt.STAGE: "no such stage",
    RouteDoubt.PATH: "no such path",
    RouteDoubt.UNKNOWN: "no such path, stage or method",
}
_SERVED = {
    RouteDoubt.METHOD: "the same path is served for another method",
    RouteDoubt.STAGE: "served on this host, under another stage",
    RouteDoubt.PATH: "another path of this host is served",
}
