"""A gateway answers 502, 503 or 504 for a reason that is not the size of headers.

Why it matters
    The server behind the gateway is down, slow or broke off. The session set-up is not the cause.
What to do
    Look at the server behind the gateway at the time of the failing call.
Stays quiet when
    Only answers that carry the session fail while others work: then size is the likelier cause.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
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
    references=("RFC 9110 section 15.6",),
)
def gateway_5xx_other(facts: Facts) -> Iterator[Said]:
    errors = facts.header_budget.proxy_errors
    found = [one for one in errors if not is_header_size(one)]
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
