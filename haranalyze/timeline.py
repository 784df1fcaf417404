"""The exchanges in the order the client made them, with two-sided times and links."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Final

from haranalyze.capture.model import Capture, Exchange, Page
from haranalyze.protocol.url import parse_url
from haranalyze.text import Text, raw

if TYPE_CHECKING:
    from haralyzer import HarParser
    from pandas import DataFrame

    from haranalyze.timeline_table import PageFigures

LINK_WINDOW: Final = 10_000.0  # ms between a preflight and its request, an answer and its redirected request
RETRY_WINDOW: Final = 60_000.0  # ms between a failed call and the same call made again
QUEUE: Final = 100.0  # ms a call may wait in a browser before its preflight begins
BUSY: Final = 1_000.0  # ms by which a busy Chromium stamps a preflight too late: after its own end, and its call's
CLOCK_STEP: Final = 5.0  # ms: stamps of one exporter are rounded, and its phases come from another clock
_UNMEASURED: Final = -1.0  # no time is before the first start
_LOOK_AT = 50  # candidates looked at for one link, so that a file of equal calls stays linear

_REFUSED = frozenset((401, 403, 408, 429))
_REDIRECTS = frozenset((301, 302, 303, 307, 308))


class Timeline:
    """Client order, times and links of one capture.

    Times are milliseconds after ``origin`` (the first readable start, ms since the epoch UTC).
    ``sent`` is when the request left (it reads the cookie jar then), ``answered`` when the response headers
    arrived (it writes the jar then), ``ended`` when the body was complete. Where an exporter gives no stamp,
    the order of the source stands and the time is that of the exchange before.
    """

    capture: Capture
    origin: float
    exchanges: Sequence[Exchange]  # in order of ``started``, ties in source order, preflights before their request

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        source = capture.exchanges
        starts = [_finite(exchange.started) for exchange in source]
        known = [start for start in starts if start is not None]
        self.origin = min(known, default=0.0)
        self._start = list(_filled(starts, self.origin))
        order = sorted(range(len(source)), key=self._start.__getitem__)
        self._guards: dict[int, int] = {}  # preflight -> its request
        self._guarded: dict[int, int] = {}  # request -> its preflight
        preflights = [i for i in order if source[i].request.method == "OPTIONS" and self.is_preflight(source[i])]
        if preflights:
            self._pair_preflights(preflights, order)
            order = self._with_preflights_first(order)
        self.exchanges = tuple(source[i] for i in order)
        self._position = [0] * len(order)
        for position, index in enumerate(order):
            self._position[index] = position
        self._times = array("d", [_UNMEASURED]) * (3 * len(order))  # sent, answered, ended: a third of their tuples
        # mitmproxy counts the connection to the server twice: it is opened before the request has come, or while the
        # answer is waited for (addons/savehar.py, mitmproxy 11 and 12).
        self._connects_meanwhile = capture.exporter == "mitmproxy"

    # times

    def started(self, exchange: Exchange) -> float:
        """When the client began the exchange (queueing included), ms after origin."""
        return self._start[exchange.index]

    def sent(self, exchange: Exchange) -> float:
        """When the request left, ms after origin."""
        at = self._times[3 * exchange.index]
        return at if at >= 0 else self._measure(exchange)[0]

    def answered(self, exchange: Exchange) -> float:
        """When the response headers arrived, ms after origin; equals ``ended`` when unknown."""
        at = self._times[3 * exchange.index + 1]
        return at if at >= 0 else self._measure(exchange)[1]

    def ended(self, exchange: Exchange) -> float:
        """When the exchange was over, ms after origin."""
        at = self._times[3 * exchange.index + 2]
        return at if at >= 0 else self._measure(exchange)[2]

    def times(self, exchange: Exchange) -> tuple[float, float, float, float]:
        """``started``, ``sent``, ``answered`` and ``ended`` at once."""
        start, times, at = self._start[exchange.index], self._times, 3 * exchange.index
        if (sent := times[at]) < 0.0:
            return start, *self._measure(exchange)
        return start, sent, times[at + 1], times[at + 2]

    def measure(self) -> None:
        """Read the times of every exchange now: they stand all over the source, and else are read when asked for."""
        for exchange in self.exchanges:
            if self._times[3 * exchange.index] < 0:
                self._measure(exchange)

    def wall(self, moment: float) -> float:
        """A moment on the timeline as ms since the epoch."""
        return self.origin + moment

    def exchange(self, index: int) -> Exchange:
        """The exchange with this source index."""
        return self.capture.exchanges[index]

    def position(self, exchange: Exchange) -> int:
        """The exchange's place in client order, from 0."""
        return self._position[exchange.index]

    def _measure(self, exchange: Exchange) -> tuple[float, float, float]:
        index = exchange.index
        start = self._start[index]
        blocked, dns, connect, ssl, send, wait, receive = exchange.phases
        before = (blocked or 0.0) + (dns or 0.0) + (connect or 0.0) + (ssl or 0.0)
        duration = exchange.duration
        if self._connects_meanwhile:
            duration = None if duration is None else duration - before
            before = 0.0
        until_answer = before + (send or 0.0) + (wait or 0.0)
        if duration is None or duration < 0.0:
            duration = until_answer + (receive or 0.0)
        # Writers round the total and the phases apart, and some give only one of them: the later end stands.
        ended = start + max(duration, until_answer)
        sent = start + before
        answered = start + until_answer if wait is not None and exchange.response.status else ended
        guard = self._guarded.get(index)
        if guard is not None:  # the request cannot have left before its preflight was answered
            sent = max(sent, min(self.answered(self.exchange(guard)), ended))
            answered = max(answered, sent)
        times, at = self._times, 3 * index
        times[at], times[at + 1], times[at + 2] = sent, answered, ended
        return sent, answered, ended

    # preflights

    def is_preflight(self, exchange: Exchange) -> bool:
        """Whether it is a CORS preflight (OPTIONS with Access-Control-Request-Method, or marked so)."""
        if exchange.request.method != "OPTIONS":
            return False
        if exchange.resource_type == "preflight" or exchange.request.has("access-control-request-method"):
            return True
        initiator = exchange.initiator
        return initiator is not None and initiator.kind == "preflight"

    def preflight_of(self, exchange: Exchange) -> Exchange | None:
        """The OPTIONS preflight that guards this request (initiator, else URL, method and time)."""
        return self._at(self._guarded.get(exchange.index))

    def preflight_for(self, exchange: Exchange) -> Exchange | None:
        """The request this OPTIONS preflight guards; None when it was never sent or is not recorded."""
        return self._at(self._guards.get(exchange.index))

    def _pair_preflights(self, preflights: list[int], order: list[int]) -> None:
        """Pair each preflight with one request.

        Browsers' devtools stamp the call when the page made it and its preflight after it: of the calls still
        waiting when the preflight began, the oldest is meant. Others export the preflight first: then the
        next such call within ten seconds is meant. Chromium's own link names the call by an id that no
        exported field repeats, but tells that the call was stamped first.
        """
        source = self.capture.exchanges
        keys = {i: (_without_fragment(source[i].request.raw_url), _asked_method(source[i])) for i in preflights}
        calls: dict[tuple[str, str], list[int]] = {key: [] for key in keys.values()}
        urls = {url for url, _ in calls}
        for i in order:
            request = source[i].request
            if request.method != "OPTIONS" and (url := _without_fragment(request.raw_url)) in urls:
                for key in ((url, request.method), (url, "")):
                    if key in calls:
                        calls[key].append(i)
        call_first = self.capture.exporter in ("chromium", "firefox")
        for earlier in (call_first, not call_first):
            for i in preflights:
                if i not in self._guards and (earlier or not _marked_by_browser(source[i])):
                    self._link_preflight(i, self._calls_near(calls[keys[i]], i, earlier=earlier))

    def _calls_near(self, group: list[int], preflight: int, *, earlier: bool) -> list[int]:
        start, began = self._start, self._start[preflight]
        late = BUSY if _marked_by_browser(self.capture.exchanges[preflight]) else QUEUE
        if earlier:
            place = bisect_right(group, began + CLOCK_STEP, key=start.__getitem__)
            waiting, begun = [], []
            for call in reversed(group[max(0, place - _LOOK_AT) : place]):
                age = began - start[call]
                if age > LINK_WINDOW:
                    break
                if age <= self._duration(call) + CLOCK_STEP:
                    waiting.append(call)
                elif age <= late:  # Firefox leaves the time a call waits out of its duration
                    begun.append(call)
            return waiting[::-1] + begun
        place = bisect_left(group, began, key=start.__getitem__)
        return [call for call in group[place : place + _LOOK_AT] if start[call] - began <= LINK_WINDOW]

    def _duration(self, index: int) -> float:
        return _finite(self.capture.exchanges[index].duration) or 0.0

    def _link_preflight(self, preflight: int, calls: list[int]) -> None:
        for call in calls:
            if call not in self._guarded:
                self._guards[preflight] = call
                self._guarded[call] = preflight
                return

    def _with_preflights_first(self, order: list[int]) -> list[int]:
        ranks = {index: rank for rank, index in enumerate(order)}
        late = {p for p, call in self._guards.items() if ranks[p] > ranks[call]}
        result: list[int] = []
        for index in order:
            if index in late:
                continue
            guard = self._guarded.get(index)
            if guard in late:
                result.append(guard)
            result.append(index)
        return result

    # redirects and retries

    def redirected_from(self, exchange: Exchange) -> Exchange | None:
        """The exchange whose 3xx answer made the browser send this one."""
        return self._at(self._redirects[1].get(exchange.index))

    def redirected_to(self, exchange: Exchange) -> Exchange | None:
        """The exchange that followed this one's 3xx answer."""
        return self._at(self._redirects[0].get(exchange.index))

    @cached_property
    def _redirects(self) -> tuple[dict[int, int], dict[int, int]]:
        following, origins = dict[int, int](), dict[int, int]()
        targets: list[tuple[Exchange, str]] = []
        for exchange in self.exchanges:
            response = exchange.response
            if response.status in _REDIRECTS and response.raw_redirect_url and exchange.request.method != "OPTIONS":
                targets.append((exchange, _normal(response.raw_redirect_url, exchange.request.raw_url)))
        if not targets:
            return following, origins
        candidates: dict[str, list[int]] = {target: [] for _, target in targets}
        for position, exchange in enumerate(self.exchanges):
            if (url := _without_fragment(exchange.request.raw_url)) in candidates:
                candidates[url].append(position)
        for exchange, target in targets:
            group = candidates[target]
            place = bisect_right(group, self.position(exchange))
            follower = self._follower(exchange, group[place : place + _LOOK_AT], origins)
            if follower is None:  # a writer that spells URLs its own way
                place = self.position(exchange) + 1
                near = range(place, min(place + _LOOK_AT, len(self.exchanges)))
                same = [i for i in near if _normal(self.exchanges[i].request.raw_url, None) == target]
                follower = self._follower(exchange, same, origins)
            if follower is not None:
                following[exchange.index] = follower.index
                origins[follower.index] = exchange.index
        return following, origins

    def _follower(self, exchange: Exchange, positions: Sequence[int], taken: dict[int, int]) -> Exchange | None:
        for position in positions:
            follower = self.exchanges[position]
            if self.started(follower) > self.ended(exchange) + LINK_WINDOW:
                return None
            if follower.index not in taken and self._may_follow(exchange, follower):
                return follower
        return None

    @staticmethod
    def _may_follow(exchange: Exchange, follower: Exchange) -> bool:
        """Whether a browser may send ``follower`` for the answer (Fetch standard, HTTP-redirect fetch)."""
        method, next_method = exchange.request.method, follower.request.method
        if next_method != method and (next_method != "GET" or exchange.response.status in (307, 308)):
            return False
        types = {exchange.resource_type, follower.resource_type} - {""}
        pages = {exchange.raw_page_id, follower.raw_page_id} - {""}
        return len(types) <= 1 and (len(pages) <= 1 or "document" in types or not types)

    def retry_of(self, exchange: Exchange) -> Exchange | None:
        """The latest earlier exchange with the same method, URL without query and request body size that
        failed or was refused (status 0, 401, 403, 408, 429, 5xx), within 60 s."""
        failures = self._failures.get(_call(exchange))
        if not failures:
            return None
        started = self.started(exchange)
        place = bisect_left(failures, self.position(exchange))
        for position in reversed(failures[max(0, place - _LOOK_AT) : place]):  # parallel calls may fail together
            failure = self.exchanges[position]
            if started - self.started(failure) > RETRY_WINDOW:
                return None
            if self.answered(failure) <= started + CLOCK_STEP or self.started(failure) == started:
                return failure
        return None

    @cached_property
    def _failures(self) -> dict[tuple[str, str, int | None], list[int]]:
        found: dict[tuple[str, str, int | None], list[int]] = {}
        for position, exchange in enumerate(self.exchanges):
            status = exchange.response.status
            if (status < 100 or status in _REFUSED or status >= 500) and not self.is_preflight(exchange):
                found.setdefault(_call(exchange), []).append(position)
        return found

    # pages

    def page_url(self, exchange: Exchange) -> str:
        """raw URL of the document the exchange belongs to, ``""`` when unknown.

        From the Origin or Referer header, else the page's title, else the initiator.
        """
        request = exchange.request
        origin, referer = request.raw("origin") or "", request.raw("referer") or ""
        if origin and origin != "null":
            return referer if referer.startswith(origin + "/") else origin
        if referer:
            return referer
        if page := self._page_urls.get(exchange.raw_page_id):
            return page
        initiator = exchange.initiator
        return initiator.raw_url if initiator and "://" in initiator.raw_url else ""

    def page(self, exchange: Exchange) -> Page | None:
        """The page load the exchange belongs to."""
        ordinal = self._page_ordinals.get(exchange.raw_page_id)
        return None if ordinal is None else self.capture.pages[ordinal]

    @cached_property
    def _page_ordinals(self) -> dict[str, int]:
        ordinals: dict[str, int] = {}
        for ordinal, page in enumerate(self.capture.pages):
            ordinals.setdefault(raw(page.id), ordinal)
        ordinals.pop("", None)
        return ordinals

    @cached_property
    def _page_urls(self) -> dict[str, str]:
        pages = self.capture.pages
        return {name: raw(pages[i].title) for name, i in self._page_ordinals.items() if pages[i].url is not None}

    def in_frame(self, exchange: Exchange) -> bool:
        """Whether the exchange loads a frame, or was sent by a document seen to load in one."""
        if exchange.request.raw("sec-fetch-dest") in ("iframe", "frame"):
            return True
        return bool(self._frames) and _without_fragment(self.page_url(exchange)) in self._frames

    @cached_property
    def _frames(self) -> frozenset[str]:
        return frozenset(
            _without_fragment(exchange.request.raw_url)
            for exchange in self.exchanges
            if exchange.is_page and exchange.request.raw("sec-fetch-dest") in ("iframe", "frame")
        )

    # tables

    def to_frame(self, show: Callable[[Text], str] | None = None) -> DataFrame:
        """One row per exchange in client order as a pandas DataFrame; docs/timeline.md lists the columns.

        Args:
            show: decides what of a captured string a reader may see (``redaction.Projector().show``). Without
                it the columns that hold captured text (method, host, path) are all missing.
        """
        from haranalyze.timeline_table import frame_of

        return frame_of(self, show)

    def to_har(self) -> Iterator[bytes]:
        """The capture as one HAR 1.2 document (UTF-8 JSON), in pieces. It holds the captured text itself."""
        from haranalyze.capture.har_writer import har_of

        def times(exchange: Exchange) -> tuple[float, float]:
            started = self.started(exchange)
            return self.wall(started), self.ended(exchange) - started

        return har_of(self.capture, self.origin, times)

    def to_haralyzer(self) -> HarParser:
        """The capture for scripts written against haralyzer, made from the checked model, not from the file.

        Every member haralyzer reads is there. It holds the captured text itself: not for reports.
        """
        from haranalyze.timeline_table import haralyzer_of

        return haralyzer_of(self)

    def page_figures(self, limit: int | None = 2_000) -> tuple[PageFigures, ...]:
        """Load time, time to first byte and sizes of each page, from haralyzer.

        Empty for a capture of more than ``limit`` exchanges (haralyzer costs 0.2 to 0.4 ms for each; None: no
        limit).
        """
        from haranalyze.timeline_table import figures_of

        return () if limit is not None and len(self.exchanges) > limit else figures_of(self)

    def page_ordinal(self, exchange: Exchange) -> int | None:
        """Index in ``capture.pages`` of the page load the exchange belongs to."""
        return self._page_ordinals.get(exchange.raw_page_id)

    def _at(self, index: int | None) -> Exchange | None:
        return None if index is None else self.capture.exchanges[index]


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _filled(starts: list[float | None], origin: float) -> Iterator[float]:
    """Starts relative to ``origin``; where one is missing that of the exchange before stands."""
    last = 0.0
    for start in starts:
        if start is not None:
            last = start - origin
        yield last


def _without_fragment(url: str) -> str:
    return url.partition("#")[0] if "#" in url else url


def _normal(reference: str, base: str | None) -> str:
    """A URL as browsers write it into a HAR: absolute, default port and fragment left out."""
    url = parse_url(reference, base)
    if not url.ok or url.origin == "null":
        return _without_fragment(reference)
    return f"{url.origin}{url.path}?{url.query}" if url.query else url.origin + url.path


def _call(exchange: Exchange) -> tuple[str, str, int | None]:
    request = exchange.request
    return request.method, request.raw_url.partition("?")[0], request.body_size


def _asked_method(preflight: Exchange) -> str:
    return (preflight.request.raw("access-control-request-method") or "").strip().upper()


def _marked_by_browser(preflight: Exchange) -> bool:
    initiator = preflight.initiator
    return initiator is not None and initiator.kind == "preflight"
