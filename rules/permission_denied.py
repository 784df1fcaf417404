"""A signed-in user is refused for a missing right.

Why it matters
    The session works; this user may not do this. Nobody needs to look for a session fault.
What to do
    Give the user the right, or hide what they may not do.
Stays quiet when
    The answer is about the session, a forged-request check, a wrong path, or an authorizer that refuses a sound token.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.aws_gateway import turned_down
from haranalyze.facts.session import Refusal, Says
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="permission-denied",
    severity=Severity.INFO,
    owner=Owner.API,
    layer=Layer.PERMISSION,
    since="0.1",
    references=("RFC 9110 section 15.5.4",),
)
def permission_denied(facts: Facts) -> Iterator[Said]:
    by_authorizer = {one.answer.exchange.index for one in facts.derive(turned_down)}
    found = [
        one
        for one in facts.session.refusals
        if one.says is Says.PERMISSION and not is_claim(facts, one) and one.exchange.index not in by_authorizer
    ]
    if not found:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    call = found[0].exchange
    yield Match(
        message=Sentence(
            "#{index} is answered {status}: the session is accepted, the right is missing.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "The session works; {method} {path} is refused because this user lacks a right.",
            method=call.method,
            path=call.path,
        ),
        at=found[0].evidence,
        caption=Sentence("accepted session, missing right"),
        related=later([one.exchange for one in found[1:]], "the same"),
        flow=flow(one.exchange for one in found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("where rights are given"),
                Sentence("Give the user the role or scope this call needs, if they should have it."),
            ),
        ),
        is_trouble=True,
    )


def is_claim(facts: Facts, refusal: Refusal) -> bool:
    """Whether the refusal is the session system's own claim check, which has a rule of its own."""
    guard = facts.session.system_of(refusal.exchange)
    return guard is not None and refusal.by is guard and bool(guard.claim_member)
