"""Bytes in, Capture out; the only code that knows file formats."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Callable
from threading import Thread
from typing import Any

from haranalyze.capture.containers import Document, documents
from haranalyze.capture.har import Origin, read_har
from haranalyze.capture.model import Capture
from haranalyze.errors import CaptureError
from haranalyze.options import Limits

_WORTH_A_THREAD = 1 << 22

Buffer = bytes | bytearray | memoryview | mmap.mmap

__all__ = ["read_capture", "read_captures"]


def read_capture(data: Buffer, name: str = "", limits: Limits | None = None) -> Capture:
    """Read one recording: HAR of any dialect, plain or inside gzip, zlib, zip, brotli or zstd.

    Args:
        data: the file's bytes, or any buffer of them such as a memory map. It is kept while the capture lives.
        name: what to call the recording in the report.
        limits: bounds on sizes and counts (None: the defaults).

    Raises:
        CaptureError: the bytes are not a recording anyone could read, or an archive with several of them; the
            message names the byte or field. LimitError: a limit stops the reading; the message names it.
    """
    captures = read_captures(data, name, limits)
    if len(captures) > 1:
        raise CaptureError(f"the archive holds {len(captures)} recordings; read them with read_captures()")
    return captures[0]


def read_captures(data: Buffer, name: str = "", limits: Limits | None = None) -> tuple[Capture, ...]:
    """Read every recording in the bytes: one, or several in an archive. Arguments and errors as read_capture."""
    limits = limits or Limits()
    digest = _digest(data)
    size = len(memoryview(data))
    found = documents(data, limits)
    return tuple(
        _read(document, Origin(name, digest, size, document.container, document.prefix), limits) for document in found
    )


def _digest(data: Buffer) -> Callable[[], str]:
    """The SHA-256 of the bytes, computed while the rest is read: hashing needs no interpreter."""
    if len(memoryview(data)) < _WORTH_A_THREAD:
        ready = hashlib.sha256(data).hexdigest()
        return lambda: ready
    done: list[str] = []
    worker = Thread(target=lambda: done.append(hashlib.sha256(data).hexdigest()), daemon=True)
    worker.start()

    def wait() -> str:
        worker.join()
        return done[0]

    return wait


def _read(document: Document, origin: Origin, limits: Limits) -> Capture:
    data: Any = document.data
    _refuse_other_json(bytes(memoryview(data)[:20_000]))
    return read_har(data, origin, limits, document.files)


# Members near the start of the file that tell which other JSON it is.
_OTHERS = (
    (b"schema.getpostman.com/json/collection", "a Postman collection, which holds requests but no recording"),
    (b'"_postman_id"', "a Postman collection, which holds requests but no recording"),
    (b'"_postman_variable_scope"', "a Postman environment, not a recording"),
    (b'"constants"', "a Chrome net log (chrome://net-export), which is not read yet"),
)


def _refuse_other_json(head: bytes) -> None:
    """Raise for well-known JSON files that are no HAR, so that the message can say what they are."""
    start = head.lstrip()
    if start[:1] == b"[":
        if b'"durations"' in head and b'"request"' in head:
            raise CaptureError("this is a Charles session (.chlsj); export it as HAR from Charles")
        raise CaptureError("this is a JSON list, not a HAR file")
    if b'"log"' in head:
        return
    for mark, what in _OTHERS:
        if mark in head:
            raise CaptureError(f"this is {what}")
    if b'"collection"' in head[:200] and b'"info"' in head:
        raise CaptureError("this is a Newman report or Postman collection, which is not read yet")
