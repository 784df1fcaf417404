"""Bytes in, Capture out; the only code that knows file formats."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Callable, Iterable
from threading import Thread

from haranalyze.capture.containers import documents
from haranalyze.capture.formats import WANTED, Reading, environments_of, read
from haranalyze.capture.har import Origin
from haranalyze.capture.model import Capture
from haranalyze.errors import CaptureError
from haranalyze.options import Limits

_WORTH_A_THREAD = 1 << 22

Buffer = bytes | bytearray | memoryview | mmap.mmap

__all__ = ["read_capture", "read_captures"]


def read_capture(
    data: Buffer, name: str = "", limits: Limits | None = None, environments: Iterable[bytes] = ()
) -> Capture:
    """Read one recording: HAR of any dialect or another format (docs/inputs.md), told by content; plain or inside
    gzip, zlib, zip, brotli or zstd.

    Args:
        data: the file's bytes, or any buffer of them such as a memory map. It is kept while the capture lives.
        name: what to call the recording in the report.
        limits: bounds on sizes and counts (None: the defaults).
        environments: exported Postman environments, for recordings that are collections.

    Raises:
        CaptureError: the bytes are not a recording anyone could read, or an archive with several of them; the
            message names the byte or field. LimitError: a limit stops the reading; the message names it.
    """
    captures = read_captures(data, name, limits, environments)
    if len(captures) > 1:
        raise CaptureError(f"the archive holds {len(captures)} recordings; read them with read_captures()")
    return captures[0]


def read_captures(
    data: Buffer, name: str = "", limits: Limits | None = None, environments: Iterable[bytes] = ()
) -> tuple[Capture, ...]:
    """Read every recording in the bytes: one, or several in an archive. Arguments and errors as read_capture."""
    reading = Reading(limits or Limits(), environments_of(environments))
    digest = _digest(data)
    size = len(memoryview(data))
    return tuple(
        read(document, Origin(name, digest, size, document.container, document.prefix), reading)
        for document in documents(data, reading.limits, WANTED)
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
