"""Who wrote a recording is known by the name of its creator."""

from pathlib import Path

import pytest

from haranalyze.analysis import examine
from haranalyze.capture import read_capture
from haranalyze.capture.quirks import EXPORTERS, exporter_of
from haranalyze.rulebook import Rulebook
from tests.capture.small import entry, har


@pytest.mark.parametrize(
    ("creator", "ours"),
    [
        ("WebInspector", "chromium"),
        ("Firefox", "firefox"),
        ("WebKit Web Inspector", "safari"),
        ("Playwright", "playwright"),
        ("mitmproxy", "mitmproxy"),
        ("Charles Proxy", "charles"),
        ("Fiddler", "fiddler"),
        ("Insomnia REST Client", "insomnia"),
        ("BrowserMob Proxy", "browsermob"),
        ("Chrome HAR Capturer", "chrome-har-capturer"),
        ("sitespeed.io", "browsertime"),
        (" webinspector ", "chromium"),
        ("somebody's tool", ""),
        ("", ""),
    ],
)
def test_the_exporter_is_named_after_its_creator(creator: str, ours: str) -> None:
    assert exporter_of(creator) == ours
    assert read_capture(har(entry(), creator={"name": creator})).exporter == ours


def test_no_exporter_is_hidden_by_one_above_it() -> None:
    assert {start: exporter_of(start) for start, _ in EXPORTERS} == dict(EXPORTERS)


@pytest.mark.parametrize("recorder", ["cypress", "http-toolkit"])
@pytest.mark.parametrize(
    ("recording", "state", "root"),
    [
        ("healthy", "healthy", None),
        ("refresh-failing", "fault", "refresh-failing"),
        ("samesite-lax-cross-site", "fault", "cookie-samesite-cross-site"),
    ],
)
def test_what_recorders_of_browsers_write_is_read_as_a_browsers(
    recorder: str, recording: str, state: str, root: str | None
) -> None:
    capture = read_capture((Path(__file__).parent / "recorded" / recorder / f"{recording}.har").read_bytes())
    analysis = examine(capture, Rulebook.installed())
    assert (capture.exporter, analysis.facts.quality.is_browser) == (recorder, True)
    found = analysis.verdict.root
    assert (analysis.verdict.state, found and found.rule) == (state, root)
