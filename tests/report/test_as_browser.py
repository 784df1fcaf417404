"""The section for recordings of other clients: asked for, complete in every format, absent for browsers."""

import json

import haranalyze
from haranalyze.options import Options
from haranalyze.report.document import Report
from tests.facts.test_as_browser import ASKED, ORIGIN, call
from tests.samples import FOLDER

HEAD = "* Connected to api.example.com (127.0.0.2) port 443 (#0)\n"
CALLS = (
    call("GET /api/me", (ASKED,), ("Access-Control-Allow-Origin: *",)),
    call("GET /api/orders", (ASKED,)),
    call("GET /api/orders"),
)


def seen(origin: str = ORIGIN) -> Report:
    capture = haranalyze.read_capture("".join(HEAD + one for one in CALLS).encode(), "curl.txt")
    return haranalyze.analyze(capture, options=Options(as_browser=origin))


def test_each_call_has_its_outcome_gate_and_reason() -> None:
    report = seen()
    assert report.as_browser is not None
    assert report.as_browser.origin == ORIGIN
    assert [(one.outcome, one.gate) for one in report.as_browser.calls] == [
        ("passes", None),
        ("blocked", "cors"),
        ("cannot-tell", "cors"),
    ]
    assert report.as_browser.calls[1].told == "the answer has no Access-Control-Allow-Origin"
    assert any("send it and record again" in step.finding for step in report.as_browser.calls[2].steps)


def test_every_format_for_people_tells_it() -> None:
    report = seen()
    text = " ".join(haranalyze.render(report, "text").split())
    assert f"seen from a page at {ORIGIN}; what a browser would have done:" in text
    assert "#1 GET /api/orders 200 is blocked CORS: the answer has no Access-Control-Allow-Origin" in text
    assert '<section id="as-browser"' in haranalyze.render(report, "html")
    assert "`#1 GET /api/orders` is blocked: CORS," in haranalyze.render(report, "markdown")
    assert json.loads(haranalyze.render(report, "json"))["as_browser"]["calls"][1]["gate"] == "cors"


def test_nothing_is_told_where_nobody_asks_or_a_browser_made_the_recording() -> None:
    assert seen("").as_browser is None
    capture = haranalyze.read_capture((FOLDER / "healthy-bearer" / "capture.har").read_bytes())
    assert haranalyze.analyze(capture, options=Options(as_browser=ORIGIN)).as_browser is None
