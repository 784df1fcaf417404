"""``python -m bench.batch_targets [B1 B2 B3 B4 B5 B6]``: what a batch withstands, as figures.

B1  a thousand files, ten of them poisonous: 990 reports, ten named errors, exit 3; time beside the same without poison
B2  the driver killed at thirty random moments: the same files as undisturbed, nothing analysed again
B3  a Dask cluster with five killers among 200: no worker dies, no good file runs twice
B4  a watcher that opens every file of the output all the time (during B2): none is incomplete
B5  any order, any number of processes, Dask or here: the same bytes
B6  one HAR of 600 MB beside a hundred small ones under 2 GB: the small ones are done

Everything runs as a user would run it, each in processes of its own. The tests hold smaller versions of all of it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench import captures
from tests.batch import stories
from tests.batch.test_engines import cluster
from tests.workers import stranger

ROOT = Path(__file__).parents[1]


def begin(source: Path, out: Path, *more: str) -> subprocess.Popen[bytes]:
    """A batch as a process group of its own."""
    command = [sys.executable, "-m", "haranalyze", "batch", str(source), "-o", str(out), "--json-progress", *more]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True)


def whole(source: Path, out: Path, *more: str) -> tuple[int, float, dict[str, int]]:
    """Exit code, seconds and last progress of a batch that is left alone."""
    began = time.monotonic()
    with begin(source, out, *more) as process:
        _, said = process.communicate()
    lines = [json.loads(line) for line in said.splitlines() if line.startswith(b"{")]
    return process.returncode, time.monotonic() - began, lines[-1] if lines else {}


def b1(work: Path) -> None:
    """Poison."""
    os.environ["PYTHONPATH"] = stranger.install(work / "pack")
    clean = stories.tickets(work / "clean", 990)
    _, without, _ = whole(clean, work / "out-clean", "--jobs", "2", "--seconds", "3", "--memory", "450M")
    bad = stories.tickets(work / "bad", 990)
    reasons = stories.poison(bad)
    stories.put(bad / "leave" / "x.har", stranger.recording("leave"))
    stories.put(bad / "killed" / "x.har", stranger.recording("killed"))
    code, took, _ = whole(bad, work / "out-bad", "--jobs", "2", "--seconds", "3", "--memory", "450M")
    told = json.loads((work / "out-bad" / "summary.json").read_text(encoding="utf-8"))
    reports = len(list((work / "out-bad" / "report").glob("*/*.html")))
    limits = 2 * 3  # seconds that the one that hangs is given, twice
    print(f"B1 {reports} reports, {told['failed']} failed ({len(reasons) + 2} poisonous), exit {code}; {took:.1f} s")
    print(f"   without poison {without:.1f} s: {(took - limits) / without:.2f} times that, beside {limits} s of limits")


def b2(work: Path) -> None:
    """Kills, and a watcher (B4)."""
    source = stories.tickets(work / "tickets", 400)
    whole(source, work / "undisturbed", "--jobs", "2")
    want = stories.tree(work / "undisturbed")
    out, dice, kills = work / "out", random.Random(11), 0
    ended, opened, wrong = threading.Event(), [0], set[str]()
    watcher = threading.Thread(target=_watch, args=(out, want, ended, opened, wrong))
    watcher.start()
    finished: dict[Path, tuple[int, int]] = {}
    while kills < 30:
        process = begin(source, out, "--jobs", "2")
        count = len(list(out.glob("ledger/*/*")))
        while process.poll() is None and len(list(out.glob("ledger/*/*"))) < count + dice.randrange(1, 12):
            time.sleep(0.01)
        time.sleep(dice.random() * 0.05)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            kills += 1
        process.communicate()
        for path in out.glob("ledger/*/*"):
            if _entry_of(path).exists():  # reports without their entry are not finished: they are made again
                finished.setdefault(path, _identity(path))
        if len(list(out.glob("report/*/*.html"))) >= 400:
            break
    _, _, progress = whole(source, out, "--jobs", "2")
    ended.set()
    watcher.join()
    again = sum(_identity(path) != made for path, made in finished.items())
    same = stories.tree(out) == want
    print(f"B2 {kills} kills: the output is {'the same' if same else 'ANOTHER'}, {again} finished files made again")
    print(f"   of 400 the last run took {progress.get('reused')} as they were")
    print(f"B4 {opened[0]} files opened meanwhile, {len(wrong)} incomplete {sorted(wrong)[:3]}")


def _entry_of(path: Path) -> Path:
    """The ledger's entry that a file of the ledger belongs to."""
    return path.with_name(path.name.partition("-")[0].removesuffix(".json") + ".json")


def _identity(path: Path) -> tuple[int, int]:
    """Another number as soon as a file is written anew."""
    return path.stat().st_ino, path.stat().st_mtime_ns


def _watch(out: Path, want: dict[str, bytes], ended: threading.Event, opened: list[int], wrong: set[str]) -> None:
    while not ended.is_set():
        for path in [Path(folder, one) for folder, _, names in os.walk(out) for one in names]:
            name = path.relative_to(out).as_posix()
            if name.startswith("."):
                continue
            try:
                content = path.read_bytes()
            except (FileNotFoundError, IsADirectoryError):
                continue
            opened[0] += 1
            if not _is_whole(name, content, want):
                wrong.add(name)


def _is_whole(name: str, content: bytes, want: dict[str, bytes]) -> bool:
    """Reports and the ledger do not change; what is written anew at each end has its end, or is empty of rows."""
    if name.startswith(("ledger/", "report/")):
        return content == want.get(name)
    endings = {".parquet": b"PAR1", ".html": b"</html>", ".json": b"}", ".csv": b""}
    return content.rstrip(b"\n").endswith(endings[Path(name).suffix]) and content[-1:] in (b"\n", b"1", b">")


def b3(work: Path) -> None:
    """Killers on a cluster."""
    os.environ["PYTHONPATH"] = stranger.install(work / "pack")
    source = work / "tickets"
    for number in range(195):
        stories.put(source / f"T-{number}" / "x.har", stranger.recording(f"good{number}"))
    for number, did in enumerate(("abort", "killed", "leave", "memory", "abort")):
        name = did if number < 4 else "abort.again"
        stories.put(source / f"K-{number}" / "x.har", stranger.recording(name))
    with cluster(work) as (address, workers):
        code, took, _ = whole(source, work / "out", "--dask", address, "--memory", "450M")
        dead = sum(one.poll() is not None for one in workers)
    runs = [len(stranger.visits(work / "pack", f"good{number}")) for number in range(195)]
    print(f"B3 workers dead {dead}, good files {len(runs)}, runs of them {sum(runs)}, exit {code}, {took:.1f} s")
    told = json.loads((work / "out" / "summary.json").read_text(encoding="utf-8"))
    print(f"   failed {told['failed']} of 5 killers, captures {told['captures']}")


def b5(work: Path) -> None:
    """Orders and engines."""
    stories.tickets(work / "tickets", 200)
    rows = [f"{path.parent.name},tickets/{path.parent.name}/login.har\n" for path in (work / "tickets").glob("*/*")]
    trees = {}
    for name, order, more in (
        ("one process", sorted(rows), ("--jobs", "1")),
        ("two, another order", random.Random(3).sample(rows, len(rows)), ("--jobs", "2")),
        ("four, backwards", sorted(rows, reverse=True), ("--jobs", "4")),
    ):
        (work / "manifest.csv").write_text("ticket,capture\n" + "".join(order), encoding="utf-8")
        whole(work / "manifest.csv", work / "out", *more)
        trees[name] = stories.tree(work / "out")
        (work / "out").rename(work / name)
    with cluster(work) as (address, _):
        whole(work / "manifest.csv", work / "out", "--dask", address)
        trees["Dask"] = stories.tree(work / "out")
    first = trees["one process"]
    same = {name: tree == first for name, tree in trees.items()}
    print(
        f"B5 {len(first)} files: " + ", ".join(f"{name} {'same' if one else 'ANOTHER'}" for name, one in same.items())
    )


def b6(work: Path) -> None:
    """One giant."""
    source = stories.tickets(work / "tickets", 100)
    (source / "giant").mkdir()
    captures.write(source / "giant" / "x.har", 130_000, body_bytes=2_500)
    size = (source / "giant" / "x.har").stat().st_size
    code, took, _ = whole(source, work / "out", "--jobs", "2", "--memory", "2G", "--seconds", "600")
    told = json.loads((work / "out" / "summary.json").read_text(encoding="utf-8"))
    failures = (work / "out" / "failures.csv").read_text(encoding="utf-8").splitlines()[1:]
    small = len(list((work / "out" / "report").glob("T-*/*.html")))
    print(f"B6 giant of {size / 2**20:.0f} MB: {small} of 100 small ones done, exit {code}, {took:.1f} s")
    print(f"   verdicts {told['verdicts']}; failures {failures}")


TARGETS: dict[str, Callable[[Path], None]] = {"B1": b1, "B2": b2, "B3": b3, "B5": b5, "B6": b6}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], default=[])
    for name in parser.parse_args().targets or TARGETS:
        with tempfile.TemporaryDirectory() as folder:
            TARGETS[name](Path(folder))


if __name__ == "__main__":
    main()
