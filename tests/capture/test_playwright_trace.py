"""Playwright traces: the recorded sample, older layouts, and archives that lie."""

import json
from pathlib import Path
from typing import Any

import pytest

from haranalyze.capture import read_capture, read_captures
from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits
from tests.capture.small import entry
from tests.capture.test_containers import zipped

SAMPLE = Path(__file__).parents[2] / "samples/playwright-trace-secure-over-http/capture.zip"


def line(snapshot: Any) -> bytes:
    return json.dumps({"type": "resource-snapshot", "snapshot": snapshot}).encode() + b"\n"


def trace(*lines: bytes, **members: bytes) -> bytes:
    context = json.dumps({"type": "context-options", "browserName": "firefox"}).encode()
    others = [(name.replace("__", "/").replace("_", "."), content) for name, content in members.items()]
    return zipped(("trace.trace", context), ("trace.network", b"".join(lines)), *others)


def test_a_recorded_trace() -> None:
    (capture,) = read_captures(SAMPLE.read_bytes(), "trace.zip")
    assert (capture.format, capture.exporter, capture.container) == ("playwright-trace", "playwright", ("zip",))
    assert [exchange.response.status for exchange in capture] == [200, 401, 200, 401]
    assert capture.exchanges[1].response.body.json() == {"error": "not signed in"}
    assert "correct" in (capture.exchanges[2].request.body.raw_text() or "")
    assert capture.exchanges[2].response.has("set-cookie")


def test_bodies_named_by_their_hash_as_older_traces_do() -> None:
    old = entry({}, {"content": {"size": 9, "mimeType": "application/json", "_sha1": "0a1b.json"}})
    capture = read_capture(trace(line(old), resources__0a1b_json=b'{"ok": 1}'))
    assert capture.exchanges[0].response.body.json() == {"ok": 1}


@pytest.mark.parametrize("name", ["trace.trace", "../trace.trace", "/etc/passwd", "resources/../trace.trace", "other"])
def test_a_body_is_found_among_the_resources_only(name: str) -> None:
    one = entry({}, {"content": {"size": 9, "mimeType": "application/json", "_file": name}})
    assert not read_capture(trace(line(one), resources__x=b"{}")).exchanges[0].response.body.present


def test_several_contexts_are_one_recording() -> None:
    data = zipped(
        ("0-trace.trace", b"{}"),
        ("0-trace.network", line(entry())),
        ("1-trace.trace", b"{}"),
        ("1-trace.network", line(entry())),
    )
    assert len(read_capture(data).exchanges) == 2


def test_lines_that_are_cut_off_are_counted() -> None:
    capture = read_capture(trace(line(entry()), b'{"type": "resource-snap', b"\n", b"5\n", line({})))
    assert len(capture.exchanges) == 1
    assert [(note.code, note.count) for note in capture.notes] == [("trace-lines-unreadable", 2)]


def test_a_trace_without_network_is_told() -> None:
    with pytest.raises(CaptureError, match="no request"):
        read_capture(trace())


def test_many_screenshots_do_not_count_as_members_and_bombs_do() -> None:
    shots = {f"resources__s{number}": b"x" for number in range(1_200)}
    assert len(read_capture(trace(line(entry()), **shots)).exchanges) == 1
    bomb = entry({}, {"content": {"size": 9, "mimeType": "text/plain", "_file": "resources/bomb"}})
    data = trace(line(bomb), resources__bomb=b"a" * 30_000_000)
    assert not read_capture(data, limits=Limits(max_bytes=2_000_000)).exchanges[0].response.body.raw_text()
    with pytest.raises(LimitError):
        read_capture(trace(b" " * 30_000_000), limits=Limits(max_bytes=2_000_000))


def test_a_start_that_the_trace_tells_by_its_own_clock_alone() -> None:
    one = {**entry(), "startedDateTime": {}, "_monotonicTime": 343.5}
    context = {"type": "context-options", "browserName": "chromium", "wallTime": 1_695_162_970_243}
    before = {"type": "before", "startTime": 300.25, "wallTime": 1_695_162_970_300}
    written = b"\n".join(json.dumps(part).encode() for part in (context, before))
    capture = read_capture(zipped(("0-trace.trace", written), ("0-trace.network", line(one))))
    assert capture.exchanges[0].started == pytest.approx(1_695_162_970_343.25)
    assert not capture.notes


@pytest.mark.parametrize("names", [["trace.trace"], ["test.trace", "0-trace.trace", "0-trace.stacks"]])
def test_a_trace_of_a_test_runner_alone_is_named(names: list[str]) -> None:
    with pytest.raises(CaptureError, match="recorded without its network part"):
        read_captures(zipped(*((name, b'{"version":7,"type":"context-options"}') for name in names)))
