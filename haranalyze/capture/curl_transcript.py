"""What ``curl -v`` prints: lines that begin with ``*``, ``>`` and ``<``, and bodies between them.

Also with ``--trace-time`` stamps, with the progress meter in between, and what ``--trace-ascii`` writes. ``curl -v``
shows no request bodies, and no times without ``--trace-time``: the Date headers stand for them. Source: curl
``src/tool_cb_dbg.c``; observed with curl 7.88 and 8.14.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from haranalyze.capture.har_log import LONG, Content, Half, HarLog, text_of
from haranalyze.capture.http_message import header_lines, url_of
from haranalyze.capture.stamps import date_of
from haranalyze.errors import CaptureError
from haranalyze.options import Limits

_METER: Final = re.compile(r"--:--:--\s*[\d.kMG]*?((?:\d\d:\d\d:\d\d\.\d{6} )?[*<>{}] .*)$")
_STAMP: Final = re.compile(r"(\d\d):(\d\d):(\d\d\.\d{6}) (?=[*<>{}=])")
_DATA: Final = re.compile(r"[{}] \[\d+ bytes data\]")
_REQUEST: Final = re.compile(r"([A-Z]{1,20}) (\S+) (HTTP/\d(?:\.\d)?)")
_STATUS: Final = re.compile(r"(HTTP/\d(?:\.\d)?) (\d{3})(?: (.*))?")
_NEXT_URL: Final = re.compile(r"Issue another request to this URL: '(.*)'")
_CONNECTED: Final = re.compile(r"Connected to (\S+) \(.*\) port (\d+)|Re-using existing.* with (?:host|proxy) (\S+)")
_TLS: Final = re.compile(r"SSL connection using|TLSv1|ALPN|OPENED stream for https://|SSL certificate verify")
_FAILED: Final = re.compile(r"curl: \((\d{1,3})\)")
_TRACE: Final = re.compile(
    r"(?:\d\d:\d\d:\d\d\.\d{6} )?(?:(==) Info: (.*)|(=>|<=) (Send|Recv) (header|data), \d+ bytes.*)"
)
_TRACED: Final = re.compile(r"([0-9a-f]{4,8}): (.*)")
_DAY: Final = 86_400_000.0
_BLOCK: Final = 1 << 20
_LONGEST_MARK: Final = 64  # bytes: the words that tell a line fit in
_LONGEST_LINE: Final = 1 << 20  # bytes: a longer one is no line of curl's
_OWN: Final = re.compile(
    rb"\n(?:[*<>=](?=[ =>\r\n]|data )|[{}] \[|curl: \(|\d\d:\d\d:\d\d\.\d{6} |[0-9a-f]{4,8}: |<= Recv)"
)
_MARKS: Final = (b"* ", b"> ", b"< ")
_CLOCK: Final = re.compile(rb"\d\d:\d\d:\d\d\.\d{6} ")
_STAMPED: Final = len("12:34:56.123456 ")
_RETURN: Final = re.compile(rb"\r(?!\n)")
# What the progress meter and lines begun in the middle of others are told by.
_AFTER: Final = ("Connection #", "Closing connection", "Issue another", "Found bundle", "Re-using", "Ignoring")
_OF_THE_METER: Final = ("--:--:--", "% Total", "Dload")
_WORDS: Final = (*map(str.encode, _OF_THE_METER), *(f"* {words}".encode() for words in _AFTER))


@dataclass(slots=True)
class _Call:
    """One request and its answer, as far as its lines came."""

    method: str
    target: str
    version: str
    scheme: str
    clock: float | None
    sent: list[str] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    answer: tuple[str, int, str] | None = None
    received: list[str] = field(default_factory=list)
    body: list[str | memoryview] = field(default_factory=list)
    answered_clock: float | None = None
    error: str = ""
    headers_done: bool = False


def looks_like_transcript(head: str) -> bool:
    """Whether a text begins like one: a request line after ``>`` within its first lines, or a trace's header."""
    for line in head.splitlines()[:400]:
        written = _STAMP.sub("", _unmetered(line), count=1)
        if _TRACE.fullmatch(written) and "header," in written:
            return True
        if written.startswith("> ") and _REQUEST.fullmatch(written[2:].strip()):
            return True
    return False


def read_transcript_of_curl(data: Any, limits: Limits) -> HarLog:
    """The requests of a transcript in order.

    Raises:
        CaptureError: it holds no request; LimitError: too many.
    """
    reader = _Reader()
    log = HarLog("curl", "curl", limits)
    for piece in _marked(_pieces(memoryview(data))):
        reader.take(piece)
        while len(reader.calls) > 1:  # only the last call can still grow
            _add(log, reader.calls.pop(0))
    for call in reader.calls:
        _add(log, call)
    if not log.count:
        raise CaptureError("this transcript of curl holds no request: curl did not get as far as sending one")
    if reader.tunnels:
        log.note("curl-tunnels-left-out", "CONNECT requests to a proxy are left out", reader.tunnels)
    if not reader.timed:
        log.note("curl-no-times", "the transcript has no times; the Date headers of the answers stand for them")
    return log


def _pieces(view: memoryview) -> Iterator[str | memoryview]:
    """Lines that may be curl's own as text, and what stands between them as it lies in the file."""
    begin = 0
    for start in _own_starts(view):
        if start < begin:
            continue
        if begin < start:
            yield view[begin:start]
        begin = _line_end(view, start)
        yield _unmetered(text_of(view[start:begin]).removesuffix("\n"))
    if begin < len(view):
        yield view[begin:]


def _own_starts(view: memoryview) -> Iterator[int]:
    """Where lines begin that may be curl's own, and where curl goes on in the middle of a body's last line."""
    line = 0  # where the line begins that goes on into the next block
    for start in range(0, len(view), _BLOCK):
        before = bytes(view[start - 1 : start]) or b"\n"
        block = before + bytes(view[start : start + _BLOCK + _LONGEST_MARK])
        found = {start + one.start() for one in _OWN.finditer(block) if one.start() < _BLOCK}
        whole = -1  # the last line that is the meter's
        for at in _within(block):
            feed = block.rfind(b"\n", 0, at)
            line_start = start + feed if feed >= 0 else line
            here = start + at - 1
            if not block.startswith(b"* ", at):
                if here - line_start < _LONGEST_LINE:
                    found.add(line_start)
                    whole = line_start
            elif line_start != whole and bytes(view[line_start : line_start + 2]) not in _MARKS:
                stamped = _CLOCK.fullmatch(view, max(line_start, here - _STAMPED), here)
                found.add(here - _STAMPED if stamped else here)
        feed = block.rfind(b"\n", 0, _BLOCK)
        line = start + feed if feed >= 0 else line
        yield from sorted(found)


def _within(block: bytes) -> list[int]:
    """Where words of curl's stand, wherever in a line."""
    found = []
    for words in _WORDS:
        at = block.find(words)
        while 0 <= at <= _BLOCK:
            found.append(at)
            at = block.find(words, at + len(words))
    if block.count(b"\r") != block.count(b"\r\n"):
        found += [one.start() for one in _RETURN.finditer(block, 0, _BLOCK + 1)]
    return sorted(found)


def _line_end(view: memoryview, start: int) -> int:
    """Where the line ends, its line feed included."""
    for at in range(start, len(view), _BLOCK // 16):
        feed = bytes(view[at : at + _BLOCK // 16]).find(b"\n")
        if feed >= 0:
            return at + feed + 1
    return len(view)


def _unmetered(line: str) -> str:
    """A line without its end and without the progress meter that was drawn before it."""
    line = line.rstrip("\r")
    if "\r" in line:
        line = line.rpartition("\r")[2]
    found = _METER.search(line) if "--:--:--" in line else None
    return found[1] if found else line


def _marked(pieces: Iterable[str | memoryview]) -> Iterator[str | memoryview]:
    """Lines in the form of ``curl -v``, whichever of the two forms they have; the rest as it is."""
    block: list[tuple[int, str]] = []
    mark = ""
    for line in pieces:
        head = _TRACE.fullmatch(line) if isinstance(line, str) else None
        traced = _TRACED.fullmatch(line) if mark and isinstance(line, str) else None
        if head is None and traced is not None:
            block.append((int(traced[1], 16), traced[2]))
            continue
        if mark:
            yield from _traced(mark, block)
            block, mark = [], ""
        if head is None:
            yield line
        elif head[1]:
            yield f"* {head[2]}"
        else:
            mark = (">" if head[3] == "=>" else "<") + head[5]
    if mark:
        yield from _traced(mark, block)


def _traced(mark: str, block: list[tuple[int, str]]) -> Iterator[str]:
    """The lines of one block of a trace: a piece continues the one before unless a line end lies between them."""
    lines: list[str] = []
    expected = -1
    for offset, text in block:
        if lines and offset == expected:
            lines[-1] += text
        else:
            lines.append(text)
        expected = offset + len(text)
    for line in lines:
        yield f"{mark[0]} {line}" if mark.endswith("header") else f"{mark[0]}data {line}"


class _Reader:
    """Puts lines together to calls."""

    def __init__(self) -> None:
        self.calls: list[_Call] = []
        self.tunnels = 0
        self.timed = False
        self._scheme = ""
        self._schemes: dict[str, str] = {}
        self._host = ""
        self._next_url = ""
        self._tunnel = False

    def take(self, piece: str | memoryview) -> None:
        """Take a line that may be curl's own, or a part of a body."""
        if isinstance(piece, str):
            self._line(piece)
        elif self._in_body() and len(piece := _trimmed(piece)):
            self.calls[-1].body.append(piece)

    def _line(self, line: str) -> None:
        clock, line = self._clock(line)
        mark = line[:2]
        if _DATA.fullmatch(line):
            return
        if mark == "* " or line == "*":
            self._about(line[2:].strip())
        elif mark == "> " or line == ">":
            self._request(line[2:].strip(), clock)
        elif mark == "< " or line == "<":
            self._response(line[2:].strip(), clock)
        elif line.startswith(">data ") and self.calls:
            self.calls[-1].posted.append(line[6:])
        elif line.startswith("<data ") and self.calls:
            self.calls[-1].body.append(line[6:])
        elif found := _FAILED.match(line):
            if self.calls and self.calls[-1].answer is None:
                self.calls[-1].error = f"curl: ({found[1]})"
        elif self._in_body() and line.strip() and not any(words in line for words in _OF_THE_METER):
            self.calls[-1].body.append(line)

    def _in_body(self) -> bool:
        return bool(self.calls) and self.calls[-1].answer is not None and not self._tunnel

    def _clock(self, line: str) -> tuple[float | None, str]:
        found = _STAMP.match(line)
        if found is None:
            return None, line
        self.timed = True
        hours, minutes, seconds = found.groups()
        return (int(hours) * 3_600 + int(minutes) * 60 + float(seconds)) * 1000.0, line[found.end() :]

    def _about(self, words: str) -> None:
        if found := _NEXT_URL.match(words):
            self._next_url = found[1]
        elif found := _CONNECTED.match(words):
            self._host = (found[1] or found[3] or "").strip(".")
            known = self._schemes.get(self._host, "")
            self._scheme = known or ("https" if found[2] == "443" else "")
        elif _TLS.search(words):
            self._scheme = "https"
            self._schemes[self._host] = "https"

    def _request(self, words: str, clock: float | None) -> None:
        found = _REQUEST.fullmatch(words)
        if found and (not self.calls or self._tunnel or self.calls[-1].answer or self.calls[-1].headers_done):
            self._tunnel = found[1] == "CONNECT"
            if self._tunnel:
                self.tunnels += 1
                return
            target = self._next_url or found[2]
            self.calls.append(_Call(found[1], target, found[3], self._scheme or "http", clock))
            self._next_url = ""
        elif self.calls and not self._tunnel:
            call = self.calls[-1]
            if not words:
                call.headers_done = True
            else:
                (call.posted if call.headers_done else call.sent).append(words)

    def _response(self, words: str, clock: float | None) -> None:
        if self._tunnel or not self.calls:
            return
        call = self.calls[-1]
        found = _STATUS.fullmatch(words)
        if found and (call.answer is None or call.answer[1] < 200):
            call.answer = (found[1], int(found[2]), found[3] or "")
            call.received = []
            call.answered_clock = clock
        elif words:
            call.received.append(words)


def _trimmed(piece: memoryview) -> memoryview:
    """Without line ends before and after."""
    start, end = 0, len(piece)
    while start < end and piece[start] in b"\r\n":
        start += 1
    while end > start and piece[end - 1] in b"\r\n":
        end -= 1
    return piece[start:end]


def _body(pieces: list[str | memoryview]) -> Content | None:
    """A body in its pieces: a slice of the file where it is one, else put together when it is asked for."""
    if not pieces:
        return None
    if len(pieces) == 1:
        return Content(pieces[0])

    size = sum(len(_bytes(one)) + 1 for one in pieces) - 1
    joined = partial(_joined, pieces)
    return Content(joined, size=size) if size > LONG else Content(joined())


def _joined(pieces: list[str | memoryview]) -> bytes:
    return b"\n".join(map(_bytes, pieces))


def _bytes(piece: str | memoryview) -> bytes:
    return piece.encode("utf-8", "replace") if isinstance(piece, str) else bytes(piece)


def _add(log: HarLog, call: _Call) -> None:
    asked = Half(header_lines(call.sent), version=call.version)
    if call.posted:
        asked.body = Content("\n".join(call.posted))
    answer = call.answer if call.answer and call.answer[1] >= 200 else None
    answered = Half(header_lines(call.received), version=answer[0]) if answer else Half()
    answered.body = _body(call.body) if answer else None
    took = None
    if call.clock is not None and call.answered_clock is not None:
        took = (call.answered_clock - call.clock) % _DAY
    date = date_of(answered.headers)
    log.add(
        call.method,
        url_of(call.target, asked, call.scheme),
        asked,
        answer[1] if answer else 0,
        answered,
        status_text=answer[2] if answer else "",
        started=None if date is None else date - (took or 0.0),
        time=took,
        error=call.error,
    )
