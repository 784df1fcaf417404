"""What was answered from a cache, what could be, and for whom it had been made (RFC 9111)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from haranalyze.capture.model import Source
from haranalyze.facts._cache_marks import hit_headers, named_cache
from haranalyze.protocol.cache_control import parse_cache_control, parse_delta_seconds, parse_http_date
from haranalyze.protocol.headers import split_list
from haranalyze.protocol.set_cookie import parse_set_cookie
from haranalyze.text import Kind, Place, Sentence, Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.message import Response
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts
    from haranalyze.facts.tokens import FrontToken, Token

_CACHEABLE: Final = frozenset((200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501))  # RFC 9110 section 15.1
_APART = 2_000.0  # ms: within it two honest answers may carry the same Date and the same fresh header


class CacheMark(StrEnum):
    """A trace of a cache on a response."""

    FROM_CACHE = "from-cache"  # the browser's own
    SERVICE_WORKER = "service-worker"
    AGE = "age"
    HIT_HEADER = "hit-header"  # X-Cache, CF-Cache-Status, X-Cache-Status, Cache-Status ...
    SAME_DATE = "same-date"  # byte-identical Date and session header seen before
    NOT_MODIFIED = "not-modified"  # 304: no mark of a replay by itself


_DECISIVE: Final = frozenset((CacheMark.FROM_CACHE, CacheMark.SERVICE_WORKER, CacheMark.AGE, CacheMark.HIT_HEADER))
_OWN_CACHE: Final = frozenset((CacheMark.FROM_CACHE, CacheMark.SERVICE_WORKER))

Marks = tuple[tuple[CacheMark, Place], ...]


class CacheKind(StrEnum):
    """Where a cache stands."""

    BROWSER = "browser"
    SERVICE_WORKER = "service-worker"
    SHARED = "shared"  # a proxy, a CDN or the server's own


@dataclass(frozen=True, slots=True)
class AnsweringCache:
    """The cache that made an answer.

    ``product`` is such as ``Cloudflare``, ``""`` when no header proves it; ``node`` the captured name of the
    machine, None when not told; ``place`` what names it, or the mark that proves it.
    """

    kind: CacheKind
    product: str
    node: Text | None
    place: Place


@dataclass(frozen=True, slots=True)
class Replay:
    """A response that carries session headers of another time or another user than its own request.

    ``original`` is the exchange that first showed the same header, None when it is not in the capture;
    ``other_user`` True when the response's user differs from the request's own token's; ``older`` True when
    its token is older than one already seen; ``header`` the name of the session header; ``cache`` the cache that
    answered and ``age`` the seconds since the origin made the answer, None where not proven.
    """

    exchange: Exchange
    original: Exchange | None
    header: Text
    other_user: bool
    older: bool
    identical: bool  # byte-identical header seen before, with the same Date or from a cache
    shared: bool  # a shared cache (proxy, CDN) rather than the browser's own
    marks: Marks
    cache: AnsweringCache | None
    age: float | None
    evidence: tuple[tuple[Place, Sentence], ...]


@dataclass(frozen=True, slots=True)
class Storable:
    """A session-setting response that a cache may keep: by whom, how long (s), because of what."""

    exchange: Exchange
    shared: bool
    seconds: int | None
    explicit: bool  # max-age, s-maxage, Expires or public is written; False: only heuristics would allow it
    place: Place
    reason: Sentence


@dataclass(slots=True)
class _Seen:
    """What answers of one host had shown so far, with the time each was known to the client."""

    first: dict[str, Exchange] = field(default_factory=dict)  # session header value -> who showed it first
    newest: list[tuple[float, float, Exchange]] = field(default_factory=list)  # (answered, issue time), rising
    users: list[tuple[float, Text, Exchange]] = field(default_factory=list)  # (answered, user) from POST answers


class Caching:
    """Cache marks, replays of session headers, and storable session answers.

    Attributes:
        replays: answers with session headers that had been made for another time or user, in client order.
        storable_session_answers: session-setting answers to GET that a cache may keep, in client order.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    # marks

    def marks(self, exchange: Exchange) -> Marks:
        """Traces of caches on this response."""
        return tuple(self._marks(exchange))

    @staticmethod
    def _marks(exchange: Exchange) -> Iterator[tuple[CacheMark, Place]]:
        response = exchange.response
        if exchange.source in (Source.MEMORY_CACHE, Source.DISK_CACHE):
            yield CacheMark.FROM_CACHE, exchange.place
        elif exchange.source is Source.SERVICE_WORKER:
            yield CacheMark.SERVICE_WORKER, exchange.place
        if parse_delta_seconds(response.raw("age")):
            yield CacheMark.AGE, response.place("age")
        for name in hit_headers(response):
            yield CacheMark.HIT_HEADER, response.place(name)
        if response.status == 304:
            yield CacheMark.NOT_MODIFIED, exchange.status_place

    def cache(self, exchange: Exchange) -> AnsweringCache | None:
        """The cache that made the answer, None where no mark proves that one did."""
        proof = next(((mark, place) for mark, place in self._marks(exchange) if mark in _DECISIVE), None)
        if proof is None:
            return None
        mark, place = proof
        if mark in _OWN_CACHE:
            kind = CacheKind.BROWSER if mark is CacheMark.FROM_CACHE else CacheKind.SERVICE_WORKER
            return AnsweringCache(kind, "", None, place)
        product, node, name = named_cache(exchange.response)
        where = exchange.response.place(name) if name else place
        return AnsweringCache(CacheKind.SHARED, product, Text(node, Kind.HEADER_VALUE, name) if node else None, where)

    def age(self, exchange: Exchange) -> float | None:
        """Seconds since the origin made the answer, None where no cache left a mark or no header proves it.

        The greater of Age and of the time since Date (RFC 9111 section 4.2.3); Date counts where other answers of the
        host tell its clock.
        """
        if not any(mark in _DECISIVE for mark, _ in self._marks(exchange)):
            return None
        response, timeline = exchange.response, self._facts.timeline
        told, date = parse_delta_seconds(response.raw("age")), parse_http_date(response.raw("date") or "")
        found = [] if told is None else [float(told)]
        skew = self._facts.tokens.clock_skew(exchange.request.host) if date is not None else None
        if date is not None and skew is not None:
            now = timeline.wall(timeline.answered(exchange)) + skew
            found.append(max(now - date, 0.0) / 1_000)
        return max(found, default=None)

    # replays

    @cached_property
    def replays(self) -> tuple[Replay, ...]:
        """Answers whose session headers had been made for another time or another user, in client order."""
        by_host: dict[str, _Seen] = {}
        found = []
        for exchange in sorted(self._session_answers, key=self._facts.timeline.answered):
            seen = by_host.setdefault(exchange.request.host, _Seen())
            if (token := self._facts.tokens.front_token(exchange)) and not token.removed:
                if replay := self._front_replay(exchange, token, seen):
                    found.append(replay)
                else:
                    self._learn(exchange, token, seen)
            elif replay := self._cookie_replay(exchange, seen):
                found.append(replay)
        return tuple(sorted(found, key=lambda replay: self._facts.timeline.position(replay.exchange)))

    @cached_property
    def _session_answers(self) -> tuple[Exchange, ...]:
        """Exchanges on session hosts whose answer carries a session header or a session cookie."""
        hosts = self._facts.session.hosts
        names = self._front_headers
        return tuple(
            e
            for e in self._facts.timeline.exchanges
            if e.request.host in hosts
            and e.request.method != "OPTIONS"
            and (any(e.response.has(name) for name in names) or e.response.has("set-cookie"))
        )

    @cached_property
    def _front_headers(self) -> tuple[str, ...]:
        names = {system.front_token_header for system in self._facts.systems if system.front_token_header}
        for system in self._facts.systems:
            names.update(system.access_headers)
        return tuple(sorted(names))

    def _front_replay(self, exchange: Exchange, token: FrontToken, seen: _Seen) -> Replay | None:
        if exchange.request.method not in ("GET", "HEAD"):
            return None  # no cache answers anything else
        marks = self.marks(exchange)
        evidence: list[tuple[Place, Sentence]] = []
        other_user = self._is_other_user(exchange, token, seen, evidence)
        older = self._is_older(exchange, token, seen, evidence)
        original = seen.first.get(_value(token))
        identical = original is not None and self._is_identical(exchange, original, marks, evidence)
        if not (other_user or older or identical):
            return None
        if identical and original and _same_date(exchange, original):
            marks = (*marks, (CacheMark.SAME_DATE, exchange.response.place("date")))
        return Replay(
            exchange=exchange,
            original=original,
            header=Text(next(n for n in self._front_headers if exchange.response.has(n)), Kind.HEADER_NAME),
            other_user=other_user,
            older=older,
            identical=identical,
            shared=not any(mark in _OWN_CACHE for mark, _ in marks),
            marks=marks,
            cache=self.cache(exchange),
            age=self.age(exchange),
            evidence=((token.place, Sentence("the session header of the answer")), *evidence),
        )

    def _is_other_user(
        self, exchange: Exchange, token: FrontToken, seen: _Seen, evidence: list[tuple[Place, Sentence]]
    ) -> bool:
        """The request's own token decides; where it is not recorded, the last sign-in before it."""
        if token.subject is None:
            return False
        own = self._facts.tokens.access_token(exchange)
        if own is not None and own.subject is not None:
            if own.subject == token.subject:
                return False
            words = Sentence("the token of the request itself belongs to another user")
            evidence.append((self._place_of(own, exchange), words))
            return True
        sent = self._facts.timeline.sent(exchange)
        place = bisect_right(seen.users, sent, key=itemgetter(0))
        if not place or seen.users[place - 1][1] == token.subject:
            return False
        last = seen.users[place - 1][2]
        evidence.append((last.status_place, Sentence("the session was last issued to another user here")))
        return True

    def _is_older(
        self, exchange: Exchange, token: FrontToken, seen: _Seen, evidence: list[tuple[Place, Sentence]]
    ) -> bool:
        """A server never answers with an older token than the request carried or it had issued before."""
        if token.issued_at is None:
            return False
        own = self._facts.tokens.access_token(exchange)
        if own is not None and own.issued_at is not None and own.issued_at > token.issued_at:
            evidence.append((self._place_of(own, exchange), Sentence("the token of the request itself is newer")))
            return True
        if own is not None and own.issued_at is not None:
            return False
        sent = self._facts.timeline.sent(exchange)
        place = bisect_right(seen.newest, sent, key=itemgetter(0))
        if not place or seen.newest[place - 1][1] <= token.issued_at:
            return False
        newer = seen.newest[place - 1][2]
        evidence.append((newer.status_place, Sentence("a newer session header had come before")))
        return True

    def _place_of(self, token: Token, exchange: Exchange) -> Place:
        sightings = self._facts.tokens.sent_with(exchange)
        return next((seen.place for one, seen in sightings if one is token), exchange.url_place)

    def _is_identical(
        self, exchange: Exchange, original: Exchange, marks: Marks, evidence: list[tuple[Place, Sentence]]
    ) -> bool:
        timeline = self._facts.timeline
        if original.request.raw_url.partition("?")[0] != exchange.request.raw_url.partition("?")[0]:
            return False
        from_cache = any(mark in _DECISIVE for mark, _ in marks)
        apart = abs(timeline.started(exchange) - timeline.started(original)) > _APART
        if not from_cache and not (apart and _same_date(exchange, original)):
            return False
        evidence.append((original.status_place, Sentence("the same header, byte for byte, came here first")))
        return True

    def _learn(self, exchange: Exchange, token: FrontToken, seen: _Seen) -> None:
        answered = self._facts.timeline.answered(exchange)
        seen.first.setdefault(_value(token), exchange)
        if token.issued_at is not None and (not seen.newest or token.issued_at > seen.newest[-1][1]):
            seen.newest.append((answered, token.issued_at, exchange))
        if token.subject is not None and exchange.request.method not in ("GET", "HEAD"):
            seen.users.append((answered, token.subject, exchange))

    def _cookie_replay(self, exchange: Exchange, seen: _Seen) -> Replay | None:
        """A session cookie set by an answer that a cache says it made."""
        lines = [line for line in exchange.response.raw_set_cookies() if self._sets_session(line)]
        if not lines or exchange.request.method not in ("GET", "HEAD"):
            for line in lines:
                seen.first.setdefault(line, exchange)
            return None
        marks = self.marks(exchange)
        original = next((seen.first[line] for line in lines if line in seen.first), None)
        for line in lines:
            seen.first.setdefault(line, exchange)
        if original is None or not any(mark in _DECISIVE for mark, _ in marks):
            return None
        place = exchange.response.place("set-cookie")
        return Replay(
            exchange=exchange,
            original=original,
            header=Text("set-cookie", Kind.HEADER_NAME),
            other_user=False,
            older=False,
            identical=True,
            shared=not any(mark in _OWN_CACHE for mark, _ in marks),
            marks=marks,
            cache=self.cache(exchange),
            age=self.age(exchange),
            evidence=(
                (place, Sentence("the session cookie of the answer")),
                (original.status_place, Sentence("the same line, byte for byte, was set here first")),
            ),
        )

    def _sets_session(self, line: str) -> bool:
        cookie = parse_set_cookie(line)
        return cookie is not None and bool(cookie.value) and cookie.name in self._session_cookies

    @cached_property
    def _session_cookies(self) -> frozenset[str]:
        return frozenset(raw(name) for name in self._facts.session.session_cookie_names())

    # storable answers

    @cached_property
    def storable_session_answers(self) -> tuple[Storable, ...]:
        """Session-setting answers to GET that a cache may keep, in client order."""
        stored = (self._storable(e) for e in self._session_answers if e.request.method in ("GET", "HEAD"))
        return tuple(item for item in stored if item is not None)

    def _storable(self, exchange: Exchange) -> Storable | None:
        response = exchange.response
        if response.status not in _CACHEABLE and response.status != 304:
            return None
        place = self._session_place(exchange)
        directives = parse_cache_control(response.raw_all("cache-control"))
        vary = {name.lower() for value in response.raw_all("vary") for name in split_list(value)}
        if place is None or "no-store" in directives or "no-cache" in directives or "*" in vary:
            return None
        authorized = exchange.request.has("authorization")
        opened = "public" in directives or "s-maxage" in directives or "must-revalidate" in directives
        shared = "private" not in directives and (opened or not authorized)
        shared = shared and not vary & {"cookie", "authorization"}
        seconds, explicit = _freshness(response, directives, shared=shared)
        if explicit and seconds == 0:
            return None  # must be asked for again before each use
        if explicit:
            words = "Cache-Control or Expires lets a shared cache keep it" if shared else "the browser may keep it"
            return Storable(exchange, shared, seconds, True, response.place(_decider(response)), Sentence(words))
        where = response.place("cache-control")
        return Storable(exchange, shared, None, False, where, Sentence("no Cache-Control forbids keeping it"))

    def _session_place(self, exchange: Exchange) -> Place | None:
        response = exchange.response
        for name in self._front_headers:
            if (response.raw(name) or "remove") != "remove":
                return response.place(name)
        for line, place in zip(response.raw_set_cookies(), response.places("set-cookie"), strict=False):
            if self._sets_session(line):
                return place
        return None


def _value(token: FrontToken) -> str:
    return raw(token.place.text) if token.place.text is not None else ""


def _same_date(one: Exchange, other: Exchange) -> bool:
    date = one.response.raw("date")
    return date is not None and date == other.response.raw("date")


def _decider(response: Response) -> str:
    return "cache-control" if response.has("cache-control") else "expires"


def _freshness(response: Response, directives: Mapping[str, str | None], *, shared: bool) -> tuple[int | None, bool]:
    """Freshness lifetime in seconds (RFC 9111 section 4.2.1) and whether the answer itself allows storing."""
    for name in ("s-maxage", "max-age") if shared else ("max-age",):
        if name in directives:
            return parse_delta_seconds(directives[name]) or 0, True
    expires = response.raw("expires")
    if expires is not None:
        until, date = parse_http_date(expires), parse_http_date(response.raw("date") or "")
        return (max(0, round((until - date) / 1000)) if until is not None and date is not None else 0), True
    return None, "public" in directives
