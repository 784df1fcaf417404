"""Headers and cookies of requests and responses in every form an exporter writes them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture import read_capture
from haranalyze.capture.model import Exchange
from tests.capture.small import entry, har


def only(made: dict[str, Any]) -> Exchange:
    return read_capture(har(made)).exchanges[0]


def test_several_headers_are_asked_for_at_once_whether_commonly_wanted_or_not() -> None:
    response = only(
        entry({}, {"headers": [{"name": "ETag", "value": "1"}, {"name": "X-Own-Mark", "value": "2"}]})
    ).response
    assert response.has_any(("age", "etag"))
    assert response.has_any(("x-own-mark", "age"))
    assert not response.has_any(("age", "x-other"))
    assert not response.has_any(())


def test_messages_with_the_same_header_names_keep_their_own_values() -> None:
    listed = [
        [{"name": "Via", "value": str(number)}, {"name": "via", "value": "x"}, {"name": "Date", "value": f"d{number}"}]
        for number in range(3)
    ]
    exchanges = read_capture(har(*[entry({}, {"headers": one}) for one in listed])).exchanges
    assert [one.response.raw_all("via") for one in exchanges] == [("0", "x"), ("1", "x"), ("2", "x")]
    assert [one.response.raw("date") for one in exchanges] == ["d0", "d1", "d2"]


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


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=20)), max_size=8))
def test_any_header_list_keeps_order_repeats_and_spelling(pairs: list[tuple[str, str]]) -> None:
    listed = [{"name": name, "value": value} for name, value in pairs]
    request = only(entry({"headers": listed})).request
    assert [(header.name, header.value) for header in request.headers] == pairs
    for name, _ in pairs:
        low = name.lower()
        if low != "set-cookie":
            assert request.raw_all(low) == tuple(value for spelled, value in pairs if spelled.lower() == low)
