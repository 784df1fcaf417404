"""An authorization code is used a second time.

Why it matters
    A code works once. The second use is refused, and the provider may take back the tokens of the first.
What to do
    Change the code for tokens once: guard the callback against running twice, and leave its address before a reload.
Stays quiet when
    Each code is used once, or a repeated callback is refused for another reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.provider_sign_in import Attempt, TokenCall
from haranalyze.findings import Fix, Layer, Match, Owner, Said, Severity
from haranalyze.protocol.oauth import Trouble
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._provider import attempts, quiet
from ._words import flow

_REFUSED = (Trouble.GRANT, Trouble.CODE_USED)


@rule(
    id="oauth-code-reused",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("RFC 6749 section 4.1.2", "RFC 6749 section 10.5"),
)
def oauth_code_reused(facts: Facts) -> Iterator[Said]:
    found = False
    for attempt in attempts(facts):
        pair = _twice(attempt)
        if pair is not None:
            found = True
            first, second = pair
            yield _match(attempt, second.exchange.status_place, (first.exchange.url_place,))
            continue
        said = next((one for one in attempt.again_said if one.trouble in _REFUSED), None)
        if said is not None and attempt.returned is not None:
            found = True
            yield _match(attempt, said.place, (attempt.returned.place,))
        elif (words := _words(attempt)) is not None and attempt.returned is not None:
            found = True
            yield _match(attempt, words, (attempt.returned.place,))
    if not found:
        yield quiet(facts)


def _twice(attempt: Attempt) -> tuple[TokenCall, TokenCall] | None:
    """A code that brought tokens, and the later request that is refused for it."""
    first = next((one for one in attempt.token_calls if one.succeeded), None)
    if first is None:
        return None
    for one in attempt.token_calls:
        if one is not first and one.said is not None and one.said.trouble in _REFUSED:
            return first, one
    return None


def _words(attempt: Attempt) -> Place | None:
    for said in (attempt.callback_said, *(one.said for one in attempt.token_calls)):
        if said is not None and said.trouble is Trouble.CODE_USED:
            return said.place
    return None


def _match(attempt: Attempt, at: Place, first: tuple[Place, ...]) -> Match:
    return Match(
        message=Sentence("#{index} refuses a code that had been used before.", index=at.exchange),
        headline=Sentence("Sign-in at the provider works, but its code is used twice, and the second use is refused."),
        at=at,
        caption=Sentence("the second use is refused"),
        related=tuple((place, Sentence("the code, used first")) for place in first),
        severity=Severity.MEDIUM if attempt.succeeded else None,
        subject="code",
        flow=flow(attempt.exchanges),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the callback is handled"),
                Sentence(
                    "Change the code once: keep the promise of the first call, also where the component is mounted "
                    "twice, and replace the address afterwards so that a reload does not send it again."
                ),
            ),
        ),
    )
