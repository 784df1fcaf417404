"""``python -m bench.facts [--quick]``: what the four fact engines cost, beside orjson.loads on the same recording.

Each figure is CPU time of a fresh process, the least of several, so that it hardly depends on what else the machine
does. Reading the file, imports, the public suffix list and the decoding of header lists and cookies are not counted.
The curves show that the cost grows with the exchanges, cookies and tokens of a recording and no faster.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.captures import DATA, recording

AT_MOST = 0.35  # of orjson.loads
PEER = (
    "import orjson,sys,time; data=open(sys.argv[1],'rb').read(); "
    "at=time.process_time(); orjson.loads(data); print(time.process_time()-at)"
)
FACTS = ("tokens", "cookies", "CORS", "caching")
CURVES: dict[str, tuple[dict[str, Any], ...]] = {
    "exchanges": tuple({"exchanges": count} for count in (5_000, 10_000, 20_000, 40_000)),
    "cookies": tuple({"exchanges": 2_000, "cookies": count} for count in (3, 12, 48, 150)),
    "tokens": tuple({"exchanges": 10_000, "refresh_every": count} for count in (400, 100, 25, 6)),
}
QUICK: dict[str, tuple[dict[str, Any], ...]] = {
    "exchanges": tuple({"exchanges": count} for count in (200, 400)),
}


def measure(path: Path) -> dict[str, float]:
    """CPU seconds of each engine on one recording, in this process."""
    import gc
    import time

    import jwt  # noqa: F401 - imported at first use: not to be counted

    from haranalyze.capture import read_capture
    from haranalyze.facts import Facts, caching, cookie_jar, cors, session, tokens  # noqa: F401 - as above
    from haranalyze.protocol.url import registrable_domain
    from haranalyze.timeline import Timeline

    gc.disable()
    capture = read_capture(path.read_bytes(), path.name)
    timeline = Timeline(capture)
    facts = Facts(timeline)
    registrable_domain("www.example.com")
    for exchange in capture.exchanges:
        timeline.sent(exchange), exchange.request.raw_cookie_pairs(), exchange.response.raw_set_cookies()
    _ = facts.quality.sanitized
    took, clock = {}, time.process_time
    at = clock()
    seen = len(facts.tokens.all)
    took["tokens"] = clock() - at
    at = clock()
    _ = facts.cookie_jar.events
    took["cookies"] = clock() - at
    hosts = facts.session.hosts
    at = clock()
    for exchange in capture.exchanges:
        if exchange.request.host in hosts:
            facts.cors.decision(exchange)
    took["CORS"] = clock() - at
    at = clock()
    _ = facts.caching.replays
    took["caching"] = clock() - at
    sent = sum(len(exchange.request.raw_cookie_pairs()) for exchange in capture.exchanges)
    return took | {"tokens seen": seen, "cookies sent": sent}


def least(path: Path, times: int) -> tuple[dict[str, float], float]:
    """The least CPU seconds of each engine and of orjson.loads, run in turn in fresh processes."""
    ours: dict[str, float] = {}
    peer = float("inf")
    for _ in range(times):
        command = [sys.executable, "-m", "bench.facts", "--one", str(path)]
        told = subprocess.run(command, cwd=DATA.parents[1], capture_output=True, check=True)
        for name, took in json.loads(told.stdout).items():
            ours[name] = min(ours.get(name, took), took)
        told = subprocess.run([sys.executable, "-c", PEER, str(path)], capture_output=True, check=True)
        peer = min(peer, float(told.stdout))
    return ours, peer


def curve(name: str, steps: tuple[dict[str, Any], ...], times: int) -> None:
    """Cost of the four engines as one thing grows."""
    print(f"\nmore {name}")
    for how in steps:
        path = recording("-".join(["facts", *(f"{key}-{value}" for key, value in how.items())]) + ".har", **how)
        ours, peer = least(path, times)
        total = sum(ours[fact] for fact in FACTS)
        each = "  ".join(f"{fact} {ours[fact] * 1000:6.1f}" for fact in FACTS)
        print(f"  {how['exchanges']} exchanges, {ours['cookies sent']:.0f} cookies, {ours['tokens seen']:.0f} tokens")
        print(f"    {each}  all {total * 1000:7.1f} ms = {total / peer:.2f} x orjson.loads", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.facts", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small recordings, to see that it runs")
    parser.add_argument("--one", type=Path, metavar="FILE", help="only one recording, in this process, as JSON")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one)))
        return 0
    for name, steps in (QUICK if options.quick else CURVES).items():
        curve(name, steps, 1 if options.quick else 4)
    print(f"\ntarget: all four at 40,000 exchanges at most {AT_MOST} x orjson.loads")
    return 0


if __name__ == "__main__":
    sys.exit(main())
