"""The pool of limited children: poison costs one capture, and says why."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from haranalyze import analyze, read_capture, render
from haranalyze.errors import OptionsError
from haranalyze.options import Limits, Options
from haranalyze.workers import ChildLimits, Done, FailedFor, Failure, Outcome, Task, Workers, WorkersError
from tests.workers import stranger

SAMPLE = Path(__file__).parents[2] / "samples" / "refresh-loop-foreign-401" / "capture.har"
LIMITS = ChildLimits(memory_bytes=450 * 2**20, seconds=60)
IMPATIENT = ChildLimits(seconds=1.5)


@pytest.fixture(scope="module")
def workers(pack: Path) -> Iterator[Workers]:
    with Workers(2, LIMITS) as pool:
        yield pool


@pytest.fixture(scope="module")
def impatient(pack: Path) -> Iterator[Workers]:
    with Workers(1, IMPATIENT) as pool:
        yield pool


def run(workers: Workers, did: str) -> Outcome:
    return workers.run(Task(stranger.recording(did), f"{did}.har"))


def test_a_child_gives_what_the_engine_gives_here() -> None:
    report = analyze(read_capture(SAMPLE.read_bytes(), "capture.har"))
    with Workers(1) as pool:
        by_path = pool.run(Task(SAMPLE, "capture.har", formats=("json", "html")))
        by_bytes = pool.run(Task(SAMPLE.read_bytes(), "capture.har", formats=("json", "html")))
    assert isinstance(by_path, Done)
    assert by_path == by_bytes
    (made,) = by_path.reports
    assert made == {name: render(report, name).encode() for name in ("json", "html")}


def test_options_reach_the_child() -> None:
    with Workers(1) as pool:
        done = pool.run(Task(SAMPLE, "x.har", Options(select=frozenset({"foreign-401"}))))
        tight = pool.run(Task(SAMPLE, "x.har", Options(limits=Limits(max_bytes=1000))))
    assert isinstance(done, Done)
    assert done.reports[0]["json"].count(b'"outcome"') == 1
    assert isinstance(tight, Failure)
    assert tight.kind is FailedFor.UNREADABLE
    assert "max_bytes" in tight.reason


@pytest.mark.parametrize(
    ("did", "kind", "words"),
    [
        ("abort", FailedFor.CRASH, "SIGABRT"),
        ("leave", FailedFor.CRASH, "exit code 7"),
        ("raise", FailedFor.CRASH, "exit code"),
        ("killed", FailedFor.MEMORY, "SIGKILL"),
        ("memory", FailedFor.MEMORY, "more memory than its limit"),
    ],
)
def test_poison_is_tried_again_alone_in_a_new_process_and_then_failed(
    workers: Workers, pack: Path, did: str, kind: FailedFor, words: str
) -> None:
    outcome = run(workers, did)
    assert isinstance(outcome, Failure)
    assert outcome.kind is kind
    assert words in outcome.reason
    assert outcome.tries == 2
    first, second = stranger.visits(pack, did)
    assert first != second


@pytest.mark.parametrize("did", ["hang", "spin"])
def test_what_does_not_end_is_ended(impatient: Workers, did: str) -> None:
    outcome = run(impatient, did)
    assert outcome == Failure(FailedFor.TIME, "the analysis took longer than 1.5 seconds", tries=2)


def test_a_capture_that_takes_long_beside_others_or_runs_again_stands_behind_them(pack: Path) -> None:
    before, usual = len(stranger.visits(pack, "spin")), os.getpriority(os.PRIO_PROCESS, 0)

    def wait_until_behind(visits: int) -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            seen = stranger.visits(pack, "spin")
            if len(seen) == before + visits and os.getpriority(os.PRIO_PROCESS, seen[-1]) > usual:
                os.kill(seen[-1], signal.SIGKILL)
                return
            time.sleep(0.01)
        raise AssertionError("it stands where all others do")

    with Workers(2, ChildLimits(seconds=60, long_seconds=0.2)) as pool, ThreadPoolExecutor(2) as threads:
        spinning = threads.submit(run, pool, "spin")
        while len(stranger.visits(pack, "spin")) == before or pool.running()[0].seconds < 0.5:
            time.sleep(0.01)
        assert os.getpriority(os.PRIO_PROCESS, stranger.visits(pack, "spin")[-1]) == usual  # nobody waits for it
        hanging = threads.submit(run, pool, "hang")
        wait_until_behind(1)
        wait_until_behind(2)
        outcome = spinning.result()
        pool.close()
        with pytest.raises(WorkersError):
            hanging.result()
    assert isinstance(outcome, Failure)
    assert outcome.tries == 2


def test_a_process_that_stood_behind_others_reads_no_other_capture(pack: Path) -> None:
    with Workers(2, ChildLimits(long_seconds=0.1)) as pool, ThreadPoolExecutor(2) as threads:
        pool.warm()
        pool.warm()  # so that both begin at the same time
        for name in ("slow", "after-slow"):
            assert all(isinstance(one, Done) for one in threads.map(partial(run, pool), (name, name)))
    slow, after = (set(stranger.visits(pack, name)) for name in ("slow", "after-slow"))
    assert len(slow) == 2
    assert not slow & after


def test_good_captures_beside_poison_run_once(workers: Workers, pack: Path) -> None:
    names = ["abort", "leave", "killed", *(f"good{number}" for number in range(12))]
    with ThreadPoolExecutor(4) as threads:
        outcomes = dict(zip(names, threads.map(lambda name: run(workers, name), names), strict=True))
    assert {name for name, outcome in outcomes.items() if isinstance(outcome, Failure)} == set(names[:3])
    assert {name: len(stranger.visits(pack, name)) for name in names[3:]} == dict.fromkeys(names[3:], 1)


def test_a_capture_that_was_only_unlucky_gets_its_report_from_the_second_try(workers: Workers, pack: Path) -> None:
    assert isinstance(run(workers, "first-try"), Done)
    assert len(stranger.visits(pack, "first-try")) == 2


def test_what_a_rule_prints_does_not_reach_the_answers(workers: Workers) -> None:
    assert isinstance(run(workers, "print"), Done)


@pytest.mark.parametrize("did", ["connect", "write", "remove", "start", "files"])
def test_a_child_opens_no_connection_writes_nothing_and_starts_nothing(workers: Workers, pack: Path, did: str) -> None:
    outcome = run(workers, did)
    assert isinstance(outcome, Done)
    assert b"the rule stopped with " in outcome.reports[0]["json"]
    assert (pack / "keep").exists()
    assert not (pack / "written").exists()


def test_a_child_that_somebody_ended_while_idle_costs_nothing(workers: Workers, pack: Path) -> None:
    for name in ("before1", "before2"):
        assert isinstance(run(workers, name), Done)
        os.kill(stranger.visits(pack, name)[0], signal.SIGKILL)
        time.sleep(0.1)
    assert run(workers, "after") == Done(reports=run(workers, "after").reports)  # type: ignore[union-attr]
    assert len(stranger.visits(pack, "after")) == 2  # one for each call above


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: folder / "none.har", "No such file"),
        (lambda folder: folder, "not a regular file"),
        (lambda _: Path("/dev/zero"), "not a regular file"),
        (lambda folder: named_pipe(folder / "pipe"), "not a regular file"),
        (lambda folder: written(folder / "empty.har", b""), "empty"),
        (lambda folder: written(folder / "text.har", b"hello"), "byte 0"),
    ],
)
def test_what_is_no_recording_is_told_at_once(tmp_path: Path, workers: Workers, make, words: str) -> None:  # type: ignore[no-untyped-def]
    outcome = workers.run(Task(make(tmp_path), "x.har"))
    assert isinstance(outcome, Failure)
    assert (outcome.kind, outcome.tries) == (FailedFor.UNREADABLE, 1)
    assert words in outcome.reason


def named_pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_large_parent_does_not_make_its_children_leave(pack: Path) -> None:
    """A process begins with the peak memory of the one that started it (getrusage on Linux)."""
    code = (
        "import sys; from haranalyze.workers import *; from tests.workers import stranger\n"
        "kept = b'x' * (400 * 2**20)\n"
        "with Workers(1, ChildLimits(memory_bytes=450 * 2**20)) as pool:\n"
        "    [pool.run(Task(stranger.recording('large-parent'), 'x.har')) for _ in range(3)]\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=True)
    served = stranger.visits(pack, "large-parent")
    assert (len(served), len(set(served))) == (3, 1)


def test_reports_larger_than_allowed_are_a_failure() -> None:
    with Workers(1, ChildLimits(answer_bytes=2_000)) as pool:
        outcome = pool.run(Task(SAMPLE, "x.har"))
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailedFor.SIZE


def test_what_runs_is_told_with_its_name(impatient: Workers) -> None:
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(run, impatient, "hang")
        seen = set()
        while not waiting.done():
            seen |= {(one.name, one.again) for one in impatient.running()}
            time.sleep(0.05)
    assert seen == {("hang.har", False), ("hang.har", True)}
    assert impatient.running() == []


def test_closing_ends_every_child_at_once(pack: Path) -> None:
    before = threading.active_count()
    pool = Workers(2, ChildLimits(seconds=60))
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(run, pool, name) for name in ("hang", "spin")]
        while len(pool.running()) < 2 or not all(one.seconds > 0.5 for one in pool.running()):
            time.sleep(0.05)
        pids = [stranger.visits(pack, name)[-1] for name in ("hang", "spin")]
        pool.close()
        for one in waiting:
            with pytest.raises(WorkersError):
                one.result(10)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert threading.active_count() == before


def test_a_child_whose_parent_is_killed_ends_by_itself(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "hang.har").write_bytes(stranger.recording("hang"))
    before = len(stranger.visits(pack, "hang"))
    code = (
        "import sys; from pathlib import Path; from haranalyze.workers import *\n"
        "Workers(1, ChildLimits(seconds=1)).run(Task(Path(sys.argv[1]), 'x'))"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "hang.har")]) as parent:
        while len(stranger.visits(pack, "hang")) == before:
            time.sleep(0.05)
        parent.kill()
    pid = stranger.visits(pack, "hang")[-1]
    deadline = time.monotonic() + 15  # the system's own clock ends it, 5 s after the limit
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()


def test_a_pack_that_cannot_be_loaded_is_an_error_of_the_run_not_of_the_capture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", stranger.install(tmp_path / "pack"))
    (tmp_path / "pack" / "stranger_pack.py").write_text("RULES = 5", encoding="utf-8")
    with Workers(1) as pool, pytest.raises(WorkersError, match="stranger"):
        pool.run(Task(SAMPLE, "x.har"))


def test_a_wrong_rule_id_is_broken_not_silent(workers: Workers) -> None:
    outcome = workers.run(Task(SAMPLE, "x.har", Options(select=frozenset({"no-such-rule"}))))
    assert isinstance(outcome, Failure)
    assert outcome.reason.endswith(OptionsError.__name__)


def test_a_timeline_comes_as_parquet(tmp_path: Path) -> None:
    import pandas

    with Workers(1) as pool:
        outcome = pool.run(Task(SAMPLE, "x.har", formats=("timeline",)))
    assert isinstance(outcome, Done), outcome
    table = pandas.read_parquet(written(tmp_path / "timeline.parquet", outcome.reports[0]["timeline"]))
    assert len(table) == 36
