"""Bodies of requests and responses: where they lie, and their text when it is asked for.

Methods that begin with ``raw`` give captured characters, as in :mod:`haranalyze.capture.model`.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from haranalyze.capture.values import EMPTY, as_size, as_text, is_deeper, late
from haranalyze.options import Limits
from haranalyze.text import Kind, Place, Text

DEFAULT_LIMITS: Final = Limits()
_QUOTED: Final = 64 * 1024  # characters: longer bodies are not quoted


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all exchanges of a recording share.

    ``base``: pointer of the list they stand in, with its last ``/``; ``files``: members of the same archive by name.
    """

    base: str
    limits: Limits
    files: Mapping[str, bytes] | None = None


class Body:
    """A request or response body.

    ``size`` is the decoded size in bytes or None; ``present`` whether the recording holds its text;
    ``raw_mime_type`` without parameters, lower case. The text itself is decoded when asked for.
    """

    __slots__ = ("_around", "_encoding", "_index", "_member", "_text", "present", "raw_mime_type", "size")

    def __init__(
        self,
        text: Any,
        encoding: str,
        mime_type: str,
        size: int | None,
        index: int,
        member: str,
        around: Surroundings,
    ) -> None:
        self._text = text  # str, an undecoded JSON string, or where a file beside the HAR is
        self._encoding = encoding
        self._index = index  # of the exchange, and the body's member of it
        self._member = member
        self._around = around
        self.size = size
        undecoded = isinstance(text, msgspec.Raw)
        self.present = bytes(memoryview(text)[:1]) == b'"' if undecoded else isinstance(text, str | _Beside)
        self.raw_mime_type = _media_type(mime_type)

    @property
    def _limit(self) -> int:
        return self._around.limits.max_body_bytes

    def raw_length(self) -> int:
        """Characters of the text, or a little more while it is undecoded."""
        text = self._text
        if isinstance(text, _Beside):
            return self.size if self.size is not None else len(text.read() or b"")
        return len(text if isinstance(text, str) else memoryview(text)) if self.present else 0

    @property
    def cut(self) -> bool:
        """Whether the text is much shorter than the size says."""
        length = self.raw_length()
        return bool(self.present and self.size and length < self.size // 4 and length < self.size - 1_000)

    @property
    def place(self) -> Place:
        """The body's place; long bodies are not quoted."""
        shown = self.raw_text() if self.raw_length() <= _QUOTED else None
        text = None if shown is None else Text(shown, Kind.BODY, self.raw_mime_type)
        return Place(self._index, f"{self._around.base}{self._index}{self._member}", text)

    def raw_text(self) -> str | None:
        """The text, base64 removed; None when absent, over ``Limits.max_body_bytes`` or not text."""
        if not self.present or self.raw_length() > 2 * self._limit:
            return None
        text = late(self._text) if isinstance(self._text, msgspec.Raw) else self._text
        try:
            if isinstance(text, _Beside):
                found = text.read()
                return None if found is None or len(found) > 2 * self._limit else found.decode("utf-8")
            if not isinstance(text, str) or len(text) > self._limit:
                return None
            if self._encoding != "base64":
                return text
            return b64decode("".join(text.split()), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            return None

    def raw_may_contain(self, words: tuple[str, ...]) -> bool:
        """Cheap test before the text is decoded: False only when it holds none of the words (ASCII)."""
        text = self._text
        if not self.present or self._encoding == "base64":
            return self.present
        if isinstance(text, str):
            return any(word in text for word in words)
        plain, escaped = _spelled(words)
        return _holds(text.read() or b"", plain) if isinstance(text, _Beside) else _holds(bytes(text), escaped)

    def raw_stored(self) -> tuple[str, str] | None:
        """The text and its encoding (``""`` or ``base64``) as a HAR holds them, of any length; None when absent."""
        text = late(self._text) if isinstance(self._text, msgspec.Raw) else self._text
        if isinstance(text, _Beside):
            found = text.read()
            if found is None:
                return None
            try:
                return found.decode("utf-8"), ""
            except UnicodeDecodeError:
                return b64encode(found).decode(), "base64"
        return (text, self._encoding if self._encoding == "base64" else "") if isinstance(text, str) else None

    def json(self) -> Any:
        """The JSON value, or None when absent, not JSON or nested deeper than ``Limits.max_depth``.

        Strings inside are raw: analysis only. Parsed anew each time: kept, the values of a large recording would take
        five times its size.
        """
        return read_json(self.raw_text() or "", self._around.limits.max_depth)

    def too_long(self) -> bool:
        """Whether ``Limits.max_body_bytes`` keeps it from being read."""
        if isinstance(self._text, _Beside):  # its own size, since reading it may mean unpacking it
            return self.size is not None and self.size > 2 * self._limit
        length = self.raw_length()
        if not self.present or not self._limit < length <= 2 * self._limit:
            return self.present and length > self._limit
        text = late(self._text) if isinstance(self._text, msgspec.Raw) else self._text
        return isinstance(text, str) and len(text) > self._limit


@lru_cache(1_024)
def _media_type(written: str) -> str:
    """Without parameters, in lower case; one string serves all bodies of a type."""
    return written.partition(";")[0].strip().lower()


class _Content(msgspec.Struct, gc=False):
    """A ``content`` object with its text undecoded."""

    size: Any = None
    mimeType: Any = None  # noqa: N815 - HAR's own spelling
    encoding: Any = None
    text: msgspec.Raw = msgspec.Raw()
    file: Any = msgspec.field(default=None, name="_file")


class _Posted(msgspec.Struct, gc=False):
    """A ``postData`` object with its text undecoded."""

    mimeType: Any = None  # noqa: N815 - HAR's own spelling
    encoding: Any = None
    params: Any = None
    text: msgspec.Raw = msgspec.Raw()
    file: Any = msgspec.field(default=None, name="_file")


_CONTENT = msgspec.json.Decoder(_Content)
_POSTED = msgspec.json.Decoder(_Posted)


def _read_content(value: Any) -> _Content:
    try:
        return _CONTENT.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return _Content()


def _read_posted(value: Any) -> _Posted:
    if value is EMPTY:
        return _Posted()
    try:
        return _POSTED.decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        posted = late(value)
        if not isinstance(posted, dict):
            return _Posted()
        text = msgspec.Raw(msgspec.json.encode(posted.get("text")))
        return _Posted(posted.get("mimeType"), posted.get("encoding"), posted.get("params"), text, posted.get("_file"))


@dataclass(frozen=True, slots=True)
class _Beside:
    """A body that stands in its own member of the archive; read anew each time, so that no copy of it stays."""

    name: str
    files: Mapping[str, bytes]

    def read(self) -> bytes | None:
        return self.files.get(self.name)


def _file_beside(name: Any, files: Mapping[str, bytes] | None) -> _Beside | None:
    """Where a body stands: by exact name, in the same archive only."""
    return _Beside(name, files) if files and isinstance(name, str) and name in files else None


def posted_body(written: Any, size: int | None, index: int, around: Surroundings) -> Body:
    """The body of a request from its undecoded ``postData``; the fields of a form where no text is written."""
    posted = _read_posted(written)
    text: Any = posted.text if len(memoryview(posted.text)) > len('""') else None
    if text is None and isinstance(posted.params, list):
        pairs = [item for item in posted.params if isinstance(item, dict)]
        text = urlencode([(as_text(item.get("name")), as_text(item.get("value"))) for item in pairs])
    text = text or _file_beside(posted.file, around.files)
    encoding, mime_type = as_text(posted.encoding), as_text(posted.mimeType)
    return Body(text, encoding, mime_type, size, index, "/request/postData", around)


def content_body(written: Any, headers_type: str, index: int, around: Surroundings) -> Body:
    """The body of a response from its undecoded ``content``; ``headers_type`` where that names no type."""
    content = _read_content(written)
    text = _file_beside(content.file, around.files) or content.text
    encoding, mime_type = as_text(content.encoding), as_text(content.mimeType) or headers_type
    return Body(text, encoding, mime_type, as_size(content.size), index, "/response/content", around)


def content_may_contain(written: Any, files: Mapping[str, bytes] | None, words: tuple[str, ...]) -> bool:
    """Cheap test of a response's body that is not decoded yet: False only when it holds none of the words (ASCII)."""
    content = bytes(written)
    plain, escaped = _spelled(words)
    if files and b'"_file"' in content:
        beside = _file_beside(_read_content(written).file, files)
        return beside is None or _holds(beside.read() or b"", plain)
    return b'"base64"' in content or _holds(content, escaped)


def _holds(content: bytes, words: tuple[bytes, ...]) -> bool:
    return any(word in content for word in words)  # a pattern of all of them would take several times as long


@lru_cache(64)
def _spelled(words: tuple[str, ...]) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """The words as they stand in a text, and in a JSON string."""
    plain = tuple([word.encode("ascii") for word in words])
    return plain, tuple([word.replace(b'"', b'\\"') for word in plain])


def read_json(text: str, most: int = DEFAULT_LIMITS.max_depth) -> Any:
    """The JSON value of a body, None when it is none, deeper than ``most``, or holds what JSON does not know."""
    if not text or text.lstrip()[:1] not in ("{", "[", '"'):
        return None
    try:
        value = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    return None if text.count("{") + text.count("[") > most and is_deeper(value, most) else value
