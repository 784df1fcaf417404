"""``python -m bench [--quick]``: times each stage and whole processes against named peers, and prints the ratios.

Every figure is of this run on this machine; the peers are fresh processes that only parse the same file.
"""

from __future__ import annotations

import argparse
import gc
import mmap
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import captures

DATA = Path(__file__).parent / "data"
PEERS = {
    "python -c pass": "pass",
    "json.load": "import json,sys; json.load(open(sys.argv[1], encoding='utf-8'))",
    "orjson.loads": "import orjson,sys; orjson.loads(open(sys.argv[1], 'rb').read())",
    "orjson.loads, no gc": "import gc,orjson,sys; gc.disable(); orjson.loads(open(sys.argv[1], 'rb').read())",
    "haralyzer": "import json,sys; from haralyzer import HarParser; "
    "p=HarParser(json.load(open(sys.argv[1], encoding='utf-8'))); [g.entries for g in p.pages]",
}


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
    report = build(examine(capture, book))
    at = lap("analysis and report", at)
    render(report, "html")
    lap("html", at)
    gc.enable()
    return took


def whole(path: Path, output: Path, times: int) -> None:
    """Whole processes on one file: ours with HTML written, and the peers."""
    size = path.stat().st_size / 1e6
    ours, memory = run([sys.executable, "-m", "haranalyze", "analyze", "-q", str(path), "-o", str(output)], times)
    print(f"\n{path.name}: {size:.1f} MB")
    print(f"  {'haranalyze analyze -o html':28} {ours:7.2f} s  {memory:7.0f} MB")
    for name, code in PEERS.items():
        if name == "haralyzer" and size > 150:
            continue
        took, used = run([sys.executable, "-c", code, str(path)], times)
        print(f"  {name:28} {took:7.2f} s  {used:7.0f} MB   ours is {ours / took:5.2f} x")
    print(f"  memory above the file's size {memory - size * 1e6 / 2**20:7.0f} MB (at most 200)")
    print(f"  report {output.stat().st_size / 1e6:.2f} MB")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small captures, to see that it runs")
    options = parser.parse_args([one for one in sys.argv[1:] if one != "--full"])
    cases = {
        "small-200.har": {"exchanges": 200, "body_bytes": 2_000},
        "bodies.har": {"exchanges": 3_000, "body_bytes": 30_000},
        "exchanges-40000.har": {"exchanges": 40_000},
        "many-cookies.har": {"exchanges": 5_000, "cookies": 60},
    }
    series = (100, 1_000, 10_000, 100_000)
    if options.quick:
        cases = {"quick.har": {"exchanges": 300, "body_bytes": 500}}
        series = (100, 1_000)
    with tempfile.TemporaryDirectory() as folder:
        for name, how in cases.items():
            path = DATA / name
            if not path.exists():
                captures.write(path, **how)
            whole(path, Path(folder) / "report.html", 1 if options.quick else 3)
            print("  stages: " + ", ".join(f"{stage} {took:.3f}" for stage, took in stages(path).items()))
        print("\ncost per exchange (whole process less an empty one)")
        empty, _ = run([sys.executable, "-c", "pass"])
        for count in series:
            path = DATA / f"series-{count}.har"
            if not path.exists():
                captures.write(path, exchanges=count)
            command = [sys.executable, "-m", "haranalyze", "analyze", "-q", str(path), "-o", f"{folder}/s.html"]
            took, memory = run(command, 1 if count > 50_000 else 2)
            print(f"  {count:7} exchanges {took:7.2f} s  {(took - empty) / count * 1e6:8.0f} us each  {memory:6.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
