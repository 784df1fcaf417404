"""The session is made for another client, so the browser never receives it.

Why it matters
    Where a server, a webhook or the provider makes the call that creates the session, the answer with the cookies goes
    to that caller. The browser goes on without a session and every call is refused.
What to do
    Let the browser itself make the call that completes the sign-in, or hand the answer's cookies on to it.
Stays quiet when
    Any answer to the browser hands out a session, or the recording has no cookies. Without the creating call in the
    recording this stays a question.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.server_side_calls import MadeElsewhere, back_without_session, made_elsewhere
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Question, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow


@rule(
    id="session-created-elsewhere",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TOKEN,
    since="0.1",
    references=("https://github.com/supertokens/supertokens-core/issues/1044",),
    explains=("cookie-not-sent", "missing-auth-header", "anonymous-401"),
)
def session_created_elsewhere(facts: Facts) -> Iterator[Said]:
    shown = facts.derive(made_elsewhere)
    if shown is not None:
        yield _match(shown)
        return
    back = facts.derive(back_without_session)
    if back is not None:
        yield Question(
            Sentence("Who makes the call that creates the session after the provider: the browser, or a server?"),
            Sentence(
                "after #{back} no answer gives the browser a session, and #{refused} is refused without one",
                back=back.back.index,
                refused=back.refused.index,
            ),
        )
        return
    yield Passed(Sentence("no session is made for another client"))


def _match(shown: MadeElsewhere) -> Match:
    made, call = shown.sign_in, shown.refused
    return Match(
        message=Sentence(
            "The sign-in #{made} is made by a server, and the browser's #{call} goes without the session it gave.",
            made=made.index,
            call=call.index,
        ),
        headline=Sentence(
            "Sign-in works, but its answer goes to a server: the browser never gets the session and {path} is refused.",
            path=call.path,
        ),
        at=made.request.place("user-agent"),
        caption=Sentence("decides it: no browser made this call"),
        related=((call.status_place, Sentence("the browser has no session")),),
        confidence=Confidence.LIKELY,
        flow=flow((made, call)),
        fixes=(
            Fix(
                Owner.API,
                Sentence("where the sign-in is completed"),
                Sentence("Make this call from the browser, or copy its Set-Cookie lines to the answer to the browser."),
            ),
        ),
    )
