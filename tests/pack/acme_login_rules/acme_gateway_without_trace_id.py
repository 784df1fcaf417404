"""A refused call carries no trace id, so the gateway's log cannot be searched for it.

Why it matters
    Every call through the gateway gets an x-acme-trace header; without one the call did not pass through it.
What to do
    Point the app at the gateway's host name.
Stays quiet when
    The answer is not a refusal, or bears the header.
"""

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.findings import Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence


@rule(
    id="acme-gateway-without-trace-id",
    severity=Severity.LOW,
    owner=Owner.PROXY,
    layer=Layer.ROUTING,
    since="1.4",
    references=("https://wiki.acme.example/gateway",),
)
def acme_gateway_without_trace_id(facts: Facts) -> Iterator[Said]:
    """Refused calls of the session that bear no trace id."""
    for refusal in facts.session.refusals:
        if not refusal.exchange.response.has("x-acme-trace"):
            yield Match(
                message=Sentence("#{index} did not pass through the gateway.", index=refusal.exchange.index),
                headline=Sentence("A call is refused by something that is not the gateway."),
                at=refusal.exchange.status_place,
                caption=Sentence("no x-acme-trace header"),
                subject="x-acme-trace",
            )
            return
    yield Passed(Sentence("{count} refused calls looked at", count=len(facts.session.refusals)))
