"""The code verifier is missing, or not the one the code challenge was made of.

Why it matters
    The provider bound the code to a secret of the client: without it no tokens come, and the sign-in ends there.
What to do
    Keep the verifier where the callback can read it (same origin, same tab) and send it with the token request.
Stays quiet when
    Tokens come, no challenge was sent, or the client itself is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.provider_sign_in import Attempt
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Said, Severity
from haranalyze.protocol.oauth import Trouble
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._provider import attempts, left_for_provider, quiet
from ._words import flow

_OTHERS = (Trouble.CLIENT, Trouble.CODE_USED, Trouble.CODE_EXPIRED, Trouble.REDIRECT_URI)


@rule(
    id="oauth-pkce-verifier-missing",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("RFC 7636 section 4.6", "RFC 7636 section 4.5"),
)
def oauth_pkce_verifier_missing(facts: Facts) -> Iterator[Said]:
    found = False
    for attempt in attempts(facts):
        match = next(_looked_at(attempt), None)
        if match is not None and not attempt.succeeded:
            found = True
            yield match
    if not found:
        yield quiet(facts)


def _looked_at(attempt: Attempt) -> Iterator[Match]:
    for call in attempt.token_calls:
        if call.succeeded or call.exchange.response.status < 400:
            continue
        if call.said is not None and call.said.trouble in _OTHERS:
            continue
        if attempt.uses_pkce and not call.asked.has("code_verifier"):
            caption = Sentence("sent without a code_verifier")
            yield _match(attempt, call.exchange.url_place, caption, Confidence.CERTAIN)
        elif attempt.verifier_differs(call):
            caption = Sentence("its code_verifier does not give the code_challenge")
            yield _match(attempt, call.exchange.url_place, caption, Confidence.CERTAIN)
        elif call.said is not None and call.said.trouble is Trouble.VERIFIER:
            yield _match(attempt, call.said.place, Sentence("the answer speaks of the verifier"), Confidence.LIKELY)
    said = attempt.callback_said
    if said is not None and said.trouble is Trouble.VERIFIER:
        yield _match(attempt, said.place, Sentence("the answer speaks of the verifier"), Confidence.LIKELY)


def _match(attempt: Attempt, at: Place, caption: Sentence, confidence: Confidence) -> Match:
    return Match(
        message=Sentence("#{index}: the code verifier is missing or not the right one.", index=at.exchange),
        headline=Sentence(
            "Sign-in at the provider works, but no tokens come: the code verifier is missing or not the right one."
        ),
        at=at,
        caption=caption,
        related=tuple(left_for_provider(attempt)),
        confidence=confidence,
        subject="code_verifier",
        flow=flow(attempt.exchanges),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the sign-in is started and where the callback is handled"),
                Sentence(
                    "Keep the verifier per attempt where the callback can read it, and send it with the token request."
                ),
            ),
        ),
    )
