"""HTTP/1 messages as text: what archives of proxies and pasted header blocks are made of (RFC 9112)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from haranalyze.capture.har_log import LONG, Content, Half, HarLog, text_of
from haranalyze.protocol.url import parse_url

_REQUEST_LINE: Final = re.compile(r"([A-Za-z-]{1,32}) (\S+)(?: (HTTP/\d(?:\.\d)?))?")
_STATUS_LINE: Final = re.compile(r"(HTTP/\d(?:\.\d)?) (\d{3})(?: (.*))?")
_MOST_HEADER_BYTES: Final = 1 << 20
_CHUNK_SIZE: Final = re.compile(rb"[0-9A-Fa-f]{1,8}")
_LOCAL: Final = frozenset(("localhost", "127.0.0.1", "[::1]"))


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A request as text: ``target`` as in its first line."""

    method: str
    target: str
    half: Half


@dataclass(frozen=True, slots=True)
class Answered:
    """A response as text; ``status`` 0 where its first line is none."""

    status: int
    reason: str
    half: Half


def read_request_text(data: bytes | memoryview) -> AskedFor | None:
    """The request in ``data``, None when its first line is none. Its body is a slice of ``data``."""
    first, headers, body, size = message_parts(data)
    found = _REQUEST_LINE.fullmatch(first)
    if found is None:
        return None
    return AskedFor(found[1].upper(), found[2], _half(headers, body, found[3] or "", size))


def read_response_text(data: bytes | memoryview) -> Answered:
    """The response in ``data``; interim ones (1xx) before it are skipped. Its body is a slice of ``data``."""
    answer = Answered(0, "", Half())
    for _ in range(10):
        first, headers, body, size = message_parts(data)
        found = _STATUS_LINE.fullmatch(first)
        if found is None:
            break
        answer = Answered(int(found[2]), found[3] or "", _half(headers, body, found[1], size))
        if answer.status >= 200 or answer.status == 101:
            break
        data = body
    return answer


def add_messages(log: HarLog, asked: AskedFor, answered: Answered, url: str = "", **times: Any) -> None:
    """Write an exchange of two messages; ``url`` where something tells it better than the request; ``times`` as
    :meth:`HarLog.add` takes them."""
    log.add(
        asked.method,
        url or url_of(asked.target, asked.half),
        asked.half,
        answered.status,
        answered.half,
        status_text=answered.reason,
        **times,
    )


def message_parts(
    data: bytes | memoryview, *, first_line: bool = True
) -> tuple[str, list[tuple[str, str]], bytes | memoryview, int]:
    """First line (``""`` where it has none), headers, the rest (a slice of ``data``), and the bytes of the head."""
    start = 0
    while start < len(data) and data[start] in b"\r\n":
        start += 1
    written = bytes(data[start : start + _MOST_HEADER_BYTES])
    head, gap, _ = written.partition(b"\r\n\r\n")
    other_head, other_gap, _ = written.partition(b"\n\n")
    if not gap or (other_gap and len(other_head) < len(head)):
        head, gap = other_head, other_gap
    size = len(head) + len(gap)
    lines = text_of(head).replace("\r\n", "\n").split("\n")
    rest = data[start + size :] if gap else b""
    if not first_line:
        return "", header_lines(lines), rest, size
    return lines[0].strip(), header_lines(lines[1:]), rest, size


def header_lines(lines: list[str]) -> list[tuple[str, str]]:
    """Headers from their lines; a folded line continues the one before (RFC 9112 section 5.2)."""
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in (" ", "\t") and headers:
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}")
            continue
        start = 1 if line.startswith(":") else 0
        name, colon, value = line[start:].partition(":")
        if colon and name.strip():
            headers.append((":" * start + name.strip(), value.strip()))
    return headers


def _half(headers: list[tuple[str, str]], body: Any, version: str, head_size: int) -> Half:
    half = Half(headers, version=version, headers_size=head_size)
    data, size = body, len(body)
    if half.first("transfer-encoding").lower().endswith("chunked"):
        data = unchunked(bytes(body)) if size <= LONG or isinstance(body, bytes) else partial(_unchunked, body)
        size = size if callable(data) else len(data)
    if size:
        encodings = half.first("content-encoding")
        known = None if encodings or callable(data) else size
        half.body = Content(data, encodings, half.first("content-type"), known, size)
    return half


def _unchunked(body: memoryview) -> bytes:
    return unchunked(bytes(body))


def unchunked(data: bytes) -> bytes:
    """The body with its chunked coding removed; as it is where it has none (some tools remove it, not the header)."""
    out, at = bytearray(), 0
    while True:
        end = data.find(b"\r\n", at, at + 1_024)
        size = _CHUNK_SIZE.match(data, at, end) if end >= 0 else None
        if size is None:
            return bytes(out) if out else data
        length = int(size.group(), 16)
        if length == 0:
            return bytes(out)
        out += data[end + 2 : end + 2 + length]
        at = end + 2 + length + 2


def url_of(target: str, half: Half, scheme: str = "") -> str:
    """The absolute URL of a request: from its target, else its authority and a scheme.

    Without a scheme ``https`` is assumed, ``http`` for this very machine.
    """
    if "://" in target[:12]:
        return target
    authority = half.first(":authority") or half.first("host")
    if not authority:
        return target
    if not scheme:
        scheme = half.first(":scheme") or _scheme_of(half, authority)
    return f"{scheme}://{authority}{target if target.startswith('/') else '/' + target}"


def _scheme_of(half: Half, authority: str) -> str:
    for name in ("origin", "referer"):
        written = half.first(name)
        if written and (url := parse_url(written)).ok and written.partition("://")[2].startswith(authority):
            return url.scheme
    host = authority.rpartition(":")[0] if ":" in authority.rpartition("]")[2] else authority
    return "http" if host in _LOCAL or authority.endswith(":80") else "https"
