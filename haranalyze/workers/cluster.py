"""A Dask cluster behind the interface of :class:`haranalyze.workers.Workers`: each of its workers has limited children.

A recording travels to its worker as bytes and its reports travel back as bytes, over the cluster's own connections.
Nothing of either is pickled as an object, and nothing is kept there.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import secrets
import threading
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from haranalyze.errors import CaptureError, OptionsError
from haranalyze.sealed import Sealed
from haranalyze.workers import ChildLimits, FailedFor, Failure, Outcome, Pair, Progress, Task, Workers, WorkersError
from haranalyze.workers.messages import Request, request_of

_ROOM: Final = 60.0  # seconds for the ways to a worker and back, beside the two tries a recording has there
_LOOK_AGAIN: Final = 0.5  # seconds between two looks for a scheduler that went away


class Order(msgspec.Struct, frozen=True):
    """What a worker is sent; the request holds its recordings as bytes."""

    version: str
    limits: ChildLimits
    request: Request


class Cluster:
    """The workers of a Dask cluster.

    Args:
        address: of the scheduler, such as ``tls://dask.example.com:8786``.
        children: how many recordings are sent to it at the same time.
        patience: seconds to wait for the scheduler at the start.

    Raises:
        OptionsError: Dask is not installed, nobody answers, or the address is neither TLS nor of this machine.
    """

    def __init__(self, address: str, children: int, limits: ChildLimits | None = None, patience: float = 20.0) -> None:
        check_address(address)
        distributed()
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is in the outcome of a recording
        # A recording is the argument of its task, so that the scheduler can give it to another worker.
        import_module("dask").config.set({"distributed.admin.large-graph-warning-threshold": "2GiB"})
        self.limits: Final = limits or ChildLimits()
        self._free = threading.Semaphore(children)
        self._closed = threading.Event()
        self._joining = threading.Lock()
        self._address, self._patience = address, patience
        try:
            self._client = self._join()
        except (OSError, TimeoutError) as error:
            raise OptionsError(f"no Dask scheduler answers at {address}") from error

    def warm(self) -> None:
        """Nothing to make ready here."""

    def run(self, task: Task | Pair, tell: Callable[[Progress], None] | None = None) -> Outcome:
        """As :meth:`Workers.run`; while the scheduler is away, it waits.

        Raises:
            WorkersError: it was closed.
        """
        try:
            packed = msgspec.msgpack.encode(self._order(task))
        except CaptureError as error:
            return Failure(FailedFor.UNREADABLE, str(error))
        with self._free:
            if tell is not None:
                tell(Progress("read by the cluster", 0.2))
            while True:
                self._await_scheduler()
                outcome = self._attempt(packed)
                if outcome is not None:
                    return outcome

    def close(self) -> None:
        """Leave the cluster; what it reads for us is given up."""
        self._closed.set()
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _attempt(self, packed: bytes) -> Outcome | None:
        """One try; None where the scheduler went away meanwhile."""
        most = 2 * self.limits.seconds + _ROOM
        future = self._client.submit(_on_worker, packed, key=f"haranalyze-{secrets.token_hex(8)}", pure=False)
        try:
            answer: bytes = future.result(timeout=most)
            return _OUTCOMES.decode(answer)
        except TimeoutError:
            future.cancel()
            return Failure(FailedFor.TIME, f"no worker of the cluster was done with it within {most:g} seconds")
        except BaseException as error:
            if type(error).__name__ in ("CancelledError", "FutureCancelledError", "CommClosedError"):
                return None
            if not isinstance(error, Exception):
                raise
            return Failure(FailedFor.CRASH, f"the cluster gave it up ({type(error).__name__})")
        finally:
            future.release()

    def _join(self) -> Any:
        return distributed().Client(self._address, timeout=self._patience, set_as_default=False)

    def _await_scheduler(self) -> None:
        """Until it is there: for a while a client looks for it by itself, then a new one has to."""
        while not self._closed.is_set():
            with self._joining:
                if self._client.status == "closed":
                    with contextlib.suppress(OSError, TimeoutError):
                        self._client = self._join()
                if self._client.status == "running":
                    return
            self._closed.wait(_LOOK_AGAIN)
        raise WorkersError("the connection to the cluster is closed")

    def _order(self, task: Task | Pair) -> Order:
        if isinstance(task, Pair):
            bad = None if task.bad is None else _plain(task.bad)
            whole: Task | Pair = msgspec.structs.replace(task, good=_plain(task.good), bad=bad)
        else:
            whole = msgspec.structs.replace(task, source=_plain(task.source))
        return Order(_version(), self.limits, request_of(whole))


def _plain(source: Path | bytes | Sealed) -> bytes:
    """The bytes. Raises CaptureError: an upload is no longer whole; OSError: a file cannot be read."""
    match source:
        case Sealed():
            return source.read()
        case Path():
            return source.read_bytes()
    return source


_OUTCOMES: Final[msgspec.msgpack.Decoder[Outcome]] = msgspec.msgpack.Decoder(Outcome)


def _version() -> str:
    return version("haranalyze")


def distributed() -> Any:
    """The library, which has no types. Raises OptionsError: it is not installed."""
    try:
        return import_module("distributed")
    except ImportError as error:
        raise OptionsError("--dask needs the extra 'dask': pip install 'haranalyze[dask]'") from error


def check_address(address: str) -> None:
    """Raises OptionsError: whoever reaches that port from elsewhere could run code."""
    if address == "local" or address.startswith("tls://"):
        return
    host = address.partition("://")[2].rpartition(":")[0].strip("[]")
    try:
        near = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        near = False
    if not near:
        raise OptionsError(
            f"--dask {address}: a scheduler's port lets whoever reaches it run code; use a tls:// address"
            " (https://docs.dask.org/en/stable/deploying-security.html) or one of this machine"
        )


class _Here:
    """What a worker process of Dask keeps between tasks: its children, by their limits."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.workers: dict[ChildLimits, Workers] = {}


_HERE = _Here()


def _on_worker(packed: bytes) -> bytes:
    """The task: bytes in, bytes out."""
    order = msgspec.msgpack.decode(packed, type=Order)
    if order.version != _version():
        reason = f"the cluster runs haranalyze {_version()}, the server {order.version}"
        return msgspec.msgpack.encode(Failure(FailedFor.BROKEN, reason))
    with _HERE.lock:
        if order.limits not in _HERE.workers:
            _HERE.workers[order.limits] = Workers(distributed().get_worker().state.nthreads, order.limits)
        workers = _HERE.workers[order.limits]
    asked = order.request
    task = asked.pair or Task(asked.data or b"", asked.name, asked.options, asked.formats)
    return msgspec.msgpack.encode(workers.run(task))
