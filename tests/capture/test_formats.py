"""Formats are told by content: names say nothing, order of members says nothing, and junk gives one error."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture import read_capture, read_captures
from haranalyze.errors import CaptureError
from tests.capture.small import entry, har
from tests.capture.test_containers import zipped
from tests.samples import recording, stories

FORMATS = {
    "newman-expired-token": "newman",
    "mitmproxy-token-without-scheme": "mitmproxy",
    "curl-redirect-drops-token": "curl",
    "playwright-trace-secure-over-http": "playwright-trace",
    "healthy-bearer": "har",
}
OTHERS = [one for one in stories() if recording(one).suffix != ".har"]


@pytest.mark.parametrize("name", FORMATS)
def test_by_content_and_never_by_name(name: str) -> None:
    (story,) = [one for one in stories() if one.name == name]
    data = recording(story).read_bytes()
    assert read_capture(data, "anything.bin").format == FORMATS[name]
    assert read_capture(gzip.compress(data)).format == FORMATS[name]


@pytest.mark.parametrize(
    "name", ["newman-expired-token", "mitmproxy-token-without-scheme", "curl-redirect-drops-token"]
)
def test_inside_a_ticket_attachment(name: str) -> None:
    (story,) = [one for one in stories() if one.name == name]
    captures = read_captures(
        zipped(("notes.txt", b"please help"), ("a/b", recording(story).read_bytes()), ("c.har", har(entry())))
    )
    assert sorted(capture.format for capture in captures) == sorted([FORMATS[name], "har"])


def test_the_order_of_members_does_not_matter() -> None:
    report = json.loads((Path(__file__).parent / "recorded/newman-redirect-cookie-refused.json").read_bytes())
    turned = {name: report[name] for name in reversed(report)}
    assert read_capture(json.dumps(turned).encode()).format == "newman"


@pytest.mark.parametrize(
    "data",
    [
        b"", b" \n", b"\x00" * 100, b"hello", b"<html><body>", b"<?xml version='1.0'?><a/>", b"{", b"[", b"{}", b"[]", b"5",
        b'{"item": 5}', b'{"run": 5, "collection": 5}', b'{"values": [], "name": "x"}', b"> ", b"*\n", b"< HTTP/1.1 200\n",
        b"> GET", b"1:", b"1:a", b"0:~", b"4:null,", b"PK\x03\x04", b"PK\x05\x06" + b"\x00" * 18, b'{"a": ' * 5_000,
        b"[" * 100_000, b'{"item": ' * 2_000,
    ],
)  # fmt: skip
def test_junk_gives_one_clear_error(data: bytes) -> None:
    with pytest.raises(CaptureError) as told:
        read_captures(data)
    assert 10 < len(str(told.value)) < 300


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"\xac\xed\x00\x05sr\x00\x1ecom.xk72.charles.model.Session", r"Charles' own binary form .* Export Session"),
        (b"HTTP-Trace-Version: 1.0\r\nGenerator: Charles/5.0.3\r\n", r"a trace file of Charles; .* Export Session"),
        (b'<?xml version="1.0"?>\n<charles-session>', r"a session of Charles in XML; .* Export Session"),
        (b'<?xml version="1.0"?>\n<issues burpVersion="2024.1">', r"Burp's report of issues, .* Save items"),
        (b"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00\x4d\x3c\x2b\x1a", "a capture of packets"),
        (b"\x4d\x3c\xb2\xa1\x02\x00\x04\x00", "a capture of packets"),
        (b"type: collection.insomnia.rest/5.0\nname: API\n", "an Insomnia collection, which holds no answers"),
        (b'{"_type":"export","__export_format":4,"resources":[]}', "an Insomnia collection, which holds no answers"),
        (
            b"_type: export\n__export_format: 4\nresources:\n  - _id: a\n",
            "an Insomnia collection, which holds no answers",
        ),
        (b"{_type: export, __export_format: 4, resources: []}", "an Insomnia collection, which holds no answers"),
        (b'{"traceEvents":[],"metadata":{}}', "a performance trace"),
        (b'{"meta":{},"threads":[]}', "a Firefox profile"),
        (b"== 1 ==\na list\n=== 2 ===\nmore", "no recording that is known here"),
    ],
)
def test_files_that_are_none_are_named(data: bytes, named: str) -> None:
    with pytest.raises(CaptureError, match=named):
        read_captures(data)


def test_every_sample_cut_anywhere_reads_or_gives_one_error() -> None:
    assert len(OTHERS) > 4
    for story in OTHERS:
        data = recording(story).read_bytes()
        for end in range(1, len(data), max(1, len(data) // 60)):
            try:
                for capture in read_captures(data[:end]):
                    for exchange in capture:
                        exchange.response.body.raw_text()
            except CaptureError as error:
                assert str(error)  # noqa: PT017 - either outcome is right


@given(st.sampled_from(OTHERS), st.data())
def test_every_sample_with_a_byte_changed_reads_or_gives_one_error(story: Path, draw: st.DataObject) -> None:
    data = bytearray(recording(story).read_bytes())
    for _ in range(3):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    try:
        for capture in read_captures(bytes(data)):
            for exchange in capture:
                exchange.request.body.raw_text()
                exchange.response.body.json()
    except CaptureError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
