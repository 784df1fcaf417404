"""Where the work runs changes nothing in the result: processes of this machine, or a real Dask cluster."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from haranalyze.batch.engines import DaskEngine, LocalEngine
from haranalyze.batch.run import Progress, Wanted, batch
from haranalyze.batch.sources import items
from haranalyze.errors import BatchError, OptionsError
from haranalyze.workers import ChildLimits
from tests.batch import stories
from tests.workers import stranger

LIMITS = ChildLimits(memory_bytes=450 * 2**20, seconds=30.0)


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and its workers, each a process of its own; the address, and the workers."""
    file = folder / "scheduler.json"
    started = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"),
                *("--no-dashboard", "--scheduler-file", str(file)),
            ],
            stderr=subprocess.DEVNULL,
        )
    ]
    try:
        deadline = time.monotonic() + 60
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        started += [
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file)),
                    *("--nthreads", "2", "--no-dashboard", "--no-nanny", "--host", "127.0.0.1"),
                    *("--local-directory", str(folder)),
                ],
                stderr=subprocess.DEVNULL,
            )
            for _ in range(workers)
        ]
        yield json.loads(file.read_text(encoding="utf-8"))["address"], started[1:]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def test_a_dask_cluster_gives_the_same_bytes_even_when_a_worker_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killers and good tickets; one worker is killed in the middle. No good file is lost, no killer takes a worker."""
    monkeypatch.setenv("PYTHONPATH", stranger.install(tmp_path / "pack"))
    monkeypatch.syspath_prepend(tmp_path / "pack")
    source = stories.tickets(tmp_path / "tickets", 30)
    for did in ("abort", "killed"):
        stories.put(source / did / "x.har", stranger.recording(did))
    with LocalEngine(2, LIMITS) as local:
        batch(items([str(source)]), Wanted(str(tmp_path / "local"), limits=LIMITS), local)
    with cluster(tmp_path) as (address, workers):
        killed = False

        def tell(progress: Progress, _: object) -> None:
            nonlocal killed
            if progress.done >= 10 and not killed:
                killed = True
                os.kill(workers[0].pid, signal.SIGKILL)

        with DaskEngine(address, 1, LIMITS) as dask:
            batch(items([str(source)]), Wanted(str(tmp_path / "dask"), limits=LIMITS), dask, tell)
        assert killed
        assert workers[1].poll() is None
    assert stories.tree(tmp_path / "dask") == stories.tree(tmp_path / "local")


@pytest.mark.parametrize("address", ["tcp://10.1.2.3:8786", "tcp://scheduler:8786", "scheduler:8786"])
def test_an_address_anybody_could_reach_without_tls_is_refused(address: str) -> None:
    with pytest.raises(OptionsError, match="tls://"):
        DaskEngine(address, 1, LIMITS)


def test_stopping_finishes_what_runs_and_begins_nothing_more(tmp_path: Path) -> None:
    source = stories.tickets(tmp_path / "tickets", 24)
    with LocalEngine(1, LIMITS) as engine:

        def tell(progress: Progress, _: object) -> None:
            if progress.done == 3:
                engine.stop()

        summary = batch(items([str(source)]), Wanted(str(tmp_path / "out"), limits=LIMITS), engine, tell)
    assert not summary.complete
    assert 3 <= summary.tickets < 24
    with LocalEngine(2, LIMITS) as engine:
        again = batch(items([str(source)]), Wanted(str(tmp_path / "out"), limits=LIMITS), engine)
    assert (again.complete, again.tickets, again.progress.reused) == (True, 24, summary.tickets)


def test_nobody_at_the_address_is_an_error() -> None:
    with pytest.raises(BatchError, match="no Dask scheduler answers"):
        DaskEngine("tcp://127.0.0.1:9", 1, LIMITS, patience=1)
