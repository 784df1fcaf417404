"""Burp's "save items" files: XML with each request and response whole, usually in base64.

Source: Burp Suite's own document type inside the file; observed in public files of 2023. Its ``time`` names zones by
letters, which no one can read safely: the Date header of the answer stands for it.
"""

from __future__ import annotations

import re
from typing import Any, Final

from haranalyze.capture.har_log import Half, HarLog, half_later
from haranalyze.capture.http_message import Answered, add_messages, read_request_text, read_response_text
from haranalyze.capture.stamps import date_of
from haranalyze.capture.values import as_bytes
from haranalyze.capture.xml_parts import Element, each_item
from haranalyze.errors import CaptureError
from haranalyze.options import Limits

_PACKED: Final = re.compile(rb"<[^<>]{1,200}>\s*(?:<!\[CDATA\[)?\s*([A-Za-z0-9+/=]+)\s*(?:\]\]>)?\s*")


def read_items(data: Any, limits: Limits) -> HarLog:
    """The items of a file in their order.

    Raises:
        CaptureError: it is no such file, or holds no request; LimitError: too many items.
    """
    log = HarLog("burp", "Burp", limits)
    view = memoryview(data)
    root = each_item(data, "item", lambda parts: _add(log, parts, view))
    log.version = root.get("burpVersion", "")[:40]
    if "damaged" in root:
        log.cut(f"the file is damaged at byte {root['damaged']}; the items before it were read")
    if not log.count:
        raise CaptureError("this Burp file holds no request")
    log.note("burp-no-times", "the times of the file name no zone; the Date headers of the answers stand for them")
    return log


def _add(log: HarLog, parts: dict[str, Element], view: memoryview) -> None:
    asked = read_request_text(_bytes(parts.get("request")))
    if asked is None:
        log.note("burp-item-without-request", "items without a request are left out")
        return
    answer = parts.get("response")
    answered = read_response_text(_bytes(answer)) if answer is not None else Answered(0, "", Half())
    limit = log.limits.max_body_bytes
    if (packed := _packed(parts["request"], view)) is not None:
        half_later(asked.half, _request_half, limit, packed)
    if answer is not None and (packed := _packed(answer, view)) is not None:
        half_later(answered.half, _response_half, limit, packed)
    written = parts["url"].text.strip() if "url" in parts else ""
    add_messages(log, asked, answered, written, started=date_of(answered.half.headers))


def _packed(element: Element, view: memoryview) -> memoryview | None:
    """The base64 of a message as it lies in the file; None where it does not lie there in one piece."""
    if element.attributes.get("base64") != "true":
        return None
    start, end = element.span
    found = _PACKED.fullmatch(view, start, end)
    if found is None or found.end(1) - found.start(1) != len(element.text.strip()):
        return None
    return view[found.start(1) : found.end(1)]


def _request_half(packed: memoryview) -> Half | None:
    asked = read_request_text(as_bytes(bytes(packed)))
    return asked.half if asked is not None else None


def _response_half(packed: memoryview) -> Half:
    return read_response_text(as_bytes(bytes(packed))).half


def _bytes(element: Element | None) -> bytes:
    if element is None:
        return b""
    if element.attributes.get("base64") != "true":
        return element.text.encode("utf-8", "replace")
    return as_bytes(element.text)
