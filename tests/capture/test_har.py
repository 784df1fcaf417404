"""The dialects of HAR: whatever the exporter wrote, the exchanges are read and oddities become notes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture import read_capture, read_captures
from haranalyze.capture.model import Capture, Exchange, Source
from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits
from haranalyze.text import raw
from tests.capture.small import START, entry, har, log


def only(data: bytes) -> Exchange:
    capture = read_capture(data)
    assert len(capture.exchanges) == 1
    return capture.exchanges[0]


def codes(capture: Capture) -> dict[str, str]:
    return {note.code: note.pointer for note in capture.notes}


def test_an_ordinary_entry_is_read_whole() -> None:
    capture = read_capture(har(entry(), entry({"method": "post"}, {"status": 401})), "ticket.har")
    first, second = capture.exchanges
    assert (first.index, first.pointer) == (0, "/log/entries/0")
    assert (first.request.method, first.request.raw_url) == ("GET", "https://api.example.com/feed")
    assert (first.response.status, first.response.http_version, first.duration) == (200, "h2", 20.0)
    assert (second.request.method, second.response.status, second.pointer) == ("POST", 401, "/log/entries/1")
    assert (capture.format, capture.version, capture.exporter, capture.notes) == ("har", "1.2", "chromium", ())
    assert raw(capture.name) == "ticket.har"


@pytest.mark.parametrize(
    ("written", "version"), [("1.1", "1.1"), ("1.2", "1.2"), ("1.3", "1.3"), ("", "1.1"), (None, "1.1"), (1.2, "1.2")]
)
def test_the_version_may_be_empty_null_or_a_number(written: Any, version: str) -> None:
    assert read_capture(har(entry(), version=written)).version == version


def test_nothing_depends_on_the_order_of_members() -> None:
    document = log(entry())["log"]
    turned = {"_recordingName": "x", **dict(reversed(document.items()))}
    assert only(json.dumps({"_first": 1, "log": turned}).encode()).response.status == 200


@pytest.mark.parametrize("creator", [None, "Some Tool 1.0", 7, [], {"name": None}])
def test_a_creator_of_any_type_is_read(creator: Any) -> None:
    assert len(read_capture(har(entry(), creator=creator)).exchanges) == 1


def test_a_missing_creator_is_read() -> None:
    document = log(entry())
    del document["log"]["creator"]
    assert only(json.dumps(document).encode()).response.status == 200


@pytest.mark.parametrize("half", ["request", "response"])
def test_a_null_or_missing_half_becomes_a_note_with_its_place(half: str) -> None:
    missing = entry()
    del missing[half]
    capture = read_capture(har(entry(), {**entry(), half: None}, missing))
    assert len(capture.exchanges) == 3
    assert codes(capture)[f"{half}-missing"] == f"/log/entries/1/{half}"
    assert next(note for note in capture.notes if note.code == f"{half}-missing").count == 2
    assert capture.exchanges[0].response.status == 200


@pytest.mark.parametrize("odd", [None, 3, "text", [], True])
def test_an_entry_that_is_no_object_keeps_its_index(odd: Any) -> None:
    capture = read_capture(har(entry(), odd, entry({}, {"status": 500})))
    assert [exchange.response.status for exchange in capture] == [200, 0, 500]
    assert codes(capture)["entry-not-object"] == "/log/entries/1"


def test_null_members_everywhere_read_as_absent() -> None:
    nulls = entry()
    nulls["request"] = {**dict.fromkeys(nulls["request"]), "url": "https://a.example/"}
    nulls["response"] = dict.fromkeys(nulls["response"])
    nulls.update(time=None, timings=None, cache=None)
    exchange = only(har(nulls, pages=None))
    assert (exchange.request.method, exchange.response.status, exchange.duration) == ("", 0, None)
    assert len(exchange.request.headers) == len(exchange.response.headers) == 0
    assert not exchange.response.body.present
    assert exchange.response.raw_redirect_url == ""
    assert exchange.timings.wait is None


@pytest.mark.parametrize(
    ("status", "read"),
    [(0, 0), (-1, 0), (-2, 0), (-999, 0), (200, 200), ("401", 401), (None, 0), (99, 0), (1000, 0), ("abc", 0)],
)
def test_a_status_that_is_no_answer_is_0(status: Any, read: int) -> None:
    exchange = only(har(entry({}, {"status": status})))
    assert exchange.response.status == read
    assert exchange.failed is (read == 0)


@pytest.mark.parametrize("written", ["inf", "-inf", "nan", "1e999", "Infinity"])
def test_numbers_written_as_text_that_are_no_numbers_are_absent(written: str) -> None:
    sizes = {"headersSize": written, "bodySize": written}
    exchange = only(har(entry(sizes, {**sizes, "status": written, "_transferSize": written}, time=written)))
    assert (exchange.response.status, exchange.duration) == (0, None)
    assert exchange.request.headers_size is None
    assert exchange.response.transfer_size is None


def test_a_null_redirect_spelled_out_leads_nowhere() -> None:
    for written in (None, "null", ""):
        assert only(har(entry({}, {"status": 302, "redirectURL": written}))).response.raw_redirect_url == ""
    to = only(har(entry({}, {"status": 302, "redirectURL": "/next"}))).response
    assert to.raw_redirect_url == "/next"


@pytest.mark.parametrize(
    ("members", "source"),
    [
        ({"_fromCache": "memory"}, Source.MEMORY_CACHE),
        ({"_fromCache": "disk"}, Source.DISK_CACHE),
        ({"_fetchType": "Memory Cache"}, Source.MEMORY_CACHE),
        ({"_fetchType": "Disk Cache"}, Source.DISK_CACHE),
        ({"_fetchType": "Service Worker"}, Source.SERVICE_WORKER),
        ({"_fetchType": "Network Load"}, Source.NETWORK),
        ({}, Source.NETWORK),
    ],
)
def test_what_answered_is_read_from_each_browsers_mark(members: dict[str, str], source: Source) -> None:
    assert only(har(entry(**members))).source is source


@pytest.mark.parametrize(
    ("members", "source"),
    [
        ({"fromDiskCache": True}, Source.DISK_CACHE),
        ({"fromServiceWorker": True}, Source.SERVICE_WORKER),
        ({"_fetchedViaServiceWorker": True}, Source.SERVICE_WORKER),
        ({"_fetchedViaServiceWorker": False}, Source.NETWORK),
    ],
)
def test_what_answered_may_stand_in_the_response(members: dict[str, bool], source: Source) -> None:
    assert only(har(entry({}, members))).source is source


@pytest.mark.parametrize(("where", "member"), [("response", "_error"), ("response", "_failureText"), ("", "_error")])
def test_the_failure_text_is_found_where_each_exporter_puts_it(where: str, member: str) -> None:
    failure = {member: "net::ERR_FAILED"}
    written = entry({}, failure) if where else entry(**failure)
    assert only(har(written)).raw_error == "net::ERR_FAILED"


def test_the_connection_is_the_id_and_not_the_port() -> None:
    assert only(har(entry(connection="443", _connectionId="17"))).raw_connection == "17"
    assert only(har(entry(connection="12"))).raw_connection == "12"


def test_a_bad_start_time_costs_the_stamp_and_not_the_entry() -> None:
    stamps = ["", "NaN-NaN-NaNTNaN", "2026-11-22T02:34:23.123", START]
    capture = read_capture(har(*(entry(startedDateTime=stamp) for stamp in stamps)))
    assert [exchange.started is None for exchange in capture] == [True, True, False, False]
    assert codes(capture)["stamp-unreadable"] == "/log/entries/0/startedDateTime"
    assert codes(capture)["stamp-without-zone"] == "/log/entries/2/startedDateTime"
    assert capture.exchanges[2].started == capture.exchanges[3].started


def test_a_missing_url_is_a_note() -> None:
    capture = read_capture(har(entry({"url": None}), entry({"url": "/relative"})))
    assert codes(capture)["url-missing"] == "/log/entries/0/request/url"
    assert capture.exchanges[1].request.url.ok is False


@pytest.mark.parametrize("pages", [None, [], "text", [None, 4], [{}], [{"id": "p1", "pageTimings": None}]])
def test_pages_of_any_form_are_read(pages: Any) -> None:
    assert len(read_capture(har(entry(pageref="p1"), pages=pages)).exchanges) == 1


def test_a_page_with_a_url_title_knows_its_url_and_an_expanded_year_has_no_start() -> None:
    page = {
        "id": "page_1",
        "title": "https://app.example.com/",
        "startedDateTime": "+058063-05-13T22:58:17.000Z",
        "pageTimings": {"onContentLoad": 12.5, "onLoad": -1770134700697000},
    }
    read = read_capture(har(entry(pageref="page_1"), pages=[page])).pages[0]
    assert read.url is not None
    assert read.url.host == "app.example.com"
    assert (read.started, read.content_loaded, read.loaded, read.pointer) == (None, 12.5, None, "/log/pages/0")


@pytest.mark.parametrize("member", ["entries", "whole log"])
def test_a_har_without_a_list_of_exchanges(member: str) -> None:
    if member == "entries":
        document = log()
        del document["log"]["entries"]
        assert read_capture(json.dumps(document).encode()).exchanges == ()
    else:
        with pytest.raises(CaptureError, match="no /log/entries"):
            read_capture(b'{"log": null}')


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\x00\x00", "empty"),
        (b"[]", "JSON list"),
        (b'{"a": 1}', "no /log/entries"),
        (b"hello", "byte 0"),
        (b"<!DOCTYPE html><p>", "web page"),
        (b"<?xml version='1.0'?><items burpVersion='2'>", "XML is damaged at byte"),
        (b"1234:7:request", "mitmproxy"),
        (b'{"info":{"_postman_id":"x"},"item":[]}', "Postman collection"),
        (b'{"_postman_variable_scope":"environment"}', "Postman environment"),
        (b'{"constants":{},"events":[]}', "net log"),
        (b'[{"durations":{},"request":{}}]', "a JSON list"),
    ],
)
def test_a_file_that_is_no_har_gives_one_error_that_says_what_it_is(data: bytes, words: str) -> None:
    with pytest.raises(CaptureError, match=words):
        read_captures(data)


def test_more_exchanges_than_allowed_is_an_error_that_names_the_limit() -> None:
    data = har(entry(), entry(), entry())
    with pytest.raises(LimitError, match="max_exchanges"):
        read_capture(data, limits=Limits(max_exchanges=2))
    assert len(read_capture(data, limits=Limits(max_exchanges=3)).exchanges) == 3


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
PLACES = [
    *[("request", name) for name in entry()["request"]],
    *[("response", name) for name in [*entry()["response"], "_error", "_transferSize", "_fetchedViaServiceWorker"]],
    *[(name,) for name in [*entry(), "pageref", "connection", "_initiator", "_fromCache", "_resourceType"]],
]


@given(st.sampled_from(PLACES), JSON_VALUES)
def test_any_value_in_any_member_leaves_the_other_entries_as_they_are(place: tuple[str, ...], value: Any) -> None:
    odd = entry()
    (odd[place[0]] if len(place) == 2 else odd)[place[-1]] = value
    capture = read_capture(json.dumps(log(entry(), odd, entry({}, {"status": 404}))).encode())
    assert [capture.exchanges[0].response.status, capture.exchanges[2].response.status] == [200, 404]
    exchange = capture.exchanges[1]
    request, response = exchange.request, exchange.response
    assert all(isinstance(header.value, str) for header in (*request.headers, *response.headers))
    assert all(isinstance(text, str) for text in response.raw_set_cookies())
    assert all(isinstance(text, str) for pair in request.raw_cookie_pairs() for text in pair)
    assert isinstance(request.body.present and response.body.present, bool)
    assert exchange.timings.wait is None or exchange.timings.wait >= 0
    assert exchange.initiator is None or isinstance(exchange.initiator.kind, str)
    assert isinstance(exchange.is_page, bool)


@pytest.mark.parametrize("digits", [19, 20, 25, 400, 5_000])
@pytest.mark.parametrize("place", PLACES)
def test_a_number_of_any_length_in_any_member_is_read(place: tuple[str, ...], digits: int) -> None:
    odd = entry()
    (odd[place[0]] if len(place) == 2 else odd)[place[-1]] = "HUGE"
    nested = entry()
    (nested[place[0]] if len(place) == 2 else nested)[place[-1]] = [{"name": "HUGE", "size": "HUGE", "wait": "HUGE"}]
    inner = entry(
        {"postData": {"text": "HUGE"}}, {"content": {"size": "HUGE", "text": "HUGE"}}, timings={"wait": "HUGE"}
    )
    data = json.dumps(log(entry(), odd, nested, inner)).replace('"HUGE"', "9" * digits).encode()
    capture = read_capture(data)
    assert len(capture.exchanges) == 4
    for exchange in capture:
        assert isinstance(len(exchange.request.headers) + len(exchange.response.headers), int)
        assert exchange.response.body.size is None or exchange.response.body.size >= 0
        assert exchange.timings.wait is None or exchange.timings.wait >= 0
        assert isinstance(exchange.response.raw_set_cookies() + exchange.request.raw_cookie_pairs(), tuple)
        assert isinstance(exchange.request.body.present, bool)


@pytest.mark.parametrize("depth", [100, 3_000, 100_000])
@pytest.mark.parametrize("place", [("response", "headers"), ("response", "content"), ("_initiator",), ("_deep",)])
def test_nesting_of_any_depth_in_one_entry_is_read_or_is_one_error(place: tuple[str, ...], depth: int) -> None:
    odd = entry()
    (odd[place[0]] if len(place) == 2 else odd)[place[-1]] = "DEEP"
    data = json.dumps(log(entry(), odd)).replace('"DEEP"', "[" * depth + "]" * depth).encode()
    try:
        capture = read_capture(data)
    except LimitError as error:
        assert "max_depth" in str(error)  # noqa: PT017 - either outcome is right
        return
    last = capture.exchanges[-1]
    assert len(last.response.headers) <= 1
    assert last.initiator is None
