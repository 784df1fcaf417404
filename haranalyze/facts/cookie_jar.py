"""The browser's cookie jar, replayed (RFC 6265bis): stored, refused and why, sent, left out and why."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from haranalyze.protocol.set_cookie import (
    MAX_PAIR,
    SameSite,
    SetCookie,
    default_path,
    domain_matches,
    parse_set_cookie,
    path_matches,
)
from haranalyze.protocol.url import is_public_suffix, parse_url, registrable_domain, same_site
from haranalyze.text import Kind, Place, Sentence, Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_LAX_POST_WINDOW: Final = 120_000.0  # ms: Chromium's Lax+POST exception for cookies without SameSite
_LOOK_AT: Final = 50  # cookies of one name looked at: hosts and paths of one site that set the same name
_SAFE_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))


class Reason(StrEnum):
    """Why a cookie was not stored or not sent, under Chromium's names (CookieInclusionStatus)."""

    DOMAIN_MISMATCH = "DomainMismatch"
    PUBLIC_SUFFIX = "InvalidDomain"  # Domain is a public suffix
    NOT_ON_PATH = "NotOnPath"
    SECURE_ONLY = "SecureOnly"
    OVERWRITE_SECURE = "OverwriteSecure"
    SAME_SITE_STRICT = "SameSiteStrict"
    SAME_SITE_LAX = "SameSiteLax"
    SAME_SITE_UNSPECIFIED = "SameSiteUnspecifiedTreatedAsLax"
    SAME_SITE_NONE_INSECURE = "SameSiteNoneInsecure"
    INVALID_PREFIX = "InvalidPrefix"
    INVALID_PARTITIONED = "InvalidPartitioned"
    TOO_LARGE = "NameValuePairExceedsMaxSize"
    DISALLOWED_CHARACTER = "DisallowedCharacter"
    NO_COOKIE_CONTENT = "NoCookieContent"
    EXPIRED = "Expired"
    CREDENTIALS_OMITTED = "CredentialsOmitted"  # not Chromium's: fetch credentials mode
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class SetCookieEvent:
    """One Set-Cookie line and what the browser did with it.

    ``raw_parsed`` is for analysis only; ``refused`` None when stored or a deletion; ``contradicted``: the profile
    predicts a refusal but a later request shows the cookie was stored (then ``refused`` is None).
    """

    exchange: Exchange
    place: Place  # text is the SET_COOKIE line
    name: Text
    raw_parsed: SetCookie
    at: float
    refused: Reason | None
    is_deletion: bool
    contradicted: bool = False

    @property
    def http_only(self) -> bool:
        """Whether scripts cannot read the cookie."""
        return self.raw_parsed.http_only


@dataclass(frozen=True, slots=True)
class JarCookie:
    """A stored cookie. ``by`` is the line that set it, None when learnt from a request (before the recording or
    written by JavaScript)."""

    name: Text
    value: Text
    domain: Text
    path: Text
    by: SetCookieEvent | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A cookie in the jar that did not go with a request, with the reason the engine finds."""

    cookie: JarCookie
    reason: Reason


@dataclass(frozen=True, slots=True)
class Step:
    """One step of "why was it (not) sent": outcome ok / stop / info / follows, check, finding, source, place."""

    outcome: str
    check: Sentence
    finding: Sentence
    source: str
    place: Place | None


@dataclass(slots=True, eq=False)
class _Kept:
    """A cookie in the jar from ``begin`` to ``end`` (ms on the timeline)."""

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    same_site: SameSite
    expires: float | None  # ms since the epoch
    begin: float
    end: float
    event: SetCookieEvent | None

    def cookie(self) -> JarCookie:
        return JarCookie(
            Text(self.name, Kind.COOKIE_NAME),
            Text(self.value, Kind.COOKIE_VALUE, self.name),
            Text(self.domain, Kind.HOST),
            Text(self.path, Kind.PATH),
            self.event,
        )


def _begin(kept: _Kept) -> float:
    return kept.begin


class CookieJar:
    """What the browser kept and sent.

    Set-Cookie lines are judged by RFC 6265bis section 5.7 with Chromium's names for the reasons; a client that is
    no browser keeps the rules of domain, path, Secure and expiry only. What the capture shows overrides what the
    rules predict.
    """

    events: tuple[SetCookieEvent, ...]  # in order of arrival

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._timeline = facts.timeline
        self._by_site: dict[str, dict[str, list[_Kept]]] = {}  # site -> name -> in order of begin
        self._events: dict[int, list[SetCookieEvent]] = {}
        self._replay()
        self.events = tuple(event for _, event in sorted(self._in_time(), key=lambda pair: pair[0]))

    def _in_time(self) -> Iterator[tuple[float, SetCookieEvent]]:
        for events in self._events.values():
            for event in events:
                yield event.at, event

    # storing

    def _replay(self) -> None:
        """Requests read the jar when they are sent, answers write it when their headers arrive."""
        moments: list[tuple[float, int, Exchange]] = []
        for exchange in self._facts.exchanges:
            if exchange.response.has("set-cookie") or exchange.response.raw_set_cookies():
                moments.append((self._timeline.answered(exchange), 1, exchange))
            if exchange.request.has("cookie") or exchange.request.raw_cookie_pairs():
                moments.append((self._timeline.sent(exchange), 0, exchange))
        sent_later = self._sent_pairs([exchange for _, order, exchange in moments if order == 0])
        for at, order, exchange in sorted(moments, key=lambda moment: (moment[0], moment[1], moment[2].index)):
            if order:
                for event in self._judged(exchange, at, sent_later):
                    self._events.setdefault(exchange.index, []).append(event)
                    if event.refused is None:
                        self._keep(event, exchange)
            else:
                self._learn(exchange, at)

    def _sent_pairs(self, exchanges: list[Exchange]) -> dict[tuple[str, str, str], float]:
        """Last time each (site, name, value) was sent."""
        last: dict[tuple[str, str, str], float] = {}
        for exchange in exchanges:
            domain = registrable_domain(exchange.request.url.host)
            sent = self._timeline.sent(exchange)
            for name, value in exchange.request.raw_cookie_pairs():
                last[domain, name, value] = sent
        return last

    def _judged(
        self, exchange: Exchange, at: float, sent_later: dict[tuple[str, str, str], float]
    ) -> Iterator[SetCookieEvent]:
        places = exchange.response.places("set-cookie")
        lines = exchange.response.raw_set_cookies()
        for position, line in enumerate(lines):
            parsed = parse_set_cookie(line)
            if parsed is None:
                continue
            place = (
                places[position]
                if position < len(places)
                else Place(exchange.index, f"{exchange.pointer}/response/cookies", Text(line, Kind.SET_COOKIE))
            )
            refused = self._refusal(parsed, exchange)
            shown = sent_later.get((registrable_domain(exchange.request.url.host), parsed.name, parsed.value), -1.0)
            contradicted = refused is not None and bool(parsed.value) and shown > at
            yield SetCookieEvent(
                exchange,
                place,
                Text(parsed.name, Kind.COOKIE_NAME),
                parsed,
                at,
                None if contradicted else refused,
                parsed.is_deletion(self._timeline.wall(at)),
                contradicted,
            )

    def _refusal(self, cookie: SetCookie, exchange: Exchange) -> Reason | None:
        """Why the client does not store the cookie (RFC 6265bis section 5.7, in its order), None when it does."""
        url = exchange.request.url
        if cookie.domain is not None and cookie.domain != url.host:
            if is_public_suffix(cookie.domain):
                return Reason.PUBLIC_SUFFIX
            if not domain_matches(url.host, cookie.domain):
                return Reason.DOMAIN_MISMATCH
        if not self._facts.quality.is_browser:
            return None
        if cookie.pair_bytes > MAX_PAIR:
            return Reason.TOO_LARGE
        if cookie.secure and not url.is_trustworthy:
            return Reason.SECURE_ONLY
        if cookie.same_site is SameSite.NONE and not cookie.secure:
            return Reason.SAME_SITE_NONE_INSECURE
        if cookie.partitioned and not cookie.secure:
            return Reason.INVALID_PARTITIONED
        if _breaks_prefix(cookie):
            return Reason.INVALID_PREFIX
        if self._cross_site(exchange) and not self._navigates(exchange):
            return _same_site_reason(cookie.same_site)
        return None

    def _keep(self, event: SetCookieEvent, exchange: Exchange) -> None:
        cookie, url = event.raw_parsed, exchange.request.url
        host_only = cookie.domain is None or is_public_suffix(cookie.domain)
        kept = _Kept(
            cookie.name,
            cookie.value,
            url.host if host_only or cookie.domain is None else cookie.domain,
            host_only,
            cookie.path or default_path(url.path),
            cookie.secure,
            cookie.same_site,
            cookie.expiry(self._timeline.wall(event.at)),
            event.at,
            float("inf"),
            event,
        )
        named = self._by_site.setdefault(registrable_domain(url.host), {}).setdefault(cookie.name, [])
        for other in named[-_LOOK_AT:]:
            same = (other.domain, other.host_only, other.path) == (kept.domain, kept.host_only, kept.path)
            if same and other.end > event.at:
                other.end = event.at
        if not event.is_deletion:
            named.append(kept)

    def _learn(self, exchange: Exchange, at: float) -> None:
        """Cookies first seen on a request: from before the recording, or written by a script.

        A script may write a new value for every request, so only the latest value of such a cookie is kept.
        """
        host = exchange.request.url.host
        jar = self._by_site.setdefault(registrable_domain(host), {})
        for name, value in exchange.request.raw_cookie_pairs():
            named = jar.setdefault(name, [])
            near = named[-_LOOK_AT:]
            if any(kept.value == value and kept.begin <= at < kept.end for kept in near):
                continue
            learnt = next((kept for kept in near if kept.event is None and kept.domain == host), None)
            if learnt is not None:
                learnt.value = value
            else:
                named.append(_Kept(name, value, host, True, "/", False, SameSite.UNSET, None, at, float("inf"), None))

    # the context of a request

    def _cross_site(self, exchange: Exchange) -> bool:
        """Whether the request came from another site than it went to (Sec-Fetch-Site, else the page's URL)."""
        fetched = exchange.request.raw("sec-fetch-site")
        if fetched:
            return fetched == "cross-site"
        page = parse_url(self._timeline.page_url(exchange))
        return page.ok and bool(page.host) and not same_site(page, exchange.request.url)

    def _navigates(self, exchange: Exchange) -> bool:
        """Whether the exchange is a top-level navigation."""
        return exchange.is_page and not self._timeline.in_frame(exchange)

    # sending

    def _withheld(self, kept: _Kept, exchange: Exchange, sent: float) -> Reason | None:
        """Why a kept cookie does not go with the request (RFC 6265bis section 5.8.3), None when it does."""
        url = exchange.request.url
        if (kept.host_only and url.host != kept.domain) or not domain_matches(url.host, kept.domain):
            return Reason.DOMAIN_MISMATCH
        if not path_matches(url.path, kept.path):
            return Reason.NOT_ON_PATH
        if kept.secure and not url.is_trustworthy:
            return Reason.SECURE_ONLY
        if kept.expires is not None and kept.expires <= self._timeline.wall(sent):
            return Reason.EXPIRED
        if self._facts.quality.is_browser and self._cross_site(exchange):
            return self._cross_site_reason(kept, exchange, sent)
        return None

    def _cross_site_reason(self, kept: _Kept, exchange: Exchange, sent: float) -> Reason | None:
        if self._navigates(exchange) and kept.same_site in {SameSite.LAX, SameSite.UNSET}:
            young = kept.same_site is SameSite.UNSET and sent - kept.begin <= _LAX_POST_WINDOW
            if exchange.request.method in _SAFE_METHODS or young:
                return None
        return _same_site_reason(kept.same_site)

    def _alive(self, exchange: Exchange) -> tuple[float, list[_Kept]]:
        sent = self._timeline.sent(exchange)
        jar = self._by_site.get(registrable_domain(exchange.request.url.host), {})
        alive: list[_Kept] = []
        for named in jar.values():
            place = bisect_right(named, sent, key=_begin)
            alive += [kept for kept in named[max(0, place - _LOOK_AT) : place] if sent < kept.end]
        return sent, alive

    def set_by(self, exchange: Exchange) -> tuple[SetCookieEvent, ...]:
        """The Set-Cookie lines of this response with their fate."""
        return tuple(self._events.get(exchange.index, ()))

    def refused(self, *reasons: Reason) -> tuple[SetCookieEvent, ...]:
        """Lines the browser did not store, for any of these reasons (none given: all), deletions left out."""
        return tuple(
            event
            for event in self.events
            if event.refused is not None and not event.is_deletion and (not reasons or event.refused in reasons)
        )

    def stored(self, name: str | Text, exchange: Exchange) -> tuple[JarCookie, ...]:
        """Cookies of this name in the jar for the request's site when the request was sent."""
        _, alive = self._alive(exchange)
        return tuple(kept.cookie() for kept in alive if kept.name == name)

    def predicted(self, exchange: Exchange) -> tuple[JarCookie, ...]:
        """Cookies a browser would send with this request, longest path first.

        Empty for preflights, which never carry any (Fetch standard 4.8), and where the jar knows none.
        """
        if self._timeline.is_preflight(exchange):
            return ()
        sent, alive = self._alive(exchange)
        going = [kept for kept in alive if self._withheld(kept, exchange, sent) is None]
        return tuple(kept.cookie() for kept in sorted(going, key=lambda kept: (-len(kept.path), kept.begin)))

    def left_out(self, exchange: Exchange) -> tuple[LeftOut, ...]:
        """Cookies kept for the request's site that would not go with it, each with its reason."""
        sent, alive = self._alive(exchange)
        found = ((kept, self._withheld(kept, exchange, sent)) for kept in alive)
        return tuple(LeftOut(kept.cookie(), reason) for kept, reason in found if reason is not None)

    def missing(self, exchange: Exchange) -> tuple[JarCookie, ...]:
        """Cookies that should have been sent and, as the recording proves, were not.

        Only cookies that an answer set and that scripts cannot delete (HttpOnly) count.
        """
        request = exchange.request
        if not request.has("cookie") and not self._facts.quality.shows_absence(exchange, "cookie"):
            return ()
        names = {name for name, _ in request.raw_cookie_pairs()}
        return tuple(
            cookie
            for cookie in self.predicted(exchange)
            if cookie.by is not None and cookie.by.raw_parsed.http_only and raw(cookie.name) not in names
        )

    def duplicates(self, exchange: Exchange) -> tuple[tuple[Text, int], ...]:
        """Cookie names sent more than once in this request, with their count."""
        counts = Counter(name for name, _ in exchange.request.raw_cookie_pairs() if name)
        return tuple((Text(name, Kind.COOKIE_NAME), count) for name, count in counts.items() if count > 1)

    # why

    def why(self, name: str | Text, exchange: Exchange) -> tuple[Step, ...]:
        """Why the cookie was or was not sent with this request, step by step, ending at the request."""
        sent = self._timeline.sent(exchange)
        site = registrable_domain(exchange.request.url.host)
        lines = [
            event
            for event in self.events
            if raw(event.name) == name
            and event.at <= sent
            and not event.is_deletion
            and registrable_domain(event.exchange.request.url.host) == site
        ]
        was_sent = any(pair[0] == name for pair in exchange.request.raw_cookie_pairs())
        if not lines:
            return (
                Step("info", Sentence("Set"), Sentence("no answer in the recording sets it"), "", None),
                self._at_the_request(exchange, was_sent),
            )
        event = lines[-1]
        steps = [
            Step(
                "ok",
                Sentence("Set"),
                Sentence("#{index} answers with it", index=event.exchange.index),
                "",
                event.place,
            )
        ]
        if event.refused is not None:
            steps += _steps_to(event.refused, _STORING, event.place)
            steps.append(
                Step(
                    "follows",
                    Sentence("Sent with #{index}", index=exchange.index),
                    Sentence("nothing was stored to send"),
                    "",
                    exchange.request.place("cookie"),
                )
            )
            return tuple(steps)
        _, alive = self._alive(exchange)
        kept = next((one for one in alive if one.event is event), None)
        if kept is None:
            steps.append(
                Step(
                    "stop",
                    Sentence("Kept"),
                    Sentence("it was replaced or removed before #{index}", index=exchange.index),
                    "",
                    None,
                )
            )
        elif (reason := self._withheld(kept, exchange, sent)) is not None:
            steps += _steps_to(reason, _SENDING, event.place)
        else:
            steps += [Step("ok", check, ok, "", None) for _, check, ok, _ in _SENDING]
        steps.append(self._at_the_request(exchange, was_sent))
        return tuple(steps)

    def _at_the_request(self, exchange: Exchange, was_sent: bool) -> Step:
        finding = Sentence("it is on the request") if was_sent else Sentence("it is not on the request")
        check = Sentence("Sent with #{index}", index=exchange.index)
        return Step("ok" if was_sent else "info", check, finding, "", exchange.request.place("cookie"))


def _breaks_prefix(cookie: SetCookie) -> bool:
    """``__Secure-`` and ``__Host-`` (RFC 6265bis section 4.1.3, compared without case as in section 5.7)."""
    low = cookie.name.lower()
    if low.startswith("__secure-"):
        return not cookie.secure
    return low.startswith("__host-") and not (cookie.secure and cookie.domain is None and cookie.path == "/")


def _same_site_reason(same_site: SameSite) -> Reason | None:
    return {
        SameSite.STRICT: Reason.SAME_SITE_STRICT,
        SameSite.LAX: Reason.SAME_SITE_LAX,
        SameSite.UNSET: Reason.SAME_SITE_UNSPECIFIED,
        SameSite.NONE: None,
    }[same_site]


_SAME_SITE = frozenset((Reason.SAME_SITE_LAX, Reason.SAME_SITE_STRICT, Reason.SAME_SITE_UNSPECIFIED))
_Check = tuple[frozenset[Reason], Sentence, Sentence, Sentence]
_STORING: Final[tuple[_Check, ...]] = (
    (
        frozenset((Reason.PUBLIC_SUFFIX, Reason.DOMAIN_MISMATCH)),
        Sentence("Domain"),
        Sentence("the Domain fits the host"),
        Sentence("the Domain is not this host's: the browser does not store it"),
    ),
    (
        frozenset((Reason.TOO_LARGE,)),
        Sentence("Size"),
        Sentence("within the 4096 bytes a browser keeps"),
        Sentence("name and value exceed the 4096 bytes a browser keeps"),
    ),
    (
        frozenset((Reason.SECURE_ONLY,)),
        Sentence("Secure"),
        Sentence("Secure fits the scheme"),
        Sentence("Secure, but set over http: the browser does not store it"),
    ),
    (
        frozenset((Reason.SAME_SITE_NONE_INSECURE, Reason.INVALID_PARTITIONED)),
        Sentence("None needs Secure"),
        Sentence("its attributes agree"),
        Sentence("SameSite=None without Secure: the browser does not store it"),
    ),
    (
        frozenset((Reason.INVALID_PREFIX,)),
        Sentence("Prefix"),
        Sentence("no broken name prefix"),
        Sentence("its name prefix demands attributes it lacks"),
    ),
    (
        _SAME_SITE,
        Sentence("SameSite"),
        Sentence("SameSite allows it here"),
        Sentence("set by an answer to a cross-site request, and not SameSite=None: the browser does not store it"),
    ),
)
_SENDING: Final[tuple[_Check, ...]] = (
    (
        frozenset((Reason.DOMAIN_MISMATCH,)),
        Sentence("Domain"),
        Sentence("kept for this host"),
        Sentence("kept for another host"),
    ),
    (
        frozenset((Reason.NOT_ON_PATH,)),
        Sentence("Path"),
        Sentence("its Path covers the request"),
        Sentence("its Path does not cover the request"),
    ),
    (
        frozenset((Reason.SECURE_ONLY,)),
        Sentence("Secure"),
        Sentence("Secure fits the scheme"),
        Sentence("Secure, and the request goes over http"),
    ),
    (frozenset((Reason.EXPIRED,)), Sentence("Expiry"), Sentence("not expired"), Sentence("expired before the request")),
    (
        _SAME_SITE,
        Sentence("SameSite"),
        Sentence("SameSite allows it here"),
        Sentence("a cross-site request, and the cookie is not SameSite=None"),
    ),
)


def _steps_to(reason: Reason, checks: tuple[_Check, ...], place: Place) -> Iterator[Step]:
    """The checks a browser makes, in its order, up to the one that stops."""
    for reasons, check, passed, stopped in checks:
        if reason in reasons:
            yield Step("stop", check, stopped, reason.value, place)
            return
        yield Step("ok", check, passed, "", None)
    yield Step("stop", Sentence("Other"), Sentence("the browser refuses it"), reason.value, place)
