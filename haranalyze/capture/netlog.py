"""Chrome net logs (``chrome://net-export``, ``--log-net-log``): requests of the browser with its own decisions.

One event a line, so a log of any size is read line by line, and one that breaks off is read up to there. What the
network service decided about cookies and CORS is evidence that no HAR holds: it is kept as ``_cookieDecisions`` and
``_corsErrorStatus``. In the default capture mode Chrome strips cookies and credentials; then those headers count as
not recorded. Sources: Chromium ``net/log/net_log_event_type_list.h``, ``net/log/file_net_log_observer.cc``,
``net/url_request/url_request_http_job.cc``, ``services/network/cors/*.cc``; observed with Chromium 156.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from sys import intern
from typing import Any, Final

import msgspec

from haranalyze.capture.har_log import Content, Half, HarLog
from haranalyze.capture.http_message import header_lines
from haranalyze.capture.json_parts import items_of, members_of, object_of
from haranalyze.capture.stamps import stamp
from haranalyze.capture.values import as_object, as_text
from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits

_STRIPPED: Final = "bytes were stripped]"
_HIDDEN: Final = frozenset(("cookie", "set-cookie", "authorization", "proxy-authorization", "www-authenticate"))
_LONGEST_LINE: Final = 64 * 1024 * 1024
_CHUNK: Final = 1 << 20
# network::mojom::CorsError, the part of it that has kept its numbers (services/network/public/mojom/cors.mojom).
_CORS_ERRORS: Final = (
    "DisallowedByMode", "InvalidResponse", "WildcardOriginNotAllowed", "MissingAllowOriginHeader",
    "MultipleAllowOriginValues", "InvalidAllowOriginValue", "AllowOriginMismatch", "InvalidAllowCredentials",
    "CorsDisabledScheme", "PreflightInvalidStatus", "PreflightDisallowedRedirect",
    "PreflightWildcardOriginNotAllowed", "PreflightMissingAllowOriginHeader", "PreflightMultipleAllowOriginValues",
    "PreflightInvalidAllowOriginValue", "PreflightAllowOriginMismatch", "PreflightInvalidAllowCredentials",
)  # fmt: skip
_FRAMES: Final = frozenset(("main frame", "sub frame"))
_SENT: Final = frozenset(("HTTP_TRANSACTION_SEND_REQUEST_HEADERS", "HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS",
                          "HTTP_TRANSACTION_QUIC_SEND_REQUEST_HEADERS"))  # fmt: skip


@dataclass(slots=True)
class _Hop:
    """One request of a source: a redirect begins the next one. Times in ms on the log's clock."""

    url: str
    method: str
    began: float
    kind: str = ""
    initiator: str = ""
    sent: float | None = None
    answered: float | None = None
    ended: float | None = None
    request: list[str] = field(default_factory=list)
    line: str = ""
    response: list[str] = field(default_factory=list)
    version: str = ""
    error: str = ""
    cors_error: str = ""
    cookies: list[dict[str, str]] = field(default_factory=list)
    body: list[Any] = field(default_factory=list)  # events that hold its pieces, as they stand in the file
    body_size: int = 0
    body_read: bool = False
    page_told: bool = False  # CORS_REQUEST has ended: the page was given the outcome


def read_netlog(data: Any, limits: Limits) -> HarLog:
    """The HTTP requests of a net log in the order they began.

    Raises:
        CaptureError: it holds no request; LimitError: more than ``max_exchanges``.
    """
    constants, events = _parts(data)
    reader = _Reader(constants, limits)
    whole = True
    for event, written in events:
        if event is None:
            whole = False
            break
        reader.event(event, written)
    client = as_object(constants.get("clientInfo"))
    log = HarLog("netlog", as_text(client.get("name")) or "Chromium", limits, version=as_text(client.get("version")))
    reader.write(log)
    if not whole:
        log.cut("the net log breaks off; the requests before its end were read")
    if not log.count:
        raise CaptureError("this net log holds no HTTP request")
    return log


def _parts(data: Any) -> tuple[dict[str, Any], Iterator[tuple[dict[str, Any] | None, Any]]]:
    """The constants, and the events with the slices of the file they stand in; None ends events that break off."""
    lines = _lines(data)
    first = bytes(next(lines, b""))
    head = first.rstrip().removesuffix(b",") + b"}"
    constants = object_of(members_of(head).get("constants")) if first.lstrip().startswith(b'{"constants"') else {}
    if constants:
        return constants, _events_by_line(lines)
    top = members_of(data)
    return object_of(top.get("constants")), ((object_of(one), one) for one in items_of(top.get("events", b"[]")))


def _lines(data: Any) -> Iterator[memoryview]:
    """The lines as slices of the file, without their ends; of a line that is too long to be an event only its end."""
    view = memoryview(data)
    begin = 0
    for start in range(0, len(view), _CHUNK):
        piece = bytes(view[start : start + _CHUNK])
        at = piece.find(b"\n")
        while at >= 0:
            yield view[max(begin, start + at - _LONGEST_LINE) : start + at]
            begin = start + at + 1
            at = piece.find(b"\n", at + 1)
    if begin < len(view):
        yield view[max(begin, len(view) - _LONGEST_LINE) :]


def _events_by_line(lines: Iterator[memoryview]) -> Iterator[tuple[dict[str, Any] | None, Any]]:
    """Events are the lines from ``"events": [`` to ``]``."""
    for line in lines:
        read = bytes(line)
        written = read.strip()
        if written.startswith(b"]"):
            return
        if not written.startswith(b"{"):
            continue
        closed = written.rstrip(b",").removesuffix(b"]}")
        last = closed.endswith(b"}]") or len(closed) + 2 == len(written.rstrip(b","))
        closed = closed.removesuffix(b"]") if last else closed
        try:
            event = msgspec.json.decode(closed)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
            if not closed.endswith(b"}"):
                break
            continue  # an event with text that is no Unicode: it is about something else
        if isinstance(event, dict):
            begin = len(read) - len(read.lstrip())
            yield event, line[begin : begin + len(closed)]
        if last:
            return
    yield None, b""


class _Reader:
    """Puts events together to requests."""

    def __init__(self, constants: dict[str, Any], limits: Limits) -> None:
        self._types = _turned(constants.get("logEventTypes"))
        self._source = as_object(constants.get("logSourceType")).get("URL_REQUEST")
        self._phases = as_object(constants.get("logEventPhase"))
        self._errors = _turned(constants.get("netError"))
        offset = constants.get("timeTickOffset")
        try:
            self._offset = float(offset) if isinstance(offset, int | float | str) else 0.0
        except (ValueError, OverflowError):
            self._offset = 0.0
        self._limits = limits
        self._hops: list[_Hop] = []
        self._now: dict[Any, _Hop] = {}
        self._asked: dict[Any, tuple[dict[str, Any], float]] = {}  # CORS_REQUEST without a job of its own yet
        self._preflights: dict[int, Any] = {}  # call -> its preflight

    def event(self, event: dict[str, Any], written: Any) -> None:
        """Take one event; ``written`` is the slice of the file it stands in."""
        source = event.get("source")
        if not isinstance(source, dict) or source.get("type") != self._source:
            return
        identifier, number = source.get("id"), event.get("type")
        kind = self._types.get(number, "") if isinstance(number, int) else ""
        params = as_object(event.get("params"))
        try:
            time = float(event.get("time") or 0)
        except (TypeError, ValueError, OverflowError):
            return
        if not isinstance(identifier, int):
            return
        begins = event.get("phase") == self._phases.get("PHASE_BEGIN", 1)
        ends = event.get("phase") == self._phases.get("PHASE_END", 2)
        if kind == "CORS_REQUEST" and begins:
            self._asked[identifier] = (params, time)
        elif kind == "CORS_PREFLIGHT_URL_REQUEST":
            preflight = as_object(params.get("source_dependency")).get("id")
            self._preflights[identifier] = preflight if isinstance(preflight, int) else None
        elif kind == "CORS_PREFLIGHT_ERROR":
            self._refused(identifier, params, time)
        elif kind == "URL_REQUEST_START_JOB" and begins:
            self._begin(identifier, params, time)
        elif hop := self._now.get(identifier):
            self._about(hop, kind, params, time, ends=ends)
            if kind == "URL_REQUEST_JOB_FILTERED_BYTES_READ" and isinstance(params.get("bytes"), str):
                hop.body.append(written)

    def _begin(self, identifier: int, params: dict[str, Any], time: float) -> None:
        url, method = as_text(params.get("url")), as_text(params.get("method")) or "GET"
        if not url.startswith(("http:", "https:", "ws:", "wss:")):
            return
        asked = self._asked.pop(identifier, None)  # of the first hop: the page made it then
        began = asked[1] if asked is not None else time
        kind, initiator = as_text(params.get("request_type")), as_text(params.get("initiator"))
        self._keep(identifier, _Hop(url, method, began, kind, "" if initiator == "not an origin" else initiator))

    def _keep(self, identifier: int, hop: _Hop) -> None:
        most = self._limits.max_exchanges
        if len(self._hops) >= most:
            raise LimitError(f"the recording holds more exchanges than max_exchanges allows ({most})")
        self._now[identifier] = hop
        self._hops.append(hop)

    def _refused(self, identifier: int, params: dict[str, Any], time: float) -> None:
        """The preflight failed: the request itself never left."""
        asked = self._asked.pop(identifier, None)
        if asked is None:
            return
        headers = as_object(asked[0].get("request_headers"))
        method = as_text(headers.get("line")).partition(" ")[0] or "GET"
        hop = _Hop(as_text(asked[0].get("url")), method, asked[1], "fetch", error="net::ERR_FAILED", ended=time)
        preflight = self._now.get(self._preflights.get(identifier))
        hop.initiator = preflight.initiator if preflight is not None else ""
        hop.request = _texts(headers.get("headers"))
        number = params.get("cors-error")
        if isinstance(number, int) and 0 <= number < len(_CORS_ERRORS):
            hop.cors_error = _CORS_ERRORS[number]
        self._keep(identifier, hop)

    def _about(self, hop: _Hop, kind: str, params: dict[str, Any], time: float, *, ends: bool) -> None:
        if kind in _SENT:
            hop.request, hop.line = _texts(params.get("headers")), as_text(params.get("line"))
            hop.sent = time
            hop.version = "HTTP/2" if "HTTP2" in kind else "h3" if "QUIC" in kind else hop.version
        elif kind == "HTTP_TRANSACTION_READ_RESPONSE_HEADERS":
            hop.response = _texts(params.get("headers"))
            hop.answered = hop.ended = time
        elif kind == "COOKIE_INCLUSION_STATUS":
            hop.cookies.append({name: as_text(params.get(name)) for name in ("operation", "name", "status")})
        elif kind == "URL_REQUEST_JOB_FILTERED_BYTES_READ":
            hop.body_read = True
            count = params.get("byte_count")
            hop.body_size += count if isinstance(count, int) and count > 0 else 0
        elif kind == "CORS_REQUEST" and ends:
            hop.page_told = True
        elif kind == "CANCELLED":
            if hop.page_told and not hop.body_read and hop.initiator and hop.response and not hop.error:
                hop.error = "net::ERR_FAILED"  # the answer was there and the page got nothing: CORS refused it
        elif kind in ("REQUEST_ALIVE", "URL_REQUEST_START_JOB") and ends:
            hop.ended = time
            number = params.get("net_error")
            if isinstance(number, int) and number < 0:
                hop.error = hop.error or "net::" + (self._errors.get(number) or "ERR_FAILED")

    def write(self, log: HarLog) -> None:
        """Write all requests, in the order they began, with a page for each navigation."""
        cached = 0
        stripped = False
        waiting = sorted(self._hops, key=lambda one: one.began)
        waiting.reverse()
        self._hops.clear()
        self._now.clear()
        while waiting:  # what is written is let go: a large log would stand in memory twice
            hop = waiting.pop()
            if not hop.response and not hop.error:
                cached += 1
                continue
            stripped = stripped or any(_STRIPPED in line for line in (*hop.request, *hop.response))
            if hop.kind == "main frame":
                started = stamp(self._offset + hop.began)
                page = {"id": f"page_{len(log.pages) + 1}", "title": hop.url, "startedDateTime": started}
                log.pages.append({**page, "pageTimings": {}})
            self._write_hop(log, hop)
        if cached:
            message = "requests that were answered from a cache or never finished are left out"
            log.note("netlog-without-headers", message, cached)
        if stripped:
            log.note(
                "netlog-stripped",
                "the log was taken with cookies and credentials stripped; take it with “Include cookies and "
                "credentials” ticked",
            )

    def _write_hop(self, log: HarLog, hop: _Hop) -> None:
        asked = Half(_kept(hop.request), version=hop.version or _version(hop.line))
        first, *lines = hop.response or [""]
        answered = Half(_kept(lines), _body(hop), _version(first) or hop.version)
        digits = first.partition(" ")[2][:3]
        members: dict[str, Any] = {"_initiator": {"type": "script" if hop.initiator else "other", "url": hop.initiator}}
        if hop.kind in _FRAMES:
            members["_resourceType"] = "document"
        elif hop.kind == "fetch":
            members["_resourceType"] = "fetch"
        elif hop.method == "OPTIONS" and asked.first("access-control-request-method"):
            members |= {"_resourceType": "preflight", "_initiator": {"type": "preflight", "url": hop.initiator}}
        if hop.cors_error:
            members["_corsErrorStatus"] = {"corsError": hop.cors_error}
        if hop.cookies:
            members["_cookieDecisions"] = hop.cookies
        if log.pages:
            members["pageref"] = log.pages[-1]["id"]
        sent = hop.sent if hop.sent is not None else hop.began
        ended = max(hop.ended if hop.ended is not None else sent, sent)
        answer = hop.answered if hop.answered is not None else ended
        log.add(
            hop.method,
            hop.url,
            asked,
            int(digits) if digits.isdigit() and len(digits) == 3 else 0,
            answered,
            started=self._offset + hop.began,
            time=ended - hop.began,
            timings={"blocked": sent - hop.began, "wait": max(0.0, answer - sent), "receive": max(0.0, ended - answer)},
            error=hop.error,
            **members,
        )


def _turned(written: Any) -> dict[Any, str]:
    return {number: name for name, number in as_object(written).items() if isinstance(number, int)}


def _texts(written: Any) -> list[str]:
    """Header lines; the same line of many requests is kept once."""
    return [intern(as_text(one)) for one in written] if isinstance(written, list) else []


def _kept(lines: list[str]) -> list[tuple[str, str]]:
    """Headers without those whose values were stripped: of them only the name is left."""
    return [
        (name, value)
        for name, value in header_lines(lines)
        if not (value.endswith(_STRIPPED) and name.lower() in _HIDDEN)
    ]


def _version(line: str) -> str:
    return next((word.strip() for word in line.split(" ") if word.startswith("HTTP/")), "")


def _body(hop: _Hop) -> Content | None:
    if hop.body:
        return Content(partial(_joined, hop.body), size=hop.body_size)
    return Content(None, size=hop.body_size) if hop.body_size else None


def _joined(events: list[Any]) -> bytes:
    """The bytes of all events; empty where one of them is damaged."""
    try:
        return b"".join(map(_piece, events))
    except ValueError:
        return b""


def _piece(event: Any) -> bytes:
    """The bytes of an event, from the slice of the file it stands in."""
    return b64decode(as_text(as_object(object_of(event).get("params")).get("bytes")))
