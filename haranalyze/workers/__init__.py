"""Analyses captures in limited child processes: what a capture does to its process costs that capture alone.

    with Workers(2) as workers:
        outcome = workers.run(Task(Path("ticket.har"), "ticket.har", formats=("json", "html")))

A child serves many captures, one after the other. It may use so much memory, time and so many open files, and cannot
write a file, open a socket or start a process. When a child dies, hangs or runs out of memory, the capture it held runs
once more, alone in a new child; then it is failed, with the reason. On Linux children are forked from one process that
has imported everything, elsewhere each is a fresh Python, which costs half a second. What a child read is never
unpickled: requests and answers are MessagePack of the types in :mod:`haranalyze.workers.messages`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import BinaryIO, Final, Self

import msgspec

from haranalyze.workers.fork_server import ForkServer, Process, can_fork, spawn
from haranalyze.workers.messages import (
    Answer,
    ChildLimits,
    Done,
    FailedFor,
    Failure,
    Outcome,
    Pair,
    Progress,
    Start,
    Task,
    TooLongError,
    WorkersError,
    receive,
    request_of,
    send,
)

__all__ = [
    "ChildLimits",
    "Done",
    "FailedFor",
    "Failure",
    "Outcome",
    "Pair",
    "Progress",
    "Running",
    "Task",
    "Workers",
    "WorkersError",
]

_LOOK_EVERY: Final = 0.05  # seconds between two looks for children over their time
_END_SECONDS: Final = 5.0  # for a child that closed its pipe to be gone
_START_SECONDS: Final = 60.0  # until a new child must have said that it is ready
_FURTHER_BEHIND: Final = 14  # niceness of a long capture beside others: a 20th of their share (sched(7): 1.25 a step)


class Running(msgspec.Struct, frozen=True):
    """A capture that is being analysed now, for how many seconds, and whether it runs again alone."""

    name: str
    seconds: float
    again: bool


# Made here and not in each thread: msgspec crashes when two threads at once learn the same nested types.
_ANSWERS: Final = msgspec.msgpack.Decoder(Answer)


class Workers:
    """A pool of limited child processes. Children start when they are first needed; any thread may call ``run``.

    Args:
        children: how many captures are analysed at the same time.
        limits: what one capture may cost.
    """

    def __init__(self, children: int, limits: ChildLimits | None = None) -> None:
        self.limits: Final = limits or ChildLimits()
        self._free = threading.Semaphore(children)
        self._alone = threading.Lock()
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._all: set[_Child] = set()
        self._forking = threading.Lock()
        self._server: ForkServer | None = None
        self._closed = threading.Event()
        self._watch: threading.Thread | None = None

    def warm(self) -> None:
        """Start a child now instead of when the first capture comes. Raises as :meth:`run`."""
        with self._free:
            child = self._take(fresh=True)
            with self._lock:
                self._idle.append(child)

    def run(self, task: Task | Pair, tell: Callable[[Progress], None] | None = None) -> Outcome:
        """Analyse one file, or compare two; waits for a free child. Never raises for what a capture is or does.

        Args:
            tell: called in this thread with how far the child is.

        Raises:
            WorkersError: no child can be started, or the pool was closed.
        """
        tell = tell or (lambda _: None)
        with self._free:
            outcome = self._attempt(task, tell, alone=False)
        if isinstance(outcome, Failure) and outcome.kind is not FailedFor.UNREADABLE:
            with self._alone, self._free:  # whoever waits to be alone takes no place meanwhile
                outcome = self._attempt(task, tell, alone=True)
            if isinstance(outcome, Failure):
                outcome = msgspec.structs.replace(outcome, tries=2)
        return outcome

    def running(self) -> list[Running]:
        """What is being analysed now, the longest first."""
        now = time.monotonic()
        with self._lock:
            busy = [child for child in self._all if child.task is not None]
        found = [Running(child.task.name, now - child.since, child.alone) for child in busy if child.task is not None]
        return sorted(found, key=lambda one: -one.seconds)

    def close(self) -> None:
        """End all children, also those at work."""
        self._closed.set()
        with self._lock:
            ending, self._idle = list(self._all), []
        for child in ending:
            child.end()
        if (server := self._server) is not None:
            server.close()
        if self._watch is not None:
            self._watch.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _attempt(self, task: Task | Pair, tell: Callable[[Progress], None], *, alone: bool) -> Outcome:
        """One try. A child that was found dead before it took the task does not count as one."""
        child = self._take(fresh=alone)
        child.alone = alone
        if alone and self.limits.long_seconds is not None:
            child.stand_behind()
        try:
            answer = child.ask(task, self.limits, tell)
            if answer is None:
                self._drop(child)
                child = self._take(fresh=True)
                answer = child.ask(task, self.limits, tell) or _gone(child, self.limits)
        except BaseException:
            self._drop(child)
            raise
        if answer.leaves or alone or child.stands_behind:
            self._drop(child)
        else:
            with self._lock:
                self._idle.append(child)
        assert answer.outcome is not None
        return answer.outcome

    def _take(self, *, fresh: bool) -> _Child:
        if self._closed.is_set():
            raise WorkersError("the pool of child processes is closed")
        with self._lock:
            if self._idle and not fresh:
                return self._idle.pop()
        child = _Child(self._process(), self.limits)
        with self._lock:
            self._all.add(child)
            if self._watch is None:
                self._watch = threading.Thread(target=self._kill_overdue, name="time limit", daemon=True)
                self._watch.start()
        try:
            child.greet()
        except BaseException:
            self._drop(child)
            raise
        return child

    def _process(self) -> Process:
        """A new process. A fork server that somebody ended is replaced once."""
        if not can_fork():
            return spawn()
        with self._forking:
            for _ in range(2):
                try:
                    if self._server is None:
                        self._server = ForkServer()
                        if self._closed.is_set():  # close() came before it could see this one
                            break
                        self._server.greet()
                    return self._server.fork()
                except (OSError, EOFError):
                    self._end_server()
                except WorkersError:
                    self._end_server()
                    raise
            self._end_server()
        raise WorkersError("a child process ended before it was ready")

    def _end_server(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _drop(self, child: _Child) -> None:
        with self._lock:
            self._all.discard(child)
        child.end()

    def _kill_overdue(self) -> None:
        patience = float("inf") if self.limits.long_seconds is None else self.limits.long_seconds
        while not self._closed.wait(_LOOK_EVERY):
            now = time.monotonic()
            with self._lock:
                late = [child for child in self._all if child.deadline < now]
                running = [child for child in self._all if child.task is not None]
                long = [child for child in running if len(running) > 1 and now - child.since > patience]
            for child in long:
                child.stand_behind()
            for child in late:
                child.overdue = True
                child.process.kill()


class _Child:
    """A child process and the two pipes to it."""

    def __init__(self, process: Process, limits: ChildLimits) -> None:
        self.alone = False
        self.task: Task | Pair | None = None
        self.since = time.monotonic()
        self.deadline = self.since + _START_SECONDS
        self.overdue = self.stands_behind = False
        self.process: Final = process
        self._limits = limits

    def greet(self) -> None:
        """Tell the limits and wait until it is ready."""
        try:
            send(self._to, Start(self._limits))
            answer = self._receive()
        except (OSError, EOFError) as error:
            raise WorkersError("a child process ended before it was ready") from error
        if answer.problem:
            raise WorkersError(answer.problem)
        self.deadline = float("inf")

    def ask(self, task: Task | Pair, limits: ChildLimits, tell: Callable[[Progress], None]) -> Answer | None:
        """The answer to a task, made up where the child can give none; None where it never got the task."""
        request = request_of(task)
        self.since, self.task = time.monotonic(), task  # in this order: the watch looks at those with a task
        self.deadline = self.since + limits.seconds
        try:
            if self.process.poll() is not None:
                return None
            send(self._to, request)
            answer = self._receive()
            while answer.progress is not None:
                tell(answer.progress)
                answer = self._receive()
            return answer
        except TooLongError:
            return Answer(
                Failure(FailedFor.SIZE, f"the reports are larger than {limits.answer_bytes} bytes (answer_bytes)"), True
            )
        except (OSError, EOFError, msgspec.DecodeError):
            return _gone(self, limits)
        finally:
            self.task, self.deadline = None, float("inf")

    def stand_behind(self) -> None:
        """Leave the processor to others; there is no way back without privileges."""
        if self.stands_behind or sys.platform == "win32":
            return
        self.stands_behind = True
        with contextlib.suppress(OSError):  # it is gone, or another's
            usual = os.getpriority(os.PRIO_PROCESS, self.process.pid)
            os.setpriority(os.PRIO_PROCESS, self.process.pid, min(19, usual + _FURTHER_BEHIND))

    def end(self) -> None:
        """Make sure that the process is gone."""
        self.process.kill()
        self.process.wait()
        for stream in (self._to, self._from):
            with contextlib.suppress(OSError):  # what was not sent is lost with the process
                stream.close()

    def _receive(self) -> Answer:
        return _ANSWERS.decode(receive(self._from, self._limits.answer_bytes))

    @property
    def _to(self) -> BinaryIO:
        assert self.process.stdin is not None
        return self.process.stdin  # type: ignore[return-value]

    @property
    def _from(self) -> BinaryIO:
        assert self.process.stdout is not None
        return self.process.stdout  # type: ignore[return-value]


def _gone(child: _Child, limits: ChildLimits) -> Answer:
    """What to say of a child that answered nothing. Its pipe ends a moment before it does."""
    try:
        code = child.process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        child.process.kill()
        child.process.wait()
        code = 1
    name = signal.Signals(-code).name if code < 0 and -code in signal.Signals.__members__.values() else ""
    if child.overdue or name == "SIGALRM":
        failure = Failure(FailedFor.TIME, f"the analysis took longer than {limits.seconds:g} seconds")
    elif name == "SIGKILL":
        failure = Failure(FailedFor.MEMORY, "the system ended the process (SIGKILL), most likely for lack of memory")
    else:
        failure = Failure(FailedFor.CRASH, f"the process ended by itself ({name or f'exit code {code}'})")
    return Answer(failure, leaves=True)
