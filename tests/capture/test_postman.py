"""Postman collections: saved responses, variables, auth helpers, and what is no recording."""

import json
from base64 import b64decode
from typing import Any

import pytest

import haranalyze
from haranalyze.capture import read_capture, read_captures
from haranalyze.capture.postman import Scope, header_pairs, url_text
from haranalyze.errors import CaptureError, LimitError
from tests.capture.small import entry, har
from tests.capture.test_containers import zipped

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
BASE = {"key": "base", "value": "https://api.example.com"}
DATE = {"key": "Date", "value": "Fri, 27 Nov 2026 05:24:21 GMT"}


def saved(request: Any = None, **response: Any) -> dict[str, Any]:
    asked = {"method": "GET", "header": [], "url": {"raw": "{{base}}/me", "host": ["{{base}}"], "path": ["me"]}}
    made = {"name": "answer", "originalRequest": asked | (request or {}), "code": 401, "status": "Unauthorized"}
    return {**made, "header": [DATE], "body": '{"message": "jwt malformed"}', **response}


def item(*responses: Any, **members: Any) -> dict[str, Any]:
    return {"name": "Me", "request": {"method": "GET", "url": "{{base}}/me"}, "response": list(responses), **members}


def collection(*items: Any, **members: Any) -> bytes:
    frame = {
        "info": {"name": "Shop", "schema": SCHEMA},
        "variable": [BASE],
    }
    return json.dumps({**frame, "item": list(items), **members}).encode()


def environment(**values: str) -> bytes:
    listed = [{"key": name, "value": value, "enabled": True} for name, value in values.items()]
    return json.dumps({"name": "staging", "values": listed, "_postman_variable_scope": "environment"}).encode()


def bearer(token: str) -> dict[str, Any]:
    return {"type": "bearer", "bearer": [{"key": "token", "value": token, "type": "string"}]}


def test_a_saved_response_is_an_exchange() -> None:
    capture = read_capture(collection({"name": "folder", "item": [item(saved(), saved({"method": "post"}))]}))
    assert (capture.format, capture.exporter) == ("postman", "postman")
    first, second = capture.exchanges
    assert (first.request.method, first.request.raw_url) == ("GET", "https://api.example.com/me")
    assert (second.request.method, second.response.status) == ("POST", 401)
    assert first.response.body.json() == {"message": "jwt malformed"}
    assert first.started == 1_795_757_061_000


@pytest.mark.parametrize("wrap", [lambda data: data, lambda data: b'{"collection":' + data + b"}"])
def test_as_exported_and_as_the_api_answers_it(wrap: Any) -> None:
    assert len(read_capture(wrap(collection(item(saved())))).exchanges) == 1


def test_version_2_0_writes_parameters_as_an_object() -> None:
    auth = {"type": "bearer", "bearer": {"token": "abc"}}
    exchange = read_capture(collection(item(saved()), auth=auth)).exchanges[0]
    assert exchange.request.raw("authorization") == "Bearer abc"


def test_the_environment_stands_above_the_collection() -> None:
    data, given = collection(item(saved())), environment(base="http://localhost:3000")
    assert read_capture(data, environments=[given]).exchanges[0].request.raw_url == "http://localhost:3000/me"
    beside = read_captures(zipped(("collection.json", data), ("env.json", given)))
    assert [one.exchanges[0].request.raw_url for one in beside] == ["http://localhost:3000/me"]


def test_a_collection_without_answers_does_not_keep_a_ticket_from_being_read() -> None:
    captures = read_captures(zipped(("collection.json", collection(item())), ("login.har", har(entry()))))
    assert [capture.format for capture in captures] == ["har"]


def test_a_file_that_is_no_environment_is_told() -> None:
    with pytest.raises(CaptureError, match="environment"):
        read_capture(collection(item(saved())), environments=[b"{}"])


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        (bearer("{{token}}"), "Bearer t-1"),
        (
            {"type": "basic", "basic": [{"key": "username", "value": "robin"}, {"key": "password", "value": "pw"}]},
            "Basic",
        ),
        ({"type": "apikey", "apikey": [{"key": "key", "value": "Authorization"}, {"key": "value", "value": "k"}]}, "k"),
        ({"type": "oauth2", "oauth2": [{"key": "accessToken", "value": "o-2"}]}, "Bearer o-2"),
        ({"type": "noauth"}, None),
    ],
)
def test_the_auth_helper_is_applied(auth: dict[str, Any], header: str | None) -> None:
    data = collection(item(saved()), auth=auth, variable=[BASE, {"key": "token", "value": "t-1"}])
    request = read_capture(data).exchanges[0].request
    sent = request.raw("authorization")
    if header == "Basic":
        assert b64decode((sent or "").removeprefix("Basic ")) == b"robin:pw"
    else:
        assert sent == header
    assert request.has("host")  # everything that was sent is known


def test_the_nearest_auth_helper_counts() -> None:
    own = saved({"auth": bearer("own")})
    data = collection(
        {"name": "f", "auth": bearer("folder"), "item": [item(saved()), item(own), item(saved(), auth=None)]},
        item(saved()),
        auth=bearer("collection"),
    )
    tokens = [exchange.request.raw("authorization") for exchange in read_capture(data)]
    assert tokens == ["Bearer folder", "Bearer own", "Bearer folder", "Bearer collection"]


@pytest.mark.parametrize(
    "members",
    [
        {"auth": {"type": "awsv4", "awsv4": []}},
        {"event": [{"listen": "prerequest", "script": {"exec": ["pm.request.headers.add({key: 'Authorization'})"]}}]},
    ],
)
def test_absence_is_not_claimed_where_something_else_may_have_added_headers(members: dict[str, Any]) -> None:
    answer = saved(body='{"message": "No authorization token was found"}')
    report = haranalyze.analyze(read_capture(collection(item(answer), **members)))
    assert [finding.rule for finding in report.findings if finding.severity not in ("info",)] == []


def test_a_variable_nobody_defines_is_a_possibility_and_not_a_certainty() -> None:
    report = haranalyze.analyze(read_capture(collection(item(saved()), auth=bearer("{{token}}"))))
    (finding,) = [one for one in report.findings if one.rule == "auth-header-malformed"]
    assert finding.confidence == "possible"
    assert any(note.code == "postman-variables-unknown" for note in report.notes)


def test_cookies_are_not_missed_where_postman_adds_them_unseen() -> None:
    signed_in = saved({"method": "POST"}, code=200, header=[DATE, {"key": "Set-Cookie", "value": "sid=1"}])
    report = haranalyze.analyze(read_capture(collection(item(signed_in, saved(body='{"message": "no session"}')))))
    assert all(finding.rule != "cookie-not-sent" for finding in report.findings)
    assert any("cookies" in lack for lack in report.capture.quality.missing)


def test_examples_that_nobody_recorded_are_left_out() -> None:
    typed = saved(header=[{"key": "Content-Type", "value": "application/json"}])
    capture = read_capture(collection(item(saved(), typed)))
    assert len(capture.exchanges) == 1
    assert {note.code: note.count for note in capture.notes}["postman-examples-left-out"] == 1
    with pytest.raises(CaptureError, match="only examples that no server answered"):
        read_capture(collection(item(typed)))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (collection(item()), "1 request and no saved response"),
        (collection(), "0 requests"),
        (b'{"info": {"schema": "x"}, "item": 5}', "no saved response"),
        (environment(a="b"), "environment"),
        (json.dumps({"id": "x", "name": "n", "order": [], "requests": []}).encode(), "format 1"),
    ],
)
def test_what_holds_no_recording_gives_one_clear_error(data: bytes, words: str) -> None:
    with pytest.raises(CaptureError, match=words):
        read_capture(data)


def test_variables_that_name_each_other_end() -> None:
    loop = Scope({"a": "{{b}}", "b": "{{a}}", "big": "{{big}}{{big}}" * 50})
    assert loop.resolved("x{{a}}").startswith("x{{")
    assert len(loop.resolved("{{big}}" * 20)) < 200_000
    assert Scope({"a": "{{b}}", "b": "c"}).resolved("{{ a }}{{d}}") == "c{{d}}"


def test_folders_nested_without_end_are_refused() -> None:
    nested: dict[str, Any] = item(saved())
    for _ in range(60):
        nested = {"name": "f", "item": [nested]}
    with pytest.raises(LimitError, match="nested"):
        read_capture(collection(nested))


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ({"raw": "https://a.example/:id", "protocol": "https", "host": ["a", "example"], "path": [":id"],
          "variable": [{"key": "id", "value": "7"}]}, "https://a.example/7"),
        ({"protocol": "http", "host": "a.example", "port": "81", "path": "/x", "query": [{"key": "q", "value": None}]},
         "http://a.example:81/x?q"),
        ({"host": ["{{base}}"], "path": ["x"]}, "{{base}}/x"),
        (None, ""), (5, ""), ([], ""),
    ],
)  # fmt: skip
def test_addresses_in_every_form(written: Any, url: str) -> None:
    assert url_text(written) == url


def test_headers_in_every_form() -> None:
    assert list(header_pairs("A: 1\r\nB: 2\n")) == [("A", "1"), ("B", "2")]
    assert list(header_pairs([{"key": "A", "value": 1}, {"key": "B", "disabled": True}, "C: 3", 5, {"key": ""}])) == [
        ("A", "1"),
        ("C", "3"),
    ]
    assert list(header_pairs(None)) == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"mode": "raw", "raw": '{"u": "{{user}}"}', "options": {"raw": {"language": "json"}}}, '{"u": "robin"}'),
        ({"mode": "urlencoded", "urlencoded": [{"key": "u", "value": "{{user}}"}, {"key": "x", "disabled": True}]}, "u=robin"),
        ({"mode": "formdata", "formdata": [{"key": "u", "value": "a b", "type": "text"}]}, "u=a+b"),
        ({"mode": "graphql", "graphql": {"query": "{ me }"}}, "{ me }"),
        ({"mode": "file", "file": {"src": "/etc/passwd"}}, None),
        ({"mode": "raw", "raw": 5}, None), (5, None), ({"mode": "urlencoded", "urlencoded": 5}, ""),
    ],
)  # fmt: skip
def test_request_bodies(body: Any, text: str | None) -> None:
    data = collection(item(saved({"method": "POST", "body": body})), variable=[{"key": "user", "value": "robin"}])
    assert (read_capture(data).exchanges[0].request.body.raw_text() or None) == (text or None)


@pytest.mark.parametrize(
    "odd", [None, 5, "x", [], {"header": 5, "code": "x", "body": 5}, {"originalRequest": 5, "header": [DATE]}]
)
def test_odd_responses_never_raise_anything_else(odd: Any) -> None:
    assert read_capture(collection(item(odd, saved()))).exchanges[-1].response.status == 401
