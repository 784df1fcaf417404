"""``python -m tests.fuzz.reader``: coverage-guided fuzzing of reader, facts and rules, sanitizer, outputs.

Whatever the bytes are, only CaptureError may come out of any of them; no rule may stop, no copy may change when it is
sanitized again, no output may steer a terminal. Inputs that break this are kept as ``tests/fuzz/regressions/<hash>``
and replayed by ``tests/test_fuzz_regressions.py``.

Without options the same inputs are tried every time: a fixed seed, a fixed number of runs. ``--seconds 1800`` explores,
with a new seed each time, which libFuzzer prints.
"""

import argparse
import gzip
import hashlib
import importlib
import io
import json
import os
import pkgutil
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fuzz import formats

if TYPE_CHECKING:
    from haranalyze.rulebook import Rulebook

REGRESSIONS = Path(__file__).parent / "regressions"
SAMPLES = Path(__file__).parents[2] / "samples"
MOST_BYTES = 4096
ODD: tuple[Any, ...] = (
    None, True, -1, 0, 1e308, float("nan"), float("inf"), 10**30, 10**400, "", "null", "inf", "\ud800", "\x00",
    "a=b\nc=d", "2026-11-22T02:34:23", "https://[::1", "data:,x", [], {}, [[]], ["a", "b"], {"name": None},
    [{"name": "Cookie"}],
)  # fmt: skip


def seeds() -> list[bytes]:
    """Small HARs cut from samples, and odd ones."""
    found = [
        b'{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":[{"request":null,"response":null}]}}',
        b'{"log":{"entries":[{"startedDateTime":"2026-11-22T02:34:23.230+05:30","time":1,"request":{"method":"GET",'
        b'"url":"http://a.b/c","headers":[["Cookie","a=b"]],"cookies":{"name":"a"}},"response":{"status":200,'
        b'"headers":{"Set-Cookie":"a=b\\nc=d"},"content":{"text":"e30=","encoding":"base64"}}}]}}',
        b'onInputData({"log":{"entries":[]}});',
        b"\xff\xfe" + '{"log":{"entries":[]}}'.encode("utf-16-le"),
        b'{"log":{"version":"1.2","entries":[{"time":1e999,"_error":"\\ud800","request":{"headersSize":"inf"},'
        b'"response":{"status":-1,"bodySize":NaN,"content":{"size":99999999999999999999,"_file":"a"}}}]}}',
    ]
    found += [gzip.compress(found[0], mtime=0), zlib.compress(found[1]), _zipped(found[1])]
    found += formats.seeds()
    for path in sorted(SAMPLES.glob("*/capture.har"))[:6]:
        log = json.loads(path.read_bytes())["log"]
        for entry in log["entries"][8:12]:
            entry.pop("_initiator", None)
            entry["response"]["content"].pop("text", None)
            log_small = {"version": "1.2", "creator": log["creator"], "entries": [entry]}
            found.append(json.dumps({"log": log_small}).encode())
    return found


def _zipped(har: bytes) -> bytes:
    """A recording with a body beside it, as Playwright writes them."""
    return formats.zipped(("har.har", har.replace(b'"text"', b'"_file":"body.json","_text"')), ("body.json", b"{}"))


def mutated(data: bytes, mutate: Callable[[bytes, int], bytes], max_size: int, seed: int) -> bytes:
    """Two times of three one member of a JSON input gets an odd value, else its bytes change anywhere.

    The bytes of a HAR are mostly member names; changing values in place gets past the first decode more often. Of an
    archive one member changes in the same way: its checksums would refuse any other change.
    """
    if data.startswith(b"PK") and seed % 4:
        changed = _with_one_member_changed(data, mutate, max_size, seed // 4)
        if changed is not None and len(changed) <= max_size:
            return changed
    if seed % 3:
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            return mutate(data, max_size)
        places = list(_places(value))
        if places:
            holder, key = places[seed // 3 % len(places)]
            holder[key] = ODD[seed // 7 % len(ODD)]
            changed = json.dumps(value).encode()
            if len(changed) <= max_size:
                return changed
    return mutate(data, max_size)


def _with_one_member_changed(
    data: bytes, mutate: Callable[[bytes, int], bytes], max_size: int, seed: int
) -> bytes | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist() if info.file_size < max_size]
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        return None
    if not members:
        return None
    place = seed % len(members)
    name, content = members[place]
    members[place] = (name, mutated(content, mutate, max_size, seed // len(members)))
    return formats.zipped(*members)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key or index) of a JSON value."""
    todo = [value]
    while todo:
        item = todo.pop()
        for key in list(item) if isinstance(item, dict) else range(len(item)) if isinstance(item, list) else ():
            yield item, key
            todo.append(item[key])


def read_all(data: bytes) -> None:
    """Read a capture and every late member of it. Raises nothing but CaptureError."""
    from haranalyze.capture import read_captures
    from haranalyze.timeline import Timeline

    for capture in read_captures(data):
        timeline = Timeline(capture)
        for exchange in capture:
            request, response = exchange.request, exchange.response
            _ = (exchange.timings, exchange.initiator, exchange.is_page, exchange.url_place, exchange.status_place)
            _ = (len(request.headers), request.raw_cookie_pairs(), request.url, request.body.json())
            _ = (len(response.headers), response.raw_set_cookies(), response.body.json(), response.raw_redirect_url)
            _ = (response.places("set-cookie"), timeline.sent(exchange), timeline.retry_of(exchange))
        for exchange in capture:
            timeline.redirected_from(exchange)


def judge(data: bytes) -> None:
    """Facts, all rules and the verdict. Raises nothing but CaptureError; a rule that breaks is a finding here."""
    from haranalyze.analysis import examine
    from haranalyze.capture import read_captures
    from haranalyze.findings import Outcome

    for capture in read_captures(data):
        broken = [one.rule for one in examine(capture, _book()).outcomes if one.outcome is Outcome.NOT_RUN]
        assert not broken, f"rules stopped: {broken}"


def sanitized(data: bytes) -> None:
    """A copy can always be made, read again, and does not change when it is sanitized once more."""
    from haranalyze.capture import read_capture, read_captures
    from haranalyze.sanitizer import sanitize

    copies = sanitize(read_captures(data)).documents
    assert sanitize([read_capture(copy) for copy in copies]).documents == copies


def rendered(data: bytes) -> None:
    """Every output can be written, and holds no character that steers a terminal."""
    from haranalyze.analysis import examine
    from haranalyze.capture import read_captures
    from haranalyze.cli.analyze import FORMATS
    from haranalyze.report import render
    from haranalyze.report.document import build

    for capture in read_captures(data):
        report = build(examine(capture, _book()))
        for format_ in FORMATS:
            text = render(report, format_)
            assert not _STEERING.search(text), format_


@cache
def _book() -> "Rulebook":
    from haranalyze.rulebook import Rulebook

    return Rulebook.installed()


_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
TARGETS: dict[str, Callable[[bytes], None]] = {
    "reader": read_all, "facts": judge, "sanitizer": sanitized, "renderers": rendered,
}  # fmt: skip


RUNS = {"reader": 3000, "facts": 400, "sanitizer": 500, "renderers": 80}  # about 10 s of CPU each
SEED = 1  # of the session that is the same every time


def one(data: bytes, target: str = "reader") -> None:
    """One fuzz input."""
    from haranalyze.errors import CaptureError

    try:
        TARGETS[target](data)
    except CaptureError:
        pass
    except BaseException:
        REGRESSIONS.mkdir(exist_ok=True)
        (REGRESSIONS / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
        raise


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, help="for each target, with a new seed (default: fixed runs and seed)")
    parser.add_argument("--target", choices=TARGETS, help="one of them, in this process (default: all, one by one)")
    options = parser.parse_args()
    try:
        import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        print("atheris is not installed here (it has wheels for Linux): nothing fuzzed")
        return 0
    if options.target is None:
        command = [sys.executable, "-m", "tests.fuzz.reader", "--target"]
        limit = ["--seconds", str(options.seconds)] if options.seconds else []
        order = {**os.environ, "PYTHONHASHSEED": "0"}
        return max(subprocess.run([*command, name, *limit], check=False, env=order).returncode for name in TARGETS)
    with atheris.instrument_imports(include=["haranalyze"]):
        import haranalyze.analysis
        import haranalyze.capture
        import haranalyze.report
        import haranalyze.sanitizer

        for module in pkgutil.iter_modules(haranalyze.capture.__path__):  # readers are imported when a file needs them
            importlib.import_module(f"haranalyze.capture.{module.name}")
    with tempfile.TemporaryDirectory() as folder:
        atheris.Setup(
            [sys.argv[0], *_flags(options, Path(folder))],
            lambda data: one(data, options.target),
            custom_mutator=lambda data, size, seed: mutated(data, atheris.Mutate, size, seed),
        )
        atheris.Fuzz()
    return 0


def _flags(options: argparse.Namespace, folder: Path) -> list[str]:
    """libFuzzer's options. The seeds are handed over by name: the order of a folder is not the same everywhere."""
    files = [folder / f"{number:03d}" for number in range(len(seeds()))]
    for path, seed in zip(files, seeds(), strict=True):
        path.write_bytes(seed)
    length = [f"-max_total_time={options.seconds}"] if options.seconds else [f"-runs={RUNS[options.target]}"]
    # A loaded machine must not fail the session that is the same every time.
    chance = ["-timeout=10"] if options.seconds else [f"-seed={SEED}", "-timeout=100"]
    inputs = "-seed_inputs=" + ",".join(map(str, files))
    return [*length, *chance, inputs, f"-max_len={MOST_BYTES}", "-rss_limit_mb=2048", "-print_final_stats=1"]


if __name__ == "__main__":
    sys.exit(main())
