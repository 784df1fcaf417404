"""The refresh call is answered by something that is not the session API.

Why it matters
    A page or another route answers 200, so the client believes the renewal worked while no new session was made.
What to do
    Make the front end's and the API's base path agree, and let unknown API routes answer 404.
Stays quiet when
    The answer is the session system's own, such as the one that only removes duplicate cookies.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session import RefreshResult
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="refresh-not-api",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.ROUTING,
    since="0.1",
    references=("https://supertokens.com/docs (appInfo.apiBasePath)",),
    explains=(
        "refresh-state-not-stored",
        "refresh-loop",
        "refresh-failing",
    ),
)
def refresh_not_api(facts: Facts) -> Iterator[Said]:
    found = [one.exchange for one in facts.session.refreshes if one.result is RefreshResult.NOT_API]
    if not found:
        yield Passed(seen(len(facts.session.refreshes), "refresh calls"))
        return
    call = found[0]
    yield Match(
        message=Sentence(
            "The refresh #{index} is answered {status}, but not by the session API.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "The app asks {host} to renew the session at {path}, and "
            "something else answers {status}: no session is made.",
            host=call.host,
            path=call.path,
            status=call.response.status,
        ),
        at=call.response.body.place,
        caption=Sentence("decides it: not an answer of the session API"),
        related=later(found[1:], "the same"),
        flow=flow(found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("where the session routes are mounted"),
                Sentence(
                    "Serve the refresh route at this path (same base path "
                    "on both sides); answer 404 for unknown API routes."
                ),
            ),
        ),
    )
