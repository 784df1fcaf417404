"""Limits are told on the command line or in the settings file, are enforced, and are named where they stop."""

import gzip
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

import haranalyze
from haranalyze.capture import read_capture
from haranalyze.cli import main
from haranalyze.cli.shell import within_seconds
from haranalyze.errors import LimitError
from haranalyze.options import Limits

ROOT = Path(__file__).parents[2]
SAMPLE = str(ROOT / "samples" / "healthy-bearer" / "capture.har")


@pytest.mark.parametrize("limit", ["max_bytes=1K", "max_exchanges=1", "max_headers=2", "max_header_bytes=100"])
@pytest.mark.parametrize("command", ["analyze", "sanitize", "compare", "timeline", "convert"])
def test_a_limit_stops_a_recording_and_is_named(command: str, limit: str, tmp_path: Path) -> None:
    words = {"sanitize": [SAMPLE, "-o", str(tmp_path / "x.har")], "compare": [SAMPLE, SAMPLE]}
    done = CliRunner().invoke(main, [command, *words.get(command, [SAMPLE]), "--limit", limit])
    assert done.exit_code == 3
    assert f"--limit {limit.partition('=')[0]}=VALUE changes it" in done.output
    assert not (tmp_path / "x.har").exists()


def test_a_settings_file_tells_limits_and_the_command_line_wins(tmp_path: Path) -> None:
    file = tmp_path / "haranalyze.toml"
    file.write_text("[limits]\nmax_exchanges = 1\n", encoding="utf-8")
    for command in (["analyze", SAMPLE], ["timeline", SAMPLE], ["sanitize", SAMPLE, "-o", str(tmp_path / "safe.har")]):
        told = [*command, "--config", str(file)]
        assert CliRunner().invoke(main, told).exit_code == 3
        assert CliRunner().invoke(main, [*told, "--limit", "max_exchanges=500"]).exit_code == 0


@pytest.mark.parametrize("wrong", ["max_byte=1", "max_bytes", "max_bytes=-1", "max_bytes=x", "max_bytes=0"])
def test_a_limit_that_means_nothing_is_wrong_use(wrong: str) -> None:
    done = CliRunner().invoke(main, ["analyze", SAMPLE, "--limit", wrong])
    assert done.exit_code == 2
    assert "max_bytes" in done.output


def test_every_limit_stands_in_the_docs() -> None:
    text = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    assert all(f"`{one.name}`" in text for one in fields(Limits))


def test_headers_are_counted_in_every_form() -> None:
    def har(headers: object) -> bytes:
        request = {"method": "GET", "url": "https://a.example/", "headers": headers}
        return json.dumps({"log": {"version": "1.2", "entries": [{"request": request, "response": {}}]}}).encode()

    for headers in ([{"name": "A", "value": "b"}] * 4, [["A", "b"]] * 4, dict.fromkeys("abcd", "b")):
        assert len(read_capture(har(headers), limits=Limits(max_headers=4)).exchanges) == 1
        with pytest.raises(LimitError, match="/log/entries/0/request/headers are more than max_headers"):
            read_capture(har(headers), limits=Limits(max_headers=3))


def har(*entries: str) -> bytes:
    """A HAR of entries that are JSON already."""
    return (
        b'{"log":{"version":"1.2","creator":{"name":"x","version":"1"},"entries":['
        + ",".join(entries).encode()
        + b"]}}"
    )


def entry(headers: str = "[]", body: str = "") -> str:
    asked = f'{{"method":"GET","url":"https://a.example/","headers":{headers}}}'
    answered = f'{{"status":401,"headers":[],"content":{{"mimeType":"application/json","text":{json.dumps(body)}}}}}'
    return f'{{"startedDateTime":"2026-11-22T02:34:23Z","time":1,"request":{asked},"response":{answered}}}'


def nested(levels: int) -> bytes:
    data = har(entry())
    for _ in range(levels):
        data = gzip.compress(data, mtime=0)
    return data


def archive(members: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number in range(members):
            made.writestr(f"{number}.har", "{}")
    return out.getvalue()


HOSTILE: dict[str, tuple[Callable[[], bytes], str, int]] = {
    "max_bytes": (lambda: gzip.compress(bytes(60_000_000), 1), "20M", 3),
    "max_ratio": (lambda: gzip.compress(bytes(300_000_000), 1), "20", 3),
    "max_members": (lambda: archive(5_000), "1000", 3),
    "max_nesting": (lambda: nested(40), "2", 3),
    "max_depth": (lambda: b'{"log":{"entries":[' + b"[" * 3_000_000, "200", 3),
    "max_exchanges": (lambda: har(*(["{}"] * 600_000)), "1000", 3),
    "max_headers": (lambda: har(entry("[" + ",".join(['["a","b"]'] * 100_000) + "]")), "10000", 3),
    "max_header_bytes": (lambda: har(entry('[{"name":"a","value":"' + "b" * 30_000_000 + '"}]')), "1M", 3),
    "max_body_bytes": (lambda: har(entry(body="[" + "1," * 20_000_000 + "1]")), "1M", 0),
}
"""A recording for each limit that is far beyond it, the limit, and the exit code."""


# The most memory a process ever had counts what it was forked from; VmHWM begins anew with the program.
MEASURED = """
import atexit, re, sys
from pathlib import Path
from haranalyze.cli import main
peak = Path(sys.argv.pop(1))
said = Path("/proc/self/status")
atexit.register(lambda: peak.write_text(re.search(r"VmHWM:\\s+(\\d+)", said.read_text())[1]))
main()
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from Linux's /proc")
@pytest.mark.parametrize("name", HOSTILE)
def test_memory_stays_bounded_where_a_limit_bites(name: str, tmp_path: Path) -> None:
    make, value, code = HOSTILE[name]
    path = tmp_path / "x.har"
    path.write_bytes(make())
    told = [sys.executable, "-c", MEASURED, str(tmp_path / "peak"), "analyze", str(path), "--limit", f"{name}={value}"]
    done = subprocess.run(told, capture_output=True, check=False)
    assert done.returncode == code, done.stderr
    assert name.encode() in done.stdout + done.stderr
    assert int((tmp_path / "peak").read_text()) * 1024 < 3 * path.stat().st_size + 150 * 2**20


def test_a_body_that_is_too_long_is_told_in_report_and_receipt() -> None:
    capture = read_capture(har(entry(body="x" * 300)), limits=Limits(max_body_bytes=200))
    report = haranalyze.analyze(capture)
    assert "body-too-long" in {note.code for note in report.notes}
    assert "1 bodies that are longer than max_body_bytes allows" in report.capture.quality.missing
    receipt = haranalyze.sanitize([capture]).receipt
    assert {one.kind: one.count for one in receipt.removed} == {"body longer than max_body_bytes": 1}
    assert not read_capture(har(entry(body="x" * 300))).notes


def test_the_depth_of_a_body_and_of_an_odd_file_is_limited() -> None:
    body = "[" * 50 + "]" * 50
    deep = har(entry(body=body).replace('"time":1', f'"time":[{body}]'))
    assert read_capture(deep).exchanges[0].response.body.json() is not None
    with pytest.raises(LimitError, match="/log/entries/0 are nested deeper than max_depth"):
        read_capture(deep, limits=Limits(max_depth=40))
    shallow = read_capture(har(entry(body=body)), limits=Limits(max_depth=40))
    assert shallow.exchanges[0].response.body.json() is None
    with pytest.raises(LimitError, match="max_depth"):
        read_capture(deep.replace(b'"time"', b'"time":NaN,"time"'), limits=Limits(max_depth=40))


def test_time_is_limited_whatever_runs() -> None:
    with pytest.raises(LimitError, match="max_seconds"), within_seconds(Limits(max_seconds=1)):
        endless()
    with within_seconds(Limits(max_seconds=60)):
        pass


def endless() -> None:
    while True:
        pass


ENDLESS = '''"""It never ends.

Why it matters
    x
What to do
    x
Stays quiet when
    x
"""
from haranalyze.findings import Layer, Owner, Severity
from haranalyze.rule import rule

@rule(id="endless", severity=Severity.LOW, owner=Owner.PROXY, layer=Layer.ROUTING, since="1", references=("https://a.b/",))
def endless(facts):
    """Runs for ever, and passes over whatever is raised meanwhile."""
    while True:
        try:
            for _ in range(1000):
                pass
        except Exception:
            pass

RULES = (endless,)
'''


def test_a_rule_that_never_ends_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text(ENDLESS, encoding="utf-8")
    (tmp_path / "haranalyze.toml").write_text(
        'rule_packs = ["endless.py"]\n[limits]\nmax_seconds = 2\n', encoding="utf-8"
    )
    done = CliRunner().invoke(main, ["analyze", SAMPLE, "--config", str(tmp_path / "haranalyze.toml")])
    assert done.exit_code == 3, done.output
    assert "took longer than max_seconds allows (2); --limit max_seconds=VALUE changes it" in done.output
