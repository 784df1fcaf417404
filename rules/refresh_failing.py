"""The renewal of the session is refused although a session had been made.

Why it matters
    The session cannot be renewed, so the user is signed out as soon as the short-lived token expires.
What to do
    Look at what the refresh call carries and what its answer says.
Stays quiet when
    Nobody had signed in, the user had signed out, or the answer only clears duplicate cookies.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session import RefreshResult
from haranalyze.findings import CannotTell, Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later, seen

_FAILED = frozenset((RefreshResult.REFUSED, RefreshResult.FAILED))


@rule(
    id="refresh-failing",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TOKEN,
    since="0.1",
    references=("RFC 6749 section 6",),
)
def refresh_failing(facts: Facts) -> Iterator[Said]:
    found = [
        one.exchange
        for one in facts.session.refreshes
        if one.result in _FAILED and facts.session.signed_in_before(one.exchange) and one.exchange.response.status
    ]
    if not found:
        yield Passed(seen(len(facts.session.refreshes), "refresh calls"))
        return
    if not (facts.quality.records_cookies or facts.quality.records_authorization):
        yield CannotTell(Sentence("the recording does not show what the refresh carried"), flow(found))
        return
    call = found[0]
    yield Match(
        message=Sentence(
            "The refresh #{index} is answered {status} although a session had been made.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "Sign-in works, but the session cannot be renewed: {path} on {host} is answered {status}.",
            path=call.path,
            host=call.host,
            status=call.response.status,
        ),
        at=call.status_place,
        caption=Sentence("the refresh is refused"),
        related=later(found[1:], "refused again"),
        confidence=Confidence.LIKELY,
        flow=flow(found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("in the API's log at the time of #{index}", index=call.index),
                Sentence("Find out which reason the log names for refusing this refresh."),
            ),
        ),
        decides=Sentence("The API's log names the reason for refusing #{index}.", index=call.index),
    )
