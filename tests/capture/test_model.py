"""Phases, initiators, pages and places of exchanges."""

from typing import Any

import pytest

from haranalyze.capture import read_capture
from haranalyze.capture.model import Exchange, read_timings
from haranalyze.text import raw
from tests.capture.small import entry, har


def only(made: dict[str, Any]) -> Exchange:
    return read_capture(har(made)).exchanges[0]


PHASES = {"blocked": 5, "dns": 2, "connect": 30, "send": 1, "wait": 10, "receive": 2}  # 50 ms without ssl


@pytest.mark.parametrize(
    ("ssl", "total", "connect"),
    [
        (20, 50, 10.0),  # Chromium, Charles, Safari, WebPageTest: TLS is part of connect
        (20, 70, 30.0),  # Firefox, mitmproxy, Playwright, newman-trace: TLS stands beside connect
        (20, None, 10.0),
        (-1, 50, 30.0),
        (0, 50, 30.0),
        (40, 50, 0.0),
    ],
)
def test_the_total_decides_whether_tls_is_part_of_connect(ssl: float, total: float | None, connect: float) -> None:
    timings = read_timings({**PHASES, "ssl": ssl}, total)
    assert timings.connect == connect
    assert timings.ssl == (ssl if ssl >= 0 else None)


@pytest.mark.parametrize("written", [None, {}, [], "text", {"wait": None}, {"wait": -1}, {"wait": "5"}, {"wait": True}])
def test_phases_that_are_not_there_are_unknown(written: Any) -> None:
    assert only(entry(timings=written)).timings.wait is None


def test_the_initiator_lists_scripts_through_async_parents() -> None:
    deep = {"callFrames": [{"url": "https://a.example/sdk.js"}], "parent": {"callFrames": [{"url": "b.js"}, None]}}
    initiator = only(entry(_initiator={"type": "script", "stack": deep, "requestId": "9.1"})).initiator
    assert initiator is not None
    assert (initiator.kind, initiator.request_id) == ("script", "9.1")
    assert initiator.raw_scripts == ("https://a.example/sdk.js", "b.js")
    assert only(entry(_initiator="script")).initiator is None


@pytest.mark.parametrize(
    ("made", "is_page"),
    [
        (entry(_resourceType="document"), True),
        (entry(_resourceType="xhr"), False),
        (entry({"headers": [{"name": "Sec-Fetch-Mode", "value": "navigate"}]}), True),
        (entry({"headers": [{"name": "Sec-Fetch-Mode", "value": "cors"}]}), False),
        (entry({"headers": [{"name": "Accept", "value": "text/html,*/*"}]}), True),
        (entry({"headers": [{"name": "Accept", "value": "application/json"}]}), False),
    ],
)
def test_a_navigation_is_known_by_type_mode_or_accept(made: dict[str, Any], is_page: bool) -> None:
    assert only(made).is_page is is_page


def test_places_and_captured_words_of_an_exchange_hold_what_was_recorded() -> None:
    exchange = only(entry({"method": "get"}, {"status": 0, "_error": "net::ERR_FAILED"}))
    assert (raw(exchange.method), raw(exchange.host), raw(exchange.path)) == ("GET", "api.example.com", "/feed")
    assert raw(exchange.failure) == "net::ERR_FAILED"
    assert [place.pointer for place in (exchange.place, exchange.url_place, exchange.status_place)] == [
        "/log/entries/0",
        "/log/entries/0/request/url",
        "/log/entries/0/response/status",
    ]
