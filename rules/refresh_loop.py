"""The session is renewed again and again and the call is still refused.

Why it matters
    Each renewal succeeds and changes nothing: the app hangs, the API is flooded, and the user is thrown out when the
    client gives up.
What to do
    Find out why the call is refused although its token is fresh; the answer's own words are the clue.
Stays quiet when
    A refused call succeeds after one renewal; calls are polled; different calls are refused once each.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session import RefreshResult
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later


@rule(
    id="refresh-loop",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.STATE,
    since="0.1",
    references=("https://github.com/supertokens/supertokens-website (maxRetryAttemptsForSessionRefresh)",),
    explains=(
        "auth-rate-limited",
        "expired-token-no-refresh",
    ),
)
def refresh_loop(facts: Facts) -> Iterator[Said]:
    loops = facts.session.loops
    if not loops:
        count = sum(refresh.result is RefreshResult.OK for refresh in facts.session.refreshes)
        yield Passed(
            Sentence(
                "{count} successful refreshes; a loop needs 2 full rounds of call, refresh, same call",
                count=count,
            )
        )
        return
    for loop in loops:
        call, refresh = loop.calls[0], loop.refreshes[0]
        yield Match(
            message=Sentence(
                "{method} {path} is refused {count} times; the {rounds} successful refreshes between do not help.",
                method=call.method,
                path=call.path,
                count=len(loop.calls),
                rounds=len(loop.refreshes),
            ),
            headline=Sentence(
                "The session is refreshed {rounds} times in a row and it never helps: {method} {path} is answered"
                " {status} every time.",
                rounds=len(loop.refreshes),
                method=call.method,
                path=call.path,
                status=call.response.status,
            ),
            at=call.status_place,
            caption=Sentence("refused for the first time"),
            related=(
                (refresh.status_place, Sentence("the refresh succeeds")),
                *later(loop.calls[1:3], "refused again with the renewed session"),
            ),
            confidence=Confidence.CERTAIN,
            flow=flow((*loop.calls, *loop.refreshes)),
            fixes=(
                Fix(
                    Owner.API,
                    Sentence("where {path} decides who may call", path=call.path),
                    Sentence(
                        "Accept the session that was just renewed, or answer 403 where the session is not the problem."
                    ),
                ),
            ),
        )
