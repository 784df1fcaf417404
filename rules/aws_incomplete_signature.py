"""The API gateway wants an AWS signature that the call does not have, or refuses it.

Why it matters
    Routes with AWS_IAM authorization take signed calls only, and so does every route the gateway does not know: a
    Bearer token is read as a broken signature there.
What to do
    Call a route that exists and takes the app's token, or sign the call with current AWS credentials.
Stays quiet when
    The gateway's authorizer, not its signature check, refused the token.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.aws_gateway import AwsAnswer, AwsSays, Route, RouteDoubt, aws_answers, is_signed, route_of
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._words import flow, later

_SIGNATURE = frozenset((AwsSays.INCOMPLETE_SIGNATURE, AwsSays.BAD_SIGNATURE, AwsSays.STS_EXPIRED))


@rule(
    id="aws-incomplete-signature",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.ROUTING,
    since="0.1",
    references=(
        "AWS: Gateway response types for API Gateway",
        "AWS: Signature Version 4 signing process",
    ),
    explains=(
        "auth-header-malformed",
        "expired-token-no-refresh",
        "missing-auth-header",
        "anonymous-401",
        "token-rejected-audience",
    ),
)
def aws_incomplete_signature(facts: Facts) -> Iterator[Said]:
    found: list[tuple[AwsAnswer, Route]] = []
    for answer in facts.derive(aws_answers):
        if answer.says in _SIGNATURE:
            found.append((answer, route_of(facts, answer.exchange)))
        elif answer.says is AwsSays.NO_ROUTE:
            route = route_of(facts, answer.exchange)
            if route.doubt is RouteDoubt.UNSIGNED:
                found.append((answer, route))
    if not found:
        yield Passed(Sentence("no answer of a gateway speaks of an AWS signature"))
        return
    answer, route = found[0]
    others = [one.exchange for one, _ in found[1:]]
    if answer.says in {AwsSays.BAD_SIGNATURE, AwsSays.STS_EXPIRED}:
        yield _refused(answer, others)
    elif route.doubt is RouteDoubt.UNSIGNED:
        yield _unsigned(answer, route, others)
    else:
        yield _not_a_signature(answer, route, others)


def _not_a_signature(answer: AwsAnswer, route: Route, others: list[Exchange]) -> Match:
    call = answer.exchange
    sure = route.doubt in {RouteDoubt.METHOD, RouteDoubt.STAGE, RouteDoubt.PATH}
    related: list[tuple[Place, Sentence]] = []
    if call.request.has("authorization"):
        related.append((call.request.place("authorization"), Sentence("not an AWS signature (AWS4-HMAC-SHA256)")))
    if sure and route.served is not None:
        related.append((route.served.status_place, Sentence("{served}", served=_SERVED[route.doubt])))
    return Match(
        message=Sentence(
            "#{index} is answered {status}: the gateway reads its Authorization header as an AWS signature.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "{method} {path} on {host} is no route for the app's token: the gateway wants an AWS signature there.",
            method=call.method,
            path=call.path,
            host=call.host,
        ),
        at=answer.place,
        caption=Sentence("decides it: the gateway looks for a signature"),
        related=(*related, *later(others, "the same")),
        confidence=Confidence.LIKELY,
        subject="authorization",
        flow=flow([call, *others]),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the app's API address is configured"),
                Sentence("Correct stage, path and method: unknown routes are answered like this."),
            ),
            Fix(
                Owner.API,
                Sentence("in the method of the API"),
                Sentence("If the route exists, choose the authorizer that checks the app's token, and deploy."),
                Sentence("AuthorizationType: AWS_IAM"),
                Sentence("AuthorizationType: COGNITO_USER_POOLS"),
            ),
        ),
        alternatives=(Sentence("The route exists, and its method is set to AWS_IAM by mistake."),),
        decides=Sentence("The routes of the deployed stage tell whether {path} exists.", path=call.path),
    )


_SERVED = {
    RouteDoubt.METHOD: "the same path is served for another method",
    RouteDoubt.STAGE: "served on this host, under another stage",
    RouteDoubt.PATH: "another path of this host is served",
}


def _unsigned(answer: AwsAnswer, route: Route, others: list[Exchange]) -> Match:
    call = answer.exchange
    signed = route.served
    return Match(
        message=Sentence(
            "#{index} is not signed and is answered {status}; the same call is served when it is signed.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "The app calls {method} {path} on {host} without the AWS signature that this route wants.",
            method=call.method,
            path=call.path,
            host=call.host,
        ),
        at=answer.place,
        caption=Sentence("decides it: no signature on this call"),
        related=(
            *(((signed.request.place("authorization"), Sentence("served with a signature")),) if signed else ()),
            *later(others, "the same"),
        ),
        subject="authorization",
        flow=flow([call, *others]),
        fixes=(_sign(),),
    )


def _refused(answer: AwsAnswer, others: list[Exchange]) -> Match:
    call = answer.exchange
    expired = answer.says is AwsSays.STS_EXPIRED
    signed = is_signed(call) and call.request.has("authorization")
    return Match(
        message=Sentence(
            "#{index} is answered {status}: "
            + (
                "the AWS credentials behind it are expired."
                if expired
                else "the AWS signature or its key is not accepted."
            ),
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "{method} {path} on {host} is refused because "
            + ("its temporary AWS credentials have expired." if expired else "its AWS signature is not accepted."),
            method=call.method,
            path=call.path,
            host=call.host,
        ),
        at=answer.place,
        caption=Sentence("decides it: the gateway's words about the signature"),
        related=(
            *(((call.request.place("authorization"), Sentence("the signature sent")),) if signed else ()),
            *later(others, "the same"),
        ),
        confidence=Confidence.CERTAIN if expired else Confidence.LIKELY,
        subject="authorization",
        flow=flow([call, *others]),
        fixes=(_sign(),),
        alternatives=()
        if expired
        else (Sentence("The clock of the computer that signs is wrong; signatures hold for some minutes only."),),
        decides=None if expired else Sentence("Compare the computer's clock with the Date of the answer."),
    )


def _sign() -> Fix:
    return Fix(
        Owner.FRONTEND,
        Sentence("where the API client is made"),
        Sentence("Sign each call with credentials fetched shortly before, and let the SDK renew them."),
        Sentence("fetch(url)"),
        Sentence("new SignatureV4({{ service: 'execute-api', region, credentials, sha256: Sha256 }}).sign(request)"),
    )
