"""A cache that replays exchanges: for each request what answers it (cache, origin, or both), and why (RFC 9111)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from haranalyze.protocol.cache_fields import (
    Fields,
    absolute,
    can_be_asked_about,
    client_is_current,
    conditions,
    confirms,
    date_in,
    first,
    freshened,
    invalidated,
    is_conditional,
    kept,
    served,
)
from haranalyze.protocol.http_cache import (
    CacheKind,
    CacheMode,
    CachePolicy,
    CacheRequest,
    CacheResponse,
    Need,
    Reason,
    Storage,
    Use,
)

_MOST_VARIANTS: Final = 64  # kept per URL; the oldest goes first
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")
_FAILURES: Final = frozenset((500, 502, 503, 504))  # RFC 5861 section 4


class Served(StrEnum):
    """What answered a request."""

    CACHE = "cache"
    ORIGIN = "origin"
    VALIDATED = "validated"  # the origin said that the stored response still holds
    NOTHING = "nothing"  # nothing stored and the origin not asked or not reached


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client gets. ``asked`` is the request as the origin saw it, None when it was not asked."""

    served: Served
    reason: Reason
    status: int
    fields: Fields
    body: str | None = None
    asked: CacheRequest | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the cache holds for a request. ``policy`` is None when nothing stored could be of use."""

    use: Use
    policy: CachePolicy | None = None


Origin = Callable[[CacheRequest], CacheResponse | None]
"""Answers a request; None when the connection fails."""


class Cache:
    """A cache of one kind. Give it requests in time order."""

    def __init__(self, kind: CacheKind) -> None:
        self.kind = kind
        self._stored: dict[str, list[CachePolicy]] = {}

    def lookup(self, request: CacheRequest, now: float) -> Lookup:
        """Which stored response fits the request best, and whether it may be used at ``now`` (section 4)."""
        best: CachePolicy | None = None
        reason = Reason.NOT_STORED
        for policy in self._stored.get(absolute("", request.url), ()):
            mismatch = policy.matches(request)
            if mismatch is not None:
                reason = mismatch
            elif _part(policy, request) is None:
                reason = Reason.RANGE
            elif best is None or _made(policy) >= _made(best):
                best = policy
        if best is None:
            return Lookup(Use(Need.NO_MATCH, reason))
        return Lookup(best.use(request, now), best)

    def receive(self, request: CacheRequest, response: CacheResponse) -> Storage:
        """Take note of an answer of the origin: invalidate, freshen, and store it where allowed (sections 3 and 4)."""
        for url in invalidated(request.method, request.url, response.status, response.fields):
            self._stored.pop(url, None)
        policy = CachePolicy(self.kind, request, response)
        if request.mode is CacheMode.NO_STORE:
            return Storage(False, Reason.REQUEST_NO_STORE)
        if request.method == "HEAD" and response.status == 200:
            self._freshen_by_head(request, response)
        if not policy.storage.allowed:
            return policy.storage
        fields = kept(response.fields, policy.control, shared=self.kind is not CacheKind.PRIVATE)
        self._put(CachePolicy(self.kind, request, replace(response, fields=fields)))
        return policy.storage

    def _put(self, policy: CachePolicy) -> None:
        """Store in place of what would have answered the same request."""
        variants = self._stored.setdefault(absolute("", policy.request.url), [])
        variants[:] = [old for old in variants if not _replaces(policy, old)][-_MOST_VARIANTS + 1 :]
        variants.append(policy)

    def fetch(self, request: CacheRequest, now: float, origin: Origin) -> Answer:
        """Answer a request at ``now``, asking ``origin`` where needed, and remember what it says."""
        request = self._as_sent(request)
        if request.mode in (CacheMode.NO_STORE, CacheMode.RELOAD) or request.method not in ("GET", "HEAD"):
            return self._from_origin(
                request, Reason.REQUEST_NO_CACHE if request.method == "GET" else Reason.METHOD, origin
            )
        found = self.lookup(request, now)
        policy, use = found.policy, found.use
        if policy is not None and use.need in (Need.NONE, Need.IN_BACKGROUND):
            answer = self._from_cache(policy, request, use.reason, now)
            if use.need is Need.IN_BACKGROUND:
                self._validated(policy, request, use.reason, now, origin)
            return answer
        if request.mode is CacheMode.ONLY_IF_CACHED or "only-if-cached" in request.control:
            return Answer(Served.NOTHING, use.reason, 504, {})
        if policy is None:
            return self._from_origin(request, use.reason, origin)
        return self._validated(policy, request, use.reason, now, origin)

    def _as_sent(self, request: CacheRequest) -> CacheRequest:
        """The request with what the cache mode adds (Fetch standard, HTTP-network-or-cache fetch)."""
        mode, fields = request.mode, dict(request.fields)
        if self.kind is CacheKind.PRIVATE and mode is CacheMode.DEFAULT and is_conditional(fields):
            mode = CacheMode.NO_STORE
        elif mode is CacheMode.NO_CACHE:
            fields.setdefault("cache-control", ("max-age=0",))
        elif mode in (CacheMode.NO_STORE, CacheMode.RELOAD):
            fields.setdefault("pragma", ("no-cache",))
            fields.setdefault("cache-control", ("no-cache",))
        return replace(request, mode=mode, fields=fields)

    def _from_origin(self, request: CacheRequest, reason: Reason, origin: Origin) -> Answer:
        response = origin(request)
        if response is None:
            return Answer(Served.NOTHING, reason, 0, {}, asked=request)
        self.receive(request, response)
        return Answer(Served.ORIGIN, reason, response.status, response.fields, response.body, request)

    def _from_cache(self, policy: CachePolicy, request: CacheRequest, reason: Reason, now: float) -> Answer:
        fields = served(policy.response.fields, policy.control, policy.age(now))
        proxied = self.kind is not CacheKind.PRIVATE and is_conditional(request.fields)
        if proxied and policy.response.status == 200 and client_is_current(request.fields, fields):
            return Answer(Served.CACHE, reason, 304, fields)
        part = _part(policy, request) or _Part(policy.response.status, None)
        body = None if request.method == "HEAD" else part.body
        return Answer(Served.CACHE, reason, part.status, {**fields, **part.fields}, body)

    def _validated(
        self, policy: CachePolicy, request: CacheRequest, reason: Reason, now: float, origin: Origin
    ) -> Answer:
        """Ask the origin whether the stored response still holds (section 4.3)."""
        stored = policy.response
        asked = request
        if can_be_asked_about(stored.fields):
            asked = replace(request, fields={**request.fields, **conditions(stored.fields, request.fields)})
        response = origin(asked)
        failed = response is None or response.status in _FAILURES
        if failed and (policy.stale_if_error(now) or (response is None and self._serves_cut_off(policy))):
            return replace(self._from_cache(policy, request, Reason.STALE_IF_ERROR, now), asked=asked)
        if response is None:
            return Answer(Served.NOTHING, reason, 0, {}, asked=asked)
        if response.status == 304 and not is_conditional(request.fields):
            if not confirms(stored.fields, response.fields):  # it speaks of another response: ask again for this one
                return self._from_origin(request, reason, origin)
        elif response.status != 304 or not confirms(stored.fields, response.fields):
            self.receive(request, response)
            return Answer(Served.ORIGIN, reason, response.status, response.fields, response.body, asked)
        renewed = self._renewed(policy, response)
        answer = self._from_cache(renewed, request, reason, response.received)
        return replace(answer, served=Served.VALIDATED, asked=asked)

    def _serves_cut_off(self, policy: CachePolicy) -> bool:
        """Whether a shared cache may serve it while the origin cannot be reached (section 4.2.4); browsers do not."""
        return self.kind is not CacheKind.PRIVATE and policy.may_be_stale

    def _renewed(self, policy: CachePolicy, answer: CacheResponse) -> CachePolicy:
        """The stored response with the fields and the clock of a 304 or of a HEAD answer, put in its place."""
        fields = freshened(policy.response.fields, answer.fields, browser=self.kind is CacheKind.PRIVATE)
        response = replace(policy.response, fields=fields, sent=answer.sent, received=answer.received)
        if "age" not in answer.fields:
            response = replace(response, fields={n: v for n, v in fields.items() if n != "age"})
        renewed = CachePolicy(self.kind, policy.request, response)
        variants = self._stored.get(absolute("", policy.request.url), [])
        variants[:] = [renewed if one is policy else one for one in variants]
        return renewed

    def _freshen_by_head(self, request: CacheRequest, response: CacheResponse) -> None:
        """A HEAD answer updates stored responses to GET, or shows that they changed (section 4.3.5)."""
        as_get = replace(request, method="GET")
        variants = self._stored.get(absolute("", request.url), [])
        for policy in [one for one in variants if one.request.method == "GET" and one.matches(as_get) is None]:
            lengths = first(response.fields, "content-length"), first(policy.response.fields, "content-length")
            if confirms(policy.response.fields, response.fields) and (None in lengths or lengths[0] == lengths[1]):
                self._renewed(policy, response)
            else:
                variants.remove(policy)


def _made(policy: CachePolicy) -> float:
    date = date_in(policy.response.fields, "date")
    return policy.response.received if date is None else date


def _replaces(newer: CachePolicy, older: CachePolicy) -> bool:
    """Whether the newer one answers all that the older one answers."""
    same_part = newer.response.status != 206 or older.response.status == 206
    asked = older.request if newer.request.method == "HEAD" else replace(older.request, method="GET")
    return same_part and newer.matches(asked) is None


# ranges (RFC 9110 section 14, RFC 9111 section 3.3): one range of bytes, complete or partial responses


@dataclass(frozen=True, slots=True)
class _Part:
    """What of a stored response answers a request."""

    status: int
    body: str | None
    fields: Fields = field(default_factory=dict)


def _part(policy: CachePolicy, request: CacheRequest) -> _Part | None:
    """The part of a stored response that answers the request; None when it lacks something of it."""
    stored = policy.response
    wanted = first(request.fields, "range") if request.method == "GET" else None
    if stored.status == 206:
        return None if wanted is None else _of_partial(stored, wanted)
    if wanted is None or stored.status != 200 or stored.body is None or not _same_version(request, stored):
        return _Part(stored.status, stored.body)
    total = len(stored.body)
    bounds = _bounds(wanted, total)
    if bounds is None:
        return _Part(stored.status, stored.body)  # a range that is none is ignored
    if bounds[0] >= total:
        return None
    return _sliced(stored.body, 0, bounds, str(total))


def _same_version(request: CacheRequest, stored: CacheResponse) -> bool:
    """Whether If-Range, where there is one, names the stored response (RFC 9110 section 13.1.5)."""
    condition = first(request.fields, "if-range")
    return condition is None or condition in (first(stored.fields, "etag"), first(stored.fields, "last-modified"))


def _of_partial(stored: CacheResponse, wanted: str) -> _Part | None:
    described = _CONTENT_RANGE.fullmatch((first(stored.fields, "content-range") or "").strip(" \t"))
    if described is None or stored.body is None:
        return None
    start, end = int(described[1]), int(described[2])
    total = int(described[3]) if described[3] != "*" else None
    reaches_end = total is not None and end == total - 1
    found = _RANGE.fullmatch(wanted.strip(" \t"))
    if found is None or not (found[1] or found[2]) or (not (found[1] and found[2]) and not reaches_end):
        return None
    if not found[1]:  # the last so many bytes
        count = int(found[2])
        if not 0 < count <= len(stored.body):
            return None
        return _sliced(stored.body, start, (start + len(stored.body) - count, start + len(stored.body)), described[3])
    begin, last = int(found[1]), int(found[2]) if found[2] else end
    if begin < start or last > end or begin > last or begin - start >= len(stored.body):
        return None
    return _sliced(stored.body, start, (begin, last + 1), described[3])


def _bounds(wanted: str, total: int) -> tuple[int, int] | None:
    """First byte and the byte after the last of one range, None for anything but one valid range."""
    found = _RANGE.fullmatch(wanted.strip(" \t"))
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return (max(0, total - int(found[2])), total) if int(found[2]) else (total, total)
    end = min(int(found[2]) + 1, total) if found[2] else total
    return (int(found[1]), end) if not found[2] or int(found[2]) >= int(found[1]) else None


def _sliced(body: str, offset: int, bounds: tuple[int, int], total: str) -> _Part:
    begin, end = bounds
    part = body[begin - offset : end - offset]
    return _Part(206, part, {"content-range": (f"bytes {begin}-{begin + len(part) - 1}/{total}",)})
