"""The ID token bears another nonce than the app asked for.

Why it matters
    The app must take such a token for a replayed one, so the sign-in ends there.
What to do
    Keep one nonce per attempt, compare it with the token of the same attempt, and never cache the token.
Stays quiet when
    The nonces agree, none was asked for, or the ID token is not in the recording.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.findings import Fix, Layer, Match, Owner, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._provider import attempts, left_for_provider, quiet
from ._words import flow


@rule(
    id="oauth-nonce-mismatch",
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_PROVIDER,
    layer=Layer.TOKEN,
    since="0.1",
    references=("OpenID Connect Core 1.0 section 3.1.3.7", "OpenID Connect Core 1.0 section 15.5.2"),
)
def oauth_nonce_mismatch(facts: Facts) -> Iterator[Said]:
    found = False
    for attempt in attempts(facts):
        place = attempt.other_nonce
        if place is None:
            continue
        found = True
        yield Match(
            message=Sentence("The ID token in #{index} bears another nonce than was asked for.", index=place.exchange),
            headline=Sentence(
                "Sign-in at the provider works, but the ID token is for another attempt: its nonce is not the one sent."
            ),
            at=place,
            caption=Sentence("another nonce"),
            related=tuple(left_for_provider(attempt)),
            subject="nonce",
            flow=flow(attempt.exchanges),
            fixes=(
                Fix(
                    Owner.IDENTITY_PROVIDER,
                    Sentence("where the provider, or a cache before it, makes the answer"),
                    Sentence("Put the nonce of the authorization request into the ID token, unchanged."),
                ),
            ),
        )
    if not found:
        yield quiet(facts)
