"""The authorization code is too old when it is changed for tokens.

Why it matters
    Codes live for a minute or a few: what comes later is refused, and the user has to sign in again.
What to do
    Change the code at once when the callback arrives; do not keep it, and look at what makes the callback slow.
Stays quiet when
    The code is refused for another reason, or brings tokens.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.provider_sign_in import Attempt
from haranalyze.findings import Fix, Layer, Match, Owner, Said, Severity
from haranalyze.protocol.oauth import Trouble
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._provider import attempts, quiet
from ._words import flow


@rule(
    id="oauth-code-expired",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TOKEN,
    since="0.1",
    references=("RFC 6749 section 4.1.2",),
)
def oauth_code_expired(facts: Facts) -> Iterator[Said]:
    found = False
    for attempt in attempts(facts):
        place = _expired(attempt)
        if place is None or attempt.succeeded:
            continue
        found = True
        brought = () if attempt.returned is None else ((attempt.returned.place, Sentence("brings the code")),)
        yield Match(
            message=Sentence("#{index} says that the code has expired.", index=place.exchange),
            headline=Sentence("Sign-in at the provider works, but its code has expired when it is changed for tokens."),
            at=place,
            caption=Sentence("the answer says so"),
            related=brought,
            subject="code",
            flow=flow(attempt.exchanges),
            fixes=(
                Fix(
                    Owner.API,
                    Sentence("where the callback is handled"),
                    Sentence("Change the code for tokens at once, before anything else that takes time."),
                ),
            ),
        )
    if not found:
        yield quiet(facts)


def _expired(attempt: Attempt) -> Place | None:
    for said in (attempt.callback_said, *(one.said for one in attempt.token_calls)):
        if said is not None and said.trouble is Trouble.CODE_EXPIRED:
            return said.place
    return None
