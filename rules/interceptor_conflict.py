"""The app and the session client get in each other's way when the session is renewed.

Why it matters
    The session client repeats a refused call after it has renewed the session, once for all waiting calls. An
    interceptor of the app's own that swallows the repetition, or renews the session as well, leaves the user with an
    error or without a session.
What to do
    Register the app's interceptors after those of the session client, and leave renewing and repeating to it.
Stays quiet when
    The page was left meanwhile, the recording ends there, or it happened once only and a closed page may explain it.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session_client import (
    ForgottenRetry,
    TwoRefreshes,
    forgotten_retries,
    overlapping_refreshes,
)
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Question, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="interceptor-conflict",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("https://github.com/supertokens/supertokens-website (lib/ts/axios.ts, fetch.ts)",),
    explains=("token-theft", "refresh-failing", "interceptor-missing"),
    needs=(Needs.BROWSER,),
)
def interceptor_conflict(facts: Facts) -> Iterator[Said]:
    doubled = facts.derive(overlapping_refreshes)
    forgotten = facts.derive(forgotten_retries)
    around = [one for one in forgotten if one.retry is not None]
    if doubled:
        yield _doubled(doubled)
    elif around:
        yield _forgotten(around, repeated=True)
    elif len(forgotten) > 1:
        yield _forgotten(list(forgotten), repeated=False)
    elif forgotten:
        yield Question(
            Sentence("Does an interceptor of the app handle refused calls by itself?"),
            Sentence("#{index} was not repeated after the session was renewed", index=forgotten[0].call.index),
        )
    else:
        yield Passed(seen(len(facts.session.refreshes), "refreshes"))


def _doubled(found: tuple[TwoRefreshes, ...]) -> Match:
    one = found[0]
    return Match(
        message=Sentence(
            "The session is renewed twice at once: #{client} by the session client and #{around} by code of the app.",
            client=one.by_client.index,
            around=one.around.index,
        ),
        headline=Sentence(
            "The session breaks when it is renewed: the app asks {path} for itself while the session client does, and"
            " one of them is refused.",
            path=one.around.path,
        ),
        at=one.around.url_place,
        caption=Sentence("decides it: a refresh without the session client's headers"),
        related=(
            (one.by_client.url_place, Sentence("the session client's own refresh")),
            (one.refused.status_place, Sentence("refused")),
        ),
        confidence=Confidence.LIKELY,
        flow=flow(each for two in found for each in (two.by_client, two.around)),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the app calls the refresh route"),
                Sentence("Leave renewing to the session client; where it must be started, ask the client to do it."),
                Sentence('fetch("/auth/session/refresh", {{ method: "POST" }})'),
                Sentence("await Session.attemptRefreshingSession()"),
            ),
        ),
    )


def _forgotten(found: list[ForgottenRetry], *, repeated: bool) -> Match:
    one = found[0]
    call, refresh = one.call, one.refresh.exchange
    retries = [each.retry for each in found if each.retry is not None]
    return Match(
        message=Sentence(
            "#{index} is repeated after the refresh #{refresh} without the session client's headers."
            if repeated
            else "#{index} was refused, the refresh #{refresh} succeeded, and the call was never repeated.",
            index=call.index,
            refresh=refresh.index,
        ),
        headline=Sentence(
            "The session is renewed, but {path} is repeated around the session client and refused again."
            if repeated
            else "The session is renewed, but the app gives up {path} instead of repeating it.",
            path=call.path,
        ),
        at=call.status_place,
        caption=Sentence("refused, and repeated around the client" if repeated else "refused, and not repeated"),
        related=(
            (refresh.status_place, Sentence("the session is renewed")),
            *later(retries[:1], "repeated without the client's headers"),
            *later([each.call for each in found[1:]], "the same"),
        ),
        confidence=Confidence.LIKELY,
        flow=flow(each.call for each in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the app registers its interceptors"),
                Sentence("Register them after the session client's, and let them pass refused calls on."),
                Sentence("axios.interceptors.response.use(undefined, handleError);  SuperTokens.init(...)"),
                Sentence("SuperTokens.init(...);  axios.interceptors.response.use(undefined, handleError)"),
            ),
        ),
        alternatives=(Sentence("The app aborts the call by itself when it is refused."),),
        decides=Sentence("The initiator of #{index} in devtools names the script that made it.", index=call.index),
    )
