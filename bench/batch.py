"""``python -m bench.batch [--tickets 500] [--small 5000] [--source samples]``: what a batch costs.

Tickets: wall time with one and two processes, peak memory of the parent for a tenth and for all of them, and how well
the groups match what each ticket was made from. Small captures: rate for each core beside ``jq``, DuckDB and a plain
haralyzer loop that only count status codes over the same files (peers that are missing are left out).
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from haranalyze.capture.transcript import transcript_to_har
from tests.batch import tickets

ROOT = Path(__file__).parents[1]
SMALL = """
* page: https://app.shop{number}.example.com/
> POST https://api.shop{number}.example.com/login
> Origin: https://app.shop{number}.example.com
< 200
< Access-Control-Allow-Origin: https://app.shop{number}.example.com
<
< {{"access_token": "abcdefghijklmnopqrstuvwxyz{number:06}"}}
> GET https://api.shop{number}.example.com/orders
> Origin: https://app.shop{number}.example.com
< {status}
< Access-Control-Allow-Origin: https://app.shop{number}.example.com
"""
PEERS = {
    "haralyzer": "import json,sys,pathlib,collections; from haralyzer import HarParser; c=collections.Counter()\n"
    "for f in pathlib.Path(sys.argv[1]).rglob('*.har'):\n"
    "    p=HarParser(json.loads(f.read_text()))\n"
    "    for g in p.pages:\n        for e in g.entries: c[e.status]+=1\nprint(c)",
    "DuckDB read_json": 'import duckdb,sys; print(duckdb.sql("select e.response.status, count(*) from (select'
    " unnest(log.entries) e from read_json('\"+sys.argv[1]+\"/**/*.har', columns={log: 'STRUCT(entries STRUCT(response"
    " STRUCT(status INT))[])'})) group by 1\"))",
}


def peak(pid: int, into: list[float], done: threading.Event) -> None:
    """Highest resident memory of a process in MB, read until it ends (Linux)."""
    while not done.wait(0.05):
        try:
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        except OSError:
            return
        found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
        into[:] = [float(found[0]) / 1024] if found else into


def run(source: Path, out: Path, jobs: int, *more: str) -> tuple[float, float]:
    """Seconds of a batch, and peak memory of its parent in MB."""
    shutil.rmtree(out, ignore_errors=True)
    command = [
        sys.executable,
        "-m",
        "haranalyze",
        "batch",
        str(source),
        "-o",
        str(out),
        "-q",
        "--jobs",
        str(jobs),
        *more,
    ]
    began = time.monotonic()
    memory, done = [0.0], threading.Event()
    with subprocess.Popen(command, cwd=ROOT) as process:
        watch = threading.Thread(target=peak, args=(process.pid, memory, done))
        watch.start()
        process.wait()
        done.set()
        watch.join()
    return time.monotonic() - began, memory[0]


def score(out: Path, reference: Path) -> tuple[float, float]:
    """Precision and recall of pairs of tickets in one group against pairs made from recordings with one cause."""
    import pandas

    found = pandas.read_parquet(out / "captures.parquet")
    causes = pandas.read_parquet(reference / "captures.parquet").set_index("ticket")["fingerprint"]
    found["cause"] = found["source"].map(causes)

    def pairs(counts: pandas.Series[int]) -> int:
        return int((counts * (counts - 1) // 2).sum())

    both = pairs(found.dropna(subset=["cause", "group"]).groupby(["cause", "group"]).size())
    return both / pairs(found["group"].value_counts()), both / pairs(found["cause"].value_counts())


def bench_tickets(source: Path, count: int, work: Path) -> None:
    """The generated tickets."""
    tickets.make(source, work / "tickets", count)
    manifest = (work / "tickets" / "manifest.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (work / "tickets" / "tenth.csv").write_text("".join(manifest[: 1 + count // 10]), encoding="utf-8")
    run(source, work / "reference", 2)
    tenth = run(work / "tickets" / "tenth.csv", work / "tenth", 2)
    one = run(work / "tickets" / "manifest.csv", work / "one", 1)
    two = run(work / "tickets" / "manifest.csv", work / "two", 2)
    precision, recall = score(work / "two", work / "reference")
    print(f"{count} tickets: 1 process {one[0]:.1f} s, 2 processes {two[0]:.1f} s")
    print(f"  two are {one[0] / two[0]:.2f} times as fast (target 1.8)")
    print(f"  parent's peak memory: {tenth[1]:.0f} MB for {count // 10}, {two[1]:.0f} MB for {count}")
    print(f"  groups: precision {precision:.4f}, recall {recall:.4f} (target 0.98)")


def bench_small(count: int, work: Path) -> None:
    """Many small captures, and the peers."""
    folder = work / "small"
    for number in range(count):
        path = folder / f"{number // 1000:03}" / f"{number:06}.har"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(transcript_to_har(SMALL.format(number=number, status=(200, 401)[number % 2])))
    peers = {name: [sys.executable, "-c", code, str(folder)] for name, code in PEERS.items()}
    if shutil.which("jq"):
        peers["jq"] = [
            "sh",
            "-c",
            f"find {folder} -name '*.har' | xargs cat | jq -c '.log.entries[].response.status' | sort | uniq -c",
        ]
    for name, command in peers.items():
        began = time.monotonic()
        done = subprocess.run(command, capture_output=True, check=False)
        took = time.monotonic() - began
        print(
            f"  {name:20} {count / took:8.0f} captures/s (1 core), counts status codes only"
            if not done.returncode
            else f"  {name}: not here"
        )
    seconds, memory = run(folder, work / "out", 2)
    rate = count / seconds / 2
    print(f"  {'haranalyze batch':20} {rate:8.0f} captures/s for each of 2 cores, all of it; parent {memory:.0f} MB")
    again = run_again(folder, work / "out")
    print(f"  {'a second run':20} {count / again:8.0f} captures/s")


def run_again(source: Path, out: Path) -> float:
    """Seconds of the same batch again, which finds everything done."""
    kept = out.with_name("kept")
    out.rename(kept)
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "haranalyze", "batch", str(source), "-o", str(kept), "-q", "--jobs", "2"],
        cwd=ROOT,
        check=False,
    )
    return time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=500)
    parser.add_argument("--small", type=int, default=5_000)
    parser.add_argument("--source", type=Path, default=ROOT / "samples")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        if given.tickets:
            bench_tickets(given.source, given.tickets, Path(folder))
        if given.small:
            bench_small(given.small, Path(folder))


if __name__ == "__main__":
    main()
