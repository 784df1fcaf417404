"""The state of the callback is not the one the app remembers.

Why it matters
    The app takes the callback for a forged one and refuses it: the user has signed in and is sent away.
What to do
    Keep a note for each attempt, not one for all of them, so that a second tab or a second click does not overwrite the
    first; and hand the state on unchanged.
Stays quiet when
    The callback is accepted, the note did not come at all, or the callback had been opened before.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.provider_sign_in import Attempt, Note
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Said, Severity
from haranalyze.protocol.oauth import Trouble
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._provider import attempts, left_for_provider, quiet
from ._words import answered, flow


@rule(
    id="oauth-state-mismatch",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.STATE,
    since="0.1",
    references=("RFC 6749 section 10.12", "RFC 9700 section 4.7"),
    explains=("redirect-loop",),
)
def oauth_state_mismatch(facts: Facts) -> Iterator[Said]:
    found = False
    for attempt in attempts(facts):
        if attempt.callback is None or not attempt.refused or not _may_be_the_state(attempt):
            continue
        if attempt.note is not None and attempt.note.other_state is not None:
            found = True
            yield _overwritten(attempt, attempt.note)
        elif _changed(attempt):
            found = True
            yield _another(attempt)
    if not found:
        yield quiet(facts)


def _may_be_the_state(attempt: Attempt) -> bool:
    said = attempt.callback_said
    known = (Trouble.OTHER, Trouble.STATE_MISMATCH, Trouble.STATE_MISSING)
    return attempt.error is None and (said is None or said.trouble in known)


def _says(attempt: Attempt) -> bool:
    said = attempt.callback_said
    return said is not None and said.trouble in (Trouble.STATE_MISMATCH, Trouble.STATE_MISSING)


def _changed(attempt: Attempt) -> bool:
    """Whether the provider gave back another state than it was asked with."""
    if attempt.asked is None or attempt.returned is None or not attempt.asked.has("state"):
        return False
    return attempt.asked.get("state") != attempt.returned.get("state")


def _overwritten(attempt: Attempt, note: Note) -> Match:
    callback = attempt.callback
    assert callback is not None
    other = note.other_state
    again: tuple[tuple[Place, Sentence], ...] = ()
    if other is not None and other.asked is not None:
        again = ((other.asked.place, Sentence("the attempt the cookie belongs to")),)
    return Match(
        message=Sentence(
            "The callback #{index} answers one sign-in, and {name} belongs to another one that began beside it.",
            index=callback.index,
            name=note.event.name,
        ),
        headline=Sentence(
            "Sign-in at the provider works, but {host} refuses the callback: a second sign-in had overwritten the "
            "state in {name}.",
            host=callback.host,
            name=note.event.name,
        ),
        at=callback.request.place("cookie"),
        caption=Sentence("the state of another attempt"),
        related=(*left_for_provider(attempt), *again, (callback.status_place, answered(callback))),
        confidence=Confidence.CERTAIN if _says(attempt) else Confidence.LIKELY,
        subject=note.event.name,
        flow=flow(attempt.exchanges),
        fixes=(
            Fix(
                Owner.API,
                Sentence("where the state cookie is set"),
                Sentence("Give each attempt a cookie of its own, with a part of the state in its name."),
            ),
            Fix(
                Owner.FRONTEND,
                Sentence("where the sign-in is started"),
                Sentence("Start one sign-in at a time: no double click, no start from two places of the page."),
            ),
        ),
    )


def _another(attempt: Attempt) -> Match:
    callback = attempt.callback
    assert callback is not None
    assert attempt.returned is not None
    return Match(
        message=Sentence(
            "The callback #{index} carries another state than the authorization request.", index=callback.index
        ),
        headline=Sentence(
            "Sign-in at the provider works, but {host} refuses the callback: its state is not the one that was sent.",
            host=callback.host,
        ),
        at=attempt.returned.place,
        caption=Sentence("another state"),
        related=(*left_for_provider(attempt), (callback.status_place, answered(callback))),
        confidence=Confidence.LIKELY,
        subject="state",
        flow=flow(attempt.exchanges),
        fixes=(
            Fix(
                Owner.IDENTITY_PROVIDER,
                Sentence("where the provider, or a broker before it, makes the answer"),
                Sentence("Give back the state unchanged, character by character."),
            ),
        ),
        alternatives=(Sentence("the callback belongs to a sign-in that began before the recording"),),
        decides=Sentence("Record again from the first click in a fresh window."),
    )
