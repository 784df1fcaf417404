"""A refresh token is used a second time, and the session is revoked for it.

Why it matters
    A refresh token counts once: the answer replaces it. A second use looks like a thief's, so the server ends the
    session and the user has to sign in again, although it was mostly the app itself that refreshed twice.
What to do
    Refresh in one place only, and store the new token before the next refresh.
Stays quiet when
    The refresh carries two refresh cookies (an old one beside the new one), the server only says that no session came,
    or the reuse is answered with new tokens.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import RefreshResult, Says
from haranalyze.facts.tokens import Sighting, Token, TokenUse
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._words import flow, seen


@rule(
    id="token-theft",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("RFC 9700 section 4.14.2", "https://supertokens.com/docs (session revoked after token theft)"),
    explains=("refresh-failing", "anonymous-401", "refresh-loop"),
)
def token_theft(facts: Facts) -> Iterator[Said]:
    found = [call for call in _revoked(facts) if not _sends_two(facts, call)]
    if not found:
        yield Passed(seen(len(facts.session.refreshes), "refresh calls"))
        return
    call = found[0]
    sent = _refresh_token(facts, call)
    earlier = _earlier_use(facts, call, sent[0]) if sent is not None else None
    related: list[tuple[Place, Sentence]] = []
    if sent is not None and earlier is not None:
        related.append((earlier.place, Sentence("the first refresh with token {token}", token=sent[0].ordinal)))
        related.append((sent[1].place, Sentence("token {token} again", token=sent[0].ordinal)))
    yield Match(
        message=Sentence(
            "The refresh #{index} is answered {status}: its refresh token had been used before.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "The user is signed out in the middle of work: {path} gets a refresh token that was used before, and the "
            "server revokes the session.",
            path=call.path,
        ),
        at=_evidence(facts, call),
        caption=Sentence("decides it: the server takes the token for a stolen one"),
        related=tuple(related),
        confidence=Confidence.CERTAIN if _says_theft(facts, call) else Confidence.LIKELY,
        flow=flow([*found, *([earlier.exchange] if earlier is not None else [])]),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the session is refreshed"),
                Sentence(
                    "Leave refreshing to the session client alone (no interceptor of your own, one client for all "
                    "tabs), and do not send a refresh again after a timeout."
                ),
            ),
        ),
        alternatives=()
        if earlier is not None
        else (Sentence("another tab, device or person has used the same refresh token"),),
        decides=Sentence(
            "Compare the times of refreshes of this session in the server's log with #{index}.", index=call.index
        ),
    )


def _revoked(facts: Facts) -> list[Exchange]:
    """Refused refreshes, by the server's own word or because their token had been replaced before they left."""
    found = []
    for one in facts.session.refreshes:
        if _says_theft(facts, one.exchange):
            found.append(one.exchange)
        elif one.result is RefreshResult.REFUSED and (sent := _refresh_token(facts, one.exchange)) is not None:
            replaced = sent[0].replaced_at
            if replaced is not None and _earlier_use(facts, one.exchange, sent[0]) is not None:
                found.append(one.exchange)
    return found


def _says_theft(facts: Facts, call: Exchange) -> bool:
    refresh, refusal = facts.session.refresh(call), facts.session.refusal(call)
    by_word = refusal is not None and refusal.says is Says.THEFT
    return by_word or (refresh is not None and refresh.result is RefreshResult.THEFT)


def _evidence(facts: Facts, call: Exchange) -> Place:
    refusal = facts.session.refusal(call)
    return refusal.evidence if refusal is not None else call.status_place


def _refresh_token(facts: Facts, call: Exchange) -> tuple[Token, Sighting] | None:
    sent = facts.tokens.sent_with(call)
    return next(((token, sighting) for token, sighting in sent if token.use is TokenUse.REFRESH), None)


def _earlier_use(facts: Facts, call: Exchange, token: Token) -> Sighting | None:
    """An earlier refresh with the same token that was answered with new ones."""
    for sighting in token.uses or ():
        if sighting.exchange is call:
            return None
        refresh = facts.session.refresh(sighting.exchange)
        if refresh is not None and refresh.result is RefreshResult.OK:
            return sighting
    return None


def _sends_two(facts: Facts, call: Exchange) -> bool:
    names = {sighting.name for token, sighting in facts.tokens.sent_with(call) if token.use is TokenUse.REFRESH}
    return any(name in names for name, _ in facts.cookie_jar.duplicates(call))
