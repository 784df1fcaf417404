"""``python -m bench [--quick]``: times each stage and whole processes against named peers, and prints the ratios.

Every figure is of this run on this machine; the peers are fresh processes that only parse the same file. The last
table sets the ratios beside their targets. Generated recordings are kept in ``bench/data``.
"""

from __future__ import annotations

import argparse
import gc
import mmap
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.captures import DATA, recording

PEERS = {
    "python -c pass": "pass",
    "json.load": "import json,sys; json.load(open(sys.argv[1], encoding='utf-8'))",
    "orjson.loads": "import orjson,sys; orjson.loads(open(sys.argv[1], 'rb').read())",
    "orjson.loads, no gc": "import gc,orjson,sys; gc.disable(); orjson.loads(open(sys.argv[1], 'rb').read())",
    "haralyzer": "import json,sys; from haralyzer import HarParser; "
    "p=HarParser(json.load(open(sys.argv[1], encoding='utf-8'))); [g.entries for g in p.pages]",
}
CASES: dict[str, dict[str, Any]] = {
    "small-200.har": {"exchanges": 200, "body_bytes": 2_000},
    "bodies.har": {"exchanges": 3_000, "body_bytes": 30_000},
    "exchanges-40000.har": {"exchanges": 40_000},
    "many-cookies.har": {"exchanges": 5_000, "cookies": 60},
}
QUICK: dict[str, dict[str, Any]] = {"quick.har": {"exchanges": 300, "body_bytes": 500}}
SERIES = (100, 1_000, 10_000, 100_000)
SLOW = 50_000  # exchanges from which one run is enough


@dataclass
class Measured:
    """Whole processes on one recording: seconds and peak memory in MB by who did it."""

    size: int
    seconds: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)

    def ratio(self, peer: str) -> float:
        return self.seconds["haranalyze"] / self.seconds[peer]

    @property
    def above_size(self) -> float:
        """Peak memory above the size of the file, in MB."""
        return self.memory["haranalyze"] - self.size / 2**20


def run(arguments: list[str], times: int = 3) -> tuple[float, float]:
    """Best wall time in seconds and peak memory in MB of a process run ``times`` times."""
    best, peak = float("inf"), 0.0
    for _ in range(times):
        began = time.perf_counter()
        child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        took = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in (0, 1):
            raise SystemExit(f"{arguments[:4]} ended with {child.returncode}")
        best, peak = min(best, took), max(peak, usage.ru_maxrss / 1024)
    return best, peak


def analysing(path: Path, output: Path) -> list[str]:
    """The main job as a command: analyse, write the page."""
    return [sys.executable, "-m", "haranalyze", "analyze", "-q", str(path), "-o", str(output)]


def stages(path: Path) -> dict[str, float]:
    """Seconds of each stage in this process, garbage collector off as in the command line."""
    from haranalyze.analysis import examine
    from haranalyze.capture import read_capture
    from haranalyze.facts import Facts
    from haranalyze.report import render
    from haranalyze.report.document import build
    from haranalyze.rulebook import Rulebook
    from haranalyze.timeline import Timeline

    book, took = Rulebook.installed(), {}

    def lap(name: str, since: float) -> float:
        now = time.perf_counter()
        took[name] = now - since
        return now

    gc.collect()
    gc.disable()
    with path.open("rb") as stream:
        data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    at = time.perf_counter()
    capture = read_capture(data, path.name)
    at = lap("read", at)
    facts = Facts(Timeline(capture))
    at = lap("timeline", at)
    facts.session, facts.tokens, facts.cookie_jar, facts.cors, facts.quality.sanitized  # noqa: B018
    facts.caching.replays, facts.header_budget.proxy_errors  # noqa: B018
    at = lap("facts", at)
    book.run(facts)
    at = lap("rules", at)
    analysis = examine(capture, book)
    at = lap("all of these again, verdict", at)
    report = build(analysis)
    at = lap("report", at)
    render(report, "html")
    lap("html", at)
    gc.enable()
    return took


def imports(sample: Path) -> float:
    """Milliseconds that ``analyze`` spends on importing, above those of an empty Python; the least of three runs."""

    def spent(*arguments: str) -> int:
        command = [sys.executable, "-X", "importtime", *arguments]
        told = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stderr
        return sum(int(own) for own in re.findall(r"^import time:\s*(\d+) \|", told, re.MULTILINE))

    job = ("-m", "haranalyze", "analyze", "-q", str(sample), "--format", "html")
    return min(spent(*job) - spent("-c", "pass") for _ in range(3)) / 1000


def whole(path: Path, output: Path, times: int) -> Measured:
    """Whole processes on one file: ours with HTML written, and the peers."""
    measured = Measured(path.stat().st_size)
    print(f"\n{path.name}: {measured.size / 1e6:.1f} MB")
    commands = {"haranalyze": analysing(path, output)}
    commands |= {name: [sys.executable, "-c", code, str(path)] for name, code in PEERS.items()}
    for name, command in commands.items():
        measured.seconds[name], measured.memory[name] = run(command, times)
        ratio = "" if name == "haranalyze" else f"   ours is {measured.ratio(name):5.2f} x"
        print(f"  {name:28} {measured.seconds[name]:7.2f} s  {measured.memory[name]:7.0f} MB{ratio}", flush=True)
    print(f"  memory above the file's size {measured.above_size:7.0f} MB;  page {output.stat().st_size / 1e6:.2f} MB")
    # In a process of its own, for the same reason as in recording().
    subprocess.run([sys.executable, "-m", "bench", "--stages", str(path)], cwd=DATA.parents[1], check=True)
    return measured


def cost_per_exchange(counts: tuple[int, ...], output: Path) -> list[float]:
    """Microseconds for each exchange above what the smallest recording costs, from the second count on."""
    print("\ncost per exchange (whole process; above the smallest recording)")
    costs: list[float] = []
    first = 0.0
    for count in counts:
        path = recording(f"series-{count}.har", exchanges=count)
        took, memory = run(analysing(path, output), 1 if count > SLOW else 3)
        if not first:
            first = took
            print(f"  {count:7} exchanges {took:7.2f} s  {'':14} {memory:6.0f} MB")
            continue
        costs.append((took - first) / (count - counts[0]) * 1e6)
        print(f"  {count:7} exchanges {took:7.2f} s  {costs[-1]:7.0f} us each {memory:6.0f} MB", flush=True)
    return costs


def share_of_report(path: Path) -> float:
    """Time for the document and the page, as a share of reading and analysing; the median of five fresh processes."""
    command = [sys.executable, "-m", "bench", "--share", str(path)]
    told = [
        float(subprocess.run(command, cwd=DATA.parents[1], capture_output=True, encoding="utf-8", check=True).stdout)
        for _ in range(5)
    ]
    print("\nreport and page / analysis: " + ", ".join(f"{share:.3f}" for share in sorted(told)))
    return median(told)


def share_here(path: Path) -> float:
    """The same share in this process, which has read nothing before, as the command line works."""
    from haranalyze.analysis import examine
    from haranalyze.capture import read_capture
    from haranalyze.report import render
    from haranalyze.report.document import build
    from haranalyze.rulebook import Rulebook

    book = Rulebook.installed()
    gc.disable()
    with path.open("rb") as stream:
        data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    begin = time.process_time()
    analysis = examine(read_capture(data, path.name), book)
    analysed = time.process_time()
    render(build(analysis), "html")
    return (time.process_time() - analysed) / (analysed - begin)


def targets(measured: dict[str, Measured], costs: list[float], imported: float) -> None:
    """The ratios beside what they are to be."""
    bodies, many, small = (measured[name] for name in ("bodies.har", "exchanges-40000.har", "small-200.har"))
    above_empty = small.seconds["haranalyze"] - small.seconds["python -c pass"]
    steady = costs[1:]  # the first is within the noise of starting a process
    rows = [
        (f"{bodies.size / 1e6:.0f} MB with bodies / orjson.loads", bodies.ratio("orjson.loads"), 1.0, "x"),
        (f"40,000 exchanges, {many.size / 1e6:.0f} MB / orjson.loads", many.ratio("orjson.loads"), 1.0, "x"),
        ("memory above the file's size, bodies", bodies.above_size, 200, "MB"),
        ("memory above the file's size, 40,000 exchanges", many.above_size, 200, "MB"),
        ("200 exchanges, above python -c pass", above_empty, 0.4, "s"),
        ("imports of analyze", imported / 1000, 0.2, "s"),
        ("cost per exchange, largest / smallest", max(steady) / min(steady), 1.2, "x"),
        ("report and page / analysis, 40,000 exchanges", share_of_report(DATA / "exchanges-40000.har"), 0.3, "x"),
    ]
    print(f"\n{'target':50} {'measured':>10} {'at most':>10}")
    for name, value, most, unit in rows:
        print(f"{name:50} {value:7.2f} {unit:2} {most:7.2f} {unit:2}  {'holds' if value <= most else 'DOES NOT HOLD'}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small recordings, to see that it runs")
    parser.add_argument("--full", action="store_true", help="all of it (the default)")
    parser.add_argument("--stages", type=Path, metavar="FILE", help="only the stages of one recording, in this process")
    parser.add_argument(
        "--share", type=Path, metavar="FILE", help="only the share of the report in the time of one recording"
    )
    options = parser.parse_args()
    if options.share:
        print(f"{share_here(options.share):.4f}")
        return 0
    if options.stages:
        print("  stages: " + ", ".join(f"{stage} {took:.3f} s" for stage, took in stages(options.stages).items()))
        return 0
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        cases = QUICK if options.quick else CASES
        measured = {name: whole(recording(name, **how), page, 1 if options.quick else 3) for name, how in cases.items()}
        costs = cost_per_exchange(SERIES[:2] if options.quick else SERIES, page)
        if not options.quick:
            targets(measured, costs, imports(DATA / "small-200.har"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
