"""What an entry takes from a report, and what its name depends on."""

from pathlib import Path

import msgspec

from haranalyze import analyze, read_capture, render
from haranalyze.batch.entries import Entry, entry_of, identity, key_of
from haranalyze.options import Options

SAMPLE = Path(__file__).parents[2] / "samples" / "refresh-loop-foreign-401" / "capture.har"
FORMATS = ("json",)


def test_an_entry_says_what_the_report_says() -> None:
    report = analyze(read_capture(SAMPLE.read_bytes(), "capture.har"))
    entry = entry_of([{"json": render(report, "json").encode(), "html": b"12345"}])
    (one,) = entry.recordings
    assert (entry.sha256, entry.bytes) == (report.capture.sha256, report.capture.bytes)
    assert (one.headline, one.owner, one.rule) == (report.verdict.headline, "api", "foreign-401")
    assert one.fingerprint == report.findings[0].fingerprint
    assert (one.path, one.hop) == (report.findings[0].cause.path, "")
    assert one.hosts[0] == "api.example.com"
    assert one.systems == ["SuperTokens"]
    assert one.sdks == ["SuperTokens FDI 4.1", "SuperTokens FDI 4.2"]  # its session part, and its sign-in
    assert [row.rule for row in one.findings] == [finding.rule for finding in report.findings]
    assert one.sizes["html"] == 5
    assert msgspec.json.decode(msgspec.json.encode(entry), type=Entry) == entry


def test_the_name_of_an_entry_depends_on_everything_that_makes_it() -> None:
    plain = identity(Options(), FORMATS)
    names = [
        key_of("a", "x.har", plain),
        key_of("b", "x.har", plain),
        key_of("a", "y.har", plain),
        key_of("a", "x.har", identity(Options(focus=frozenset({"a", "b"})), FORMATS)),
        key_of("a", "x.har", identity(Options(), ("json", "html"))),
        key_of("a", "x.har", msgspec.structs.replace(plain, packs=[("builtin", "haranalyze", "9")])),
        key_of("a", "x.har", msgspec.structs.replace(plain, tool="other code")),
    ]
    assert len(set(names)) == len(names)
    assert key_of("a", "x.har", identity(Options(focus=frozenset({"b", "a"})), FORMATS)) == names[3]
