"""The authorizer of the API gateway turns down a call whose token is in order.

Why it matters
    The gateway asks its authorizer before the API sees the call. A policy that names one resource only, and is kept for
    later calls, refuses all others with the same token.
What to do
    Let the authorizer's policy cover all routes of the stage, or turn its cache off; compare its issuer and audience.
Stays quiet when
    The policy forbids the call on purpose, the token is expired, or no token was sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.aws_gateway import AwsSays, TurnedDown, aws_answers, turned_down
from haranalyze.findings import CannotTell, Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later


@rule(
    id="aws-authorizer-denied",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TOKEN,
    since="0.1",
    references=(
        "AWS: Gateway response types for API Gateway",
        "AWS: Output from an API Gateway Lambda authorizer",
    ),
    explains=("refresh-loop", "permission-denied", "foreign-401"),
)
def aws_authorizer_denied(facts: Facts) -> Iterator[Said]:
    found = facts.derive(turned_down)
    if found:
        yield _match(found)
        return
    refused = [one.exchange for one in facts.derive(aws_answers) if one.says in {AwsSays.UNAUTHORIZED, AwsSays.DENIED}]
    if refused and not facts.quality.records_authorization:
        yield CannotTell(Sentence("this recording leaves Authorization headers out"), flow(refused))
        return
    yield Passed(Sentence("no authorizer of a gateway turns a sound token down"))


def _match(found: tuple[TurnedDown, ...]) -> Match:
    answer, accepted = found[0].answer, found[0].accepted
    call = answer.exchange
    denied = answer.says is AwsSays.DENIED
    others = [one.answer.exchange for one in found[1:]]
    return Match(
        message=Sentence(
            "#{index} carries a token that is not expired, and the gateway's authorizer answers {status}.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "The user is signed in, and the authorizer before {path} on {host} refuses a token it accepts elsewhere."
            if accepted
            else "The app sends its token, and the authorizer before {path} on {host} does not take it.",
            path=call.path,
            host=call.host,
        ),
        at=answer.place,
        caption=Sentence("decides it: the authorizer's refusal"),
        related=(
            (call.request.place("authorization"), Sentence("the token it carried")),
            *(((accepted.status_place, Sentence("the same token is accepted here")),) if accepted else ()),
            *later(others, "the same"),
        ),
        confidence=Confidence.LIKELY if accepted else Confidence.POSSIBLE,
        severity=None if accepted or not denied else Severity.INFO,
        subject=answer.says.value,
        flow=flow([call, *others]),
        fixes=(
            Fix(
                Owner.API,
                Sentence("in the authorizer of the API"),
                Sentence("Return a policy for all routes of the stage, or turn the authorizer's result cache off."),
                Sentence("Resource: event.methodArn"),
                Sentence("Resource: event.methodArn.split('/').slice(0, 2).join('/') + '/*'"),
            )
            if denied
            else Fix(
                Owner.API,
                Sentence("in the authorizer of the API"),
                Sentence("Compare its issuer, audience and kind of token (ID or access) with the claims of this one."),
            ),
        ),
        alternatives=(_OTHER_RIGHT if denied else _OTHER_TOKEN,),
        decides=Sentence("The authorizer's log names its reason for #{index}.", index=call.index),
        is_trouble=denied and not accepted,
    )


_OTHER_RIGHT = Sentence("The user really lacks the right to this route.")
_OTHER_TOKEN = Sentence("The authorizer expects another kind of token, or reads it from another header.")
