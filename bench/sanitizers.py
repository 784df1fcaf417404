"""``python -m bench.sanitizers [--har-capture PYTHON] [--har-sanitizer FOLDER] [--large FILE]``: others beside ours.

First table: how many of the planted canaries (tests/sanitizer/canaries.py) each tool leaves, and how many of the
strings that a diagnosis needs. Then, for a recording with bodies and one without: seconds and memory against orjson
reading and writing it, and which share reading, writing and the second look have.

``--har-capture``: a Python that has har-capture (PyPI); ``--har-sanitizer``: a folder in which ``npm install
har-sanitizer`` was run. Neither is a dependency of ours, and this is no part of CI. Chrome's own sanitized export is
reproduced by its rules: three headers and all cookie lists go (DevTools front end, ``models/har/Log.ts``).
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import haranalyze
from bench.captures import DATA
from bench.captures import recording as generated
from haranalyze.sanitizer import _write
from haranalyze.sanitizer._texts import Texts
from haranalyze.sanitizer._writer import WORDS
from haranalyze.sanitizer.leaks import Output, Secrets
from tests.sanitizer.canaries import CONTROLS, Canaries, readable, recording, survivors

HAR_CAPTURE = """
import json, sys
from har_capture.sanitization import sanitize_har
made, _ = sanitize_har(json.load(open(sys.argv[1], encoding="utf-8")))
json.dump(made, open(sys.argv[2], "w", encoding="utf-8"), ensure_ascii=False)
"""
# A whole file in which one exchange has a relative Location or a body that is no JSON makes it throw.
HAR_SANITIZER = """
const fs = require('fs'), { sanitize } = require(process.argv[1] + '/node_modules/har-sanitizer');
const har = JSON.parse(fs.readFileSync(process.argv[2], 'utf8')), entries = har.log.entries; let failed = 0;
(async () => {
  const made = [];
  for (const entry of entries) {
    try { made.push(...(await sanitize({ log: { ...har.log, entries: [entry] } })).log.entries); }
    catch { failed++; }
  }
  fs.writeFileSync(process.argv[3], JSON.stringify({ log: { ...har.log, entries: made } }));
  console.error(failed + ' entries threw');
})();
"""
ORJSON = "import orjson, sys; orjson.dumps(orjson.loads(open(sys.argv[1], 'rb').read()))"
LARGE: dict[str, dict[str, Any]] = {
    "bodies.har": {"exchanges": 3_000, "body_bytes": 30_000},
    "exchanges-5000.har": {"exchanges": 5_000},
}
LOST = frozenset(("authorization", "cookie", "set-cookie"))


def nothing(data: bytes) -> bytes:
    return data


def chrome(data: bytes) -> bytes:
    """What DevTools leaves out of its default export."""
    document = json.loads(data)
    for entry in document["log"]["entries"]:
        for half in (entry["request"], entry["response"]):
            half["cookies"] = []
            half["headers"] = [one for one in half["headers"] if one["name"].lower() not in LOST]
        for message in entry.get("_eventSourceMessages", ()):
            message.pop("data", None)
    return json.dumps(document, ensure_ascii=False).encode()


def ours(data: bytes) -> bytes:
    return haranalyze.sanitize([haranalyze.read_capture(data)]).documents[0]


def by(*command: str) -> Callable[[bytes], bytes]:
    """A tool that reads one file and writes another, as a process."""

    def made(data: bytes) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "in.har", Path(folder) / "out.har"
            source.write_bytes(data)
            done = subprocess.run([*command, str(source), str(target)], check=True, capture_output=True, text=True)
            if done.stderr.strip():
                print(f"  ({done.stderr.strip().splitlines()[-1]})")
            return target.read_bytes()

    return made


def told(name: str, sanitize: Callable[[bytes], bytes], data: bytes, canaries: Canaries) -> None:
    try:
        output = sanitize(data)
    except (subprocess.CalledProcessError, ValueError, KeyError, TypeError) as error:
        print(f"{name:34} throws: {type(error).__name__}")
        return
    places = len(survivors(canaries, output))
    text = readable(output)
    kept = sum(one in text for one in CONTROLS)
    print(f"{name:34} {places:4} of {canaries.places} places  {kept:3} of {len(CONTROLS)} controls kept", flush=True)


def measured(command: list[str]) -> tuple[float, float]:
    """Seconds and MB of the best of three runs, started by a small process: a large one counts into its children's."""
    code = f"from bench.__main__ import run; print(*run({command!r}, 3))"
    told = subprocess.run([sys.executable, "-c", code], cwd=DATA.parents[1], check=True, capture_output=True, text=True)
    took, memory = map(float, told.stdout.split())
    return took, memory


def speed(path: Path, har_capture: str | None) -> None:
    """Whole processes on one file."""
    print(f"\n{path.name}, {path.stat().st_size / 1e6:.1f} MB: best of three, whole processes")
    with tempfile.TemporaryDirectory() as folder:
        target = str(Path(folder) / "out.har")
        rows: list[tuple[str, list[str]]] = [
            ("orjson.loads and orjson.dumps", [sys.executable, "-c", ORJSON, str(path)]),
            ("haranalyze sanitize", [sys.executable, "-m", "haranalyze", "sanitize", "-q", str(path), "-o", target]),
        ]
        if har_capture:
            rows.append(("har-capture", [har_capture, "-c", HAR_CAPTURE, str(path), target]))
        base = 0.0
        for name, command in rows:
            took, memory = measured(command)
            base = base or took
            above = memory - path.stat().st_size / 2**20
            print(
                f"  {name:32} {took:7.2f} s {took / base:6.1f} x {memory:7.0f} MB ({above:+.0f} above the file)",
                flush=True,
            )


def shares(path: Path) -> None:
    """Seconds of each stage in this process, garbage collector off as in the command line."""
    took: dict[str, float] = {}

    def lap(name: str, since: float) -> float:
        now = time.perf_counter()
        took[name] = now - since
        return now

    data = path.read_bytes()
    gc.collect()
    gc.disable()
    at = time.perf_counter()
    capture = haranalyze.read_capture(data)
    at = lap("read", at)
    secrets = Secrets()
    secrets.read(capture)
    at = lap("second look: secrets of the original", at)
    with tempfile.TemporaryFile() as stream:
        texts = Texts()
        _write([capture], [stream], texts, keep_bodies=False)
        at = lap("mask and write", at)
        stream.seek(os.SEEK_SET)
        output = Output()
        output.read(stream)
    hits = output.hits(secrets, texts.table.values(), (*texts.listed, *WORDS))
    lap("second look: the copy", at)
    gc.enable()
    assert not hits
    total = sum(took.values())
    print("  in one process: " + ", ".join(f"{name} {one:.2f} s ({one / total:.0%})" for name, one in took.items()))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.sanitizers", description=str(__doc__))
    parser.add_argument("--har-capture", metavar="PYTHON")
    parser.add_argument("--har-sanitizer", metavar="FOLDER")
    parser.add_argument("--large", type=Path, metavar="FILE", help="default: two generated recordings")
    options = parser.parse_args()
    data, canaries = recording(1)
    print(f"{len(canaries.values)} canaries in {canaries.places} places, {time.strftime('%Y-%m-%d')}")
    tools: list[tuple[str, Callable[[bytes], bytes]]] = [("nothing", nothing), ("Chrome's sanitized export", chrome)]
    if options.har_capture:
        tools.append(("har-capture", by(options.har_capture, "-c", HAR_CAPTURE)))
    if options.har_sanitizer and (node := shutil.which("node")):
        tools.append(("har-sanitizer (entry by entry)", by(node, "-e", HAR_SANITIZER, options.har_sanitizer)))
    tools.append(("haranalyze sanitize", ours))
    for name, sanitize in tools:
        told(name, sanitize, data, canaries)
    large = [options.large] if options.large else [generated(name, **how) for name, how in LARGE.items()]
    for path in large:
        speed(path, options.har_capture)
        shares(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
