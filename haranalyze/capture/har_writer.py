"""A capture as HAR 1.2: every member the specification demands, made from the checked model and not from the file.

It holds the captured text itself. What a recording of another format cannot tell stays unknown (-1, empty); members
that readers of findings use (resource type, failure, cache, initiator) are kept under the names devtools give them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from haranalyze.capture.message import Message, Request, Response
from haranalyze.capture.model import Capture, Exchange, Page, Source
from haranalyze.capture.stamps import LATEST_MS, stamp
from haranalyze.capture.values import late
from haranalyze.protocol.set_cookie import parse_set_cookie
from haranalyze.text import raw

PHASES: Final = ("blocked", "dns", "connect", "ssl", "send", "wait", "receive")
_VERSIONS: Final = {"h1": "HTTP/1.1", "h2": "HTTP/2", "h3": "HTTP/3"}
_CACHES: Final = {Source.MEMORY_CACHE: "memory", Source.DISK_CACHE: "disk"}


def har_of(capture: Capture, origin: float, times: Callable[[Exchange], tuple[float, float]]) -> Iterator[bytes]:
    """The capture as one HAR document (UTF-8 JSON), exchange by exchange in source order.

    Args:
        origin: start of pages that name none, ms since the epoch.
        times: start (ms since the epoch) and duration (ms) of an exchange, which HAR demands.
    """
    yield b'{"log":{"version":"1.2","creator":' + _json(
        _product(capture.creator, capture.creator_version, "haranalyze")
    )
    if capture.browser:
        yield b',"browser":' + _json(_product(capture.browser, capture.browser_version, ""))
    known = {raw(page.id) for page in capture.pages}
    yield b',"pages":' + _json([page_members(page, origin) for page in capture.pages])
    yield b',"comment":' + _json(_comment(capture)) + b',"entries":['
    for number, exchange in enumerate(capture.exchanges):
        members = entry_members(exchange, *times(exchange))
        members |= _devtools_members(exchange)
        if exchange.source is Source.SERVICE_WORKER:
            members["response"]["_fetchedViaServiceWorker"] = True
        if exchange.raw_page_id in known:
            members["pageref"] = exchange.raw_page_id
        yield (b",\n" if number else b"\n") + _json(members)
    yield b"\n]}}\n"


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)


def _comment(capture: Capture) -> str:
    return f"converted by haranalyze from a recording of the format {capture.format}"


def _product(name: Any, version: Any, otherwise: str) -> dict[str, str]:
    return {"name": raw(name) or otherwise, "version": raw(version)}


def _iso(moment: float) -> str:
    return stamp(min(max(moment, 0.0), LATEST_MS), "milliseconds")


def _ms(value: float | None) -> float:
    return -1 if value is None else value


def page_members(page: Page, origin: float) -> dict[str, Any]:
    """A page as HAR has it; ``origin``: ms since the epoch, for a page without a start of its own."""
    return {
        "id": raw(page.id),
        "title": raw(page.title),
        "startedDateTime": _iso(origin if page.started is None else page.started),
        "pageTimings": {"onContentLoad": _ms(page.content_loaded), "onLoad": _ms(page.loaded)},
    }


def entry_members(exchange: Exchange, started: float, time: float, *, bodies: bool = True) -> dict[str, Any]:
    """An exchange as HAR has it, with every member the specification demands.

    Args:
        started: ms since the epoch; time: ms; bodies: whether their texts are written.
    """
    timings = exchange.timings
    required = {phase: max(0.0, _ms(getattr(timings, phase))) for phase in ("send", "wait", "receive")}
    return {
        "startedDateTime": _iso(started),
        "time": time,
        "request": _request_members(exchange.request, bodies),
        "response": _response_members(exchange.response, bodies),
        "cache": {},
        "timings": {phase: _ms(getattr(timings, phase)) for phase in PHASES} | required,
    }


def _devtools_members(exchange: Exchange) -> dict[str, Any]:
    """What the model knows beyond HAR 1.2, under Chromium's names; HAR 1.2 has no place for a failure's reason."""
    members: dict[str, Any] = {}
    if exchange.resource_type:
        members["_resourceType"] = exchange.resource_type
    if exchange.raw_connection:
        members["connection"] = members["_connectionId"] = exchange.raw_connection
    if exchange.source in _CACHES:
        members["_fromCache"] = _CACHES[exchange.source]
    if exchange.raw_error:
        members["_error"] = exchange.raw_error
    if exchange.raw_cors_error:
        members["_corsErrorStatus"] = {"corsError": exchange.raw_cors_error}
    if decisions := late(exchange._cookie_decisions):
        members["_cookieDecisions"] = decisions
    if initiator := late(exchange._initiator):
        members["_initiator"] = initiator
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
        text, encoding = (request.body.raw_stored() if bodies else None) or ("", "")
        members["postData"] = {"mimeType": request.body.raw_mime_type, "text": text}
        if encoding:
            members["postData"]["encoding"] = encoding
    return members


def _response_members(response: Response, bodies: bool) -> dict[str, Any]:
    body = response.body
    content: dict[str, Any] = {"size": max(0, body.size or 0), "mimeType": body.raw_mime_type}
    if bodies and body.present and (stored := body.raw_stored()) is not None:
        content["text"] = stored[0]
        if stored[1]:
            content["encoding"] = stored[1]
    cookies = [cookie for line in response.raw_set_cookies() if (cookie := parse_set_cookie(line))]
    members = _message_members(response) | {
        "status": response.status,
        "statusText": "",
        "cookies": [{"name": cookie.name, "value": cookie.value} for cookie in cookies],
        "content": content,
        "redirectURL": response.raw_redirect_url,
    }
    if response.transfer_size is not None:
        members["_transferSize"] = response.transfer_size
    return members
