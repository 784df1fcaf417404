"""An expired token is sent and never renewed.

Why it matters
    The session could be renewed, but the client does not try: every call is refused until the user signs in again.
What to do
    Renew the session when a call is refused for its age, then repeat the call.
Stays quiet when
    A refresh follows, the token is still valid, or the refusal has another reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import Says
from haranalyze.findings import CannotTell, Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later, seen

_WHILE = 5_000.0  # ms


@rule(
    id="expired-token-no-refresh",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("RFC 6750 section 3.1",),
    explains=("interceptor-missing",),
)
def expired_token_no_refresh(facts: Facts) -> Iterator[Said]:
    found = []
    for refusal in facts.session.refusals:
        token = facts.tokens.access_token(refusal.exchange)
        if (
            token is None
            or refusal.foreign
            or refusal.says not in {Says.RENEW, Says.EXPIRED}
            or facts.session.refresh(refusal.exchange)
        ):
            continue
        remaining = facts.tokens.remaining(token, refusal.exchange)
        newer = token.replaced_at is not None and token.replaced_at < facts.timeline.sent(refusal.exchange)
        if not newer and ((remaining is not None and remaining <= 0) or refusal.says is Says.EXPIRED):
            found.append(refusal)
    tried = [
        one
        for one in facts.session.refreshes
        if found and facts.timeline.sent(one.exchange) > facts.timeline.sent(found[0].exchange)
    ]
    if not found or tried:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    call = found[0].exchange
    if len(found) < 2 and not _goes_on(facts, call):
        yield CannotTell(Sentence("the recording ends before the session could be renewed"), (call.index,))
        return
    yield Match(
        message=Sentence("{count} calls carry an expired token, and no refresh is tried.", count=len(found))
        if len(found) > 1
        else Sentence("#{index} carries an expired token, and no refresh is tried.", index=call.index),
        headline=Sentence(
            "The session has expired, and the app never renews it: {path} is answered {status}.",
            path=call.path,
            status=call.response.status,
        ),
        at=found[0].evidence,
        caption=Sentence("decides it: the token is too old"),
        related=later([one.exchange for one in found[1:]], "the same expired token"),
        confidence=Confidence.CERTAIN if len(found) > 1 else Confidence.LIKELY,
        flow=flow(one.exchange for one in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where refused calls are handled"),
                Sentence("On a refusal for an expired token, renew the session once and repeat the call."),
            ),
        ),
    )


def _goes_on(facts: Facts, call: Exchange) -> bool:
    """Whether the client goes on for a while after the refusal: a refresh would have come at once."""
    answered = facts.timeline.answered(call)
    same = (one for one in facts.exchanges if one.request.host == call.request.host)
    return any(facts.timeline.sent(one) > answered + _WHILE for one in same)
