"""Capture and Exchange: what was recorded, decoded when asked for (its two halves: ``message.py``).

Attributes and methods that begin with ``raw`` give captured characters as plain ``str`` and are for the analysing
layers only (a test forbids them in rules, reports and shells); everything else that holds captured characters
gives :class:`haranalyze.text.Text`. Every value knows its place in the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec.structs import astuple

from haranalyze.capture.values import BEYOND, EMPTY, as_duration, as_text, late
from haranalyze.protocol.url import Url
from haranalyze.text import Kind, Place, Text

if TYPE_CHECKING:
    from haralyzer import HarParser

    from haranalyze.capture.body import Surroundings
    from haranalyze.capture.message import Request, Response
    from haranalyze.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd in the file: a kebab-case code, our own words, a pointer to where, and how often."""

    code: str
    message: str
    pointer: str
    count: int = 1


BODY_TOO_LONG: Final = "body-too-long"
"""Code of the note about bodies that ``Limits.max_body_bytes`` keeps from being read."""


class Source(StrEnum):
    """What answered an exchange."""

    NETWORK = "network"
    MEMORY_CACHE = "memory-cache"
    DISK_CACHE = "disk-cache"
    SERVICE_WORKER = "service-worker"


@dataclass(frozen=True, slots=True)
class Page:
    """One page load. Times in milliseconds; ``started`` since the epoch (UTC), the others after ``started``."""

    id: Text
    title: Text
    url: Url | None  # Chromium and new Firefox write the page's URL as its title
    started: float | None
    content_loaded: float | None
    loaded: float | None
    pointer: str


class Timings(msgspec.Struct, frozen=True, gc=False):
    """Phases in milliseconds, None where unknown or not applicable. ``ssl`` is never contained in ``connect``."""

    blocked: float | None = None
    dns: float | None = None
    connect: float | None = None
    ssl: float | None = None
    send: float | None = None
    wait: float | None = None
    receive: float | None = None


@dataclass(frozen=True, slots=True)
class Initiator:
    """What made the browser send the request (Chromium). ``kind``: parser, script, preflight, other, ..."""

    kind: str
    raw_url: str
    request_id: str  # Chromium: links a preflight with its request
    raw_scripts: tuple[str, ...]  # script URLs on the stack, innermost first, at most 20


@dataclass(frozen=True, slots=True)
class CookieDecision:
    """What the browser itself says it did with a cookie (Chrome net log).

    ``operation``: ``store`` or ``send``; ``raw_name`` ``""`` where the log leaves it out; ``excluded``: Chromium's
    reasons (``SAMESITE_LAX``), empty when the cookie was stored or sent.
    """

    operation: str
    raw_name: str
    excluded: tuple[str, ...]


class Exchange:
    """One request and what came back (possibly nothing).

    Attributes:
        index: 0-based position in the source, shown to people as ``#12``; pointer: ``/log/entries/12``.
        started: ms since the epoch (UTC), None when the stamp is unreadable; duration: ms or None.
        resource_type: document, script, xhr, fetch, preflight, websocket, ...; ``""`` unknown.
        raw_error: the client's failure text (``net::ERR_FAILED``), ``""`` when none.
        source: what answered (network, a cache, a service worker).
        raw_page_id: id of its page, ``""`` when none; raw_connection: connection id, ``""`` when unknown.
    """

    __slots__ = (
        "_around", "_cookie_decisions", "_cors_error", "_initiator", "_timings", "duration", "index", "raw_connection",
        "raw_error", "raw_page_id", "request", "resource_type", "response", "source", "started",
    )  # fmt: skip

    index: int
    request: Request
    response: Response
    started: float | None
    duration: float | None
    resource_type: str
    raw_error: str
    source: Source
    raw_page_id: str
    raw_connection: str
    _timings: Any  # undecoded
    _initiator: Any
    _cors_error: Any
    _cookie_decisions: Any
    _around: Surroundings

    @property
    def pointer(self) -> str:
        """JSON Pointer of the exchange, such as ``/log/entries/12``."""
        return f"{self._around.base}{self.index}"

    @property
    def timings(self) -> Timings:
        """Phases of the exchange, decoded now and not kept."""
        return Timings(*self.phases)

    @property
    def phases(self) -> Sequence[float | None]:
        """As :attr:`timings`, in the order of its members, for those who ask every exchange."""
        try:
            values = astuple(_PHASES.decode(self._timings))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return astuple(read_timings(late(self._timings), self.duration))
        known = [value if value is not None and 0.0 <= value < BEYOND else None for value in values]
        return _parted(known, self.duration) if known[_SSL] else known

    @property
    def raw_initiator(self) -> Any:
        """The initiator as it stands in the file, undecoded JSON."""
        return self._initiator

    @property
    def initiator(self) -> Initiator | None:
        """What made the browser send it, where the exporter says so; decoded now and not kept."""
        return read_initiator(late(self._initiator))

    @property
    def raw_cors_error(self) -> str:
        """Chromium's name for a failed CORS check (``MissingAllowOriginHeader``), ``""`` where none is written."""
        if self._cors_error is EMPTY:
            return ""
        written = late(self._cors_error)
        return as_text(written.get("corsError") if isinstance(written, dict) else written)

    @property
    def raw_cookie_decisions(self) -> tuple[CookieDecision, ...]:
        """What the browser said about cookies of this exchange, in order; empty where the recording says nothing."""
        if self._cookie_decisions is EMPTY or len(memoryview(self._cookie_decisions)) < 5:
            return ()
        written = late(self._cookie_decisions)
        return tuple(
            CookieDecision(
                as_text(one.get("operation")),
                as_text(one.get("name")),
                tuple(
                    word.strip().removeprefix("EXCLUDE_")
                    for word in as_text(one.get("status")).split(",")
                    if word.strip().startswith("EXCLUDE_")
                ),
            )
            for one in (written if isinstance(written, list) else ())
            if isinstance(one, dict)
        )

    @property
    def is_page(self) -> bool:
        """Whether it is a navigation: document type, ``sec-fetch-mode: navigate``, or an HTML answer to a plain GET."""
        if self.resource_type:
            return self.resource_type == "document"
        if mode := self.request.raw("sec-fetch-mode"):
            return mode == "navigate"
        accepted = self.request.raw("accept") or ""
        return self.request.method in {"GET", "POST"} and accepted.startswith("text/html")

    @property
    def failed(self) -> bool:
        """Whether nothing came back."""
        return self.response.status == 0

    @property
    def method(self) -> Text:
        """The request method, for sentences."""
        return Text(self.request.method, Kind.METHOD)

    @property
    def path(self) -> Text:
        """The path of the request, for sentences."""
        return Text(self.request.url.path, Kind.PATH)

    @property
    def host(self) -> Text:
        """The host of the request, for sentences."""
        return Text(self.request.host, Kind.HOST)

    @property
    def failure(self) -> Text:
        """The client's failure text."""
        return Text(self.raw_error, Kind.FAILURE) if self.raw_error else _NO_FAILURE

    @property
    def place(self) -> Place:
        """The whole exchange."""
        return Place(self.index, self.pointer)

    @property
    def url_place(self) -> Place:
        """The request's method and URL."""
        return Place(self.index, f"{self.pointer}/request/url", Text(self.request.raw_url, Kind.URL))

    @property
    def status_place(self) -> Place:
        """The response's status."""
        return Place(self.index, f"{self.pointer}/response/status", Text(str(self.response.status), Kind.STATUS))


_NO_FAILURE: Final = Text("", Kind.FAILURE)
_PHASES = msgspec.json.Decoder(Timings)  # as written, unchecked


def read_timings(written: Any, total: float | None) -> Timings:
    """Phases of one exchange. Some exporters count TLS inside ``connect``, some beside it: the total decides."""
    if not isinstance(written, dict):
        return Timings()
    return Timings(*_parted([as_duration(written.get(name)) for name in Timings.__struct_fields__], total))


def _parted(values: list[float | None], total: float | None) -> list[float | None]:
    """Phases with TLS taken out of ``connect`` where it is counted inside."""
    ssl, connect = values[_SSL], values[_CONNECT]
    if ssl and connect is not None:
        parts = sum(value for place, value in enumerate(values) if value and place != _SSL)
        beside = total is not None and abs(parts + ssl - total) < abs(parts - total)
        if not beside:
            values[_CONNECT] = max(connect - ssl, 0.0)
    return values


_CONNECT: Final = 2  # places in the list
_SSL: Final = 3


def read_initiator(written: Any) -> Initiator | None:
    """The initiator as Chromium writes it; None when absent or of another form."""
    if not isinstance(written, dict):
        return None
    scripts: list[str] = []
    stack = written.get("stack")
    while isinstance(stack, dict) and len(scripts) < 20:
        frames = stack.get("callFrames")
        for frame in frames if isinstance(frames, list) else ():
            if isinstance(frame, dict) and (url := as_text(frame.get("url"))) and url not in scripts[-1:]:
                scripts.append(url)
        stack = stack.get("parent")
    return Initiator(
        as_text(written.get("type")),
        as_text(written.get("url")),
        as_text(written.get("requestId")),
        tuple(scripts[:20]),
    )


@dataclass(frozen=True, slots=True)
class Capture:
    """One recording as read.

    Attributes:
        name: the caller's name for it (a file name; ours to show only through ``Text``).
        sha256: of the bytes as given; size: their number.
        format: ``har``, ``newman``, ``postman``, ``mitmproxy``, ... (docs/inputs.md); version: ``log.version``.
        container: e.g. ``("gzip",)``, outermost first.
        creator, creator_version, browser, browser_version: as the exporter wrote them.
        exporter: our name for the dialect: chromium, firefox, safari, playwright, mitmproxy, charles, fiddler,
            insomnia, newman, postman, ... or ``""``.
        exchanges: in source order; pages; notes.
        salvaged: the file was cut off and only the exchanges before the cut are here.
    """

    name: Text
    sha256: str
    size: int
    format: str
    version: str
    container: tuple[str, ...]
    creator: Text
    creator_version: Text
    browser: Text
    browser_version: Text
    exporter: str
    exchanges: Sequence[Exchange]
    pages: tuple[Page, ...]
    notes: tuple[Note, ...]
    salvaged: bool = False

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)

    @property
    def timeline(self) -> Timeline:
        """The exchanges in client order, made anew at each call; ``timeline.to_frame()`` is a pandas DataFrame."""
        from haranalyze.timeline import Timeline

        return Timeline(self)

    def to_haralyzer(self) -> HarParser:
        """The capture for scripts written against haralyzer; it holds the captured text itself."""
        return self.timeline.to_haralyzer()
