"""Recordings of other formats written as HAR, exchange by exchange; the ordinary reader reads what comes out.

Every reader of another format fills a :class:`HarLog`. The log grows as bytes, so that a large file never stands in
memory as objects; what would only say "unknown" is not written. Bodies stay where they are (a slice of the file, a
member of the archive) and are decoded when a fact asks for them: the HAR names them by ``_file``, and
:attr:`HarLog.bodies` finds them.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from haranalyze.capture.containers import decoded
from haranalyze.capture.model import Note
from haranalyze.capture.stamps import stamp
from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits

_KEPT: Final = 2 * 1024 * 1024  # bytes of decoded bodies kept, the oldest go first
LONG: Final = 512  # bytes: a shorter body stands in the HAR itself; a longer one stays where it is

Pairs = Sequence[tuple[str, str]]


@dataclass(slots=True)
class Content:
    """A body where it lies.

    Attributes:
        data: any buffer, a text, a function that gives the bytes when asked, or None where only the size is known.
        encodings: content codings still on it, as the Content-Encoding header writes them.
        mime_type: with parameters, as written.
        size: bytes after decoding, None unknown; wire_size: bytes as they travelled, None unknown.
    """

    data: Any
    encodings: str = ""
    mime_type: str = ""
    size: int | None = None
    wire_size: int | None = None


@dataclass(slots=True)
class Half:
    """One side of an exchange as a reader found it; ``version`` as written (``HTTP/2.0``)."""

    headers: Pairs = ()
    body: Content | None = None
    version: str = ""
    headers_size: int | None = None

    def first(self, name: str) -> str:
        """The first value of the header ``name`` (lower case), ``""`` without one."""
        return next((value for spelled, value in self.headers if spelled.lower() == name), "")


class Bodies(Mapping[str, bytes]):
    """Bodies by the name the HAR gives them, decoded when asked for; the last ones are kept for a while."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: list[Content] = []
        self._decoded: dict[int, bytes] = {}  # the last ones asked for that cost something to decode
        self._size = 0

    def hold(self, content: Content) -> str:
        """Keep a body and return its name. What is no slice of the file is kept packed: it would double the file."""
        data = content.data
        if isinstance(data, str):
            data = data.encode("utf-8", "replace")
        if isinstance(data, bytes) and not content.encodings:
            content = replace(content, data=zlib.compress(data, 1), encodings="deflate")
        self._held.append(content)
        return f"body-{len(self._held) - 1}"

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._number(name) is not None

    def _number(self, name: str) -> int | None:
        digits = name.removeprefix("body-")
        if not (name.startswith("body-") and digits.isascii() and digits.isdigit() and len(digits) < 10):
            return None
        return int(digits) if int(digits) < len(self._held) else None

    def __getitem__(self, name: str) -> bytes:
        number = self._number(name)
        if number is None:
            raise KeyError(name)
        if number in self._decoded:
            return self._decoded[number]
        content = self._held[number]
        try:
            found = bytes_of(content, self._limit)
        except CaptureError as error:  # a damaged member of an archive: the body counts as not recorded
            raise KeyError(name) from error
        if (callable(content.data) or content.encodings) and len(found) <= _KEPT:
            self._decoded[number] = found
            self._size += len(found)
            while self._size > _KEPT:
                self._size -= len(self._decoded.pop(next(iter(self._decoded))))
        return found

    def __iter__(self) -> Iterator[str]:
        return (f"body-{number}" for number in range(len(self._held)))

    def __len__(self) -> int:
        return len(self._held)


def text_body(text: str, read: Callable[[], bytes] | None = None, **members: Any) -> Content:
    """The body that is this text; where it is long and stands in the source, ``read`` gives it when it is asked for."""
    if len(text) <= LONG or read is None:
        return Content(text, **members)
    return Content(read, size=len(text.encode("utf-8", "replace")), **members)


def half_later(half: Half, read: Callable[..., Half | None], limit: int, *source: Any) -> None:
    """Let go of a long body: ``read(*source)`` makes the half again when its body is asked for, cut after ``limit``."""
    if half.body is not None and (half.body.wire_size or 0) > LONG:
        half.body = replace(half.body, data=_BodyOfHalf(read, source, limit), encodings="")


class _BodyOfHalf:
    """Reads a half for its body; smaller than a function of its own for each body."""

    __slots__ = ("_limit", "_read", "_source")

    def __init__(self, read: Callable[..., Half | None], source: tuple[Any, ...], limit: int) -> None:
        self._read, self._source, self._limit = read, source, limit

    def __call__(self) -> bytes:
        found = self._read(*self._source)
        return b"" if found is None or found.body is None else bytes_of(found.body, self._limit)


def bytes_of(content: Content, limit: int) -> bytes:
    """The decoded bytes of a body; cut a little after ``limit`` bytes, so that it reads as too long."""
    data = content.data() if callable(content.data) else content.data
    if isinstance(data, str):
        data = data.encode("utf-8", "replace")
    return decoded(data, content.encodings, 2 * limit + 1)


@dataclass(slots=True)
class HarLog:
    """A HAR log in the making.

    Args:
        format: our name of the recording's format.
        creator, version: the program that wrote it, as it names itself.
    """

    format: str
    creator: str
    limits: Limits
    version: str = ""
    browser: tuple[str, str] | None = None
    pages: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0
    salvaged: bool = False
    unstamped: int = 0  # exchanges whose start the recording does not tell
    bodies: Mapping[str, bytes] = field(init=False)
    _held: Bodies = field(init=False)
    _out: bytearray = field(init=False)
    _notes: dict[str, Note] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.bodies = self._held = Bodies(self.limits.max_body_bytes)
        self._out = bytearray(b'{"log":{"version":"1.2","entries":[')

    def note(self, code: str, message: str, count: int = 1, *, here: bool = False) -> None:
        """Tell something odd about the file; repeats of a code are counted.

        Args:
            message: our own words, never captured ones; here: it is about the exchange written next.
        """
        before = self._notes.get(code)
        place = f"/log/entries/{self.count}" if here else ""
        self._notes[code] = (
            Note(code, message, place, count)
            if before is None
            else Note(code, before.message, before.pointer, before.count + count)
        )

    def cut(self, message: str) -> None:
        """Tell that the file breaks off after the exchanges written so far."""
        self.salvaged = True
        self.note("cut-off", message)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What :meth:`note` was told."""
        return tuple(self._notes.values())

    def add(
        self,
        method: str,
        url: str,
        request: Half,
        status: int,
        response: Half,
        *,
        status_text: str = "",
        started: float | None = None,
        time: float | None = None,
        timings: Mapping[str, float] | None = None,
        error: str = "",
        comment: str = "",
        **members: Any,
    ) -> None:
        """Write one exchange.

        Args:
            status: 0 when nothing came back.
            started: ms since the epoch, None unknown; time: ms until it was over; timings: phases in ms.
            error: the client's failure text; comment: where it stands in the source; members: further HAR members.
        Raises:
            LimitError: more exchanges than ``max_exchanges``.
        """
        self.unstamped += started is None
        phases = {"send": 0.0, "wait": time if time is not None else -1.0, "receive": 0.0, **(timings or {})}
        entry: dict[str, Any] = {
            "startedDateTime": stamp(started),
            "time": time if time is not None else sum(one for one in phases.values() if one > 0),
            "request": self._request(method, url, request),
            "response": self._response(status, status_text, response),
            "timings": phases,
            **members,
        }
        if error:
            entry["response"]["_error"] = error
        if comment:
            entry["comment"] = comment
        self.add_entry(entry)

    def add_entry(self, entry: dict[str, Any]) -> None:
        """Write an exchange that is a HAR entry already. Raises LimitError: more than ``max_exchanges``."""
        most = self.limits.max_exchanges
        if self.count >= most:
            raise LimitError(f"the recording holds more exchanges than max_exchanges allows ({most})")
        if self.count:
            self._out += b","
        self._out += _encoded(entry)
        self.count += 1

    def _message(self, half: Half) -> dict[str, Any]:
        """What both halves have. Members that would only say "none" or "unknown" are left out: they would add up."""
        made: dict[str, Any] = {
            "httpVersion": half.version,
            "headers": [{"name": name, "value": value} for name, value in half.headers],
        }
        if half.headers_size is not None:
            made["headersSize"] = half.headers_size
        if half.body is not None and half.body.wire_size is not None:
            made["bodySize"] = half.body.wire_size
        return made

    def _request(self, method: str, url: str, half: Half) -> dict[str, Any]:
        body = half.body
        made = {**self._message(half), "method": method, "url": url}
        if body is None:
            made["bodySize"] = 0
        else:
            made["postData"] = {"mimeType": body.mime_type or half.first("content-type"), **self._text(body)}
        return made

    def _response(self, status: int, status_text: str, half: Half) -> dict[str, Any]:
        body = half.body
        content: dict[str, Any] = {"size": 0}
        if body is not None:
            content = self._text(body)
            if body.mime_type and body.mime_type != half.first("content-type"):
                content["mimeType"] = body.mime_type
            size = body.size
            if size is None and body.data is not None and not body.encodings and not callable(body.data):
                size = len(body.data if not isinstance(body.data, str) else body.data.encode("utf-8", "replace"))
            if size is not None:
                content["size"] = size
        return {**self._message(half), "status": status, "statusText": status_text, "content": content}

    def _text(self, body: Content) -> dict[str, Any]:
        data = body.data
        if data is None:
            return {}
        if isinstance(data, str) and len(data) <= LONG:
            return {"text": data}
        if not callable(data) and not body.encodings and not isinstance(data, str) and len(data) <= LONG:
            try:
                return {"text": bytes(data).decode("utf-8")}
            except UnicodeDecodeError:
                return {"text": b64encode(bytes(data)).decode(), "encoding": "base64"}
        return {"_file": self._held.hold(body)}

    def har(self) -> bytearray:
        """The HAR document, UTF-8 JSON: the log's own buffer, since a copy would double what a large file needs."""
        rest: dict[str, Any] = {"creator": {"name": self.creator, "version": self.version}, "pages": self.pages}
        if self.browser:
            rest["browser"] = {"name": self.browser[0], "version": self.browser[1]}
        self._out += b"]," + _encoded(rest)[1:] + b"}"
        return self._out


def _encoded(value: dict[str, Any]) -> bytes:
    """The JSON of a value; lone surrogates, which UTF-8 cannot hold, become U+FFFD."""
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, msgspec.MsgspecError):
        return msgspec.json.encode(_sound(value))


def _sound(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_sound(key): _sound(one) for key, one in value.items()}
    return [_sound(one) for one in value] if isinstance(value, list) else value


def text_of(data: Any) -> str:
    """Header bytes as text: UTF-8 where they are, else ISO 8859-1 (RFC 9110 section 5.5)."""
    written = bytes(data)
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError:
        return written.decode("latin-1")
