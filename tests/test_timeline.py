"""The timeline: order, two-sided times, links and tables."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import haranalyze
from haranalyze.capture.model import Exchange
from haranalyze.text import Kind, Text, raw
from haranalyze.timeline import Timeline

EXCERPTS = Path(__file__).parent / "facts" / "excerpts"
BEGIN = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def entry(
    at: float | str | None = 0.0,
    method: str = "GET",
    url: str = "https://api.example.com/api/me",
    status: int = 200,
    *,
    request: Sequence[tuple[str, str]] = (),
    response: Sequence[tuple[str, str]] = (),
    timings: Mapping[str, float | None] | None = None,
    **members: Any,
) -> dict[str, Any]:
    """One HAR entry; ``at`` in ms after BEGIN, or the stamp itself, or None for no stamp."""
    stamp = at if isinstance(at, str) else None
    if isinstance(at, int | float):
        stamp = (BEGIN + timedelta(milliseconds=at)).isoformat()
    made: dict[str, Any] = {
        "time": 10.0,
        "request": {
            "method": method,
            "url": url,
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": name, "value": value} for name, value in request],
            "cookies": [],
            "queryString": [],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": name, "value": value} for name, value in response],
            "cookies": [],
            "content": {"size": 2, "mimeType": "application/json", "text": "{}"},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": 2,
        },
        "cache": {},
        "timings": {"send": 1.0, "wait": 5.0, "receive": 4.0} if timings is None else dict(timings),
    }
    if stamp is not None:
        made["startedDateTime"] = stamp
    return made | members


def timeline(*entries: dict[str, Any], pages: Sequence[dict[str, Any]] = (), creator: str = "WebInspector") -> Timeline:
    log = {"version": "1.2", "creator": {"name": creator, "version": "537.36"}, "pages": list(pages)}
    data = json.dumps({"log": log | {"entries": list(entries)}}).encode()
    return Timeline(haranalyze.read_capture(data))


def order(made: Timeline) -> list[int]:
    return [exchange.index for exchange in made.exchanges]


def index(exchange: Exchange | None) -> int | None:
    return None if exchange is None else exchange.index


def test_exchanges_stand_in_order_of_their_start_whatever_the_zone_they_are_written_in() -> None:
    made = timeline(
        entry("2026-11-22T05:00:03+02:00"), entry("2026-11-22T03:00:01.5Z"), entry("2026-11-22T08:30:02+0530")
    )
    assert order(made) == [1, 2, 0]
    assert [made.started(exchange) for exchange in made.exchanges] == [0.0, 500.0, 1500.0]


def test_equal_stamps_keep_the_order_of_the_source() -> None:
    assert order(timeline(*[entry(0.0) for _ in range(5)])) == [0, 1, 2, 3, 4]


def test_an_exchange_without_a_stamp_takes_the_time_of_the_one_before_it() -> None:
    made = timeline(entry(100.0), entry(""), entry(0.0), entry(None))
    assert order(made) == [2, 3, 0, 1]
    assert made.started(made.exchange(1)) == made.started(made.exchange(0)) == 100.0


def test_a_capture_without_any_stamp_keeps_the_order_of_the_source() -> None:
    made = timeline(entry(""), entry(""), entry(""))
    assert order(made) == [0, 1, 2]
    assert made.origin == 0.0


def test_an_empty_capture_has_an_empty_timeline() -> None:
    made = timeline()
    assert made.exchanges == ()
    assert len(made.to_frame()) == 0


def test_sending_and_answering_are_told_apart_by_the_phases() -> None:
    phases = {"blocked": 5, "dns": 1, "connect": 4, "ssl": 2, "send": 1, "wait": 20, "receive": 3}
    made = timeline(entry(0.0, timings=phases, time=34))
    only = made.exchanges[0]
    assert made.sent(only) == 10.0  # ssl is contained in connect: 5 + 1 + 4
    assert made.answered(only) == 31.0
    assert made.ended(only) == 34.0
    assert made.wall(made.ended(only)) == made.origin + 34.0


def test_without_phases_the_answer_arrives_at_the_end() -> None:
    made = timeline(entry(0.0, timings={}, time=25))
    only = made.exchanges[0]
    assert (made.sent(only), made.answered(only), made.ended(only)) == (0.0, 25.0, 25.0)


def test_the_end_never_stands_before_the_answer() -> None:
    made = timeline(entry(0.0, timings={"send": 0, "wait": 50, "receive": 0}, time=-1))
    only = made.exchanges[0]
    assert made.ended(only) >= made.answered(only) == 50.0


@pytest.mark.parametrize(
    ("timings", "time", "expected"),
    [
        ({"blocked": -1, "connect": None, "send": 2, "wait": 3, "receive": -1}, 9, (0.0, 5.0, 9.0)),
        ({"blocked": 1e301, "send": 2, "wait": 3}, 9, (0.0, 5.0, 9.0)),  # no time
        ({"blocked": "7", "send": "2", "wait": 3}, 9, (0.0, 3.0, 9.0)),  # text is no number
        ({"wait": -1}, 9, (0.0, 9.0, 9.0)),
        ({"send": 1.25, "wait": 0.1, "receive": 0.2}, -1, (0.0, 1.35, 1.55)),
    ],
)
def test_odd_phases_count_as_unknown_however_times_are_asked_for(
    timings: dict[str, Any], time: float, expected: tuple[float, float, float]
) -> None:
    made, measured = (timeline(entry(0.0, timings=timings, time=time)) for _ in range(2))
    measured.measure()
    at_once, only = made.times(made.exchanges[0]), made.exchanges[0]
    assert at_once == (0.0, *map(pytest.approx, expected))
    assert at_once == (0.0, made.sent(only), made.answered(only), made.ended(only))
    assert at_once == measured.times(measured.exchanges[0])


def preflight(
    at: float, url: str = "https://api.example.com/api/me", method: str = "GET", **members: Any
) -> dict[str, Any]:
    asked = [("Access-Control-Request-Method", method), ("Origin", "https://app.example.com")]
    return entry(at, "OPTIONS", url, 204, request=asked, **members)


def chromium_preflight(at: float, url: str = "https://api.example.com/api/me") -> dict[str, Any]:
    initiator = {"type": "preflight", "url": url, "requestId": "1.2"}
    return preflight(at, url, _initiator=initiator, _resourceType="preflight", time=6)


def test_a_preflight_exported_after_its_call_stands_before_it() -> None:
    made = timeline(entry(0.0, time=40), chromium_preflight(2.0))
    assert order(made) == [1, 0]
    assert index(made.preflight_of(made.exchange(0))) == 1
    assert index(made.preflight_for(made.exchange(1))) == 0
    assert made.sent(made.exchange(0)) >= made.answered(made.exchange(1))


def test_parallel_calls_each_get_their_own_preflight() -> None:
    made = timeline(entry(0.0, time=40), entry(1.0, time=40), chromium_preflight(2.0), chromium_preflight(3.0))
    assert [index(made.preflight_of(made.exchange(i))) for i in (0, 1)] == [2, 3]
    assert order(made) == [2, 0, 3, 1]


def test_a_preflight_exported_before_its_call_is_paired_within_ten_seconds() -> None:
    made = timeline(preflight(0.0), entry(15.0), preflight(20.0), entry(12_000.0), creator="Some proxy")
    assert index(made.preflight_of(made.exchange(1))) == 0
    assert made.preflight_for(made.exchange(2)) is None


def test_firefox_stamps_the_call_first_and_leaves_its_waiting_out_of_the_duration() -> None:
    made = timeline(entry(0.0, time=0), preflight(33.0), entry(300.0, time=0), preflight(308.0), creator="Firefox")
    assert [index(made.preflight_of(made.exchange(i))) for i in (0, 2)] == [1, 3]
    assert order(made) == [1, 0, 3, 2]


def test_a_preflight_guards_only_the_method_it_asked_for() -> None:
    made = timeline(preflight(0.0, method="PUT"), entry(5.0, "GET"), entry(6.0, "PUT"), creator="Some proxy")
    assert index(made.preflight_for(made.exchange(0))) == 2


def test_a_preflight_of_a_browser_whose_call_is_not_recorded_is_not_given_to_a_later_call() -> None:
    made = timeline(chromium_preflight(0.0), entry(500.0))
    assert made.preflight_for(made.exchange(0)) is None


def test_a_busy_browser_stamps_a_preflight_after_its_call_has_failed() -> None:
    made = timeline(entry(0.0, time=76), chromium_preflight(101.0))
    assert index(made.preflight_of(made.exchange(0))) == 1
    made = timeline(entry(0.0, time=76), preflight(101.0))
    assert made.preflight_of(made.exchange(0)) is None
    made = timeline(entry(0.0, time=76), chromium_preflight(1_200.0))
    assert made.preflight_of(made.exchange(0)) is None


def test_a_plain_options_request_is_no_preflight() -> None:
    made = timeline(entry(0.0, "OPTIONS", status=200), preflight(1.0))
    assert [made.is_preflight(exchange) for exchange in made.exchanges] == [False, True]


def redirect(
    at: float, url: str, location: str, status: int = 302, method: str = "GET", **members: Any
) -> dict[str, Any]:
    made = entry(at, method, url, status, response=[("Location", location)], **members)
    made["response"]["redirectURL"] = location
    return made


def test_a_redirect_is_followed_to_the_exchange_it_caused() -> None:
    made = timeline(
        entry(0.0, url="https://app.example.com/callback?code=1"),
        redirect(10.0, "https://idp.example.net/authorize", "https://app.example.com:443/callback?code=1#top"),
        entry(30.0, url="https://app.example.com/callback?code=1"),
    )
    assert index(made.redirected_to(made.exchange(1))) == 2
    assert index(made.redirected_from(made.exchange(2))) == 1
    assert made.redirected_from(made.exchange(0)) is None


def test_a_relative_redirect_from_a_post_is_followed_by_a_get() -> None:
    made = timeline(
        redirect(0.0, "https://app.example.com/login", "/home", 303, "POST"),
        entry(9.0, url="https://app.example.com/home"),
    )
    assert index(made.redirected_to(made.exchange(0))) == 1


def test_a_307_is_not_followed_by_another_method() -> None:
    made = timeline(
        redirect(0.0, "https://api.example.com/a", "https://api.example.com/b", 307, "POST"),
        entry(9.0, "GET", "https://api.example.com/b"),
        entry(12.0, "POST", "https://api.example.com/b"),
    )
    assert index(made.redirected_to(made.exchange(0))) == 2


def test_a_redirect_loop_is_linked_round_by_round() -> None:
    one, two = "https://app.example.com/", "https://app.example.com/login"
    made = timeline(*[redirect(20.0 * i, (one, two)[i % 2], (two, one)[i % 2]) for i in range(6)])
    assert [index(made.redirected_to(exchange)) for exchange in made.exchanges] == [1, 2, 3, 4, 5, None]


def test_a_refused_call_made_again_is_a_retry_of_the_latest_failure() -> None:
    made = timeline(
        entry(0.0, status=401),
        entry(50.0, "POST", "https://api.example.com/auth/session/refresh"),
        entry(100.0, status=401),
        entry(200.0),
        entry(300.0),
    )
    assert [index(made.retry_of(made.exchange(i))) for i in (0, 1, 2, 3)] == [None, None, 0, 2]


def test_calls_in_flight_together_are_no_retries_of_each_other() -> None:
    made = timeline(entry(0.0, status=401, time=80, timings={}), entry(10.0, status=401, time=80, timings={}))
    assert made.retry_of(made.exchange(1)) is None


def test_the_page_is_known_by_headers_before_titles_before_initiators() -> None:
    page = {
        "startedDateTime": BEGIN.isoformat(),
        "id": "page_1",
        "title": "https://app.example.com/home",
        "pageTimings": {},
    }
    made = timeline(
        entry(0.0, request=[("Origin", "https://a.example"), ("Referer", "https://a.example/x?y=1")]),
        entry(1.0, request=[("Origin", "https://a.example"), ("Referer", "https://b.example/")]),
        entry(2.0, request=[("Referer", "https://b.example/deep")], pageref="page_1"),
        entry(3.0, pageref="page_1"),
        entry(4.0, _initiator={"type": "script", "url": "https://cdn.example/x.js"}),
        entry(5.0),
        pages=[page],
    )
    assert [made.page_url(exchange) for exchange in made.exchanges] == [
        "https://a.example/x?y=1",
        "https://a.example",
        "https://b.example/deep",
        "https://app.example.com/home",
        "https://cdn.example/x.js",
        "",
    ]
    assert made.page(made.exchange(3)) is made.capture.pages[0]
    assert made.page(made.exchange(5)) is None


def test_calls_of_a_document_in_a_frame_are_in_that_frame() -> None:
    frame = "https://app.example.com/silent"
    made = timeline(
        entry(
            0.0,
            url=frame,
            request=[("Sec-Fetch-Dest", "iframe"), ("Sec-Fetch-Mode", "navigate")],
            _resourceType="document",
        ),
        entry(5.0, request=[("Referer", frame), ("Sec-Fetch-Dest", "empty")]),
        entry(6.0, request=[("Referer", "https://app.example.com/"), ("Sec-Fetch-Dest", "empty")]),
    )
    assert [made.in_frame(exchange) for exchange in made.exchanges] == [True, True, False]


DTYPES = {
    "exchange": "int64",
    "started": "datetime64[ms, UTC]",
    **dict.fromkeys(("at_ms", "sent_ms", "answered_ms", "ended_ms", "duration_ms"), "float64"),
    **dict.fromkeys(("blocked_ms", "dns_ms", "connect_ms", "ssl_ms", "send_ms", "wait_ms", "receive_ms"), "float64"),
    **dict.fromkeys(("method", "scheme", "host", "path"), "string"),
    "status": "Int64",
    "resource_type": "category",
    "source": "category",
    **dict.fromkeys(("request_header_bytes", "request_body_bytes"), "Int64"),
    **dict.fromkeys(("response_header_bytes", "response_body_bytes"), "Int64"),
    **dict.fromkeys(("content_bytes", "transferred_bytes", "page"), "Int64"),
    **dict.fromkeys(("redirected_from", "preflight_for", "retry_of"), "Int64"),
}


def test_the_frame_has_the_documented_columns_and_dtypes() -> None:
    frame = timeline(entry(0.0, time=40), chromium_preflight(2.0), entry("")).to_frame()
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == DTYPES
    assert frame["exchange"].tolist() == [1, 0, 2]
    assert frame["preflight_for"].fillna(-1).tolist() == [0, -1, -1]
    assert frame["started"].isna().tolist() == [False, False, True]
    assert frame["started"].iloc[1] == BEGIN
    documented = (Path(__file__).parents[1] / "docs" / "timeline.md").read_text(encoding="utf-8")
    assert [name for name in DTYPES if f"`{name}`" not in documented] == []


def test_the_frame_shows_captured_text_only_through_the_projector() -> None:
    made = timeline(entry(0.0, url="https://api.example.com/api/feed"))
    hidden = made.to_frame()
    assert hidden[["method", "host", "path"]].isna().to_numpy().all()
    shown = made.to_frame(lambda text: f"<{text.kind.value} {len(text)}>")
    rows = shown[["method", "host", "path"]].to_numpy().tolist()
    assert rows == [["<method 3>", "<host 15>", "<path 9>"]]


def test_haralyzer_gives_the_figures_of_each_page() -> None:
    page = {
        "startedDateTime": BEGIN.isoformat(),
        "id": "page_1",
        "title": "https://app.example.com/",
        "pageTimings": {"onContentLoad": 60.5, "onLoad": 90.0},
    }
    made = timeline(
        redirect(0.0, "https://app.example.com/", "/home", pageref="page_1", time=12),
        entry(12.0, url="https://app.example.com/home", pageref="page_1"),
        entry(30.0),
        pages=[page],
    )
    unknown, first = sorted(made.page_figures(), key=lambda figures: figures.page is not None)
    assert (unknown.page, unknown.exchanges) == (None, 1)
    assert (first.page, first.exchanges) == (made.capture.pages[0], 2)
    assert (first.load, first.content_loaded) == (90.0, 60.5)
    assert first.first_byte == 12 + 1 + 5
    assert first.size == 4
    assert made.page_figures(limit=2) == ()


def test_haralyzer_reads_a_capture_whose_optional_members_are_missing() -> None:
    bare = {"request": {"url": "https://app.example.com/"}, "response": {"status": 200}}
    made = timeline(bare, {"request": {}}, pages=[{"id": "page_1"}])
    parser = made.to_haralyzer()
    assert [len(page.entries) for page in parser.pages] == [len(made.exchanges), 0]
    assert parser.pages[0].entries[0].request.url == "https://app.example.com/"
    assert parser.version == "1.2"


def test_a_recorded_login_keeps_its_preflights_before_their_calls() -> None:
    made = Timeline(haranalyze.read_capture((EXCERPTS / "browser-cache-front-token.har").read_bytes()))
    for exchange in made.exchanges:
        if made.is_preflight(exchange):
            guarded = made.preflight_for(exchange)
            assert guarded is not None
            assert made.position(exchange) + 1 == made.position(guarded)
            assert made.answered(exchange) <= made.sent(guarded)


URLS = st.sampled_from(
    [
        "https://a.example/",
        "https://a.example/x?y=1",
        "https://b.example/x",
        "/relative",
        "",
        "data:,x",
        "https://[",
    ]
)
MOMENTS = st.one_of(st.none(), st.just(""), st.floats(0, 100_000).map(lambda at: round(at, 3)))
PHASE = st.one_of(st.none(), st.just(-1), st.floats(allow_nan=False, allow_infinity=False, width=16))


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    method = draw(st.sampled_from(["GET", "POST", "OPTIONS", ""]))
    asked = [("Access-Control-Request-Method", "GET")] if method == "OPTIONS" and draw(st.booleans()) else []
    made = entry(
        draw(MOMENTS),
        method,
        draw(URLS),
        draw(st.sampled_from([-1, 0, 200, 302, 307, 401, 502])),
        request=asked,
        response=[("Location", draw(URLS))],
        timings=draw(st.dictionaries(st.sampled_from(["blocked", "connect", "ssl", "send", "wait", "receive"]), PHASE)),
    )
    made["time"] = draw(PHASE)
    made["response"]["redirectURL"] = made["response"]["headers"][0]["value"]
    return made


@given(st.lists(entries(), max_size=12))
def test_no_capture_makes_the_timeline_raise_and_times_never_run_backwards(
    made: list[dict[str, Any]],
) -> None:
    line = timeline(*made)
    assert sorted(order(line)) == list(range(len(made)))
    for position, exchange in enumerate(line.exchanges):
        assert line.position(exchange) == position
        started, sent = line.started(exchange), line.sent(exchange)
        assert 0 <= started <= sent <= line.answered(exchange) <= line.ended(exchange)
        linked = line.redirected_to(exchange)
        assert linked is None or line.redirected_from(linked) is exchange
        guarded = line.preflight_for(exchange)
        assert guarded is None or line.preflight_of(guarded) is exchange
        retried = line.retry_of(exchange)
        assert retried is None or line.position(retried) < position
        line.page_url(exchange)
        line.in_frame(exchange)
    assert len(line.to_frame()) == len(made)
    line.page_figures()


@given(st.lists(st.integers(0, 10_000), unique=True, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_order_of_the_file(stamps: list[int], shuffle: Any) -> None:
    made = [entry(float(at), url=f"https://a.example/{at}") for at in sorted(stamps)]
    mixed = list(made)
    shuffle.shuffle(mixed)
    urls = [[exchange.request.raw_url for exchange in timeline(*part).exchanges] for part in (made, mixed)]
    assert urls[0] == urls[1]


@pytest.mark.parametrize("status", [302, 401, 204])
def test_a_timeline_of_many_equal_exchanges_takes_linear_time(status: int) -> None:
    made = redirect(0.0, "https://api.example.com/api/me", "/api/me", status)
    guarded = [preflight(0.0) if i % 2 else made for i in range(4_000)]
    line = timeline(*guarded)
    begin = time.perf_counter()
    for exchange in line.exchanges:
        line.redirected_to(exchange)
        line.retry_of(exchange)
        line.preflight_of(exchange)
    assert time.perf_counter() - begin < 2.0


def test_text_shown_in_the_frame_is_marked_with_its_kind() -> None:
    seen: list[Text] = []

    def show(text: Text) -> str:
        seen.append(text)
        return "x"

    timeline(entry(0.0, url="https://api.example.com/a")).to_frame(show)
    assert {(text.kind, raw(text)) for text in seen} == {
        (Kind.METHOD, "GET"),
        (Kind.HOST, "api.example.com"),
        (Kind.PATH, "/a"),
    }


@pytest.mark.parametrize(("creator", "answered"), [("mitmproxy", 60.0), ("WebInspector", 90.0)])
def test_mitmproxy_connects_to_the_server_before_the_request_or_within_its_wait(creator: str, answered: float) -> None:
    timings = {"connect": 10.0, "ssl": 20.0, "send": 5.0, "wait": 55.0, "receive": 10.0}
    log = {"version": "1.2", "creator": {"name": creator}, "entries": [entry(timings=timings, time=100.0)]}
    timeline = haranalyze.read_capture(json.dumps({"log": log}).encode()).timeline
    only = timeline.exchanges[0]
    assert timeline.times(only) == (0.0, 0.0 if creator == "mitmproxy" else 30.0, answered, answered + 10.0)
