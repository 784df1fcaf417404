"""The timeline as tables: a pandas DataFrame, a haralyzer HarParser, and haralyzer's figures per page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from haranalyze.capture.model import Exchange, Message, Page, Request, Response, Source, Timings
from haranalyze.protocol.set_cookie import parse_set_cookie
from haranalyze.text import Kind, Text, raw

if TYPE_CHECKING:
    from haralyzer import HarPage, HarParser
    from pandas import DataFrame

    from haranalyze.timeline import Timeline

_VERSIONS = {"h1": "HTTP/1.1", "h2": "HTTP/2", "h3": "HTTP/3"}
_PHASES = ("blocked", "dns", "connect", "ssl", "send", "wait", "receive")
_SCHEMES = frozenset(("http", "https", "ws", "wss", "data", "blob", "file", "about", "chrome-extension"))
# fmt: off
_TYPES = (
    "csp-violation-report", "directsocket", "document", "eventsource", "fedcm", "fetch", "font",
    "image", "manifest", "media", "other", "ping", "prefetch", "preflight", "script", "signed-exchange",
    "stylesheet", "texttrack", "wasm", "websocket", "webtransport", "xhr",
)
# fmt: on
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 253_402_300_799_999.0  # the last millisecond of year 9999: beyond it no date can be written


@dataclass(frozen=True, slots=True)
class PageFigures:
    """What haralyzer says about one page load. Times in milliseconds, sizes in bytes, None where unknown.

    ``page`` is None for the exchanges that belong to no page. ``load`` and ``content_loaded`` are the page's
    own events, ``first_byte`` the time to the first byte of its first 200 answer, earlier redirects included;
    ``transferred`` counts bytes on the wire with headers, ``size`` bytes of response bodies on the wire.
    """

    page: Page | None
    exchanges: int
    load: float | None
    content_loaded: float | None
    first_byte: float | None
    size: int
    transferred: int


def frame_of(timeline: Timeline, show: Callable[[Text], str] | None) -> DataFrame:
    """See ``Timeline.to_frame``."""
    import pandas

    rows = timeline.exchanges
    whole, words = pandas.Int64Dtype(), pandas.StringDtype()
    started = [timeline.started(e) for e in rows]
    ended = [timeline.ended(e) for e in rows]
    stamps = [_stamp(e.started) for e in rows]
    columns: dict[str, Any] = {
        "exchange": pandas.array([e.index for e in rows], dtype="int64"),
        "started": pandas.Series(stamps, dtype="Int64").astype("datetime64[ms]").dt.tz_localize("UTC"),
        "at_ms": _floats(started),
        "sent_ms": _floats(timeline.sent(e) for e in rows),
        "answered_ms": _floats(timeline.answered(e) for e in rows),
        "ended_ms": _floats(ended),
        "duration_ms": _floats(end - start for start, end in zip(started, ended, strict=True)),
        **_phases([e.timings for e in rows]),
        **{name: pandas.array(part, dtype=words) for name, part in _words(rows, show).items()},
        "status": pandas.array([e.response.status for e in rows], dtype=whole),
        "resource_type": pandas.Categorical([_listed(e.resource_type) for e in rows], categories=_TYPES),
        "source": pandas.Categorical([e.source.value for e in rows], categories=[s.value for s in Source]),
        **{name: pandas.array(part, dtype=whole) for name, part in _sizes(rows).items()},
        "page": pandas.array([timeline.page_ordinal(e) for e in rows], dtype=whole),
        **{name: pandas.array(part, dtype=whole) for name, part in _links(timeline, rows).items()},
    }
    return pandas.DataFrame(columns)


def _stamp(started: float | None) -> int | None:
    return round(started) if started is not None and abs(started) <= _LATEST_MS else None


def _floats(values: Iterable[float | None]) -> Any:
    import numpy

    return numpy.array([float("nan") if value is None else value for value in values], dtype="float64")


def _phases(timings: Sequence[Timings]) -> dict[str, Any]:
    return {f"{phase}_ms": _floats(getattr(t, phase) for t in timings) for phase in _PHASES}


def _listed(resource_type: str) -> str | None:
    return resource_type if resource_type in _TYPES else None


def _words(rows: Sequence[Exchange], show: Callable[[Text], str] | None) -> dict[str, list[str | None]]:
    kept: dict[tuple[str, Kind], str] = {}

    def shown(value: str, kind: Kind) -> str | None:
        if show is None or not value:
            return None
        if (value, kind) not in kept:
            kept[value, kind] = show(Text(value, kind))
        return kept[value, kind]

    schemes = [e.request.url.scheme for e in rows]
    return {
        "method": [shown(e.request.method, Kind.METHOD) for e in rows],
        "scheme": [scheme if scheme in _SCHEMES else None for scheme in schemes],
        "host": [shown(e.request.url.host, Kind.HOST) for e in rows],
        "path": [shown(e.request.url.path, Kind.PATH) for e in rows],
    }


def _sizes(rows: Sequence[Exchange]) -> dict[str, list[int | None]]:
    return {
        "request_header_bytes": [e.request.headers_size for e in rows],
        "request_body_bytes": [e.request.body_size for e in rows],
        "response_header_bytes": [e.response.headers_size for e in rows],
        "response_body_bytes": [e.response.body_size for e in rows],
        "content_bytes": [e.response.body.size for e in rows],
        "transferred_bytes": [e.response.transfer_size for e in rows],
    }


def _links(timeline: Timeline, rows: Sequence[Exchange]) -> dict[str, list[int | None]]:
    links = {
        "redirected_from": timeline.redirected_from,
        "preflight_for": timeline.preflight_for,
        "retry_of": timeline.retry_of,
    }
    return {name: [_index(link(exchange)) for exchange in rows] for name, link in links.items()}


def _index(exchange: Exchange | None) -> int | None:
    return None if exchange is None else exchange.index


def haralyzer_of(timeline: Timeline, *, bodies: bool = True) -> HarParser:
    """See ``Timeline.to_haralyzer``; ``bodies`` False leaves the texts of bodies out."""
    from haralyzer import HarParser

    capture = timeline.capture
    pages: dict[str, dict[str, Any]] = {}
    for page in capture.pages:
        pages.setdefault(raw(page.id), _page_members(timeline, page))
    entries = [_entry_members(timeline, exchange, pages, bodies) for exchange in timeline.exchanges]
    creator = {"name": raw(capture.creator), "version": raw(capture.creator_version)}
    browser = {"name": raw(capture.browser), "version": raw(capture.browser_version)}
    log = {"version": capture.version or "1.2", "creator": creator, "browser": browser}
    return HarParser({"log": {**log, "pages": list(pages.values()), "entries": entries}})


def _iso(moment: float) -> str:
    bounded = min(max(moment, 0.0), _LATEST_MS)
    return (_EPOCH + timedelta(milliseconds=bounded)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ms(value: float | None) -> float:
    return -1 if value is None else value


def _page_members(timeline: Timeline, page: Page) -> dict[str, Any]:
    return {
        "id": raw(page.id),
        "title": raw(page.title),
        "startedDateTime": _iso(timeline.origin if page.started is None else page.started),
        "pageTimings": {"onContentLoad": _ms(page.content_loaded), "onLoad": _ms(page.loaded)},
    }


def _entry_members(timeline: Timeline, exchange: Exchange, pages: Iterable[str], bodies: bool) -> dict[str, Any]:
    timings = exchange.timings
    required = {phase: max(0.0, _ms(getattr(timings, phase))) for phase in ("send", "wait", "receive")}
    members = {
        "startedDateTime": _iso(timeline.wall(timeline.started(exchange))),
        "time": timeline.ended(exchange) - timeline.started(exchange),
        "request": _request_members(exchange.request, bodies),
        "response": _response_members(exchange.response, bodies),
        "cache": {},
        "timings": {phase: _ms(getattr(timings, phase)) for phase in _PHASES} | required,
        "serverIPAddress": "",
        "connection": exchange.raw_connection,
    }
    if exchange.raw_page_id in pages:
        members["pageref"] = exchange.raw_page_id
    return members


def _message_members(message: Message) -> dict[str, Any]:
    return {
        "httpVersion": _VERSIONS.get(message.http_version, ""),
        "headers": [{"name": header.name, "value": header.value} for header in message.headers],
        "headersSize": -1 if message.headers_size is None else message.headers_size,
        "bodySize": -1 if message.body_size is None else message.body_size,
    }


def _request_members(request: Request, bodies: bool) -> dict[str, Any]:
    members = _message_members(request) | {
        "method": request.method,
        "url": request.raw_url,
        "cookies": [{"name": name, "value": value} for name, value in request.raw_cookie_pairs()],
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(request.url.query, keep_blank_values=True, errors="replace")
        ],
    }
    if request.body.present:
        text = request.body.raw_text() if bodies else None
        members["postData"] = {"mimeType": request.body.raw_mime_type, "text": text or ""}
    return members


def _response_members(response: Response, bodies: bool) -> dict[str, Any]:
    body = response.body
    content: dict[str, Any] = {"size": max(0, body.size or 0), "mimeType": body.raw_mime_type}
    if bodies and body.present and (text := body.raw_text()) is not None:
        content["text"] = text
    cookies = [cookie for line in response.raw_set_cookies() if (cookie := parse_set_cookie(line))]
    wire = response.transfer_size
    return _message_members(response) | {
        "status": response.status,
        "statusText": "",
        "cookies": [{"name": cookie.name, "value": cookie.value} for cookie in cookies],
        "content": content,
        "redirectURL": response.raw_redirect_url,
        "_transferSize": max(0, wire if wire is not None else response.body_size or 0),
    }


def figures_of(timeline: Timeline) -> tuple[PageFigures, ...]:
    """See ``Timeline.page_figures``."""
    parser = haralyzer_of(timeline, bodies=False)
    known = {raw(page.id): page for page in reversed(timeline.capture.pages)}
    return tuple(_figures(page, known.get(page.page_id)) for page in parser.pages if page.entries)


def _figures(page: HarPage, known: Page | None) -> PageFigures:
    first_byte = page.time_to_first_byte
    return PageFigures(
        page=known,
        exchanges=len(page.entries),
        load=known.loaded if known else None,
        content_loaded=known.content_loaded if known else None,
        first_byte=None if first_byte is None else float(first_byte),
        size=int(page.page_size),
        transferred=int(page.page_size_trans),
    )
