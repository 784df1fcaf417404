"""Headers, cookies, bodies, phases and initiators in every form an exporter writes them."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture import read_capture
from haranalyze.capture.model import Exchange, header_pairs, header_slices, read_header, read_headers, read_timings
from haranalyze.options import Limits
from haranalyze.text import raw
from tests.capture.small import entry, har


def only(made: dict[str, Any], limits: Limits | None = None) -> Exchange:
    return read_capture(har(made), limits=limits).exchanges[0]


def test_several_headers_are_asked_for_at_once_whether_commonly_wanted_or_not() -> None:
    response = only(
        entry({}, {"headers": [{"name": "ETag", "value": "1"}, {"name": "X-Own-Mark", "value": "2"}]})
    ).response
    assert response.has_any(("age", "etag"))
    assert response.has_any(("x-own-mark", "age"))
    assert not response.has_any(("age", "x-other"))
    assert not response.has_any(())


PAIRS = [("X-One", "1"), ("Set-Cookie", "a=1; Path=/"), ("x-ONE", "2"), ("set-cookie", "b=2")]


@pytest.mark.parametrize(
    "form", [[{"name": name, "value": value} for name, value in PAIRS], [[name, value] for name, value in PAIRS]]
)
def test_header_lists_of_objects_and_of_pairs_read_alike(form: Any) -> None:
    response = only(entry({}, {"headers": form})).response
    assert [(header.name, header.value, header.position) for header in response.headers] == [
        (name, value, position) for position, (name, value) in enumerate(PAIRS)
    ]
    assert response.raw_all("x-one") == ("1", "2")
    assert response.raw("x-one") == "1"
    assert response.raw_set_cookies() == ("a=1; Path=/", "b=2")
    assert [place.pointer for place in response.places("set-cookie")] == [
        "/log/entries/0/response/headers/1",
        "/log/entries/0/response/headers/3",
    ]


def test_headers_as_one_object_are_read() -> None:
    request = only(entry({"headers": {"Authorization": "Bearer x", "Accept": "*/*"}})).request
    assert request.raw("authorization") == "Bearer x"
    assert [header.name for header in request.headers] == ["Authorization", "Accept"]


def test_an_odd_header_keeps_the_positions_of_the_others() -> None:
    listed: list[Any] = [None, {"name": "Via", "value": None}, "text", ["Age", 5], {"value": "x"}, {"name": "ETag"}]
    response = only(entry({}, {"headers": listed})).response
    assert response.raw("age") == "5"
    assert response.raw("via") == ""
    assert response.place("age").pointer == "/log/entries/0/response/headers/3"
    assert response.has("etag")
    assert len(response.headers) == 6


def test_the_place_of_a_header_that_is_not_there_is_the_list() -> None:
    place = only(entry()).response.place("set-cookie")
    assert (place.pointer, place.text) == ("/log/entries/0/response/headers", None)


def test_set_cookie_joined_by_line_feeds_is_split_and_other_headers_are_not() -> None:
    joined = [
        {"name": "Set-Cookie", "value": "a=1; Expires=Mon, 01 Jan 2029 00:00:00 GMT\n b=2; Secure\n\nc=3"},
        {"name": "Vary", "value": "Origin\nAccept"},
    ]
    response = only(entry({}, {"headers": joined})).response
    assert response.raw_set_cookies() == ("a=1; Expires=Mon, 01 Jan 2029 00:00:00 GMT", "b=2; Secure", "c=3")
    assert {place.pointer for place in response.places("set-cookie")} == {"/log/entries/0/response/headers/0"}
    assert len(response.places("set-cookie")) == 3
    assert response.raw("vary") == "Origin\nAccept"


COOKIE = {"name": "sid", "value": "1", "path": "/", "domain": "a.example", "secure": True, "httpOnly": True}


@pytest.mark.parametrize("written", [[COOKIE], COOKIE])
def test_cookies_come_from_the_array_or_single_object_where_no_header_is_recorded(written: Any) -> None:
    exchange = only(entry({"cookies": written}, {"cookies": written}))
    assert exchange.request.raw_cookie_pairs() == (("sid", "1"),)
    assert exchange.response.raw_set_cookies() == ("sid=1; Path=/; Domain=a.example; Secure; HttpOnly",)


def test_the_headers_win_over_the_cookies_array() -> None:
    asked = {"headers": [{"name": "cookie", "value": "a=1; b=2; a=3"}], "cookies": [COOKIE]}
    answered = {"headers": [{"name": "set-cookie", "value": "a=9"}], "cookies": [COOKIE]}
    exchange = only(entry(asked, answered))
    assert exchange.request.raw_cookie_pairs() == (("a", "1"), ("b", "2"), ("a", "3"))
    assert exchange.response.raw_set_cookies() == ("a=9",)


@pytest.mark.parametrize("written", [None, [], {}, "text", [None, 3], 0])
def test_an_odd_cookies_member_holds_no_cookie(written: Any) -> None:
    exchange = only(entry({"cookies": written}, {"cookies": written}))
    assert len(exchange.request.raw_cookie_pairs()) == len(exchange.response.raw_set_cookies())
    assert all(name == "" for name, _ in exchange.request.raw_cookie_pairs())


LINES = st.dictionaries(
    st.sampled_from(["name", "value", "comment", "x"]),
    st.one_of(
        st.text(),
        st.sampled_from(['a},{"name":"b', '},\n  {\n "name"', '"}', "}]", '{"a":[{"b":1},{"name":2}]}']),
        st.lists(st.just({"name": "inner"}), max_size=2),
    ),
)


@given(
    listed=st.one_of(st.lists(st.one_of(LINES, st.integers(), st.lists(st.text(), max_size=2)), max_size=6), LINES),
    indent=st.sampled_from([None, 0, 2]),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")]),
)
def test_a_header_list_that_is_cut_reads_like_the_whole(listed: Any, indent: int | None, separators: Any) -> None:
    written = json.dumps(listed, indent=indent, separators=separators).encode()
    slices = header_slices(written)
    try:
        pairs = None if slices is None else tuple(map(read_header, slices))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pairs = None
    if pairs is not None:
        assert pairs == header_pairs(written)
        assert pairs == tuple(read_headers(slices or ()))


def test_header_lists_as_browsers_write_them_are_cut() -> None:
    listed = [{"name": "Report-To", "value": '{"a":[{"name":"b"},{"name":"c"}]}'}, {"name": "NEL", "value": '{"a":1}'}]
    for indent in (None, 2):
        slices = header_slices(json.dumps(listed, indent=indent).encode())
        assert slices is not None
        assert [read_header(one) for one in slices] == [(one["name"], one["value"]) for one in listed]


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


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=20)), max_size=8))
def test_any_header_list_keeps_order_repeats_and_spelling(pairs: list[tuple[str, str]]) -> None:
    listed = [{"name": name, "value": value} for name, value in pairs]
    request = only(entry({"headers": listed})).request
    assert [(header.name, header.value) for header in request.headers] == pairs
    for name, _ in pairs:
        low = name.lower()
        if low != "set-cookie":
            assert request.raw_all(low) == tuple(value for spelled, value in pairs if spelled.lower() == low)
