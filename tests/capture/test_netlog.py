"""Chrome net logs: recorded with Chromium, cut off, stripped, in other layouts."""

import json
from pathlib import Path
from typing import Any

import pytest

import haranalyze
from haranalyze.capture import read_capture
from haranalyze.errors import CaptureError, LimitError
from haranalyze.facts import Facts
from haranalyze.facts.cookie_jar import Reason
from haranalyze.options import Limits, Options
from haranalyze.redaction import Projector

HERE = Path(__file__).parent
SENSITIVE = (HERE.parents[1] / "samples/netlog-cookie-domain-mismatch/capture.json").read_bytes()
CORS = (HERE / "recorded/netlog-cors.json").read_bytes()
STRIPPED = (HERE / "recorded/netlog-stripped.json").read_bytes()
TYPES = {
    "REQUEST_ALIVE": 1, "URL_REQUEST_START_JOB": 2, "HTTP_TRANSACTION_SEND_REQUEST_HEADERS": 3,
    "HTTP_TRANSACTION_READ_RESPONSE_HEADERS": 4, "COOKIE_INCLUSION_STATUS": 5, "URL_REQUEST_JOB_FILTERED_BYTES_READ": 6,
    "HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS": 7,
}  # fmt: skip
CONSTANTS = {
    "logEventTypes": TYPES, "logSourceType": {"URL_REQUEST": 1}, "logEventPhase": {"PHASE_BEGIN": 1, "PHASE_END": 2},
    "netError": {"ERR_ABORTED": -3}, "timeTickOffset": 1_795_757_000_000, "clientInfo": {"name": "Google Chrome"},
}  # fmt: skip


def event(kind: str, time: int, phase: int = 0, source: int = 7, **params: Any) -> dict[str, Any]:
    place = {"id": source, "type": 1, "start_time": "0"}
    return {"params": params, "phase": phase, "source": place, "time": str(time), "type": TYPES[kind]}


def request(url: str = "https://a.example/x", time: int = 100, *headers: str, source: int = 7) -> list[dict[str, Any]]:
    sent = ["Host: a.example", *headers]
    return [
        event("URL_REQUEST_START_JOB", time, 1, source, url=url, method="GET", initiator="https://a.example"),
        event(
            "HTTP_TRANSACTION_SEND_REQUEST_HEADERS", time + 5, source=source, line="GET /x HTTP/1.1\r\n", headers=sent
        ),
    ]


def answer(time: int, *lines: str, source: int = 7) -> dict[str, Any]:
    return event("HTTP_TRANSACTION_READ_RESPONSE_HEADERS", time, source=source, headers=["HTTP/1.1 200 OK", *lines])


def netlog(*events: dict[str, Any], **constants: Any) -> bytes:
    lines = ",\n".join(json.dumps(one) for one in events)
    return b'{"constants":%b,\n"events": [\n%b],\n"polledData": [{}]}\n' % (
        json.dumps({**CONSTANTS, **constants}).encode(),
        lines.encode(),
    )


def facts_of(data: bytes) -> Facts:
    return Facts(read_capture(data).timeline, Options())


def test_a_recorded_log() -> None:
    capture = read_capture(SENSITIVE, "net-export.json")
    assert (capture.format, capture.exporter, capture.salvaged) == ("netlog", "chromium", False)
    login = next(one for one in capture if one.request.raw_url == "http://api.garden.example/login")
    assert (login.request.method, login.response.status) == ("POST", 200)
    assert login.request.has("origin")
    assert [page.url.host for page in capture.pages if page.url] == ["app.garden.example"]
    starts = [one.started or 0 for one in capture]
    assert starts == sorted(starts)
    (decision,) = login.raw_cookie_decisions
    assert (decision.operation, decision.excluded) == ("store", ("INVALID_DOMAIN",))


def test_what_the_browser_says_about_cors_is_evidence() -> None:
    facts = facts_of(CORS)
    calls = [one for one in facts.capture if one.request.url.host == "api.orchard.example"]
    preflight, guarded, *others = calls
    assert (preflight.request.method, guarded.response.status) == ("OPTIONS", 0)
    assert guarded.raw_cors_error == "PreflightMissingAllowOriginHeader"
    assert facts.timeline.preflight_of(guarded) is preflight
    for call in calls:
        decision = facts.cors.decision(call)
        assert decision is not None
        assert decision.allowed is False
    assert [one.response.status for one in others] == [401, 401]
    assert preflight.response.body.raw_text() == "GET, HEAD"
    assert (
        next(one for one in facts.capture if "nothere" in one.request.raw_url).raw_error == "net::ERR_NAME_NOT_RESOLVED"
    )


def test_a_stripped_log_accuses_nobody_and_asks_for_a_better_one() -> None:
    report = haranalyze.analyze(read_capture(STRIPPED))
    assert report.capture.quality.sanitized == "certainly"
    assert [finding.rule for finding in report.findings if finding.severity != "info"] == []
    assert "netlog-stripped" in {note.code for note in report.notes}


def test_a_log_without_any_cookie_is_not_taken_for_a_stripped_one() -> None:
    facts = facts_of(netlog(*[one for n in range(5) for one in (*request(source=n), answer(300, source=n))]))
    assert facts.quality.sanitized == "no"
    assert facts.quality.shows_absence(facts.capture.exchanges[0], "cookie")


def test_the_browsers_word_stands_above_the_prediction() -> None:
    sets = answer(200, "Set-Cookie: sid=1; Path=/; Secure; HttpOnly")
    word = event("COOKIE_INCLUSION_STATUS", 201, operation="store", status="EXCLUDE_USER_PREFERENCES, DO_NOT_WARN")
    (stored,) = facts_of(netlog(*request(), sets)).cookie_jar.events
    (refused,) = facts_of(netlog(*request(), sets, word)).cookie_jar.events
    assert (stored.refused, refused.refused) == (None, Reason.THIRD_PARTY)
    held = event("COOKIE_INCLUSION_STATUS", 402, source=8, operation="send", name="sid", status="EXCLUDE_SAMESITE_LAX")
    again = [*request(time=400, source=8), held, answer(500, source=8)]
    facts = facts_of(netlog(*request(), sets, *again))
    (left,) = facts.cookie_jar.left_out(facts.capture.exchanges[1])
    assert left.reason is Reason.SAME_SITE_LAX


def test_a_redirect_is_two_exchanges() -> None:
    first = event("HTTP_TRANSACTION_READ_RESPONSE_HEADERS", 150, headers=["HTTP/1.1 302 Found", "Location: /y"])
    capture = read_capture(netlog(*request(), first, *request("https://a.example/y", 160), answer(200)))
    assert [(one.request.url.path, one.response.status) for one in capture] == [("/x", 302), ("/y", 200)]


def test_http_2_and_bodies_in_pieces() -> None:
    begin = request()[0]
    sent = event("HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS", 110, headers=[":method: GET", ":authority: a.example"])
    pieces = [
        event("URL_REQUEST_JOB_FILTERED_BYTES_READ", 300, byte_count=4, bytes=one) for one in ("eyJhIg==", "OiAxfQ==")
    ]
    (exchange,) = read_capture(netlog(begin, sent, answer(200, "Content-Type: application/json"), *pieces)).exchanges
    assert exchange.request.raw(":authority") == "a.example"
    assert exchange.request.http_version == "h2"
    assert exchange.response.body.json() == {"a": 1}


@pytest.mark.parametrize("cut", [40, 200, 450])
def test_a_log_that_breaks_off_is_read_up_to_there(cut: int) -> None:
    data = netlog(*request(), answer(200), *request(source=8, time=300), answer(400, source=8))
    capture = read_capture(data[:-cut])
    assert capture.exchanges
    assert capture.salvaged


@pytest.mark.parametrize("layout", [json.dumps, lambda value: json.dumps(value, indent=1)])
def test_other_layouts_of_the_same_log(layout: Any) -> None:
    data = layout(json.loads(SENSITIVE)).encode()
    assert len(read_capture(data).exchanges) == len(read_capture(SENSITIVE).exchanges)


def test_answers_of_a_cache_are_left_out_with_a_note() -> None:
    capture = read_capture(netlog(*request(), answer(200), request(source=8)[0]))
    assert len(capture.exchanges) == 1
    assert [(note.code, note.count) for note in capture.notes] == [("netlog-without-headers", 1)]


@pytest.mark.parametrize(
    "data",
    [
        netlog(), netlog(event("REQUEST_ALIVE", 1)), b'{"constants": 5}', b'{"constants":{},\n"events": [\n', b'{"constants"',
        netlog(*request("chrome://settings")), b'{"constants":{"a":1},\n{"a":\n]', netlog(*request(), logSourceType=5),
    ],
)  # fmt: skip
def test_a_log_without_requests_gives_one_clear_error(data: bytes) -> None:
    with pytest.raises(CaptureError):
        read_capture(data)


def test_odd_events_do_no_harm() -> None:
    odd: list[Any] = [
        {"source": 5}, {"source": {"type": 1}}, {"source": {"type": 1, "id": [1]}, "type": 2, "time": "x"},
        event("URL_REQUEST_START_JOB", 1, 1, url=5), event("COOKIE_INCLUSION_STATUS", 1, status=5),
    ]  # fmt: skip
    capture = read_capture(netlog(*odd, *request(), answer(200, "no colon", ": x"), timeTickOffset="nonsense"))
    assert len(capture.exchanges) == 1
    with pytest.raises(LimitError, match="max_exchanges"):
        read_capture(netlog(*request(), *request(source=8)), limits=Limits(max_exchanges=1))


@pytest.mark.parametrize("odd", [{}, [], None, "4", 1.5])
def test_numbers_that_are_none_are_passed_over(odd: Any) -> None:
    types = {**TYPES, "CORS_REQUEST": 8, "CORS_PREFLIGHT_URL_REQUEST": 9, "CORS_PREFLIGHT_ERROR": 10}
    place = {"id": 3, "type": 1}
    events = [
        {"source": place, "type": odd, "time": "1"},
        {"source": place, "type": 8, "phase": 1, "time": "1", "params": {"url": "https://a.example/y"}},
        {"source": place, "type": 9, "time": "1", "params": {"source_dependency": {"id": odd}}},
        {"source": place, "type": 10, "time": "2", "params": {}},
    ]
    capture = read_capture(netlog(*events, *request(), answer(120), logEventTypes=types))
    assert [one.request.raw_url for one in capture] == ["https://a.example/y", "https://a.example/x"]


@pytest.mark.parametrize("time", ["1" + "0" * 400, "NaN", "1e999", '"x"', "null"])
def test_times_beyond_sense_are_passed_over(time: str) -> None:
    written = netlog(*request(), answer(120), answer(130)).replace(b'"time": "130"', f'"time": {time}'.encode())
    assert len(read_capture(written).exchanges) == 1
    offset = netlog(*request(), answer(120)).replace(str(CONSTANTS["timeTickOffset"]).encode(), time.encode())
    assert len(read_capture(offset).exchanges) == 1


def test_a_stripped_log_asks_for_another_log_and_not_for_a_har() -> None:
    ask = facts_of(STRIPPED).quality.ask
    assert ask is not None
    assert "chrome://net-export" in Projector().say(ask)
