"""Captures read by a real Dask cluster: the same reports, also when a worker is killed, and none lost on the way."""

import signal
import sys
from pathlib import Path

import pytest

from haranalyze.errors import OptionsError
from haranalyze.workers import Done, FailedFor, Failure, Pair, Task, Workers
from haranalyze.workers.cluster import Cluster
from tests.batch.test_engines import cluster
from tests.web.conftest import HEALTHY, LOOP, serving

FILES = (HEALTHY, LOOP)


def test_the_cluster_gives_what_this_machine_gives(tmp_path: Path) -> None:
    tasks: list[Task | Pair] = [Task(file.read_bytes(), file.parent.name, formats=("json", "html")) for file in FILES]
    tasks += [Task(LOOP, "by path"), Pair(HEALTHY.read_bytes(), LOOP.read_bytes(), ("a", "b"))]
    with cluster(tmp_path, workers=1) as (address, _), Cluster(address, 2) as far, Workers(1) as near:
        for task in tasks:
            there, here = far.run(task), near.run(task)
            assert isinstance(here, Done)
            assert there == here
        unreadable = far.run(Task(b"<!doctype html>", "x"))
        assert isinstance(unreadable, Failure)
        assert unreadable.kind is FailedFor.UNREADABLE


def test_a_server_has_the_cluster_read_and_loses_nothing_with_a_worker(tmp_path: Path) -> None:
    with (
        cluster(tmp_path) as (address, workers),
        serving(tmp_path / "data", "--dask", address, "--jobs", "4") as server,
    ):
        sent = [server.upload(FILES[number % 2].read_bytes()) for number in range(8)]
        workers[0].send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        done = [server.done(capture) for capture in sent]
        assert [one["state"] for one in done] == ["done"] * 8
        assert {one["verdict"]["state"] for one in done} == {"fault", "healthy"}
        assert list((server.data / "uploads").iterdir()) == []


def test_an_address_that_others_could_reach_is_refused() -> None:
    with pytest.raises(OptionsError, match="run code"):
        Cluster("tcp://10.0.0.9:8786", 1)
    with pytest.raises(OptionsError, match="no Dask scheduler answers"):
        Cluster("tcp://127.0.0.1:9", 1, patience=1)
