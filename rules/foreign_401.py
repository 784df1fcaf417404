"""A 401 from another system makes the client renew the session in vain.

Why it matters
    The session client takes every 401 for an expired session. When a different guard says 401 for its own reasons, a
    new token changes nothing and the app loops.
What to do
    Answer 403 where the session itself is fine, or give the session its own status on both sides.
Stays quiet when
    The refusing answer bears the session system's own words, or nothing identifies who refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity, Wire
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later


@rule(
    id="foreign-401",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TOKEN,
    since="0.1",
    references=("RFC 9110 section 15.5.2",),
    explains=("refresh-loop",),
)
def foreign_401(facts: Facts) -> Iterator[Said]:
    for loop in facts.session.loops:
        refusals = [refusal for call in loop.calls if (refusal := facts.session.refusal(call)) is not None]
        if not refusals or not all(refusal.foreign for refusal in refusals):
            continue
        call, by = refusals[0].exchange, refusals[0].by
        guard = facts.session.system_of(call)
        yield Match(
            message=Sentence(
                "The 401 of {path} is in the words of {other}, not of {system}: a renewed session cannot change it.",
                path=call.path,
                other=by.title if by else "another system",
                system=guard.title if guard else "the session system",
            ),
            headline=Sentence(
                "The session is refreshed {rounds} times and it never helps: {path} is answered 401 by {other},"
                " not by the session check.",
                rounds=len(loop.refreshes),
                path=call.path,
                other=by.title if by else "another system",
            ),
            at=refusals[0].evidence,
            caption=Sentence("decides it: not by the session check"),
            related=(
                (loop.refreshes[0].status_place, Sentence("the refresh succeeds")),
                *later(loop.calls[1:3], "the same answer with the renewed session"),
            ),
            flow=flow((*loop.calls, *loop.refreshes)),
            fixes=(
                Fix(
                    Owner.API,
                    Sentence("where {path} refuses the call", path=call.path),
                    Sentence(
                        "Answer 403 where the session itself is fine, or set "
                        "a session-expired status of your own on both sides."
                    ),
                    Sentence("res.status(401)"),
                    Sentence("res.status(403)"),
                    wire=Wire("status", call.status_place, Sentence("403")),
                ),
            ),
        )
        return
    yield Passed(Sentence("{count} refresh loops looked at", count=len(facts.session.loops)))
