"""Who does the work: processes of this machine, or a Dask cluster. One interface; nothing else knows which.

Both run :func:`haranalyze.batch.work.process` for each item, in limited child processes, and yield results as they
come, in any order. Only a window of items is under way, so memory does not grow with their number.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Final, Protocol

import msgspec

from haranalyze.batch.entries import Entry
from haranalyze.batch.sources import Item
from haranalyze.batch.stores import Store, open_store
from haranalyze.batch.work import Job, Result, check_code, process
from haranalyze.errors import BatchError, HaranalyzeError
from haranalyze.workers import ChildLimits, FailedFor, Failure, Running, Workers
from haranalyze.workers.cluster import check_address, distributed
from haranalyze.workers.heap import share_heap

_DRIVERS: Final = 4  # threads for each child: some wait for the child, some for the disk
_WINDOW: Final = 4  # items under way for each thread of a cluster


class Engine(Protocol):
    """Runs a job on items. A context manager; leaving it ends all processes it began."""

    def run(self, job: Job, items: Iterator[Item]) -> Iterator[tuple[Item, Result]]:
        """Every item with its result, in any order. After ``stop`` what is under way is finished and no more begun."""

    def stop(self) -> None:
        """Begin nothing more."""

    def running(self) -> list[Running]:
        """What is under way and known here, the longest first."""

    def __enter__(self) -> Engine: ...

    def __exit__(self, *_: object) -> None: ...


class LocalEngine:
    """Child processes of this one.

    Args:
        jobs: how many captures at the same time.
        limits: what one may cost.
    """

    def __init__(self, jobs: int, limits: ChildLimits) -> None:
        share_heap()
        self._jobs = jobs
        self._workers = Workers(jobs, limits)
        self._stopped = threading.Event()

    def run(self, job: Job, items: Iterator[Item]) -> Iterator[tuple[Item, Result]]:
        """As :meth:`Engine.run`."""
        store = open_store(job.output)
        drivers = self._jobs * _DRIVERS
        with ThreadPoolExecutor(drivers, thread_name_prefix="batch") as threads:

            def begin(item: Item) -> Future[Result]:
                return threads.submit(process, job, item, store, self._workers)

            yield from _windowed(begin, items, drivers * 2, self._stopped)

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopped.set()

    def running(self) -> list[Running]:
        """What the children do now."""
        return self._workers.running()

    def __enter__(self) -> LocalEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.close()


def _windowed(
    begin: Callable[[Item], Future[Result]], items: Iterator[Item], window: int, stopped: threading.Event
) -> Iterator[tuple[Item, Result]]:
    """Results as they come, with at most ``window`` items under way."""
    under_way: dict[Future[Result], Item] = {}
    more = True
    try:
        while True:
            while more and len(under_way) < window and not stopped.is_set():
                item = next(items, None)
                if item is None:
                    more = False
                    break
                under_way[begin(item)] = item
            if not under_way:
                return
            for done in wait(under_way, timeout=1.0, return_when=FIRST_COMPLETED).done:
                yield under_way.pop(done), done.result()
    finally:
        for one in under_way:
            one.cancel()


class DaskEngine:
    """A Dask cluster. Its workers read the sources and write the results themselves, in child processes of theirs.

    Args:
        address: of a scheduler, or ``local`` for a cluster of ``jobs`` processes here that ends with the run.
        jobs: for ``local`` only. patience: seconds to wait for the scheduler.

    Raises:
        OptionsError: Dask is not installed, or the address is neither TLS nor of this machine. A scheduler's port
            carries pickles: whoever reaches it runs code (https://docs.dask.org/en/stable/deploying-security.html).
        BatchError: nobody answers there.
    """

    def __init__(self, address: str, jobs: int, limits: ChildLimits, patience: float = 20.0) -> None:
        check_address(address)
        library = distributed()
        self._limits = limits
        self._stopped = threading.Event()
        self._cluster: Any = None
        if address == "local":
            self._cluster = library.LocalCluster(
                n_workers=jobs, threads_per_worker=2, dashboard_address=None, host="127.0.0.1", memory_limit=0
            )
        try:
            self._client: Any = library.Client(self._cluster or address, timeout=patience, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise BatchError(f"no Dask scheduler answers at {address}") from error

    def run(self, job: Job, items: Iterator[Item]) -> Iterator[tuple[Item, Result]]:
        """As :meth:`Engine.run`. A worker that dies costs nothing but the time of what it was at."""
        packed = msgspec.msgpack.encode(job)
        done = distributed().as_completed(loop=self._client.loop)
        under_way: dict[str, Item] = {}
        more, count = True, 0
        while True:
            room = max(4, sum(self._client.nthreads().values())) * _WINDOW
            while more and len(under_way) < room and not self._stopped.is_set():
                item = next(items, None)
                if item is None:
                    more = False
                    break
                key = f"haranalyze-{id(self):x}-{count}"
                count += 1
                one = self._client.submit(_on_worker, packed, msgspec.msgpack.encode(item), key=key, pure=False)
                under_way[key] = item
                done.add(one)
            if not under_way:
                return
            future = next(done)
            item = under_way.pop(future.key)
            yield item, self._result(future)
            future.release()

    @staticmethod
    def _result(future: Any) -> Result:
        error = future.exception()
        if error is None:
            return msgspec.msgpack.decode(future.result(), type=Result)
        if isinstance(error, HaranalyzeError):
            raise error
        failure = Failure(FailedFor.CRASH, f"the cluster gave it up ({type(error).__name__})")
        return Result(Entry("", 0, failure=failure), kept=False)

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopped.set()

    def running(self) -> list[Running]:
        """Nothing: the workers know, this process does not."""
        return []

    def __enter__(self) -> DaskEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


class _Here:
    """What a worker process of Dask keeps between tasks: its children and its way to the output."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.workers: dict[ChildLimits, Workers] = {}
        self.stores: dict[str, Store] = {}


_HERE = _Here()


def _on_worker(job_packed: bytes, item_packed: bytes) -> bytes:
    """The task: bytes in, bytes out, so that nothing of a capture is ever pickled as an object."""
    job = msgspec.msgpack.decode(job_packed, type=Job)
    with _HERE.lock:
        if job.output not in _HERE.stores:
            check_code(job.made_by)
            _HERE.stores[job.output] = open_store(job.output)
        if job.limits not in _HERE.workers:
            _HERE.workers[job.limits] = Workers(distributed().get_worker().state.nthreads, job.limits)
        store, workers = _HERE.stores[job.output], _HERE.workers[job.limits]
    item = msgspec.msgpack.decode(item_packed, type=Item)
    return msgspec.msgpack.encode(process(job, item, store, workers))
