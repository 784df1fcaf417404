"""A process that has imported everything and forks for each child (Linux): ready in 10 ms instead of 1 second.

Both ends of it are here. The pool sends three descriptors for each child: the pipe it is asked by, the pipe it answers
by, and a socket that tells of the process: its number and a descriptor of it (pidfd_open(2)) at the start, its wait
status at the end. Where the pool ends, the fork server sees its own socket end, and ends its children and itself.
Elsewhere a child is a fresh Python: fork(2) is not safe beside the threads and frameworks of other systems.
"""

from __future__ import annotations

import contextlib
import os
import select
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, BinaryIO, Final, Protocol

import msgspec

from haranalyze.workers.messages import Answer, WorkersError, receive, send

_STATUS: Final = struct.Struct(">i")  # of a process that ended, as wait(2) gives it
_NUMBER: Final = struct.Struct(">q")  # of a process
_MOST_GREETING: Final = 1 << 20  # bytes of the first answer
_START_SECONDS: Final = 60.0  # until the fork server is ready, or a child is forked
_UNKNOWN: Final = 1  # exit code of a process whose fork server is gone


class Process(Protocol):
    """What the pool needs of a child; a ``subprocess.Popen`` is one."""

    pid: int
    stdin: IO[bytes] | None
    stdout: IO[bytes] | None

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """The exit code. Raises TimeoutExpired after so many seconds."""

    def kill(self) -> None:
        """SIGKILL, where it still runs."""


def can_fork() -> bool:
    """Whether this system can: Linux from 5.3 on, where no sandbox forbids it."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


def spawn() -> Process:
    """A child as a fresh Python.

    Not with -I: packs of rules may be on PYTHONPATH. With -P: nothing is imported from the current folder.
    """
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "haranalyze.workers.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


class ForkServer:
    """The pool's end. It starts with the object and is ready after :meth:`greet`; any thread may close it."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_START_SECONDS)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - the number of a descriptor
                [sys.executable, "-P", "-m", "haranalyze.workers.child", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )

    def greet(self) -> None:
        """Wait until it is ready.

        Raises:
            WorkersError: it cannot start, and says why.
            OSError, EOFError: it ended, or nothing came for a minute.
        """
        with self._control.makefile("rb") as stream:
            answer = msgspec.msgpack.decode(receive(stream, _MOST_GREETING), type=Answer)
        if answer.problem:
            raise WorkersError(answer.problem)

    def fork(self) -> Process:
        """A new child; one thread at a time. Raises OSError or EOFError when the fork server is gone."""
        asked, to = os.pipe()
        came, answers = os.pipe()
        told, tells = socket.socketpair()
        stdin, stdout = os.fdopen(to, "wb"), os.fdopen(came, "rb")
        try:
            try:
                socket.send_fds(self._control, [b"f"], [asked, answers, tells.fileno()])
            finally:
                os.close(asked)
                os.close(answers)
                tells.close()
            told.settimeout(_START_SECONDS)
            message, handles, _, _ = socket.recv_fds(told, _NUMBER.size, 1)
            if not handles:
                raise EOFError
        except BaseException:
            for stream in (stdin, stdout, told):
                stream.close()
            raise
        return _Forked(_NUMBER.unpack(message)[0], handles[0], told, stdin, stdout)

    def close(self) -> None:
        """End it, even while it starts. Its children are the pool's to end: they go on until nobody asks them."""
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        self._process.kill()
        self._process.wait()
        self._control.close()


class _Forked:
    """A child of the fork server. Signals go to its descriptor: a number may be another's already."""

    def __init__(self, pid: int, handle: int, told: socket.socket, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.pid = pid
        self.stdin: IO[bytes] | None = stdin
        self.stdout: IO[bytes] | None = stdout
        self._handle, self._told = handle, told
        self._end = told.fileno()  # a number, because another thread may close the socket meanwhile
        self._lock = threading.Lock()
        self._code: int | None = None

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        if self._code is None:
            end = select.poll()
            end.register(self._end, select.POLLIN)
            if not end.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired("child", timeout or 0)
            with self._lock:
                if self._code is None:
                    self._code = self._ended()
        return self._code

    def kill(self) -> None:
        with self._lock:
            if self._code is None:
                self._signal()

    def _ended(self) -> int:
        """The exit code, and everything closed."""
        try:
            status = self._told.recv(_STATUS.size)
        except OSError:
            status = b""
        if not status:
            self._signal()  # only the fork server is known to be gone
        self._told.close()
        os.close(self._handle)
        return os.waitstatus_to_exitcode(_STATUS.unpack(status)[0]) if status else _UNKNOWN

    def _signal(self) -> None:
        if sys.platform == "linux":
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class _Child:
    """A child as the fork server knows it."""

    pid: int
    handle: int
    tells: socket.socket


def serve_forks(control: socket.socket, problem: str, work: Callable[[BinaryIO, BinaryIO], None]) -> None:
    """The fork server's end, in a process without other threads: fork until the pool ends.

    Args:
        problem: why no child can be started; empty: none.
        work: what a child does with the pipes it is asked and answers by.
    """
    with control.makefile("wb") as stream:
        send(stream, Answer(problem=problem))
    children: dict[int, _Child] = {}  # by handle
    with selectors.DefaultSelector() as looking:
        looking.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in looking.select():
                if key.fileobj is not control:
                    looking.unregister(key.fileobj)
                    _bury(children.pop(key.fd))
                    continue
                message, descriptors, _, _ = socket.recv_fds(control, 1, 3)
                if not message:
                    for child in children.values():
                        os.kill(child.pid, signal.SIGKILL)  # not yet waited for: its number is its own
                    return
                asked, answers, tells = descriptors[0], descriptors[1], socket.socket(fileno=descriptors[2])
                pid = os.fork()
                if not pid:
                    for close in (
                        looking.close,
                        control.close,
                        tells.close,
                        *(one.tells.close for one in children.values()),
                    ):
                        close()
                    for handle in children:
                        os.close(handle)
                    _become(asked, answers, work)
                os.close(asked)
                os.close(answers)
                new = _introduce(pid, tells)
                children[new.handle] = new
                looking.register(new.handle, selectors.EVENT_READ)


def _introduce(pid: int, tells: socket.socket) -> _Child:
    """Tell the pool of a new child."""
    assert sys.platform == "linux"
    handle = os.pidfd_open(pid)
    with contextlib.suppress(OSError):  # the pool is gone: its socket says so next
        socket.send_fds(tells, [_NUMBER.pack(pid)], [handle])
    return _Child(pid, handle, tells)


def _bury(child: _Child) -> None:
    """Tell the pool how a child ended."""
    status = os.waitpid(child.pid, 0)[1]
    os.close(child.handle)
    with child.tells, contextlib.suppress(OSError):
        child.tells.send(_STATUS.pack(status))


def _become(asked: int, answers: int, work: Callable[[BinaryIO, BinaryIO], None]) -> None:
    """A child's whole life."""
    code = 1
    try:
        with os.fdopen(asked, "rb") as requests, os.fdopen(answers, "wb") as replies:
            work(requests, replies)
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    finally:
        os._exit(code)
