"""Requests and responses pasted as text, one block after the other, and the message exports of ZAP.

A block begins with a request line or a status line (or the pseudo-headers of HTTP/2); an answer belongs to the request
before it. ZAP separates messages by lines such as ``===1 ==========`` and writes absolute URLs. Source: zap-extensions
``addOns/exim``, "Export Messages to File".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from haranalyze.capture.har_log import Content, Half, HarLog, text_of
from haranalyze.capture.http_message import (
    Answered,
    AskedFor,
    header_lines,
    read_request_text,
    read_response_text,
    url_of,
)
from haranalyze.capture.postman import date_of
from haranalyze.errors import CaptureError
from haranalyze.options import Limits

_START: Final = re.compile(
    rb"^(?:(?P<asked>[A-Z]{2,20} \S{1,65536} HTTP/\d(?:\.\d)?)|(?P<answered>HTTP/\d(?:\.\d)? \d{3}(?: [^\r\n]*)?)"
    rb"|(?P<pseudo>:(?:method|authority|path|scheme): ?[^\r\n]*)|(?P<status>:status: ?\d{3}))[ \t]*\r?$",
    re.MULTILINE,
)
_SEPARATOR: Final = re.compile(rb"^={3,} ?\d+ ?={3,}\r?$", re.MULTILINE)
_LINES_BEFORE: Final = 20


def looks_like_blocks(head: bytes) -> bool:
    """Whether one of the first lines begins a request or an answer."""
    start = b"\n".join(head.splitlines()[:_LINES_BEFORE])
    return _START.search(start) is not None


def read_blocks(data: Any, limits: Limits) -> HarLog:
    """The messages of a text in order.

    Raises:
        CaptureError: it holds no request; LimitError: too many.
    """
    log = HarLog("http-text", "", limits)
    request: AskedFor | None = None
    orphans = 0
    written = memoryview(data)
    is_zap = _SEPARATOR.search(bytes(written[:4_096])) is not None
    log.creator = "ZAP" if is_zap else "pasted HTTP messages"
    for message in _messages(written, is_zap=is_zap):
        if isinstance(message, AskedFor):
            if request is not None:
                _add(log, request, Answered(0, "", Half()))
            request = message
        elif request is not None:
            _add(log, request, message)
            request = None
        else:
            orphans += 1
    if request is not None:
        _add(log, request, Answered(0, "", Half()))
    if not log.count:
        raise CaptureError(
            "the text holds answers but no request: paste the request with its first line and headers too"
        )
    if orphans:
        log.note("answers-without-request", "answers without the request before them are left out", orphans)
    return log


def _messages(written: memoryview, *, is_zap: bool) -> Iterator[AskedFor | Answered]:
    starts = list(_START.finditer(written))
    position = 0
    while position < len(starts):
        found = starts[position]
        if found["pseudo"] or found["status"]:
            last = position
            while last + 1 < len(starts) and not bytes(written[starts[last].end() : starts[last + 1].start()]).strip():
                last += 1
        else:
            last = position
        end = starts[last + 1].start() if last + 1 < len(starts) else len(written)
        block = bytes(written[found.start() : end])
        block = (_SEPARATOR.sub(b"", block) if is_zap else block).rstrip(b"\r\n")
        if found["asked"]:
            message: AskedFor | Answered | None = read_request_text(
                block + b"\r\n\r\n" if b"\n" not in block else block
            )
        elif found["answered"]:
            message = read_response_text(block)
        else:
            message = _pseudo(block)
        if message is not None:
            yield message
        position = last + 1


def _pseudo(block: bytes) -> AskedFor | Answered | None:
    """A message of HTTP/2 as devtools show it: its pseudo-headers stand where HTTP/1 has a first line."""
    head, _, body = text_of(block).replace("\r\n", "\n").partition("\n\n")
    half = Half(header_lines(head.split("\n")), version="HTTP/2")
    if body.strip():
        half.body = Content(body.strip())
    if status := half.first(":status"):
        return Answered(int(status) if status.isdigit() and len(status) == 3 else 0, "", half)
    method, path = half.first(":method"), half.first(":path")
    return AskedFor(method.upper() or "GET", path, half) if path else None


def _add(log: HarLog, asked: AskedFor, answered: Answered) -> None:
    log.add(
        asked.method,
        url_of(asked.target, asked.half),
        asked.half,
        answered.status,
        answered.half,
        status_text=answered.reason,
        started=date_of(answered.half.headers),
    )
