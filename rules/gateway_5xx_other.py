"""A gateway answers with a server error for a reason that is not the size of headers.

Why it matters
    The server behind the gateway is down, slow or broke off. The session set-up is not the cause.
What to do
    Look at the server behind the gateway, or at the gateway's authorizer, at the time of the failing call.
Stays quiet when
    Only answers that carry the session fail while others work: then size is the likelier cause.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.aws_gateway import AwsAnswer, AwsSays, aws_answers
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._gateway import is_header_size
from ._words import flow, later, seen


@rule(
    id="gateway-5xx-other",
    severity=Severity.INFO,
    owner=Owner.API,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=("RFC 9110 section 15.6", "AWS: Gateway response types for API Gateway"),
)
def gateway_5xx_other(facts: Facts) -> Iterator[Said]:
    errors = facts.header_budget.proxy_errors
    found = [one for one in errors if not is_header_size(one)]
    of_aws = [one for one in facts.derive(aws_answers) if one.says in _AWS]
    if of_aws:
        yield _of_aws(of_aws)
        return
    if not found:
        yield Passed(seen(len(errors), "gateway errors"))
        return
    error = found[0]
    call = error.exchange
    name = error.hop.name if error.hop else "the gateway"
    yield Match(
        message=Sentence(
            "#{index} is answered {status} by {name}, not by the application.",
            index=call.index,
            status=call.response.status,
            name=name,
        ),
        headline=Sentence(
            "The session is not the problem: {name} on {host} answers "
            "{path} with {status} because the server behind it does not.",
            name=name,
            host=call.host,
            path=call.path,
            status=call.response.status,
        ),
        at=error.evidence,
        caption=Sentence("answered by {name}", name=name),
        related=later([one.exchange for one in found[1:]], "the same"),
        flow=flow(one.exchange for one in found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("on the server behind the gateway"),
                Sentence("Find out why the server did not answer at that time: stopped, crashed, or too slow."),
            ),
        ),
        is_trouble=True,
    )


_AWS = {
    AwsSays.AUTHORIZER_FAILED: (
        "the gateway's authorizer crashed, timed out or returned something the gateway cannot read",
        Sentence("Find the authorizer's error in its log at that time; it must return a principal and a policy."),
    ),
    AwsSays.INTEGRATION_TIMEOUT: (
        "the server behind the gateway took longer than the gateway waits (29 s)",
        Sentence("Find out why the call takes so long, or answer at once and do the work afterwards."),
    ),
    AwsSays.SERVER_ERROR: (
        "the gateway could not use the answer of the function or server behind it",
        Sentence("Let the function return statusCode, headers and a body that is a string; its log has the error."),
    ),
}


def _of_aws(found: list[AwsAnswer]) -> Match:
    """The class of the error that AWS API Gateway names (its header, or the words of its own answer)."""
    one = found[0]
    call, (reason, text) = one.exchange, _AWS[one.says]
    return Match(
        message=Sentence(
            "#{index} is answered {status}: " + reason + ".", index=call.index, status=call.response.status
        ),
        headline=Sentence(
            "The session is not the problem: {path} on {host} fails with {status} because " + reason + ".",
            path=call.path,
            host=call.host,
            status=call.response.status,
        ),
        at=one.place,
        caption=Sentence("answered by the API gateway"),
        related=later([other.exchange for other in found[1:]], "the same"),
        subject=one.says.value,
        flow=flow(other.exchange for other in found),
        fixes=(Fix(Owner.API, Sentence("behind the API gateway"), text),),
        is_trouble=True,
    )
