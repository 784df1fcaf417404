"""Children are forked from one prepared process, and are as much alone as processes that were started anew."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from haranalyze.workers import ChildLimits, Done, FailedFor, Failure, Outcome, Task, Workers, WorkersError, fork_server
from haranalyze.workers.fork_server import ForkServer, Process
from tests.workers import stranger

CHECKOUT = Path(__file__).parents[2]
SAMPLE = CHECKOUT / "samples" / "refresh-loop-foreign-401" / "capture.har"

Begun = Callable[[], list[psutil.Process]]

pytestmark = pytest.mark.skipif(not fork_server.can_fork(), reason="Linux alone forks")


@pytest.fixture
def begun() -> Begun:
    """Processes that this test started and that are there."""
    before = psutil.Process().children()
    return lambda: [one for one in psutil.Process().children() if one not in before]


def run(workers: Workers, did: str) -> Outcome:
    return workers.run(Task(stranger.recording(did), f"{did}.har"))


def test_children_have_one_parent_that_is_not_ours(pack: Path, begun: Begun) -> None:
    with Workers(1) as pool:
        assert isinstance(run(pool, "one"), Done)
        assert isinstance(run(pool, "abort"), Failure)
        assert isinstance(run(pool, "two"), Done)
        (server,) = begun()
        (child,) = server.children()
    assert child.pid == stranger.visits(pack, "two")[-1] != stranger.visits(pack, "one")[-1]
    assert not server.is_running()
    assert not child.is_running()


def test_one_that_somebody_ended_is_replaced(pack: Path, begun: Begun) -> None:
    with Workers(1) as pool:
        assert isinstance(run(pool, "before-end"), Done)
        (first,) = begun()
        first.kill()
        psutil.wait_procs([first], timeout=10)
        assert isinstance(run(pool, "after-end"), Done)
        (second,) = begun()
    assert first.pid != second.pid


def test_a_child_holds_nothing_of_its_siblings(pack: Path, begun: Begun) -> None:
    with Workers(3) as pool:
        pool.warm()
        pool.warm()
        (server,) = begun()
        assert len(server.children()) == 2
        for child in server.children():
            folder = Path(f"/proc/{child.pid}/fd")
            held = [str(entry.readlink()) for entry in folder.iterdir()]
            assert sorted(one.partition(":")[0] for one in held if "visits.log" not in one) == [
                *["/dev/null"] * 3,
                *["pipe"] * 2,
            ]


def test_nothing_outlives_a_pool_that_is_killed(pack: Path) -> None:
    code = "import time; from haranalyze.workers import *; w = Workers(1); w.warm(); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=CHECKOUT) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        below = psutil.Process(parent.pid).children(recursive=True)
        assert len(below) == 2
        os.kill(below[-1].pid, signal.SIGSTOP)  # even one that reads nothing
        parent.kill()
    assert psutil.wait_procs(below, timeout=10)[1] == []


def test_nothing_is_imported_from_the_current_folder(tmp_path: Path) -> None:
    (tmp_path / "jinja2.py").write_text("raise SystemExit(9)", encoding="utf-8")
    code = (
        "from pathlib import Path; import sys; from haranalyze.workers import *\nwith Workers(1) as pool: pool.warm()"
    )
    subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, check=True)


def test_where_nothing_can_fork_children_are_started_anew(
    pack: Path, begun: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("haranalyze.workers.can_fork", lambda: False)
    with Workers(1, ChildLimits(seconds=1.5)) as pool:
        assert isinstance(pool.run(Task(SAMPLE, "x.har")), Done)
        assert len(begun()) == 1
        abort, hang = run(pool, "abort"), run(pool, "hang")
    assert isinstance(abort, Failure)
    assert "SIGABRT" in abort.reason
    assert hang == Failure(FailedFor.TIME, "the analysis took longer than 1.5 seconds", tries=2)


def test_started_anew_a_pack_that_cannot_be_loaded_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haranalyze.workers.can_fork", lambda: False)
    monkeypatch.setenv("PYTHONPATH", stranger.install(tmp_path / "pack"))
    (tmp_path / "pack" / "stranger_pack.py").write_text("RULES = 5", encoding="utf-8")
    with Workers(1) as pool, pytest.raises(WorkersError, match="stranger"):
        pool.warm()


def test_a_pool_closed_while_it_starts_lets_go_at_once(begun: Begun) -> None:
    pool, met = Workers(1), []

    def warm() -> None:
        with pytest.raises(WorkersError):
            pool.warm()
        met.append(True)

    starting = threading.Thread(target=warm)
    starting.start()
    while pool._server is None:
        time.sleep(0.001)
    pool.close()
    starting.join(10)
    assert met == [True]
    assert begun() == []


def test_threads_that_look_at_a_child_meanwhile_do_not_mind_its_end() -> None:
    def look(child: Process, seen: list[int]) -> None:
        while (code := child.poll()) is None:
            pass
        seen.append(code)

    server = ForkServer()
    server.greet()
    try:
        for _ in range(50):
            child, seen = server.fork(), list[int]()
            threads = [threading.Thread(target=look, args=(child, seen)) for _ in range(3)]
            for thread in threads:
                thread.start()
            child.kill()
            assert child.wait() == -signal.SIGKILL
            for thread in threads:
                thread.join(10)
            assert seen == [-signal.SIGKILL] * 3
            for stream in (child.stdin, child.stdout):
                assert stream is not None
                stream.close()
    finally:
        server.close()
