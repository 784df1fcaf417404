"""A call of the session gets no connection to its server.

Why it matters
    The server is not running, not reachable, has no valid certificate, or an extension of the browser blocks the call.
    The session set-up is not what breaks here.
What to do
    Open the address in the browser: the error it shows names what is missing.
Stays quiet when
    The same call is answered later, the user left the page, or what an extension blocks is no call of the sign-in.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.connections import is_blocked_by_client, unanswered_calls
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import MOST_PLACES, flow


@rule(
    id="connection-failed",
    severity=Severity.INFO,
    owner=Owner.API,
    layer=Layer.STATE,
    since="0.1",
    references=("https://source.chromium.org (net/base/net_error_list.h)",),
)
def connection_failed(facts: Facts) -> Iterator[Said]:
    found = facts.derive(unanswered_calls)
    if not found:
        yield Passed(Sentence("every call of the session got a connection"))
        return
    call = found[0]
    blocked = is_blocked_by_client(call)
    yield Match(
        message=Sentence("#{index} got no answer: {error}.", index=call.index, error=call.failure),
        headline=Sentence(
            "An extension of the browser blocks {path} on {host}, so the session cannot be made or renewed."
            if blocked
            else "The session is not the problem: {path} gets no connection to {host}.",
            path=call.path,
            host=call.host,
        ),
        at=call.url_place,
        caption=Sentence("{error}", error=call.failure),
        related=tuple((one.url_place, Sentence("no answer either")) for one in found[1:MOST_PLACES]),
        owner=Owner.BROWSER if blocked else None,
        flow=flow(found),
        fixes=(
            Fix(
                Owner.BROWSER,
                Sentence("in the browser"),
                Sentence("Turn the extension off for this site, or try in a window without extensions."),
            )
            if blocked
            else Fix(
                Owner.API,
                Sentence("on {host}", host=call.host),
                Sentence(
                    "Check that the server runs, that its name and certificate are right, and that it is reachable."
                ),
            ),
        ),
        is_trouble=True,
    )
