"""What an HTTP cache may keep, for how long, and for whom (RFC 9111), for browser, shared and CDN caches.

Times are milliseconds since the epoch, spans are seconds. Where RFC 9111 leaves a choice, the private cache chooses
as Chromium does (net/http/http_response_headers.cc) and the shared ones as the common proxies do; each such choice
says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

from haranalyze.protocol.cache_control import (
    EMPTY,
    MAX_SECONDS,
    CacheControl,
    Side,
    parse_age,
    read_cache_control,
    read_targeted_cache_control,
)
from haranalyze.protocol.cache_fields import Fields, absolute, date_in, first, same_variant, vary_names


class CacheKind(StrEnum):
    """Whose cache: one user's browser, a proxy many users share, or a CDN (shared, and heeds CDN-Cache-Control)."""

    PRIVATE = "private"
    SHARED = "shared"
    CDN = "cdn"


class CacheMode(StrEnum):
    """The cache mode of a fetch (Fetch standard section 2.2.5)."""

    DEFAULT = "default"
    NO_STORE = "no-store"
    RELOAD = "reload"
    NO_CACHE = "no-cache"
    FORCE_CACHE = "force-cache"
    ONLY_IF_CACHED = "only-if-cached"


class Reason(StrEnum):
    """Why a cache may or may not keep or reuse a response."""

    # storing
    ALLOWED_EXPLICITLY = "allowed-explicitly"  # max-age, s-maxage, Expires, public, private
    ALLOWED_BY_STATUS = "allowed-by-status"  # nothing is said: the status may be cached heuristically
    METHOD = "method"
    STATUS = "status"
    PARTIAL = "partial"  # 206 to a request without Range
    REQUEST_NO_STORE = "request-no-store"
    RESPONSE_NO_STORE = "response-no-store"
    RESPONSE_PRIVATE = "response-private"
    AUTHORIZATION = "authorization"
    NOT_UNDERSTOOD = "not-understood"  # must-understand with a status this cache does not know
    NOTHING_ALLOWS = "nothing-allows"
    VARY_STAR = "vary-star"
    SET_COOKIE = "set-cookie"  # a shared cache does not hand one user's cookies to another unless told to
    # reusing
    FRESH = "fresh"
    MAX_STALE = "max-stale"
    WHILE_REVALIDATE = "stale-while-revalidate"
    STALE = "stale"
    NO_CACHE = "response-no-cache"
    REQUEST_NO_CACHE = "request-no-cache"
    REQUEST_MAX_AGE = "request-max-age"
    MIN_FRESH = "min-fresh"
    VARY = "vary"
    URL = "url"
    NOT_STORED = "not-stored"
    RANGE = "range"
    STALE_IF_ERROR = "stale-if-error"


class Basis(StrEnum):
    """What a freshness lifetime follows from."""

    S_MAXAGE = "s-maxage"
    MAX_AGE = "max-age"
    EXPIRES = "expires"
    LAST_MODIFIED = "last-modified"  # heuristic: a tenth of the time since then
    PERMANENT = "permanent"  # a private cache keeps 300, 301, 308 and 410 until told otherwise
    NONE = "none"


class Need(StrEnum):
    """What must happen before a stored response may be used."""

    NONE = "none"
    IN_BACKGROUND = "in-background"  # used at once, asked about meanwhile (RFC 5861 section 3)
    BEFORE_USE = "before-use"
    NO_MATCH = "no-match"  # it is no answer to this request


HEURISTIC_STATUSES: Final = frozenset(
    (200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501)
)  # RFC 9110 section 15.1
UNDERSTOOD_STATUSES: Final = HEURISTIC_STATUSES | {201, 202, 302, 303, 304, 307, 400, 401, 403, 500, 502, 503, 504}
# RFC 6585 sections 3 to 6 forbid storing 428, 429, 431 and 511; 412 and 416 judge one request's own conditions.
_NEVER_STORED: Final = frozenset((304, 412, 416, 428, 429, 431, 511))
_PERMANENT: Final = frozenset((300, 301, 308, 410))  # Chromium; RFC 9111 section 4.2.2 leaves it to the cache
_HEURISTIC_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class CacheRequest:
    """A request as a cache sees it. ``method`` in upper case, ``url`` absolute without fragment."""

    method: str
    url: str
    fields: Fields = field(default_factory=dict)
    mode: CacheMode = CacheMode.DEFAULT

    @property
    def control(self) -> CacheControl:
        """Its Cache-Control; ``Pragma: no-cache`` stands in where there is none (RFC 9111 section 5.4)."""
        read = read_cache_control(self.fields.get("cache-control", ()), Side.REQUEST)
        return read or _from_pragma(self.fields)


@dataclass(frozen=True, slots=True)
class CacheResponse:
    """A final response. ``sent`` and ``received``: when its request went out and its headers came, ms since the epoch.

    ``body`` is only needed for ranges; None where it is not known.
    """

    status: int
    fields: Fields
    sent: float = 0.0
    received: float = 0.0
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Storage:
    """Whether a response may be kept, and why (not)."""

    allowed: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a response stays fresh: ``seconds``, and what that follows from."""

    seconds: float
    basis: Basis

    @property
    def explicit(self) -> bool:
        """Whether the response says so itself."""
        return self.basis in (Basis.S_MAXAGE, Basis.MAX_AGE, Basis.EXPIRES)


@dataclass(frozen=True, slots=True)
class Use:
    """Whether a stored response may answer a request, and why (not)."""

    need: Need
    reason: Reason


def _from_pragma(fields: Fields) -> CacheControl:
    said = any("no-cache" in value.lower() for value in fields.get("pragma", ()))
    return read_cache_control(("no-cache",)) if said else EMPTY


class CachePolicy:
    """One response, its request, and one kind of cache: everything RFC 9111 says about the three.

    Attributes:
        request: the request that got the response.
        response: the response.
        control: the directives that decide: CDN-Cache-Control where a CDN heeds it, else Cache-Control.
    """

    def __init__(self, kind: CacheKind, request: CacheRequest, response: CacheResponse) -> None:
        self.kind = kind
        self.request = request
        self.response = response
        targeted = None
        if kind is CacheKind.CDN:
            targeted = read_targeted_cache_control(response.fields.get("cdn-cache-control", ()))
        self._targeted = targeted is not None
        read = read_cache_control(response.fields.get("cache-control", ()))
        self.control = targeted if targeted is not None else read or _from_pragma(response.fields)

    @property
    def _shared(self) -> bool:
        return self.kind is not CacheKind.PRIVATE

    # storing (section 3)

    @cached_property
    def storage(self) -> Storage:
        """Whether the cache may keep the response (section 3)."""
        refused = self._refused_by_exchange() or self._refused_by_directives()
        if refused is not None:
            return Storage(False, refused)
        if self._says_so:
            return Storage(True, Reason.ALLOWED_EXPLICITLY)
        if self.request.method in ("GET", "HEAD") and self.response.status in HEURISTIC_STATUSES:
            return Storage(True, Reason.ALLOWED_BY_STATUS)
        return Storage(False, Reason.NOTHING_ALLOWS if self.request.method in ("GET", "HEAD") else Reason.METHOD)

    def _refused_by_exchange(self) -> Reason | None:
        """What method, status and request forbid."""
        status, fields = self.response.status, self.request.fields
        if self.request.method not in ("GET", "HEAD", "POST", "PATCH"):
            return Reason.METHOD
        if status < 200 or status in _NEVER_STORED:
            return Reason.STATUS
        if status == 503 and self._shared:
            return Reason.STATUS  # allowed, but an outage is not prolonged: Varnish, Squid and nginx by default
        if status == 206 and "range" not in fields:
            return Reason.PARTIAL
        if "no-store" in self.request.control:
            return Reason.REQUEST_NO_STORE
        return None

    def _refused_by_directives(self) -> Reason | None:
        control = self.control
        if "must-understand" in control and self.response.status not in UNDERSTOOD_STATUSES:
            return Reason.NOT_UNDERSTOOD
        if "no-store" in control and "must-understand" not in control:
            return Reason.RESPONSE_NO_STORE
        if self._shared and control.plain("private"):
            return Reason.RESPONSE_PRIVATE
        opened = any(name in control for name in ("public", "s-maxage", "must-revalidate"))
        if self._shared and not opened and "authorization" in self.request.fields:
            return Reason.AUTHORIZATION
        return None

    @cached_property
    def _says_so(self) -> bool:
        """Whether the response itself allows keeping it."""
        if any(name in self.control for name in ("public", "max-age")):
            return True
        if "s-maxage" in self.control if self._shared else "private" in self.control:
            return True
        return "expires" in self.response.fields and not self._targeted

    # freshness (section 4.2)

    @cached_property
    def lifetime(self) -> Lifetime:
        """Freshness lifetime as the headers say it (section 4.2.1), whether or not it may be stored or reused."""
        for name, basis in (("s-maxage", Basis.S_MAXAGE), ("max-age", Basis.MAX_AGE)):
            if name in self.control and (self._shared or name == "max-age"):
                return Lifetime(self.control.seconds(name) or 0, basis)  # an invalid number means stale
        fields = self.response.fields
        date = date_in(fields, "date")
        if date is None:
            date = self.response.received
        if "expires" in fields and not self._targeted:
            until = date_in(fields, "expires")
            return Lifetime(0 if until is None else max(0.0, (until - date) / 1000), Basis.EXPIRES)
        return self._heuristic(date)

    def _heuristic(self, date: float) -> Lifetime:
        """A tenth of the time since Last-Modified (section 4.2.2)."""
        modified = date_in(self.response.fields, "last-modified")
        allowed = self.response.status in HEURISTIC_STATUSES or "public" in self.control
        if "must-revalidate" in self.control or not allowed:
            return Lifetime(0, Basis.NONE)
        if modified is not None and modified <= date:
            return Lifetime((date - modified) / 1000 * _HEURISTIC_SHARE, Basis.LAST_MODIFIED)
        if self.kind is CacheKind.PRIVATE and self.response.status in _PERMANENT:
            return Lifetime(MAX_SECONDS, Basis.PERMANENT)
        return Lifetime(0, Basis.NONE)

    @cached_property
    def usable_seconds(self) -> float:
        """Seconds for which it may be used without asking; 0 when it may not be kept or must always be checked."""
        return self._fresh_seconds if self.storage.allowed else 0

    @property
    def _fresh_seconds(self) -> float:
        return self.lifetime.seconds if self._always_checked is None else 0

    @cached_property
    def _always_checked(self) -> Reason | None:
        """Why no use goes without asking first."""
        if self.control.plain("no-cache"):
            return Reason.NO_CACHE
        if "*" in self._varying:
            return Reason.VARY_STAR
        if self._shared and "set-cookie" in self.response.fields and not self._opened_to_all:
            return Reason.SET_COOKIE  # RFC 9111 section 7.3 allows it; nginx, Varnish, Fastly, Cloudflare refuse
        return None

    @property
    def _opened_to_all(self) -> bool:
        return self._targeted or "public" in self.control or "s-maxage" in self.control

    @cached_property
    def _initial_age(self) -> float:
        """Corrected initial age in seconds (section 4.2.3)."""
        response = self.response
        date = date_in(response.fields, "date")
        apparent = 0.0 if date is None else max(0.0, (response.received - date) / 1000)
        delay = max(0.0, (response.received - response.sent) / 1000)
        return max(apparent, (parse_age(response.fields.get("age", ())) or 0) + delay)

    def age(self, now: float) -> float:
        """Current age in seconds at ``now`` (section 4.2.3); never negative."""
        return self._initial_age + max(0.0, (now - self.response.received) / 1000)

    def is_fresh(self, now: float) -> bool:
        """Whether it may be used at ``now`` without asking, as far as the response itself decides."""
        return self.usable_seconds > self.age(now)

    @cached_property
    def may_be_stale(self) -> bool:
        """Whether nothing forbids stale use (section 4.2.4).

        ``s-maxage`` forbids it too, but CDNs let ``stale-while-revalidate`` stand beside it.
        """
        control = self.control
        if "must-revalidate" in control or self._always_checked is not None:
            return False
        if not self._shared:
            return True
        return "proxy-revalidate" not in control and ("s-maxage" not in control or self.kind is CacheKind.CDN)

    def _within(self, directive: str, now: float) -> bool:
        """Whether staleness is within the seconds that the directive allows."""
        extra = self.control.seconds(directive)
        return self.may_be_stale and extra is not None and self.lifetime.seconds + extra > self.age(now)

    def stale_while_revalidate(self, now: float) -> bool:
        """Whether it may be used while the cache asks in the background (RFC 5861 section 3)."""
        return self._within("stale-while-revalidate", now)

    def stale_if_error(self, now: float) -> bool:
        """Whether it may be used when the origin fails (RFC 5861 section 4)."""
        return self._within("stale-if-error", now)

    # reuse (section 4)

    @cached_property
    def _varying(self) -> tuple[str, ...]:
        return vary_names(self.response.fields)

    def matches(self, request: CacheRequest) -> Reason | None:
        """Why it is no answer to ``request`` (target, method, Vary), None when it is one."""
        if request.url != self.request.url:
            return Reason.URL
        if request.method not in ("GET", "HEAD"):
            return Reason.METHOD
        stored = self.request.method
        if stored == "HEAD" and request.method != "HEAD":
            return Reason.METHOD
        if stored not in ("GET", "HEAD") and not self._describes_target:
            return Reason.METHOD
        if not self.storage.allowed:
            return Reason.NOT_STORED
        if "*" in self._varying:
            return Reason.VARY_STAR
        return None if same_variant(self.request.fields, request.fields, self.response.fields) else Reason.VARY

    @property
    def _describes_target(self) -> bool:
        """Whether the answer to POST or PATCH stands for a later GET (RFC 9110 section 9.3.3)."""
        location = first(self.response.fields, "content-location")
        return (
            location is not None
            and self.lifetime.explicit
            and absolute(location, self.request.url) == absolute("", self.request.url)
        )

    def use(self, request: CacheRequest, now: float) -> Use:
        """Whether it may answer ``request`` at ``now``, and why (not) (section 4, request directives 5.2.1)."""
        mismatch = self.matches(request)
        if mismatch is not None:
            return Use(Need.NO_MATCH, mismatch)
        if request.mode in (CacheMode.FORCE_CACHE, CacheMode.ONLY_IF_CACHED):
            return Use(Need.NONE, Reason.FRESH if self.is_fresh(now) else Reason.MAX_STALE)
        asked = request.control
        if asked.plain("no-cache") or "no-store" in asked:
            return Use(Need.BEFORE_USE, Reason.REQUEST_NO_CACHE)
        if request.mode is CacheMode.NO_CACHE and not (self._immutable and self.is_fresh(now)):
            return Use(Need.BEFORE_USE, Reason.REQUEST_NO_CACHE)
        return self.need(now, asked)

    def need(self, now: float, asked: CacheControl = EMPTY) -> Use:
        """What must happen before it answers a matching request at ``now`` with the directives ``asked``."""
        if self._always_checked is not None:
            return Use(Need.BEFORE_USE, self._always_checked)
        age, seconds = self.age(now), self._fresh_seconds
        most, least = asked.seconds("max-age"), asked.seconds("min-fresh")
        if most is not None and age >= most and not (seconds > age and self._immutable):
            return Use(Need.BEFORE_USE, Reason.REQUEST_MAX_AGE)
        if least is not None and seconds < age + least:
            return Use(Need.BEFORE_USE, Reason.MIN_FRESH)
        if seconds > age:
            return Use(Need.NONE, Reason.FRESH)
        if "max-stale" in asked and self.may_be_stale:
            # Ages are rounded down: one that exceeds by the very number has exceeded it by a fraction more.
            bound = asked.seconds("max-stale")
            if asked.argument("max-stale") is None or (bound is not None and bound > age - seconds):
                return Use(Need.NONE, Reason.MAX_STALE)
        if self.stale_while_revalidate(now) and most is None:
            return Use(Need.IN_BACKGROUND, Reason.WHILE_REVALIDATE)
        return Use(Need.BEFORE_USE, Reason.STALE)

    @property
    def _immutable(self) -> bool:
        return "immutable" in self.control  # RFC 8246: a reload does not ask either
