"""Newman JSON reports, recorded with Newman and made by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

import haranalyze
from haranalyze.capture import read_capture
from haranalyze.capture.har_writer import har_of
from haranalyze.capture.model import Exchange
from haranalyze.errors import CaptureError
from haranalyze.facts import Facts
from haranalyze.options import Limits

RECORDED = Path(__file__).parent / "recorded/newman-redirect-cookie-refused.json"
SAMPLES = Path(__file__).parents[2] / "samples"


def report(*executions: dict[str, Any], **run: Any) -> bytes:
    made = {"timings": {"started": 1_795_757_000_000, "completed": 1_795_757_010_000}, "executions": list(executions)}
    return json.dumps({"collection": {"item": []}, "run": {**made, **run}}).encode()


def execution(date: str = "", took: int = 100, body: Any = None, **response: Any) -> dict[str, Any]:
    headers = [{"key": "Date", "value": date}] if date else []
    data = list(b'{"a": 1}') if body is None else body
    answer = {"code": 200, "header": headers, "stream": {"type": "Buffer", "data": data}, "responseTime": took}
    url: dict[str, Any] = {"protocol": "https", "host": ["api", "example", "com"], "port": "8443", "path": ["v1", "me"]}
    url["query"] = [{"key": "page", "value": "2"}, {"key": "off", "value": "x", "disabled": True}]
    asked = {"method": "get", "header": [{"key": "Host", "value": "api.example.com:8443"}], "url": url}
    return {"item": {"name": "Me"}, "request": asked, "response": {**answer, **response}}


def test_a_recorded_run() -> None:
    capture = read_capture(RECORDED.read_bytes(), "report.json")
    assert (capture.format, capture.exporter) == ("newman", "newman")
    redirected, login, me, refused = capture.exchanges
    assert redirected.request.raw_url == "http://api.orchard.example/v1/orders"
    assert redirected.response.body.json() == {
        "error": "credentials_required",
        "message": "No authorization token was found",
    }
    assert login.request.body.raw_text() == "a=b+c"
    assert login.response.raw("set-cookie").startswith("connect.sid=")  # type: ignore[union-attr]
    assert me.request.has("cookie")
    assert (refused.response.status, refused.raw_error) == (0, "ECONNREFUSED")
    starts = [exchange.started for exchange in capture]
    assert starts == sorted(starts)  # type: ignore[type-var]


def test_a_recorded_run_of_the_postman_cli() -> None:
    capture = read_capture((RECORDED.parent / "postman-cli.json").read_bytes(), "report.json")
    assert (capture.format, capture.exporter) == ("postman-cli", "postman-cli")
    login, orders, _, moved, refused = capture.exchanges
    assert orders.request.raw_url == "http://api.orchard.example:8095/v1/orders?page=2"
    assert orders.request.raw("authorization") == "Bearer {{token}}"
    assert login.request.body.json() == {"user": "ana", "password": "invented"}
    assert login.response.raw_set_cookies()[0].startswith("orchard.device=")
    assert moved.request.raw("cookie") == "orchard.device=d1"
    assert (orders.response.status, orders.response.body.json()["error"]) == (401, "invalid_token")
    assert (refused.response.status, refused.raw_error) == (0, "ECONNREFUSED")
    starts = [exchange.started or 0 for exchange in capture]
    assert starts == sorted(starts)
    assert starts[0] >= 1_795_768_233_910  # the run's own start
    assert {note.code: note.count for note in capture.notes}["newman-assertions-failed"] == 1
    verdict = haranalyze.analyze(capture).verdict
    assert (verdict.state, verdict.headline.count("variable name")) == ("fault", 1)


def test_the_postman_cli_in_newmans_structure_reads_the_same() -> None:
    own = read_capture((RECORDED.parent / "postman-cli.json").read_bytes())
    newmans = read_capture((RECORDED.parent / "postman-cli-newman-structure.json").read_bytes())
    assert newmans.format == "newman"
    assert [told(exchange) for exchange in own] == [told(exchange) for exchange in newmans]
    assert [note.code for note in own.notes] == [note.code for note in newmans.notes]


def told(exchange: Exchange) -> tuple[Any, ...]:
    request, response = exchange.request, exchange.response
    names = [header.name for header in (*request.headers, *response.headers)]
    return request.method, request.raw_url, names, request.body.json(), response.status, exchange.raw_error


def test_headers_that_were_left_out_prove_nothing() -> None:
    capture = read_capture((RECORDED.parent / "postman-cli-without-headers.json").read_bytes())
    facts = Facts(capture.timeline)
    assert not any(facts.quality.shows_absence(exchange, "authorization") for exchange in capture)
    assert not facts.quality.records_authorization
    assert not facts.quality.records_cookies
    assert {note.code: note.count for note in capture.notes}["newman-headers-omitted"] == 5
    document = haranalyze.analyze(capture)
    assert document.verdict.state == "cannot-tell"
    assert [finding.rule for finding in document.findings if finding.severity != "info"] == []


def test_headers_left_out_of_newmans_structure_prove_nothing() -> None:
    one = execution()
    del one["request"]["header"], one["response"]["header"]
    capture = read_capture(report(one))
    assert not Facts(capture.timeline).quality.shows_absence(capture.exchanges[0], "authorization")


def test_converted_reports_keep_what_they_cannot_show() -> None:
    capture = read_capture(RECORDED.read_bytes())
    copy = read_capture(b"".join(har_of(capture, 0.0, lambda one: (one.started or 0.0, one.duration or 0.0))))
    assert (copy.format, Facts(copy.timeline).quality.records_redirects) == ("har", False)


def test_no_proxy_is_accused_where_redirects_are_not_recorded() -> None:
    document = haranalyze.analyze(read_capture(RECORDED.read_bytes()))
    assert document.verdict.state == "cannot-tell"
    assert [finding.rule for finding in document.findings if finding.severity != "info"] == []
    (told,) = [rule for rule in document.rules if rule.rule == "auth-header-lost-upstream"]
    assert told.outcome == "cannot-tell"
    assert "redirect" in told.reason


def test_browser_policy_does_not_apply() -> None:
    document = haranalyze.analyze(read_capture((SAMPLES / "newman-missing-token/capture.json").read_bytes()))
    outcomes = {rule.rule: rule.outcome for rule in document.rules}
    for rule in ("cors-missing-allow-origin", "cookie-samesite-cross-site", "cookie-secure-over-http"):
        assert outcomes[rule] == "not-applicable"


def test_address_query_and_body() -> None:
    exchange = read_capture(report(execution())).exchanges[0]
    assert (exchange.request.method, exchange.request.raw_url) == ("GET", "https://api.example.com:8443/v1/me?page=2")
    assert exchange.response.body.json() == {"a": 1}


def test_times_come_from_date_headers_that_fit_the_run() -> None:
    dates = ("Fri, 27 Nov 2026 05:23:22 GMT", "Fri, 27 Nov 2026 05:23:27 GMT")
    capture = read_capture(report(*map(execution, dates)))
    assert [exchange.started for exchange in capture] == [1_795_757_001_900, 1_795_757_006_900]


def test_times_are_spread_where_the_server_has_another_clock() -> None:
    capture = read_capture(report(execution("Fri, 27 Nov 2026 09:23:22 GMT"), execution(), took=0))
    assert [exchange.started for exchange in capture] == [1_795_757_004_900, 1_795_757_009_900]


def test_a_variable_that_was_not_set_is_what_was_sent() -> None:
    one = execution()
    one["request"]["header"].append({"key": "Authorization", "value": "Bearer {{token}}"})
    capture = read_capture(report(one))
    assert capture.exchanges[0].request.raw("authorization") == "Bearer {{token}}"


def test_failed_assertions_are_told() -> None:
    one = {**execution(), "assertions": [{"assertion": "ok", "error": {"name": "AssertionError"}}, {"assertion": "b"}]}
    notes = {note.code: note.count for note in read_capture(report(execution(), one)).notes}
    assert notes["newman-assertions-failed"] == 1


def test_old_reports_hold_the_body_as_text() -> None:
    old = execution()
    old["response"] = {"code": 200, "body": '{"b": 2}', "header": "Date: x\r\nContent-Type: application/json"}
    assert read_capture(report(old)).exchanges[0].response.body.json() == {"b": 2}


@pytest.mark.parametrize("data", [[256], ["a"], [-1], [None], [1.5], "x", {}, [[1]], 5])
def test_a_body_that_is_no_list_of_bytes_counts_as_empty(data: Any) -> None:
    body = read_capture(report(execution(body=data))).exchanges[0].response.body
    assert body.raw_text() in ("", None)


def test_a_long_body_is_not_decoded() -> None:
    capture = read_capture(report(execution(body=[97] * 100_000)), limits=Limits(max_body_bytes=1_000))
    assert capture.exchanges[0].response.body.raw_text() is None


@pytest.mark.parametrize(
    "data",
    [
        report(), report(executions=None), report(executions={"a": 1}), b'{"collection":{},"run":5}',
        b'{"collection":{},"run":{"executions":[{"item":', b'{"run":{},"collection":{}}',
    ],
)  # fmt: skip
def test_a_report_without_executions_gives_one_clear_error(data: bytes) -> None:
    with pytest.raises(CaptureError):
        read_capture(data)


@pytest.mark.parametrize(
    "odd", [None, 5, "x", [], {"request": None, "response": 5}, {"request": {"url": 5, "header": 5}}]
)
def test_odd_executions_are_read_as_far_as_they_go(odd: Any) -> None:
    capture = read_capture(report(odd, execution()))
    assert [exchange.response.status for exchange in capture] == [0, 200]
