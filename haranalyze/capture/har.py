"""HAR 1.1 to 1.3 and its dialects: a skeleton decoded at once, everything else when a fact asks.

The skeleton leaves header lists, cookies, bodies, phases and initiators as undecoded slices of the file. A file
whose members all have their usual types takes one pass; one odd exchange makes the list be read exchange by
exchange; what msgspec refuses altogether (NaN, lone surrogates, a cut-off end) takes ``salvage``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Any, Final

import msgspec
from msgspec import Raw

from haranalyze.capture.body import Surroundings
from haranalyze.capture.header_lists import header_pairs
from haranalyze.capture.message import Request, Response
from haranalyze.capture.model import BODY_TOO_LONG, Capture, Exchange, Note, Page, Source
from haranalyze.capture.quirks import OF_CUT, OF_NET_LOG, OF_STRIPPED, SANITIZED_BY, exporter_of
from haranalyze.capture.salvage import Salvaged, salvage
from haranalyze.capture.stamps import parse_http_version, parse_stamp
from haranalyze.capture.values import EMPTY, as_duration, as_status, as_text, is_deeper, late
from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits
from haranalyze.protocol.url import parse_url
from haranalyze.text import Kind, Text


class _Request(msgspec.Struct, gc=False):
    method: str = ""
    url: str = ""
    httpVersion: str = ""
    headers: Raw = EMPTY
    cookies: Raw = EMPTY
    postData: Raw = EMPTY
    headersSize: float | None = None
    bodySize: float | None = None


class _Response(msgspec.Struct, gc=False):
    status: float | None = None
    httpVersion: str = ""
    headers: Raw = EMPTY
    cookies: Raw = EMPTY
    content: Raw = EMPTY
    redirectURL: str | None = None
    headersSize: float | None = None
    bodySize: float | None = None
    transfer_size: float | None = msgspec.field(default=None, name="_transferSize")
    error: str | None = msgspec.field(default=None, name="_error")
    failure: str | None = msgspec.field(default=None, name="_failureText")
    via_worker: bool | None = msgspec.field(default=None, name="_fetchedViaServiceWorker")
    from_disk: bool | None = msgspec.field(default=None, name="fromDiskCache")
    from_worker: bool | None = msgspec.field(default=None, name="fromServiceWorker")
    phrase: str | None = msgspec.field(default=None, name="statusText")


class _Entry(msgspec.Struct, gc=False):
    request: _Request
    response: _Response
    startedDateTime: str = ""
    time: float | None = None
    timings: Raw = EMPTY
    pageref: str | None = None
    connection: str | None = None
    connection_id: str | None = msgspec.field(default=None, name="_connectionId")
    initiator: Raw = msgspec.field(default=EMPTY, name="_initiator")
    resource_type: str | None = msgspec.field(default=None, name="_resourceType")
    from_cache: str | None = msgspec.field(default=None, name="_fromCache")
    fetch_type: str | None = msgspec.field(default=None, name="_fetchType")
    error: str | None = msgspec.field(default=None, name="_error")
    blocked: str | None = msgspec.field(default=None, name="_blockedReason")
    cors_error: Raw = msgspec.field(default=EMPTY, name="_corsErrorStatus")
    cookie_decisions: Raw = msgspec.field(default=EMPTY, name="_cookieDecisions")


class _AboutLog(msgspec.Struct, gc=False):
    version: Raw = EMPTY
    creator: Raw = EMPTY
    browser: Raw = EMPTY
    pages: Raw = EMPTY
    comment: Raw = EMPTY


class _Log(_AboutLog, gc=False, kw_only=True):
    entries: list[_Entry]


class _File(msgspec.Struct, gc=False):
    log: _Log


class _LooseLog(_AboutLog, gc=False):
    entries: Raw = EMPTY


class _LooseFile(msgspec.Struct, gc=False):
    log: Raw = EMPTY


_FILE = msgspec.json.Decoder(_File)
_ENTRY = msgspec.json.Decoder(_Entry)
_LOOSE = msgspec.json.Decoder(_LooseFile)
_LOOSE_LOG = msgspec.json.Decoder(_LooseLog)
_RAWS = msgspec.json.Decoder(list[Raw])

_ORIGINALS: Final = (
    (OF_NET_LOG, "copy-of-a-net-log", "the original is a net log"),
    (OF_STRIPPED, "netlog-stripped", "the original was taken with cookies and credentials stripped"),
)
_SOURCES: Final = {
    "memory": Source.MEMORY_CACHE,
    "memory cache": Source.MEMORY_CACHE,
    "disk": Source.DISK_CACHE,
    "disk cache": Source.DISK_CACHE,
    "service worker": Source.SERVICE_WORKER,
}


@dataclass(slots=True)
class _Notes:
    """Notes by code: the first place and how often."""

    found: dict[str, tuple[str, str, int]] = field(default_factory=dict)

    def add(self, code: str, message: str, pointer: str) -> None:
        first = self.found.get(code)
        self.found[code] = (first[0], first[1], first[2] + 1) if first else (message, pointer, 1)

    def listed(self) -> tuple[Note, ...]:
        return tuple(Note(code, message, pointer, count) for code, (message, pointer, count) in self.found.items())


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the bytes of one HAR came from: name, hash and size as given, containers, member prefix."""

    name: str
    sha256: Callable[[], str]
    size: int
    container: tuple[str, ...] = ()
    prefix: str = ""
    notes: tuple[Note, ...] = ()


def read_har(data: Any, origin: Origin, limits: Limits, files: Mapping[str, bytes] | None = None) -> Capture:
    """Read one HAR document (UTF-8 JSON in any buffer); ``files`` are the other members of its archive by name.

    Raises:
        CaptureError: it is not JSON, or no HAR; LimitError: too many exchanges.
    """
    notes = _Notes()
    salvaged = False
    try:
        log: Any = _FILE.decode(data).log
        entries: Sequence[Any] = log.entries
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        log, entries, salvaged = _read_loosely(data, notes, limits)
    if len(entries) > limits.max_exchanges:
        raise LimitError(f"the recording holds {len(entries)} exchanges; max_exchanges allows {limits.max_exchanges}")
    exchanges = tuple(_exchanges(entries, origin.prefix, notes, limits, files))
    creator, browser = _named(log.creator), _named(log.browser)
    comment = as_text(late(log.comment))
    if comment.startswith(SANITIZED_BY):
        notes.add(
            "sanitized-by-haranalyze", "haranalyze sanitized this recording: values are stand-ins", "/log/comment"
        )
        for mark, code, message in _ORIGINALS:
            if mark in comment:
                notes.add(code, message, "/log/comment")
        salvaged = salvaged or OF_CUT in comment
    for note in origin.notes:
        notes.found.setdefault(note.code, (note.message, note.pointer, note.count))
    return Capture(
        name=Text(origin.name, Kind.PARAMETER_NAME),
        sha256=origin.sha256(),
        size=origin.size,
        format="har",
        version=_version(late(log.version)),
        container=origin.container,
        creator=Text(creator[0], Kind.HEADER_VALUE, "server"),
        creator_version=Text(creator[1], Kind.HEADER_VALUE, "server"),
        browser=Text(browser[0], Kind.HEADER_VALUE, "server"),
        browser_version=Text(browser[1], Kind.HEADER_VALUE, "server"),
        exporter=exporter_of(creator[0]),
        exchanges=exchanges,
        pages=_pages(late(log.pages), origin.prefix),
        notes=notes.listed(),
        salvaged=salvaged,
    )


def _read_loosely(data: Any, notes: _Notes, limits: Limits) -> tuple[Any, Sequence[Any], bool]:
    """A HAR with an odd member somewhere: the log member by member, the entries one by one."""
    try:
        log = _LOOSE_LOG.decode(_LOOSE.decode(data).log or b"null")
        entries = _RAWS.decode(log.entries) if bytes(log.entries) not in (b"", b"null") else []
        _require_log(log, bytes(log.entries))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError, TypeError):
        rescued: Salvaged = salvage(bytes(data), limits)
        for note in rescued.notes:
            notes.add(note.code, note.message, note.pointer)
        encode = msgspec.json.encode
        log = _LooseLog(
            version=Raw(encode(rescued.log.get("version"))),
            creator=Raw(encode(rescued.log.get("creator"))),
            browser=Raw(encode(rescued.log.get("browser"))),
            pages=Raw(encode(rescued.log.get("pages"))),
        )
        return log, [Raw(encode(entry)) for entry in rescued.entries], rescued.cut
    return log, entries, False


def _require_log(log: _LooseLog, entries: bytes) -> None:
    """An object with a ``log`` that has none of a HAR's members is another kind of file."""
    if not entries and not bytes(log.creator) and not bytes(log.version):
        raise CaptureError("this is JSON but no HAR: it has no /log/entries")


def _exchanges(
    entries: Sequence[Any], prefix: str, notes: _Notes, limits: Limits, files: Mapping[str, bytes] | None
) -> list[Exchange]:
    read = []
    around = Surroundings(f"{prefix}/log/entries/", limits, files)
    for index, written in enumerate(entries):
        found = isinstance(written, _Entry)
        entry = written if found else _loose_entry(written, f"{around.base}{index}", notes, limits)
        read.append(_exchange(index, around, entry, notes))
    return read


def _loose_entry(written: Any, pointer: str, notes: _Notes, limits: Limits) -> _Entry:
    """An entry as the skeleton wants it, whatever types its members have."""
    try:
        return _ENTRY.decode(written)
    except UnicodeDecodeError:
        notes.add("not-utf-8", "an entry holds bytes that are not UTF-8; they read as replacement characters", pointer)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        pass
    entry = late(written)
    if is_deeper(entry, limits.max_depth):
        raise LimitError(f"values at {pointer} are nested deeper than max_depth allows ({limits.max_depth})")
    if not isinstance(entry, dict):
        notes.add("entry-not-object", "an entry is not an object; it counts as an exchange without content", pointer)
        entry = {}
    encode = msgspec.json.encode
    return _Entry(
        _loose_request(_object(entry, "request", pointer, notes)),
        _loose_response(_object(entry, "response", pointer, notes)),
        as_text(entry.get("startedDateTime")),
        _number(entry.get("time")),
        Raw(encode(entry.get("timings"))),
        as_text(entry.get("pageref")),
        as_text(entry.get("connection")),
        as_text(entry.get("_connectionId")),
        Raw(encode(entry.get("_initiator"))),
        as_text(entry.get("_resourceType")),
        as_text(entry.get("_fromCache")),
        as_text(entry.get("_fetchType")),
        as_text(entry.get("_error")),
        as_text(entry.get("_blockedReason")),
        Raw(encode(entry.get("_corsErrorStatus"))),
        Raw(encode(entry.get("_cookieDecisions"))),
    )


def _loose_request(request: dict[str, Any]) -> _Request:
    encode = msgspec.json.encode
    return _Request(
        as_text(request.get("method")),
        as_text(request.get("url")),
        as_text(request.get("httpVersion")),
        Raw(encode(request.get("headers"))),
        Raw(encode(request.get("cookies"))),
        Raw(encode(request.get("postData"))),
        _number(request.get("headersSize")),
        _number(request.get("bodySize")),
    )


def _loose_response(response: dict[str, Any]) -> _Response:
    encode = msgspec.json.encode
    return _Response(
        _number(response.get("status")),
        as_text(response.get("httpVersion")),
        Raw(encode(response.get("headers"))),
        Raw(encode(response.get("cookies"))),
        Raw(encode(response.get("content"))),
        as_text(response.get("redirectURL")),
        _number(response.get("headersSize")),
        _number(response.get("bodySize")),
        _number(response.get("_transferSize")),
        as_text(response.get("_error")),
        as_text(response.get("_failureText")),
        response.get("_fetchedViaServiceWorker") is True,
        response.get("fromDiskCache") is True,
        response.get("fromServiceWorker") is True,
        as_text(response["statusText"]) if "statusText" in response else None,
    )


def _object(entry: dict[str, Any], name: str, pointer: str, notes: _Notes) -> dict[str, Any]:
    value = entry.get(name)
    if isinstance(value, dict):
        return value
    notes.add(f"{name}-missing", f"an entry has no {name} object", f"{pointer}/{name}")
    return {}


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return float(value) if isinstance(value, int | float) and abs(value) < 1e300 else None


_SHORTEST_HEADER: Final = 3  # bytes that one takes at least, in whatever form


def _check_headers(lines: Any, pointer: str, limits: Limits) -> None:
    """Raises LimitError: the headers of a message are too many, or too long together."""
    size = len(memoryview(lines))
    if size > limits.max_header_bytes:
        raise LimitError(
            f"the headers at {pointer} are longer than max_header_bytes allows ({limits.max_header_bytes})"
        )
    if size > _SHORTEST_HEADER * limits.max_headers and len(header_pairs(lines)) > limits.max_headers:
        raise LimitError(f"the headers at {pointer} are more than max_headers allows ({limits.max_headers})")


def _exchange(index: int, around: Surroundings, entry: _Entry, notes: _Notes) -> Exchange:
    base, limits = around.base, around.limits
    asked, answered = entry.request, entry.response
    _check_headers(asked.headers, f"{base}{index}/request/headers", limits)
    _check_headers(answered.headers, f"{base}{index}/response/headers", limits)
    exchange = Exchange()
    exchange.index = index
    exchange._around = around
    exchange.request = Request(
        intern(asked.method),
        asked.url,
        index,
        around,
        asked.headers,
        asked.cookies,
        asked.postData,
        parse_http_version(asked.httpVersion),
        _size(asked.headersSize),
        _size(asked.bodySize),
    )
    exchange.response = Response(
        as_status(answered.status),
        None if answered.phrase is None else len(answered.phrase),
        answered.redirectURL or "",
        _size(answered.transfer_size),
        index,
        around,
        answered.headers,
        answered.cookies,
        answered.content,
        parse_http_version(answered.httpVersion),
        _size(answered.headersSize),
        _size(answered.bodySize),
    )
    exchange.started = _started(entry.startedDateTime, base, index, notes)
    exchange.duration = as_duration(entry.time)
    exchange.resource_type = intern((entry.resource_type or "").lower())
    exchange.raw_error = answered.error or answered.failure or entry.error or entry.blocked or ""
    exchange._cors_error = entry.cors_error
    exchange._cookie_decisions = entry.cookie_decisions
    exchange.source = _source(entry)
    exchange.raw_page_id = intern(entry.pageref or "")
    exchange.raw_connection = intern(entry.connection_id or entry.connection or "")
    exchange._timings = entry.timings
    exchange._initiator = entry.initiator
    _note_long_bodies(exchange, asked.postData, answered.content, notes, limits, beside=bool(around.files))
    if not asked.url:
        notes.add("url-missing", "an entry has no URL", f"{base}{index}/request/url")
    return exchange


def _note_long_bodies(
    exchange: Exchange, posted: Any, content: Any, notes: _Notes, limits: Limits, *, beside: bool
) -> None:
    """Tell which bodies no fact will read because they are too long."""
    for half, written, name in (
        (exchange.request, posted, "request/postData"),
        (exchange.response, content, "response/content"),
    ):
        if (len(memoryview(written)) > limits.max_body_bytes or (beside and b'"_file"' in bytes(written))) and (
            half.body.too_long()
        ):
            notes.add(
                BODY_TOO_LONG,
                f"a body is longer than max_body_bytes allows ({limits.max_body_bytes}); no check reads it",
                f"{exchange.pointer}/{name}",
            )


def _size(value: float | None) -> int | None:
    return int(value) if value is not None and value >= 0 else None


def _started(stamp: str, base: str, index: int, notes: _Notes) -> float | None:
    read = parse_stamp(stamp)
    if read is None:
        notes.add("stamp-unreadable", "a start time cannot be read", f"{base}{index}/startedDateTime")
        return None
    if not read[1]:
        notes.add("stamp-without-zone", "a start time names no zone; UTC is assumed", f"{base}{index}/startedDateTime")
    return read[0]


def _source(entry: _Entry) -> Source:
    response = entry.response
    if response.via_worker or response.from_worker:  # Chromium marks what a worker kept as from the disk as well
        return Source.SERVICE_WORKER
    written = entry.from_cache or entry.fetch_type
    if written and (known := _SOURCES.get(written.lower())):
        return known
    return Source.DISK_CACHE if response.from_disk else Source.NETWORK


def _named(written: Any) -> tuple[str, str]:
    value = late(written)
    if isinstance(value, dict):
        return as_text(value.get("name")), as_text(value.get("version"))
    return as_text(value), ""


def _version(written: Any) -> str:
    """``log.version``; the empty string means 1.1 (HAR 1.2 specification)."""
    text = as_text(written)
    return text if text in {"1.1", "1.2", "1.3"} else ("1.1" if text == "" else "")


def _pages(written: Any, prefix: str) -> tuple[Page, ...]:
    pages = []
    for position, page in enumerate(written if isinstance(written, list) else ()):
        if not isinstance(page, dict):
            continue
        title, loads = as_text(page.get("title")), page.get("pageTimings")
        loads = loads if isinstance(loads, dict) else {}
        url = parse_url(title) if title.startswith(("http://", "https://")) else None
        stamp = parse_stamp(as_text(page.get("startedDateTime")))
        pages.append(
            Page(
                Text(as_text(page.get("id")), Kind.PARAMETER_NAME),
                Text(title, Kind.URL),
                url if url and url.ok else None,
                stamp[0] if stamp else None,
                as_duration(loads.get("onContentLoad")),
                as_duration(loads.get("onLoad")),
                f"{prefix}/log/pages/{position}",
            )
        )
    return tuple(pages)
