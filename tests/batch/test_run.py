"""A batch from its sources to its tables: whole, resumable, the same however it was made."""

import contextlib
import csv
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas
import pytest

from haranalyze.batch.engines import LocalEngine
from haranalyze.batch.run import Summary, Wanted, batch
from haranalyze.batch.sources import Item, items
from haranalyze.batch.work import Result
from haranalyze.errors import BatchError, OptionsError
from haranalyze.workers import ChildLimits
from tests.batch import stories
from tests.workers import stranger

LIMITS = stories.LIMITS


def run(engine: LocalEngine, source: Path, out: Path, **wanted: object) -> Summary:
    return batch(items([str(source)]), Wanted(str(out), limits=LIMITS, **wanted), engine)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def done(engine: LocalEngine, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Summary]:
    """Nine tickets and their finished batch."""
    folder = tmp_path_factory.mktemp("batch")
    source = stories.tickets(folder / "tickets")
    return source, folder / "out", run(engine, source, folder / "out", csv=True)


def test_tickets_are_grouped_by_cause(done: tuple[Path, Path, Summary]) -> None:
    _, out, summary = done
    assert summary.complete
    assert (summary.tickets, summary.captures, summary.failed) == (9, 9, 0)
    assert summary.states == {"fault": 6, "healthy": 3}
    assert [(one.tickets, one.rule) for one in summary.groups] == [
        (3, "auth-header-malformed"),
        (3, "missing-auth-header"),
    ]
    told = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert told["verdicts"] == {"fault": 6, "healthy": 3}
    assert [one["tickets"] for one in told["groups"]] == [3, 3]


def test_every_ticket_has_its_reports(done: tuple[Path, Path, Summary]) -> None:
    source, out, _ = done
    for ticket in source.iterdir():
        document = json.loads((out / "report" / ticket.name / "login.har.json").read_text(encoding="utf-8"))
        assert document["capture"]["name"] == "login.har"
        assert (
            (out / "report" / ticket.name / "login.har.html").read_text(encoding="utf-8").startswith("<!doctype html>")
        )


def test_tables_hold_what_the_reports_say(done: tuple[Path, Path, Summary]) -> None:
    _, out, _ = done
    captures = pandas.read_parquet(out / "captures.parquet")
    assert list(captures["ticket"]) == [f"T-{number:02}" for number in range(1, 10)]
    for row in captures.itertuples():
        document = json.loads((out / str(row.report).replace(".html", ".json")).read_text(encoding="utf-8"))
        assert row.headline == document["verdict"]["headline"]
        assert row.sha256 == document["capture"]["sha256"]
    findings = pandas.read_parquet(out / "findings.parquet")
    assert findings["is_root"].sum() == 6
    assert pandas.read_csv(out / "captures.csv")["headline"].tolist() == captures["headline"].tolist()


def test_duckdb_reads_the_tables(done: tuple[Path, Path, Summary]) -> None:
    _, out, _ = done
    base = duckdb.connect()
    base.execute("SET TimeZone = 'UTC'")
    captures, findings, groups = (str(out / f"{name}.parquet") for name in ("captures", "findings", "groups"))
    asked = base.execute(
        "SELECT c.rule, count(*), min(g.tickets)"
        " FROM read_parquet(?) c JOIN read_parquet(?) f USING (ticket, capture, recording)"
        ' JOIN read_parquet(?) g ON g."group" = c."group" WHERE f.is_root GROUP BY ALL ORDER BY ALL',
        [captures, findings, groups],
    ).fetchall()
    assert asked == [
        ("auth-header-malformed", 3, 3),
        ("missing-auth-header", 3, 3),
    ]
    started = base.execute("SELECT started FROM read_parquet(?) ORDER BY ticket", [captures]).fetchall()
    assert [one for (one,) in started] == list(pandas.read_parquet(captures)["started"])


def test_a_second_run_analyses_nothing_and_changes_nothing(
    done: tuple[Path, Path, Summary], engine: LocalEngine
) -> None:
    source, out, _ = done
    before = stories.tree(out)
    again = run(engine, source, out, csv=True)
    assert again.progress.reused == 9
    assert stories.tree(out) == before


def test_what_is_new_is_added(engine: LocalEngine, tmp_path: Path) -> None:
    source = stories.tickets(tmp_path / "tickets", 3)
    run(engine, source, tmp_path / "out")
    stories.put(source / "T-99" / "login.har", stories.recording(stories.MISSING, "late"))
    again = run(engine, source, tmp_path / "out")
    assert (again.tickets, again.progress.reused) == (4, 3)


def test_another_number_of_processes_gives_the_same_bytes(done: tuple[Path, Path, Summary], tmp_path: Path) -> None:
    source, out, _ = done
    with LocalEngine(1, LIMITS) as one:
        batch(iter(sorted(items([str(source)]), key=lambda item: item.ticket, reverse=True)), wanted(tmp_path), one)
    assert stories.tree(tmp_path) == stories.tree(out)


def wanted(out: Path) -> Wanted:
    return Wanted(str(out), limits=LIMITS, csv=True)


def test_a_run_that_is_stopped_at_once_writes_empty_tables(engine: LocalEngine, tmp_path: Path) -> None:
    class Stopped(LocalEngine):
        def run(self, job: object, items: object) -> Iterator[tuple[Item, Result]]:
            yield from ()

    source = stories.tickets(tmp_path / "tickets", 1)
    with Stopped(1, LIMITS) as stopped:
        summary = run(stopped, source, tmp_path / "out")
    assert (summary.complete, summary.tickets, summary.groups) == (False, 0, [])
    assert "No cause was found in 0 tickets." in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert pandas.read_parquet(tmp_path / "out" / "groups.parquet").empty
    assert run(engine, source, tmp_path / "out").tickets == 1


def test_other_options_are_other_results(engine: LocalEngine, tmp_path: Path) -> None:
    from haranalyze.options import Options

    source = stories.tickets(tmp_path / "tickets", 3)
    run(engine, source, tmp_path / "out")
    other = run(engine, source, tmp_path / "out", options=Options(ignore=frozenset({"missing-auth-header"})))
    assert other.progress.reused == 0
    assert [one.rule for one in other.groups].count("missing-auth-header") == 0


@pytest.mark.parametrize("lost", ["report/T-01/login.har.html", "ledger"])
def test_what_was_lost_is_made_again(engine: LocalEngine, tmp_path: Path, lost: str) -> None:
    source = stories.tickets(tmp_path / "tickets", 2)
    run(engine, source, tmp_path / "out")
    before = stories.tree(tmp_path / "out")
    for path in [tmp_path / "out" / lost] if lost != "ledger" else sorted((tmp_path / "out" / lost).rglob("*-1.html")):
        path.write_bytes(b"half") if lost == "ledger" else path.unlink()
    run(engine, source, tmp_path / "out")
    assert stories.tree(tmp_path / "out") == before


def test_two_runs_on_one_folder_exclude_each_other(engine: LocalEngine, tmp_path: Path) -> None:
    source = stories.tickets(tmp_path / "tickets", 1)
    entered, leave = threading.Event(), threading.Event()

    def first() -> None:
        def waiting() -> Iterator[object]:
            entered.set()
            leave.wait(30)
            yield from items([str(source)])

        batch(waiting(), Wanted(str(tmp_path / "out")), engine)  # type: ignore[arg-type]

    thread = threading.Thread(target=first)
    thread.start()
    assert entered.wait(30)
    with pytest.raises(BatchError, match="another run is writing to"):
        run(engine, source, tmp_path / "out")
    leave.set()
    thread.join()
    assert run(engine, source, tmp_path / "out").complete


def test_the_timeline_of_all_tickets_is_a_table_by_day(engine: LocalEngine, tmp_path: Path) -> None:
    source = stories.tickets(tmp_path / "tickets", 2)
    run(engine, source, tmp_path / "out", timeline=True)
    (part,) = (tmp_path / "out" / "timeline").glob("day=*/part-0.parquet")
    table = pandas.read_parquet(tmp_path / "out" / "timeline")
    counts = pandas.read_parquet(tmp_path / "out" / "captures.parquet").set_index("ticket")["exchanges"]
    assert table.groupby("ticket").size().to_dict() == counts.to_dict()
    assert list(table.columns)[:4] == ["ticket", "capture", "recording", "exchange"]
    assert table["day"].astype(str).unique().tolist() == [part.parent.name.removeprefix("day=")]
    run(engine, source, tmp_path / "out")
    assert not (tmp_path / "out" / "timeline").exists()


def test_poison_costs_its_own_row_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", stranger.install(tmp_path / "pack"))
    source = stories.tickets(tmp_path / "tickets", 12)
    reasons = stories.poison(source)
    limits = ChildLimits(memory_bytes=450 * 2**20, seconds=3)
    with LocalEngine(2, limits) as engine:
        summary = batch(items([str(source)]), Wanted(str(tmp_path / "out"), limits=limits), engine)
        again = batch(items([str(source)]), Wanted(str(tmp_path / "out"), limits=limits), engine)
    captures = pandas.read_parquet(tmp_path / "out" / "captures.parquet").set_index("ticket")
    good = captures[captures["state"] != "not-read"]
    assert sorted(good.index) == [f"T-{number:02}" for number in range(1, 13)]
    assert summary.failed == again.failed == len(reasons)
    for ticket, words in reasons.items():
        assert words in str(captures.loc[ticket, "reason"]), ticket
    with (tmp_path / "out" / "failures.csv").open(encoding="utf-8") as stream:
        told = {row["ticket"]: row["tries"] for row in csv.DictReader(stream)}
    assert told == {name: "2" if name in {"crash", "hang", "memory"} else "1" for name in reasons}
    assert len(stranger.visits(tmp_path / "pack", "hang")) == 2  # the second run did not try again


def test_a_failure_is_tried_again_when_asked_or_with_other_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", stranger.install(tmp_path / "pack"))
    source = tmp_path / "tickets"
    stories.put(source / "crash" / "x.har", stranger.recording("abort"))
    tries = []
    with LocalEngine(1, LIMITS) as engine:
        for more in ({}, {"retry_failed": True}, {}):
            run(engine, source, tmp_path / "out", **more)
            tries.append(len(stranger.visits(tmp_path / "pack", "abort")))
    assert tries == [2, 4, 4]


def test_sources_without_recordings_are_an_error(engine: LocalEngine, tmp_path: Path) -> None:
    (tmp_path / "tickets").mkdir()
    with pytest.raises(OptionsError, match="no recordings"):
        run(engine, tmp_path / "tickets", tmp_path / "out")


def start(source: Path, out: Path, temporary: Path | None = None) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-m", "haranalyze", "batch", "-q", str(source), "-o", str(out), "--jobs", "2"]
    environment = os.environ | ({"TMPDIR": str(temporary)} if temporary else {})
    return subprocess.Popen(arguments, stderr=subprocess.PIPE, start_new_session=True, env=environment)


def finish(source: Path, out: Path) -> None:
    with start(source, out) as process:
        _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said


def test_killed_at_any_moment_it_resumes_to_the_same_files(tmp_path: Path) -> None:
    """Kills of the parent while it works; a reader that opens every file meanwhile sees only whole ones.

    Nothing is left in the folder for temporary files.
    """
    source = stories.tickets(tmp_path / "tickets", 32)
    finish(source, tmp_path / "undisturbed")
    want = stories.tree(tmp_path / "undisturbed")
    out, dice = tmp_path / "out", random.Random(7)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    ended, seen_wrong = threading.Event(), []

    def watch() -> None:
        while not ended.is_set():
            with contextlib.suppress(FileNotFoundError):
                for name, content in stories.tree(out).items() if out.exists() else ():
                    if name in want and (name.startswith(("ledger", "report"))) and content != want[name]:
                        seen_wrong.append(name)
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(4):
        process = start(source, out, temporary)
        before = len(list(out.glob("ledger/*/*"))) if out.exists() else 0
        while process.poll() is None and (not out.exists() or len(list(out.glob("ledger/*/*"))) <= before):
            time.sleep(0.01)
        time.sleep(dice.random() * 0.1)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    finish(source, out)
    ended.set()
    watcher.join()
    assert stories.tree(out) == want
    assert seen_wrong == []
    assert list((out / ".partial").iterdir()) == []
    assert list(temporary.iterdir()) == []


def test_tables_that_a_killed_run_began_go_with_the_next(engine: LocalEngine, tmp_path: Path) -> None:
    """Killed while it writes them: they lie in the output's own folder for what is unfinished."""
    source = stories.tickets(tmp_path / "tickets", 2)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    killed = (
        "import os, signal, sys; from haranalyze.batch import run; from haranalyze.cli import main\n"
        "run.failures_csv = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "main(['batch', '-q', sys.argv[1], '-o', sys.argv[2], '--jobs', '1'])"
    )
    environment = os.environ | {"TMPDIR": str(temporary)}
    done = subprocess.run(
        [sys.executable, "-c", killed, str(source), str(tmp_path / "out")], env=environment, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL
    assert list(temporary.iterdir()) == []
    assert [path.name[:7] for path in (tmp_path / "out" / ".partial").iterdir()] == ["tables-"]
    assert run(engine, source, tmp_path / "out").progress.reused == 2
    assert list((tmp_path / "out" / ".partial").iterdir()) == []
