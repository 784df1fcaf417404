"""Who wrote a recording is known by the name of its creator."""

import pytest

from haranalyze.capture import read_capture
from haranalyze.capture.quirks import EXPORTERS, exporter_of
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
