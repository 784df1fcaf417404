"""A cache replays an answer that carries another session.

Why it matters
    A cache hands out an old answer with its session headers. The front end then believes in a session of another time,
    or of another user: data of the wrong person may be shown.
What to do
    Forbid caches to keep answers that carry session headers.
Stays quiet when
    A 304 confirms the client's own copy, a new sign-in changed the user, or a refresh renewed the session.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.caching import CacheKind, Replay
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity, Wire
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence, Value

from ._fixes import in_stacks
from ._snippets import NO_STORE
from ._words import STILL_CACHED, flow

_CACHES = {
    CacheKind.BROWSER: "the browser's own cache",
    CacheKind.SERVICE_WORKER: "a cache of the page's service worker",
    CacheKind.SHARED: "a cache",
}


@rule(
    id="cached-front-token",
    severity=Severity.CRITICAL,
    owner=Owner.PROXY,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=(
        "RFC 9111 section 3.5",
        "RFC 9111 section 5.2.2.5",
    ),
    explains=(
        "cacheable-auth-response",
        "refresh-loop",
        "stale-access-token",
    ),
)
def cached_front_token(facts: Facts) -> Iterator[Said]:
    replays = facts.caching.replays
    if not replays:
        yield Passed(Sentence("no session header came twice or for another user"))
        return
    ranked = sorted(replays, key=lambda one: (not one.other_user, not one.older))
    replay = ranked[0]
    exchange = replay.exchange
    whose = "another user" if replay.other_user else "an earlier time"
    carrier, *related = replay.evidence
    related += _traces(replay)
    if replay.original is not None and not replay.identical:
        related.append((replay.original.status_place, Sentence("first answered here")))
    where = "a cache in front of {host}" if replay.shared else "the browser's own cache"
    yield Match(
        message=Sentence(
            "#{index} carries a {header} made for " + whose + ".", index=exchange.index, header=replay.header
        ),
        headline=Sentence(
            "After {path} the app holds the session of " + whose + ": " + where + " replays an old answer.",
            path=exchange.path,
            host=exchange.host,
        ),
        at=carrier[0],
        caption=Sentence("decides it: made for " + whose),
        related=tuple(related),
        confidence=Confidence.CERTAIN if replay.other_user or replay.identical else Confidence.LIKELY,
        owner=Owner.PROXY if replay.shared else Owner.API,
        subject=replay.header,
        flow=flow([one.exchange for one in replays] + [one.original for one in replays if one.original is not None]),
        fixes=in_stacks(
            facts,
            exchange,
            NO_STORE,
            Fix(
                Owner.API,
                Sentence("on every answer that carries session headers"),
                Sentence("Send Cache-Control: no-store, and let the cache honour it."),
                None,
                Sentence("Cache-Control: no-store"),
                wire=Wire("cache-control", exchange.response.place("cache-control"), Sentence("no-store")),
                good_to_know=STILL_CACHED,
            ),
        ),
    )


def _traces(replay: Replay) -> list[tuple[Place, Sentence]]:
    """What shows that a cache answered; the place that names the cache says which one and how old its answer was."""
    traces = {place: Sentence("trace of a cache") for _, place in replay.marks}
    if replay.cache is not None:
        words, values = "answered by " + _CACHES[replay.cache.kind], dict[str, Value]()
        if replay.cache.product:
            words += " of {product}"
            values["product"] = replay.cache.product
        if replay.age is not None:
            words += ", {age} s after the server had made it"
            values["age"] = round(replay.age)
        traces[replay.cache.place] = Sentence(words, **values)
    return list(traces.items())
