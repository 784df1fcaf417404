"""Requests and responses pasted as text, one block after the other, and the message exports of ZAP.

A block begins with a request line or a status line (or the pseudo-headers of HTTP/2); an answer belongs to the request
before it. ZAP separates messages by lines such as ``===1 ==========`` and writes absolute URLs. Source: zap-extensions
``addOns/exim``, "Export Messages to File".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from haranalyze.capture.har_log import Content, Half, HarLog
from haranalyze.capture.http_message import (
    Answered,
    AskedFor,
    add_messages,
    message_parts,
    read_request_text,
    read_response_text,
)
from haranalyze.capture.stamps import date_of
from haranalyze.errors import CaptureError
from haranalyze.options import Limits

_START: Final = re.compile(
    rb"^(?:(?P<asked>[A-Z]{2,20} \S{1,65536} HTTP/\d(?:\.\d)?)|(?P<answered>HTTP/\d(?:\.\d)? \d{3}(?: [^\r\n]*)?)"
    rb"|(?P<pseudo>:(?:method|authority|path|scheme): ?[^\r\n]*)|(?P<status>:status: ?\d{3})"
    rb"|(?P<between>={3,} ?\d+ ?={3,}))[ \t]*\r?$",
    re.MULTILINE,
)
_SEPARATOR: Final = re.compile(rb"^={3,} ?\d+ ?={3,}\r?$", re.MULTILINE)
_LINES_BEFORE: Final = 20


def looks_like_blocks(head: bytes) -> bool:
    """Whether one of the first lines begins a request or an answer."""
    start = b"\n".join(head.splitlines()[:_LINES_BEFORE])
    return any(not found["between"] for found in _START.finditer(start))


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
    for found, after in _blocks(written, is_zap=is_zap):
        end = after
        while end > found.start() and written[end - 1] in b"\r\n":
            end -= 1
        message = None if found["between"] else _message(found, written[found.start() : end])
        if message is not None:
            yield message


def _blocks(written: memoryview, *, is_zap: bool) -> Iterator[tuple[re.Match[bytes], int]]:
    """The first line of each block, and where the block ends; pseudo-headers in a row begin one block."""
    first = last = None
    for found in _START.finditer(written):
        if found["between"] and not is_zap:
            continue
        if first is not None and last is not None:
            in_a_row = (first["pseudo"] or first["status"]) and not bytes(written[last.end() : found.start()]).strip()
            if in_a_row:
                last = found
                continue
            yield first, found.start()
        first = last = found
    if first is not None:
        yield first, len(written)


def _message(found: re.Match[bytes], block: memoryview) -> AskedFor | Answered | None:
    if found["asked"]:
        return read_request_text(block if len(block) > len(found[0]) else bytes(block) + b"\r\n\r\n")
    return read_response_text(block) if found["answered"] else _pseudo(block)


def _pseudo(block: memoryview) -> AskedFor | Answered | None:
    """A message of HTTP/2 as devtools show it: its pseudo-headers stand where HTTP/1 has a first line."""
    _, headers, body, _ = message_parts(block, first_line=False)
    half = Half(headers, version="HTTP/2")
    if len(body):
        half.body = Content(body)
    if status := half.first(":status"):
        return Answered(int(status) if status.isdigit() and len(status) == 3 else 0, "", half)
    method, path = half.first(":method"), half.first(":path")
    return AskedFor(method.upper() or "GET", path, half) if path else None


def _add(log: HarLog, asked: AskedFor, answered: Answered) -> None:
    add_messages(log, asked, answered, started=date_of(answered.half.headers))
