"""Takes recordings out of what they come in: gzip, zlib, zip, brotli, zstd, JSONP, a BOM, UTF-16.

Recognised by content, never by name. Unpacking counts as it goes: a member that grows past the limits stops the
reading. Members of archives are read to memory by position; their names never become paths.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits

_CHUNK: Final = 1 << 18
_BROTLI_START: Final = 1 << 16  # its first table alone can take kilobytes
_ENOUGH_FOR_RATIO: Final = 1 << 20  # small files may be packed as tightly as they like
_JSONP = re.compile(rb"\s*[A-Za-z_$][\w.$]{0,80}\s*\(\s*(?=\{)")
_TNETSTRING = re.compile(rb"\d{1,10}:")


@dataclass(frozen=True, slots=True)
class Document:
    """JSON text found in the bytes: ``data`` UTF-8, ``container`` outermost first, ``prefix`` for pointers.

    ``files`` are the other members of the same archive by exact name (Playwright keeps bodies there).
    """

    data: Any
    container: tuple[str, ...]
    prefix: str = ""
    files: dict[str, bytes] | None = None


def documents(data: Any, limits: Limits) -> list[Document]:
    """All JSON documents in ``data`` (any buffer), in archive order.

    Raises:
        CaptureError: there is none, with what the file is instead where that is known.
        LimitError: unpacking would pass a limit.
    """
    if len(memoryview(data)) > limits.max_bytes:
        raise LimitError(f"the file is larger than max_bytes allows ({limits.max_bytes} bytes)")
    return list(_documents(data, (), "", limits))


def _documents(data: Any, outer: tuple[str, ...], prefix: str, limits: Limits) -> Iterator[Document]:
    head = bytes(memoryview(data)[:512])
    kind = _container(data)
    if kind is None:
        yield Document(_json_text(data, head), outer, prefix)
    elif len(outer) >= limits.max_nesting:
        raise LimitError(f"containers are nested deeper than max_nesting allows ({limits.max_nesting})")
    elif kind == "zip":
        yield from _members(data, (*outer, kind), prefix, limits)
    else:
        yield from _documents(_unpack(kind, data, limits), (*outer, kind), prefix, limits)


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
    if kind in {"gzip", "zlib"}:
        inflate = zlib.decompressobj(47)  # 32 + 15: gzip or zlib by header
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


def _members(data: Any, outer: tuple[str, ...], prefix: str, limits: Limits) -> Iterator[Document]:
    import zipfile

    try:
        archive = zipfile.ZipFile(io.BytesIO(bytes(memoryview(data))))
        listed = [member for member in archive.infolist() if not member.is_dir()]
    except Exception as error:  # a damaged archive makes zipfile raise a dozen kinds of errors
        raise CaptureError("the zip archive is damaged") from error
    if len(listed) > limits.max_members:
        raise LimitError(f"the archive has {len(listed)} members; max_members allows {limits.max_members}")
    names = [member.filename for member in listed]
    if any(re.fullmatch(r"raw/\d+_[cs]\.txt", name) for name in names):
        raise CaptureError("this is a Fiddler archive (SAZ); export the sessions as HTTPArchive from Fiddler")
    contents: dict[str, bytes] = {}
    total = 0
    for member in listed:
        if member.flag_bits & 1:
            raise CaptureError("the zip archive is protected by a password")
        content = _read_member(archive, member, len(memoryview(data)), limits)
        total += len(content)
        _check_growth(total, len(memoryview(data)), limits)
        contents[member.filename] = content
    hars = [name for name in names if name == "har.har"] or [name for name in names if _may_be_har(contents[name])]
    if not hars:
        raise CaptureError(f"the archive has {len(names)} members and none of them is a recording")
    single = len(hars) == 1
    for position, name in enumerate(hars):
        mark = prefix if single and len(outer) == 1 else f"{prefix}{position}!"
        for document in _documents(contents[name], outer, mark if not single else f"{prefix}member!", limits):
            yield Document(document.data, document.container, document.prefix, contents)


def _read_member(archive: Any, member: Any, archive_size: int, limits: Limits) -> bytes:
    packed = min(member.compress_size, archive_size)  # the size in the directory may be a lie
    try:
        with archive.open(member) as stream:
            content: bytes = stream.read(min(limits.max_bytes, max(_ENOUGH_FOR_RATIO, packed * limits.max_ratio)) + 1)
    except Exception as error:  # a damaged archive makes zipfile raise a dozen kinds of errors
        raise CaptureError("a member of the zip archive is damaged") from error
    _check_growth(len(content), packed, limits)
    return content


def _may_be_har(content: bytes) -> bool:
    head = content[:4096]
    if _container(content) is not None:
        return True
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return (start[:1] == b"{" or _JSONP.match(start) is not None) and (b'"log"' in head or b"l\x00o\x00g" in head)


def _json_text(data: Any, head: bytes) -> Any:
    """The JSON text of plain bytes: BOM and JSONP wrapper removed, UTF-16 recoded. Says what other files are."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = bytes(memoryview(data)).decode("utf-16", "replace")
        return _json_text(text.encode("utf-8", "replace"), text[:512].encode("utf-8", "replace"))
    view = memoryview(data)
    if head.startswith(b"\xef\xbb\xbf"):
        view, head = view[3:], head[3:]
    if found := _JSONP.match(head):
        body = bytes(view[found.end() :]).rstrip(b"; \t\r\n")
        return body.removesuffix(b")")
    start = head.lstrip()
    if not start.strip(b"\x00"):
        raise CaptureError("the file is empty")
    if start[:1] not in (b"{", b"["):
        raise CaptureError(_other_kind(start))
    return view if len(view) == len(memoryview(data)) else bytes(view)


def _other_kind(start: bytes) -> str:
    low = start[:200].lower()
    if low.startswith(b"<?xml") and b"burp" in low:
        return "this is a Burp 'save items' file (XML), which is not read yet"
    if low.startswith((b"<!doctype html", b"<html")):
        return "this is a web page (HTML), not a HAR file"
    if _TNETSTRING.match(start):
        return "this is a mitmproxy flow file; write a HAR from it with 'mitmdump -nr FILE --set hardump=OUT.har'"
    return "this is not a HAR file: it does not begin like JSON, at byte 0"
