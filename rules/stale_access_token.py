"""An old token keeps being sent although a newer one was handed out.

Why it matters
    The client has kept a token of its own instead of asking for the current one; once the old one expires, every
    call is refused.
What to do
    Read the token anew for every call, or let the session client attach it.
Stays quiet when
    The call was already on its way when the new token arrived, or the tokens belong to different sessions.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="stale-access-token",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("RFC 6749 section 1.5",),
    explains=(
        "interceptor-missing",
        "expired-token-no-refresh",
        "refresh-loop",
    ),
    needs=(Needs.AUTHORIZATION,),
)
def stale_access_token(facts: Facts) -> Iterator[Said]:
    found = []
    for refusal in facts.session.refusals:
        call = refusal.exchange
        token = facts.tokens.access_token(call)
        if token is None or token.replaced_at is None or refusal.foreign or facts.session.refresh(call):
            continue
        if facts.timeline.sent(call) > token.replaced_at:
            found.append((refusal, token))
    if len(found) < 2:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    refusal, token = found[0]
    call = refusal.exchange
    carrier = next(sighting for one, sighting in facts.tokens.sent_with(call) if one is token)
    related = [(refusal.evidence, Sentence("refused"))]
    if token.replaced_by is not None and token.replaced_by.issued is not None:
        related.insert(0, (token.replaced_by.issued.place, Sentence("the newer token, handed out before")))
    yield Match(
        message=Sentence(
            "#{index} sends token {old} although token {new} had replaced it.",
            index=call.index,
            old=token.ordinal,
            new=token.replaced_by.ordinal if token.replaced_by else 0,
        ),
        headline=Sentence(
            "The session was renewed, but the app keeps sending its "
            "old token with {path}, so the API answers {status}.",
            path=call.path,
            status=call.response.status,
        ),
        at=carrier.place,
        caption=Sentence("decides it: token {old}, replaced before", old=token.ordinal),
        related=(*related, *later([one.exchange for one, _ in found[1:]], "the old token again")),
        subject=carrier.name,
        flow=flow(one.exchange for one, _ in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the app keeps the token"),
                Sentence("Ask the session SDK for the token with every call instead of keeping a copy."),
                Sentence("const token = await Session.getAccessToken()  // once, at start"),
                Sentence("headers.Authorization = `Bearer ${{await Session.getAccessToken()}}`"),
            ),
        ),
    )
