"""The reading desk: takes captures from the queue, has them read by child processes, and keeps the result."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from haranalyze.errors import HaranalyzeError
from haranalyze.web.grants import Grants
from haranalyze.web.reading import Outcome, reading_of
from haranalyze.web.records import Log, Metrics
from haranalyze.web.settings import Settings
from haranalyze.web.spool import DiskFullError, Spool
from haranalyze.web.store import LEASE, Claim, Store

if TYPE_CHECKING:
    from haranalyze.options import Options
    from haranalyze.workers import Pair, Progress, Workers
    from haranalyze.workers.cluster import Cluster

IDLE = 2.0  # seconds between two looks for captures that other servers left behind
UNSEEN = 3.0  # seconds until processes are made ready although nobody came
PAINTING = 0.5  # seconds that a browser is left alone with the first page before processes are made ready
LONG = 0.25  # seconds after which a capture holds up nobody: another one is read beside it
BESIDE = 2  # captures read beside such ones, above the number that is read at a time
RETRIES = 4  # captures that wait for their second try, without a process
HOUSEKEEPING = 60.0  # seconds between two rounds of removing what has expired
FORMATS = ("json", "html")


class ComparisonError(HaranalyzeError):
    """Two recordings cannot be compared."""


class Desk:
    """Reads what waits, each capture in a limited process of a pool.

    Args:
        changed: called (from any thread) with the id of a capture whose state changed.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        spool: Spool,
        workers: Workers | Cluster,
        log: Log,
        changed: Callable[[str], None],
    ) -> None:
        self._settings, self._store, self._spool, self._workers = settings, store, spool, workers
        self._log, self._changed = log, changed
        self.owner = secrets.token_hex(8)
        self.reading: dict[str, float] = {}  # capture: when it was begun
        self._steps: dict[str, Progress] = {}
        self.receiving: set[str] = set()  # uploads that arrive now: their files are not left-overs
        self.metrics: Metrics | None = None
        self._stopping = threading.Event()
        self._work = threading.Semaphore(0)
        self._threads: list[threading.Thread] = []
        self._somebody = threading.Event()
        self._turn = threading.Lock()

    def start(self) -> None:
        """Take up what a former process left, then read until :meth:`stop`."""
        self._store.release_all()
        self.sweep()
        readers = [(self._warm_and_read, "reader")] * self._settings.jobs + [(self._read_on, "reader")] * (
            BESIDE + RETRIES
        )
        for target, name in [*readers, (self._keep, "housekeeper")]:
            thread = threading.Thread(target=target, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def compare(self, pair: Pair) -> dict[str, bytes]:
        """Two recordings side by side, in each format of the pair; blocks until a process is free and done.

        Raises:
            ComparisonError: they cannot be compared; the message says why.
        """
        from haranalyze.workers import Failure, WorkersError

        try:
            done = self._workers.run(msgspec.structs.replace(pair, options=self._options()))
        except WorkersError as error:
            raise ComparisonError(str(error)) from error
        if isinstance(done, Failure):
            raise ComparisonError(done.reason)
        return done.reports[0]

    def _options(self) -> Options:
        limits = replace(self._settings.options.limits, max_bytes=self._settings.max_unpacked)
        options = replace(self._settings.options, limits=limits)
        if options.accepted:
            options = replace(options, today=date.today())  # a server sees many days
        return options

    def expect(self) -> None:
        """Somebody looks at the page: have processes ready before a file comes."""
        self._somebody.set()

    def wake(self) -> None:
        """Something was accepted."""
        self._somebody.set()
        self._work.release()

    def stop(self) -> None:
        """Give back what is being read and end the threads; the pool's processes end with it."""
        self._stopping.set()
        self._somebody.set()
        for _ in self._threads:
            self._work.release()
        self._workers.close()
        for thread in self._threads:
            thread.join(timeout=10.0)

    def progress(self, capture: str) -> tuple[str, float, float]:
        """Step in words, share from 0 to 1, and seconds so far of a capture that this server reads."""
        began, step = self.reading.get(capture), self._steps.get(capture)
        if began is None:
            return "being read by another server", 0.5, 0.0
        if step is None:
            return "waits for a free process", 0.0, time.monotonic() - began
        counted = f": {step.exchanges:,} exchanges" if step.exchanges else ""
        return step.step + counted, step.share, time.monotonic() - began

    def sweep(self) -> None:
        """Remove uploads that nobody waits for: read, deleted, or cut off when a former process was killed."""
        held = self._spool.held() - self.receiving
        for capture in held - self._store.unread(sorted(held)) - self.receiving:
            self._spool.remove(capture)

    def _warm_and_read(self) -> None:
        if self._somebody.wait(UNSEEN) and self._work.acquire(timeout=PAINTING):  # an upload is here already
            self._work.release()
        try:
            self._workers.warm()
            import haranalyze.report.document  # noqa: F401 - what keeps a reading; the first page came without it
        except HaranalyzeError as error:  # told again, and better, when the first capture needs a process
            self._log("no-process", error=str(error))
        self._read_on()

    def _claim(self) -> Claim | None:
        """The next capture; None when none waits."""
        claim = self._store.claim(self.owner)
        if claim is not None:
            self.reading[claim.id] = time.monotonic()
        return claim

    def _is_full(self) -> bool:
        """As many captures are read as may be, those left out that take long: poison must not hold up the others."""
        recent = time.monotonic() - LONG
        return sum(began > recent for began in list(self.reading.values())) >= self._settings.jobs

    def _read_on(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._turn:
                    is_full = self._is_full()
                    claim = None if is_full else self._claim()
            except Exception as error:
                self._log("claim-failed", error=type(error).__name__)
                self._stopping.wait(IDLE)
                continue
            if is_full:
                self._stopping.wait(LONG / 10)
                continue
            if claim is None:
                self._work.acquire(timeout=IDLE)
                continue
            self._changed(claim.id)
            try:
                self._one(claim)
            except Exception as error:
                self._log("reading-failed", capture=claim.id[:8], error=type(error).__name__)
                self._give_back(claim)
                self._stopping.wait(IDLE)
            finally:
                self.reading.pop(claim.id, None)
                self._steps.pop(claim.id, None)
                self._changed(claim.id)

    def _one(self, claim: Claim) -> None:
        from haranalyze.workers import Failure, Task

        began = time.monotonic()
        formats = (*FORMATS, "sanitized") if self._settings.keep_captures else FORMATS
        task = Task(self._spool.sealed(claim.id), claim.name, self._options(), formats)

        def tell(progress: Progress) -> None:
            self._steps[claim.id] = progress
            self._changed(claim.id)

        done = self._workers.run(task, tell)
        if isinstance(done, Failure):
            tried = f" (tried {done.tries} times)" if done.tries > 1 else ""
            outcome = Outcome([], done.reason + tried)
        else:
            outcome = Outcome([reading_of(one) for one in done.reports])
        kept = self._store.finish(self.owner, claim.id, outcome, self._settings.keep_days)
        self._spool.remove(claim.id)
        took = time.monotonic() - began
        states = [one.verdict for one in outcome.readings] or ["not-read"]
        self._log("read", capture=claim.id[:8], seconds=round(took, 3), states=states[:20], kept=kept)
        if self.metrics is not None:
            self.metrics().reading.observe(took)
            for state in states:
                self.metrics().captures.labels(state).inc()

    def _give_back(self, claim: Claim) -> None:
        try:
            self._store.release(self.owner, claim.id)
        except Exception as error:  # the lease runs out by itself
            self._log("release-failed", capture=claim.id[:8], error=type(error).__name__)

    def _keep(self) -> None:
        """Renew leases; now and then remove what has expired."""
        next_round = time.monotonic()
        while not self._stopping.wait(LEASE / 4):
            try:
                if self.reading:
                    self._store.renew(self.owner, list(self.reading))
                if time.monotonic() >= next_round:
                    next_round = time.monotonic() + HOUSEKEEPING
                    for capture in self._store.expire():
                        self._spool.remove(capture)
                    Grants(self._store).prune()
                    self.sweep()
            except DiskFullError:
                self._log("disk-full")
            except Exception as error:
                self._log("housekeeping-failed", error=type(error).__name__)
