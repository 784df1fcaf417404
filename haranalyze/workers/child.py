"""The child process of :mod:`haranalyze.workers`: limits itself, then analyses what it is sent until its input ends."""

from __future__ import annotations

import errno
import gc
import math
import mmap
import os
import signal
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import msgspec

from haranalyze.errors import CaptureError, HaranalyzeError, LeakError
from haranalyze.options import Options
from haranalyze.sealed import Sealed
from haranalyze.workers.fork_server import serve_forks
from haranalyze.workers.messages import (
    Answer,
    ChildLimits,
    Done,
    FailedFor,
    Failure,
    Pair,
    Progress,
    Request,
    Start,
    receive,
    send,
)

if TYPE_CHECKING:
    from haranalyze.capture.model import Capture
    from haranalyze.report.document import Report
    from haranalyze.rulebook import Rulebook

_SERVES: Final = 2_000  # captures; a new process is cheaper than a heap that only grows
_EXHAUSTED: Final = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM))
_FOREVER: Final = 1 << 62


def main() -> None:
    """Serve captures from standard input to standard output, or fork for each connection that a socket brings."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    problem, book = "", None
    try:
        book = _prepare()
    except HaranalyzeError as error:
        problem = str(error)
    if len(sys.argv) > 1:
        serve_forks(socket.socket(fileno=int(sys.argv[1])), problem, lambda asked, answers: _work(asked, answers, book))
    else:
        _work(*_pipes(), book, problem)


def _work(asked: BinaryIO, answers: BinaryIO, book: Rulebook | None, problem: str = "") -> None:
    """Serve captures until there is no further one, or a new process is better."""
    limits = msgspec.msgpack.decode(receive(asked, _FOREVER), type=Start).limits
    if book is None:
        send(answers, Answer(problem=problem))
        return
    _limit(limits)
    enough = max(limits.memory_bytes // 2, _peak())  # Linux begins with the parent's peak, which says nothing here
    send(answers, Answer())
    served = 0
    while True:
        try:
            packed = receive(asked, _FOREVER)
        except EOFError:
            return
        _alarm(limits.seconds)
        outcome = _serve(packed, book, lambda progress: send(answers, Answer(progress=progress)))
        del packed
        served += 1
        leaves = served >= _SERVES or _is_memory(outcome) or _peak() > enough
        send(answers, Answer(outcome, leaves))
        _alarm(0)
        del outcome
        if leaves:
            return
        gc.collect()  # half a millisecond; a few cycles would keep the capture and its open file alive


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Both pipes under numbers of their own; what anybody prints goes nowhere."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "r+b") as nowhere:  # noqa: PTH123 - a device, not a path
        os.dup2(nowhere.fileno(), 0)
        os.dup2(nowhere.fileno(), 1)
    return asked, answers


# What makes the engine load what it loads at first use: the lists of sites, tokens, the page's template.
_REHEARSAL: Final = f"""
* page: https://app.example.com/
> POST https://api.example.com/signin
>
> {{"email": "a"}}
< 200
< Set-Cookie: sid=1; Domain=example.com; Secure; HttpOnly
> GET https://api.example.com/me
> Cookie: sid=1
> Authorization: Bearer {".".join(("eyJhbGciOiJIUzI1NiJ9", "eyJleHAiOjF9", "AAAA"))}
< 401
"""


def _prepare() -> Rulebook:
    """Import what every capture needs, once, and try it on a recording of our own."""
    from haranalyze.capture.transcript import transcript_to_har
    from haranalyze.rulebook import Rulebook

    book = Rulebook.installed()
    request = Request(None, transcript_to_har(_REHEARSAL), None, "", Options(), ("json", "html"))
    _reports(request, Rulebook(book.packs[:1]), lambda _: None)  # not what strangers' rules do
    gc.collect()
    gc.disable()
    gc.freeze()
    return book


def _limit(limits: ChildLimits) -> None:
    """Bind this process: memory, files, and nothing but reading."""
    if sys.platform != "win32":
        import resource

        for which, most in (
            (resource.RLIMIT_AS, limits.memory_bytes),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_NOFILE, limits.open_files),
            (resource.RLIMIT_CORE, 0),
        ):
            hard = resource.getrlimit(which)[1]
            allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(which, (allowed, allowed))
        os.nice(limits.niceness)
    sys.addaudithook(_refuse)


_REFUSED: Final = frozenset(
    (
        *("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "subprocess.Popen", "os.system"),
        *("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile"),
        *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod"),
    )
)
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Audit hook: a second lock behind the limits (https://docs.python.org/3/library/audit_events.html)."""
    if event == "open":
        if isinstance(arguments[2], int) and arguments[2] & _WRITES:
            raise PermissionError("an analysis writes no file")
    elif event in _REFUSED:
        raise PermissionError("an analysis opens no connection and starts no process")


def _alarm(seconds: float) -> None:
    """The time limit for the case that the parent, which keeps it, is gone: the system ends this process."""
    if sys.platform != "win32":
        signal.alarm(math.ceil(seconds) + 5 if seconds else 0)


def _peak() -> int:
    """Peak memory of this process in bytes (0: unknown)."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _is_memory(outcome: Done | Failure) -> bool:
    return isinstance(outcome, Failure) and outcome.kind is FailedFor.MEMORY


def _serve(packed: bytes, book: Rulebook, tell: Callable[[Progress], None]) -> Done | Failure:
    """Analyse one file; every failure becomes a fixed sentence."""
    try:
        request = msgspec.msgpack.decode(packed, type=Request)
        return Done(_reports(request, book, tell))
    except CaptureError as error:
        return Failure(FailedFor.UNREADABLE, str(error))
    except MemoryError:
        return Failure(FailedFor.MEMORY, "the analysis needs more memory than its limit allows")
    except Exception as error:
        return Failure(FailedFor.BROKEN, f"the analysis stopped with {type(error).__name__}")


def _reports(request: Request, book: Rulebook, tell: Callable[[Progress], None]) -> list[dict[str, bytes]]:
    """Reports of every recording of a file. The shares of the steps are those of a large recording with bodies."""
    if request.pair is not None:
        return [_compared(request.pair, book)]
    tell(Progress("opening the file", 0.05))
    captures = _captures(request)
    total, done = sum(len(capture.exchanges) for capture in captures), 0
    made = []
    for capture in captures:
        tell(Progress("following the login", 0.3 + 0.7 * done / max(total, 1), total))
        made.append(_made(capture, request, book))
        done += len(capture.exchanges)
    return made


def _captures(request: Request) -> tuple[Capture, ...]:
    from haranalyze.capture import read_captures

    return read_captures(_bytes(request), request.name, request.options.limits)


def _bytes(request: Request) -> Any:
    """The bytes, mapped where they are a file: what is no regular file is not opened, so that no device can stall."""
    if request.sealed is not None:
        return request.sealed.read()
    if request.path is None:
        return request.data
    try:
        if not stat.S_ISREG(Path(request.path).stat().st_mode):
            raise CaptureError("it is not a regular file")
        with open(request.path, "rb") as stream:  # noqa: PTH123 - the name is the user's own
            if os.fstat(stream.fileno()).st_size == 0:
                return b""
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in _EXHAUSTED:
            raise  # says nothing about the file: another child may open it
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it cannot be read"
        raise CaptureError(f"the file cannot be opened: {reason}") from error


def _compared(pair: Pair, book: Rulebook) -> dict[str, bytes]:
    from haranalyze.capture import read_captures
    from haranalyze.comparison import compare, render

    captures: list[Capture] = []
    for source, name in zip((pair.good, pair.bad), pair.names, strict=True):
        if source is not None:
            content = source.read() if isinstance(source, Sealed) else source
            captures += read_captures(content, name, pair.options.limits)
    if len(captures) != 2:
        raise CaptureError(f"a comparison takes two recordings, and there are {len(captures)}")
    made = compare(captures[0], captures[1], book, pair.options)
    return {name: render(made, name).encode() for name in pair.formats}


def _made(capture: Capture, request: Request, book: Rulebook) -> dict[str, bytes]:
    from haranalyze.analysis import examine
    from haranalyze.report.document import build

    report = build(examine(capture, book, request.options))
    made = {name: _rendered(name, report, capture) for name in request.formats if name != "sanitized"}
    if "sanitized" in request.formats and (copy := _sanitized(capture)) is not None:
        made["sanitized"] = copy
    return made


def _sanitized(capture: Capture) -> bytes | None:
    """The copy that is safe to keep; None where the second look found a secret in it."""
    from haranalyze.sanitizer import sanitize

    try:
        return sanitize([capture]).documents[0]
    except LeakError:
        return None


def _rendered(name: str, report: Report, capture: Capture) -> bytes:
    from haranalyze.report import render

    if name != "timeline":
        return render(report, name).encode()
    from haranalyze.report.to_table import timeline_table, write

    content = write(timeline_table(capture), "parquet")
    return content if isinstance(content, bytes) else content.encode()


if __name__ == "__main__":
    main()
