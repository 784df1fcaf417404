"""The timeline as tables: a pandas DataFrame, a haralyzer HarParser, and haralyzer's figures per page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haranalyze.capture.har_writer import PHASES, entry_members, page_members
from haranalyze.capture.model import Exchange, Page, Source, Timings
from haranalyze.capture.stamps import LATEST_MS
from haranalyze.text import Kind, Text, raw

if TYPE_CHECKING:
    from haralyzer import HarPage, HarParser
    from pandas import DataFrame

    from haranalyze.timeline import Timeline

_SCHEMES = frozenset(("http", "https", "ws", "wss", "data", "blob", "file", "about", "chrome-extension"))
# fmt: off
_TYPES = (
    "csp-violation-report", "directsocket", "document", "eventsource", "fedcm", "fetch", "font",
    "image", "manifest", "media", "other", "ping", "prefetch", "preflight", "script", "signed-exchange",
    "stylesheet", "texttrack", "wasm", "websocket", "webtransport", "xhr",
)
# fmt: on


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
    return round(started) if started is not None and abs(started) <= LATEST_MS else None


def _floats(values: Iterable[float | None]) -> Any:
    import numpy

    return numpy.array([float("nan") if value is None else value for value in values], dtype="float64")


def _phases(timings: Sequence[Timings]) -> dict[str, Any]:
    return {f"{phase}_ms": _floats(getattr(t, phase) for t in timings) for phase in PHASES}


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
        "host": [shown(e.request.host, Kind.HOST) for e in rows],
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
        pages.setdefault(raw(page.id), page_members(page, timeline.origin))
    entries = [_entry_members(timeline, exchange, pages, bodies) for exchange in timeline.exchanges]
    creator = {"name": raw(capture.creator), "version": raw(capture.creator_version)}
    browser = {"name": raw(capture.browser), "version": raw(capture.browser_version)}
    log = {"version": capture.version or "1.2", "creator": creator, "browser": browser}
    return HarParser({"log": {**log, "pages": list(pages.values()), "entries": entries}})


def _entry_members(timeline: Timeline, exchange: Exchange, pages: Iterable[str], bodies: bool) -> dict[str, Any]:
    started = timeline.started(exchange)
    members = entry_members(exchange, timeline.wall(started), timeline.ended(exchange) - started, bodies=bodies)
    members["response"]["_transferSize"] = max(
        0, members["response"].get("_transferSize", exchange.response.body_size or 0)
    )
    members |= {"serverIPAddress": "", "connection": exchange.raw_connection}
    if exchange.raw_page_id in pages:
        members["pageref"] = exchange.raw_page_id
    return members


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
