"""One whole fetch over its redirects (Fetch standard, sections 4.1 to 4.4), and the cache of preflights (4.9)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from haranalyze.protocol.cors_check import (
    REDIRECTS,
    STANDARD,
    Allowed,
    CorsProfile,
    CorsStep,
    Lines,
    Refusal,
    cors_refusal,
    normalise_method,
    preflight_refusal,
    unlisted,
    unsafe_header_names,
)
from haranalyze.protocol.url import Url, parse_url

MOST_REDIRECTS: Final = 20
OPAQUE_ORIGIN: Final = "null"
_HTTP: Final = frozenset(("http", "https"))
_BODY_HEADERS: Final = frozenset(("content-encoding", "content-language", "content-location", "content-type"))


class Mode(StrEnum):
    """Request mode."""

    CORS = "cors"
    NO_CORS = "no-cors"
    SAME_ORIGIN = "same-origin"


class Tainting(StrEnum):
    """What a script sees of the answer."""

    BASIC = "basic"
    CORS = "cors"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and header lines of one answer."""

    status: int
    lines: Lines


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of the chain as it went out, and what was decided on it.

    Attributes:
        url: where it went.
        method: as sent.
        origin: value of the Origin header, None when there is none.
        tainting: of the answer.
        asked: names in Access-Control-Request-Headers, None without a preflight.
        credentialed: whether cookies went.
    """

    url: Url
    method: str
    origin: str | None
    tainting: Tainting
    asked: tuple[str, ...] | None
    credentialed: bool


@dataclass(frozen=True, slots=True)
class Fetched:
    """The end of a fetch: the hops that were reached, and the refusal that made it a network error."""

    hops: tuple[Hop, ...]
    refusal: Refusal | None

    @property
    def outcome(self) -> str:
        """``ok``, ``opaque`` or ``network-error``."""
        if self.refusal is not None:
            return "network-error"
        return "opaque" if self.hops[-1].tainting is Tainting.OPAQUE else "ok"


def redirect_tainted(origin: str, chain: Sequence[Url]) -> bool:
    """Whether the chain of URLs left an origin that was not the page's for yet another (section 2.2.5).

    From then on the browser sends ``Origin: null``.
    """
    return any(before.origin not in (url.origin, origin) for before, url in pairwise(chain))


def origin_sent(origin: str, chain: Sequence[Url]) -> str:
    """The origin as the browser serialises it for the last URL of the chain."""
    return OPAQUE_ORIGIN if redirect_tainted(origin, chain) else origin


def sends_credentials(credentials: str, tainting: Tainting) -> bool:
    """Whether cookies go, by credentials mode (``omit``, ``same-origin``, ``include``)."""
    return credentials == "include" or (credentials == "same-origin" and tainting is Tainting.BASIC)


def redirect_refusal(origin: str, url: Url, target: str, mode: Mode, tainting: Tainting) -> Refusal | None:
    """The check of a redirect's target (section 4.4), None when it may be followed.

    Args:
        origin: of the page.
        url: the URL that redirects.
        target: the Location header's value.
        mode: of the request.
        tainting: of the answer that redirects.
    """
    goal = parse_url(target, _absolute(url))
    if not goal.ok or goal.scheme not in _HTTP:
        return Refusal(CorsStep.REDIRECT_URL, "location", target, "an http(s) URL")
    if _has_userinfo(target, url) and (tainting is Tainting.CORS or (mode is Mode.CORS and goal.origin != origin)):
        return Refusal(CorsStep.REDIRECT_CREDENTIALS, "location", target, "a URL without user name and password")
    return None


def redirected_method(status: int, method: str) -> str:
    """Method of the request after a redirect."""
    if (status in (301, 302) and method == "POST") or (status == 303 and method not in ("GET", "HEAD")):
        return "GET"
    return method


class Walk:
    """A fetch that is walked hop by hop.

    Args:
        origin: of the page, as serialised (``null`` for an opaque one).
        url: where the page asks.
        method: as the page gives it.
        headers: the page's own headers.
        mode: of the request.
        credentials: ``omit``, ``same-origin`` or ``include``.
        profile: the browser.
    """

    def __init__(
        self,
        origin: str,
        url: str,
        method: str = "GET",
        headers: Sequence[tuple[str, str]] = (),
        *,
        mode: Mode = Mode.CORS,
        credentials: str = "same-origin",
        profile: CorsProfile = STANDARD,
    ) -> None:
        self._origin = origin
        self._chain = [parse_url(url)]
        self._method = normalise_method(method)
        self._headers = list(headers)
        self._mode = mode
        self._credentials = credentials
        self._profile = profile
        self._tainting = Tainting.BASIC

    def run(self, ask: Callable[[Url, bool], Answer | None]) -> Fetched:
        """Walk to the end. ``ask(url, preflight)`` gives the server's answer, None when none is known."""
        hops: list[Hop] = []
        for _ in range(MOST_REDIRECTS + 1):
            refusal = self._enter()
            if refusal is not None:
                return Fetched(tuple(hops), refusal)
            hop = self._hop()
            hops.append(hop)
            if hop.asked is not None and (refusal := self._preflight(hop, ask(hop.url, True))):
                return Fetched(tuple(hops), refusal)
            answer = ask(hop.url, False)
            if answer is None:
                return Fetched(tuple(hops), None)
            if self._tainting is Tainting.CORS and (refusal := self._checked(hop, answer)):
                return Fetched(tuple(hops), refusal)
            target = answer.lines("location")
            if answer.status not in REDIRECTS or not target:
                return Fetched(tuple(hops), None)
            if refusal := redirect_refusal(self._origin, hop.url, target[0], self._mode, self._tainting):
                return Fetched(tuple(hops), refusal)
            self._follow(answer.status, parse_url(target[0], _absolute(hop.url)))
        limit = f"at most {MOST_REDIRECTS} redirects"
        return Fetched(tuple(hops), Refusal(CorsStep.REDIRECT_LIMIT, "location", None, limit))

    def _enter(self) -> Refusal | None:
        """The response tainting of the next hop (section 4.1), or the refusal of mode ``same-origin``."""
        same = self._chain[-1].origin == self._origin and self._origin != OPAQUE_ORIGIN
        if same and self._tainting is Tainting.BASIC:
            return None
        if self._mode is Mode.SAME_ORIGIN:
            return Refusal(CorsStep.SAME_ORIGIN_MODE, "", self._chain[-1].origin, self._origin)
        self._tainting = Tainting.OPAQUE if self._mode is Mode.NO_CORS else Tainting.CORS
        return None

    def _hop(self) -> Hop:
        tainting = self._tainting
        asked = None
        if tainting is Tainting.CORS:
            names = unsafe_header_names(self._headers)
            if names or self._method not in ("GET", "HEAD", "POST"):
                asked = names
        shown = tainting is Tainting.CORS or self._method not in ("GET", "HEAD")
        return Hop(
            self._chain[-1],
            self._method,
            origin_sent(self._origin, self._chain) if shown else None,
            tainting,
            asked,
            sends_credentials(self._credentials, tainting),
        )

    def _preflight(self, hop: Hop, answer: Answer | None) -> Refusal | None:
        if answer is None:
            return None
        return preflight_refusal(
            hop.origin or "",
            answer.status,
            answer.lines,
            hop.method,
            hop.asked or (),
            credentialed=hop.credentialed,
            profile=self._profile,
        )

    def _checked(self, hop: Hop, answer: Answer) -> Refusal | None:
        return cors_refusal(hop.origin or "", answer.lines, credentialed=hop.credentialed)

    def _follow(self, status: int, goal: Url) -> None:
        method = redirected_method(status, self._method)
        dropped = _BODY_HEADERS if method != self._method else frozenset()
        if goal.origin != self._chain[-1].origin:
            dropped |= {"authorization"}
        self._method = method
        self._headers = [pair for pair in self._headers if pair[0].lower() not in dropped]
        self._chain.append(goal)


@dataclass(frozen=True, slots=True)
class KeptPreflight:
    """A preflight's answer that is kept: from ``at`` to before ``until`` (ms); ``by`` is the caller's own mark."""

    at: float
    until: float
    credentialed: bool
    allowed: Allowed
    by: int = -1


class PreflightCache:
    """Answers of preflights a browser remembers (section 4.9, "CORS-preflight cache"), stored in order of time."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], list[KeptPreflight]] = {}

    def store(self, origin: str, url: str, at: float, allowed: Allowed, *, credentialed: bool, by: int = -1) -> None:
        """Keep the answer of a preflight that passed, as long as it says."""
        if allowed.max_age > 0:
            kept = KeptPreflight(at, at + allowed.max_age * 1_000.0, credentialed, allowed, by)
            self._kept.setdefault((origin, url), []).append(kept)

    def clear(self, origin: str, url: str) -> None:
        """Forget what is kept for a URL: a network error was met on it."""
        self._kept.pop((origin, url), None)

    def covering(
        self,
        origin: str,
        url: str,
        at: float,
        method: str,
        names: Sequence[str],
        *,
        credentialed: bool,
        profile: CorsProfile = STANDARD,
    ) -> KeptPreflight | None:
        """The fresh answer that allows method and headers, so that no preflight is sent; None when there is none.

        An answer asked without credentials does not cover a request with them.
        """
        kept = self._kept.get((origin, url), [])
        place = bisect_right(kept, at, key=lambda one: one.at)
        for one in reversed(kept[max(0, place - _FEW) : place]):
            fits = one.until > at and (one.credentialed or not credentialed)
            if fits and unlisted(one.allowed, method, names, credentialed=credentialed, profile=profile) is None:
                return one
        return None


_FEW: Final = 8  # answers looked at for one call


def _absolute(url: Url) -> str:
    return f"{url.origin}{url.path}" + (f"?{url.query}" if url.query else "")


def _has_userinfo(target: str, base: Url) -> bool:
    """Whether the URL holds a user name or a password; ``http://:@host/`` holds neither."""
    if "@" not in target:
        return False
    from ada_url import URL

    try:
        url = URL(target, _absolute(base))
    except (ValueError, UnicodeError):
        return False
    return bool(url.username or url.password)
