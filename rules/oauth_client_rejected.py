"""The identity provider refuses the app itself: client id, secret or grant.

Why it matters
    Nobody can sign in until the app is registered rightly, whatever the user does.
What to do
    Compare client id, secret and kind of client with the registration; secrets expire.
Stays quiet when
    The provider refuses for another reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.provider_sign_in import Attempt
from haranalyze.findings import Fix, Layer, Match, Owner, Said, Severity
from haranalyze.protocol.oauth import Trouble
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._provider import attempts, left_for_provider, quiet
from ._words import flow


@rule(
    id="oauth-client-rejected",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TOKEN,
    since="0.1",
    references=(
        "RFC 6749 section 5.2",
        "RFC 6749 section 4.1.2.1",
        "https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
    ),
)
def oauth_client_rejected(facts: Facts) -> Iterator[Said]:
    found = False
    for attempt in attempts(facts):
        match = _match(attempt)
        if match is not None:
            found = True
            yield match
    if not found:
        yield quiet(facts)


def _match(attempt: Attempt) -> Match | None:
    saying = (attempt.said, attempt.callback_said, *(one.said for one in attempt.token_calls))
    said = next((one for one in saying if one is not None and one.trouble is Trouble.CLIENT), None)
    if said is None or attempt.succeeded:
        return None
    caption = Sentence("the answer says so: {code}", code=said.code) if said.code else Sentence("the answer says so")
    return Match(
        message=Sentence("#{index} refuses the client, not the user.", index=said.exchange.index),
        headline=Sentence("Nobody can sign in: the identity provider refuses the app's client id, secret or grant."),
        at=said.place,
        caption=caption,
        related=tuple(left_for_provider(attempt)),
        subject="client_id",
        flow=flow(attempt.exchanges),
        fixes=(
            Fix(
                Owner.API,
                Sentence("in the app's settings for this provider"),
                Sentence(
                    "Compare client id, secret (it may have expired), tenant and kind of client with the registration."
                ),
            ),
        ),
    )
