"""The browser is sent in circles between the same pages.

Why it matters
    The user never arrives: each page sends the browser on to the next until the browser gives up.
What to do
    Find out why the first page sends the browser on: mostly it does not recognise the session that the sign-in has
    just made.
Stays quiet when
    A long chain of redirects ends at a page, or different pages are visited once each.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.cookie_jar import Reason
from haranalyze.facts.session import RedirectLoop
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._words import flow, later


@rule(
    id="redirect-loop",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.STATE,
    since="0.1",
    references=("Fetch standard 4.4 (redirect count)",),
    explains=("auth-rate-limited",),
)
def redirect_loop(facts: Facts) -> Iterator[Said]:
    for loop in facts.session.redirect_loops:
        start = loop.exchanges[0]
        lost = _lost_session(facts, loop)
        cause = () if lost is None else ((lost[0], Sentence("not kept by the browser: {reason}", reason=lost[1])),)
        yield Match(
            message=Sentence(
                "{rounds} rounds of the same {period} redirects, beginning at #{index}.",
                rounds=loop.rounds,
                period=loop.period,
                index=start.index,
            ),
            headline=Sentence(
                "The page never opens: {host} sends the browser round the same {period} addresses {rounds} times.",
                host=start.host,
                period=loop.period,
                rounds=loop.rounds,
            ),
            at=start.status_place,
            caption=Sentence("the round begins"),
            related=(*cause, *later(loop.exchanges[loop.period :: max(loop.period, 1)], "the same page again")),
            flow=flow(loop.exchanges),
            fixes=(
                Fix(
                    Owner.API,
                    Sentence("where {path} sends the browser on", path=start.path),
                    Sentence(
                        "Find out why it does so: if it looks for a session, make sure that the browser keeps and "
                        "returns the cookie that the sign-in sets."
                    ),
                ),
            ),
        )
        return
    yield Passed(Sentence("no page is returned to in a circle"))


def _lost_session(facts: Facts, loop: RedirectLoop) -> tuple[Place, Reason] | None:
    """The session cookie that the callback of a sign-in sets in each round and the browser does not keep, and why."""
    names = facts.session.session_cookie_names()
    for exchange in loop.exchanges:
        attempt = facts.provider_sign_in.attempt_of(exchange)
        if attempt is None or attempt.callback is not exchange:
            continue
        for event in facts.cookie_jar.set_by(exchange):
            if event.refused is not None and not event.is_deletion and event.name in names:
                return event.place, event.refused
    return None
