"""What is said between a pool and its children, and how: MessagePack of these types, its length before it."""

from __future__ import annotations

import os
import struct
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from haranalyze.errors import HaranalyzeError
from haranalyze.options import Options
from haranalyze.sealed import Sealed

_LENGTH: Final = struct.Struct(">Q")


class ChildLimits(msgspec.Struct, frozen=True):
    """What one capture may cost its child process.

    Attributes:
        memory_bytes: address space of the child (Linux; elsewhere the system has no such limit). The mapped file
            counts.
        seconds: wall time for one capture; then the child is killed.
        open_files: open files and pipes of a child (POSIX).
        answer_bytes: reports of one capture, all formats together.
        niceness: how far the child stands behind the rest of the machine (POSIX, 0 to 19).
        long_seconds: a capture that takes longer while others run, or that is tried again, stands further behind
            (POSIX), so that it slows down no other; a new child comes after it. None: all stand alike.
    """

    memory_bytes: int = 2 * 1024**3
    seconds: float = 120.0
    open_files: int = 64
    answer_bytes: int = 512 * 1024**2
    niceness: int = 0
    long_seconds: float | None = None


class Task(msgspec.Struct, frozen=True):
    """One file to analyse: the path of a regular file, its bytes, or where it is sealed.

    Attributes:
        name: what to call the recording in its report.
        formats: of ``json``, ``html`` (as ``render`` gives them), ``timeline`` (a Parquet file of the requests) and
            ``sanitized`` (a HAR that is safe to keep; absent from the answer where none can be made).
    """

    source: Path | bytes | Sealed
    name: str
    options: Options = Options()
    formats: tuple[str, ...] = ("json",)


class Pair(msgspec.Struct, frozen=True):
    """Two recordings of one flow to lay side by side; ``bad`` None: the file ``good`` holds both, the good one first.

    Attributes:
        names: what to call the two.
        formats: of ``json``, ``html`` and ``text``. The answer is one report in all of them.
    """

    good: bytes | Sealed
    bad: bytes | Sealed | None = None
    names: tuple[str, str] = ("", "")
    options: Options = Options()
    formats: tuple[str, ...] = ("json",)

    @property
    def name(self) -> str:
        """What the work is called while it runs."""
        return " and ".join(name for name in self.names if name) or "two recordings"


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The reports of a file: one for each recording in it, in archive order; each by format, UTF-8 or Parquet."""

    reports: list[dict[str, bytes]]


class FailedFor(StrEnum):
    """Why there is no report. All but ``UNREADABLE`` were tried twice."""

    UNREADABLE = "unreadable"  # the file cannot be opened or is no recording; the reason names byte or field
    MEMORY = "memory"
    TIME = "time"
    CRASH = "crash"  # the process ended by itself
    SIZE = "size"  # the reports are larger than answer_bytes
    BROKEN = "broken"  # the analysis raised what it never should


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    """No report, and why: a fixed sentence without a word of the capture; ``tries`` is how often it ran."""

    kind: FailedFor
    reason: str
    tries: int = 1


Outcome = Done | Failure


class Progress(msgspec.Struct, frozen=True):
    """How far a capture is: ``step`` in words, ``share`` from 0 to 1, ``exchanges`` counted so far."""

    step: str
    share: float
    exchanges: int = 0


class WorkersError(HaranalyzeError):
    """No child process can be started; the message says what it said."""


class Start(msgspec.Struct, frozen=True):
    """First message to a child."""

    limits: ChildLimits


class Request(msgspec.Struct, frozen=True):
    """A message to a child: analyse this. One of ``path``, ``data``, ``sealed`` and ``pair`` is set."""

    path: str | None
    data: bytes | None
    sealed: Sealed | None
    name: str
    options: Options
    formats: tuple[str, ...]
    pair: Pair | None = None


class Answer(msgspec.Struct, frozen=True):
    """A message from a child. ``leaves``: it ends now and wants to be replaced; ``problem``: it cannot start.

    One with ``progress`` says only that; others follow.
    """

    outcome: Outcome | None = None
    leaves: bool = False
    problem: str = ""
    progress: Progress | None = None


def request_of(task: Task | Pair) -> Request:
    """A task as it is sent."""
    if isinstance(task, Pair):
        return Request(None, None, None, task.name, task.options, task.formats, task)
    source = task.source
    return Request(
        os.fspath(source.absolute()) if isinstance(source, Path) else None,
        source if isinstance(source, bytes) else None,
        source if isinstance(source, Sealed) else None,
        task.name,
        task.options,
        task.formats,
    )


class TooLongError(Exception):
    """A message is longer than allowed."""


def send(stream: BinaryIO, message: msgspec.Struct) -> None:
    """Write one message: its length in 8 bytes, then MessagePack. Raises OSError when the other side is gone."""
    packed = msgspec.msgpack.encode(message)
    stream.write(_LENGTH.pack(len(packed)))
    stream.write(packed)
    stream.flush()


def receive(stream: BinaryIO, most: int) -> bytes:
    """The next message, still packed. Raises EOFError at the end of the stream."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > most:
        raise TooLongError
    return _exactly(stream, length)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content
