"""Takes recordings out of what they come in: gzip, zlib, zip, brotli, zstd, JSONP, a BOM, UTF-16.

What is inside is not judged here: :mod:`haranalyze.capture.formats` says which members and bundles are recordings.

Recognised by content, never by name. Unpacking counts as it goes: a member that grows past the limits stops the
reading. Members of archives are read to memory by position; their names never become paths.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits

_CHUNK: Final = 1 << 18
_BROTLI_START: Final = 1 << 16  # its first table alone can take kilobytes
_ENOUGH_FOR_RATIO: Final = 1 << 20  # small files may be packed as tightly as they like
_CODINGS: Final = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate", "br": "brotli", "zstd": "zstd"}
_JSONP = re.compile(rb"\s*[A-Za-z_$][\w.$]{0,80}\s*\(\s*(?=\{)")


class Archive(Mapping[str, bytes]):
    """Members of a zip archive by exact name, each unpacked when it is asked for.

    Names only name: they never become paths. Unpacking counts: a member that grows too far, or all of them together,
    raises LimitError; a damaged or locked one CaptureError.
    """

    def __init__(self, data: Any, limits: Limits) -> None:
        import zipfile

        self._size = len(memoryview(data))
        self._limits = limits
        self._counted: dict[str, int] = {}
        self._total = 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(bytes(memoryview(data))))
            self._members = {one.filename: one for one in self._zip.infolist() if not one.is_dir()}
        except Exception as error:  # a damaged archive makes zipfile raise a dozen kinds of errors
            raise CaptureError("the zip archive is damaged") from error

    @property
    def comment(self) -> bytes:
        """The archive's own comment."""
        return bytes(self._zip.comment)

    def __getitem__(self, name: str) -> bytes:
        member = self._members[name]
        if member.flag_bits & 1:
            raise CaptureError("the zip archive is protected by a password")
        content = _read_member(self._zip, member, self._size, self._limits)
        if name not in self._counted:
            self._counted[name] = len(content)
            self._total += len(content)
            _check_growth(self._total, self._size, self._limits)
        return content

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


@dataclass(frozen=True, slots=True)
class Document:
    """A recording found in the bytes.

    Attributes:
        data: its text, UTF-8 in any buffer; None where a whole archive is the recording.
        container: what it came in, outermost first; prefix: what its pointers begin with.
        files: the other members of the same archive by exact name (Playwright keeps bodies there), or the members of
            the archive that is the recording.
    """

    data: Any
    container: tuple[str, ...]
    prefix: str = ""
    files: Mapping[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What counts as a recording: a member by its bytes, an archive as a whole by the names of its members."""

    member: Callable[[bytes], bool]
    bundle: Callable[[Sequence[str]], bool]


def documents(data: Any, limits: Limits, wanted: Wanted) -> list[Document]:
    """All recordings in ``data`` (any buffer), in archive order.

    Raises:
        CaptureError: there is none; LimitError: unpacking would pass a limit.
    """
    if len(memoryview(data)) > limits.max_bytes:
        raise LimitError(f"the file is larger than max_bytes allows ({limits.max_bytes} bytes)")
    return list(_Unpacking(limits, wanted).documents(data, (), ""))


@dataclass(frozen=True, slots=True)
class _Unpacking:
    limits: Limits
    wanted: Wanted

    def documents(self, data: Any, outer: tuple[str, ...], prefix: str) -> Iterator[Document]:
        kind = _container(data)
        if kind is None:
            yield Document(_text(data), outer, prefix)
        elif len(outer) >= self.limits.max_nesting:
            raise LimitError(f"containers are nested deeper than max_nesting allows ({self.limits.max_nesting})")
        elif kind == "zip":
            yield from self._members(data, (*outer, kind), prefix)
        else:
            yield from self.documents(_unpack(kind, data, self.limits), (*outer, kind), prefix)

    def _members(self, data: Any, outer: tuple[str, ...], prefix: str) -> Iterator[Document]:
        archive = Archive(data, self.limits)
        names = list(archive)
        if self.wanted.bundle(names):
            yield Document(None, outer, prefix, archive)
            return
        if len(names) > self.limits.max_members:
            raise LimitError(f"the archive has {len(names)} members; max_members allows {self.limits.max_members}")
        contents = {name: archive[name] for name in names}
        found = [name for name in names if name == "har.har"] or [one for one in names if self._may_be(contents[one])]
        if not found:
            raise CaptureError(f"the archive has {len(names)} members and none of them is a recording")
        single = len(found) == 1
        for position, name in enumerate(found):
            mark = f"{prefix}member!" if single else f"{prefix}{position}!"
            mark = prefix if single and len(outer) == 1 else mark
            for document in self.documents(contents[name], outer, mark):
                yield Document(document.data, document.container, document.prefix, document.files or contents)

    def _may_be(self, content: bytes) -> bool:
        return _container(content) is not None or self.wanted.member(content)


def _container(data: Any) -> str | None:
    head = bytes(memoryview(data)[:512])
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return "zip"
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return "zstd"
    if len(head) > 1 and head[0] == 0x78 and (head[0] * 256 + head[1]) % 31 == 0:
        return "zlib"
    is_text = all(9 <= byte <= 13 or byte >= 32 for byte in head[:64]) or head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return "brotli" if not is_text and _is_brotli(data) else None


def _is_brotli(data: Any) -> bool:
    """Brotli has no magic number: the start must decompress to text that begins like JSON."""
    import brotli

    try:
        start = brotli.Decompressor().process(bytes(memoryview(data)[:_BROTLI_START]), output_buffer_limit=64)
    except brotli.error:
        return False
    return bytes(start).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def _unpack(kind: str, data: Any, limits: Limits) -> bytes:
    """Decompress in pieces, counting.

    Raises:
        CaptureError: the stream is damaged before anything came out; LimitError: it grows past a limit.
    """
    packed = memoryview(data)
    out = bytearray()
    try:
        for piece in _pieces(kind, packed):
            out += piece
            _check_growth(len(out), len(packed), limits)
    except (zlib.error, EOFError, OSError, ValueError) as error:
        if isinstance(error, LimitError) or not out:
            raise CaptureError(f"the {kind} data is damaged") from error
    except Exception as error:
        if isinstance(error, LimitError):
            raise
        if not out:
            raise CaptureError(f"the {kind} data is damaged") from error
    if not out:
        raise CaptureError(f"the {kind} data is empty or damaged")
    return bytes(out)


def _check_growth(size: int, packed: int, limits: Limits) -> None:
    if size > limits.max_bytes:
        raise LimitError(f"unpacked, the recording is larger than max_bytes allows ({limits.max_bytes} bytes)")
    if size > _ENOUGH_FOR_RATIO and size > packed * limits.max_ratio:
        raise LimitError(f"the recording unpacks to more than {limits.max_ratio} times its size (max_ratio)")


def _pieces(kind: str, packed: memoryview) -> Iterator[bytes]:
    if kind in {"gzip", "zlib", "deflate"}:
        raw_deflate = kind == "deflate" and (packed[0] != 0x78 or (packed[0] * 256 + packed[1]) % 31)
        inflate = zlib.decompressobj(-15 if raw_deflate else 47)  # 32 + 15: gzip or zlib by header
        for start in range(0, len(packed), _CHUNK):
            rest: Any = packed[start : start + _CHUNK]
            while len(rest):
                yield inflate.decompress(rest, _CHUNK * 4)
                rest = inflate.unconsumed_tail
                if inflate.eof:
                    rest = inflate.unused_data
                    if not rest.strip(b"\x00"):
                        break
                    inflate = zlib.decompressobj(47)
        yield inflate.flush()
    elif kind == "brotli":
        import brotli

        process = brotli.Decompressor()
        for start in range(0, len(packed), 1 << 12):
            yield process.process(bytes(packed[start : start + (1 << 12)]), output_buffer_limit=_CHUNK * 4)
            while not process.can_accept_more_data():
                yield process.process(b"", output_buffer_limit=_CHUNK * 4)
    else:
        import zstandard

        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
            io.BytesIO(bytes(packed)), read_across_frames=True
        )
        while piece := reader.read(_CHUNK):
            yield piece


def _read_member(archive: Any, member: Any, archive_size: int, limits: Limits) -> bytes:
    packed = min(member.compress_size, archive_size)  # the size in the directory may be a lie
    content = bytearray()
    try:
        with archive.open(member) as stream:
            while piece := stream.read(_CHUNK):
                content += piece
                _check_growth(len(content), packed, limits)
    except (LimitError, MemoryError):
        raise
    except Exception as error:  # a damaged archive makes zipfile raise a dozen kinds of errors
        raise CaptureError("a member of the zip archive is damaged") from error
    return bytes(content)


def decoded(data: Any, encodings: str, most: int) -> bytes:
    """The bytes of a body with its content codings removed (RFC 9110 section 8.4.1), cut after ``most`` bytes.

    A coding that is damaged or not known ends the work: what is there is returned as far as it came.
    """
    for written in reversed(encodings.split(",")):
        kind = _CODINGS.get(written.strip().lower())
        if kind is None:
            break
        out = bytearray()
        try:
            for piece in _pieces(kind, memoryview(data)):
                out += piece
                if len(out) > most:
                    break
        except Exception:  # each library raises its own errors for damaged data
            if not out:
                return bytes(memoryview(data)[:most])
        data = bytes(out)
    return bytes(memoryview(data)[:most])


def _text(data: Any) -> Any:
    """Plain bytes as UTF-8: BOM and JSONP wrapper removed, UTF-16 recoded."""
    head = bytes(memoryview(data)[:512])
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _text(bytes(memoryview(data)).decode("utf-16", "replace").encode("utf-8", "replace"))
    view = memoryview(data)
    if head.startswith(b"\xef\xbb\xbf"):
        view, head = view[3:], head[3:]
    if found := _JSONP.match(head):
        body = bytes(view[found.end() :]).rstrip(b"; \t\r\n")
        return body.removesuffix(b")")
    if not head.strip(b" \t\r\n\x00"):
        raise CaptureError("the file is empty")
    return view if len(view) == len(memoryview(data)) else bytes(view)
