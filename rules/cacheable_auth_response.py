"""An answer that carries the session may be kept by a cache.

Why it matters
    Nothing has gone wrong yet in this recording, but the answer allows caches to keep session headers; the next user
    or the next page may get them.
What to do
    Send Cache-Control: no-store on answers that carry session headers or cookies.
Stays quiet when
    The answer forbids storing, says nothing about caching, carries no session header, or nobody is signed in: then
    the session in it is a visitor's.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity, Wire
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._fixes import in_stacks
from ._snippets import NO_STORE
from ._words import STILL_CACHED, flow, later, seen


@rule(
    id="cacheable-auth-response",
    severity=Severity.MEDIUM,
    owner=Owner.API,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=("RFC 9111 section 3",),
)
def cacheable_auth_response(facts: Facts) -> Iterator[Said]:
    stored = facts.caching.storable_session_answers
    found = [one for one in stored if one.explicit and facts.session.signed_in_before(one.exchange)]
    if not found:
        yield Passed(
            seen(
                len(facts.caching.storable_session_answers),
                "answers with session headers and no word on caching",
            )
        )
        return
    one = found[0]
    exchange = one.exchange
    yield Match(
        message=Sentence(
            "#{index} carries the session and allows "
            + ("shared caches" if one.shared else "the browser")
            + " to keep it.",
            index=exchange.index,
        ),
        headline=Sentence(
            "The answer of {path} carries the session and allows "
            "caches to keep it, so it can reach another page or user.",
            path=exchange.path,
        ),
        at=one.place,
        caption=one.reason,
        related=later([other.exchange for other in found[1:]], "the same"),
        confidence=Confidence.CERTAIN,
        subject="cache-control",
        flow=flow(other.exchange for other in found),
        fixes=in_stacks(
            facts,
            exchange,
            NO_STORE,
            Fix(
                Owner.API,
                Sentence("on every answer that carries session headers"),
                Sentence("Send Cache-Control: no-store."),
                None,
                Sentence("Cache-Control: no-store"),
                wire=Wire("cache-control", one.place, Sentence("no-store")),
                good_to_know=STILL_CACHED,
            ),
        ),
    )
