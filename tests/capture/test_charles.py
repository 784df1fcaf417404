"""Charles sessions in JSON."""

import gzip
import json
from base64 import b64encode
from typing import Any

import pytest

from haranalyze.capture import read_capture
from haranalyze.errors import CaptureError
from tests.capture.test_containers import zipped


def transaction(**members: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "status": "COMPLETE", "scheme": "https", "host": "api.example.com", "actualPort": 443, "path": "/me", "query": "a=1",
        "method": "GET", "protocolVersion": "HTTP/2", "times": {"start": "2026-11-27T06:24:21.000+01:00"},
        "durations": {"total": 120, "latency": 100, "response": 20},
        "request": {"header": {"headers": [{"name": "Host", "value": "api.example.com"}]}},
        "response": {"status": 401, "header": {"headers": [{"name": "Set-Cookie", "value": "a=1"},
                                                           {"name": "Set-Cookie", "value": "b=2"}]},
                     "body": {"text": '{"error": "expired"}'}},
    }  # fmt: skip
    return {**made, **members}


def session(*transactions: Any) -> bytes:
    return json.dumps(list(transactions)).encode()


def test_a_transaction_is_an_exchange() -> None:
    capture = read_capture(session(transaction(), transaction(scheme="http", actualPort=8080, query=None)))
    first, second = capture.exchanges
    assert (capture.format, capture.exporter) == ("charles", "charles")
    assert (first.request.raw_url, second.request.raw_url) == (
        "https://api.example.com/me?a=1",
        "http://api.example.com:8080/me",
    )
    assert (first.started, first.duration, first.timings.wait) == (1_795_757_061_000, 120, 100)
    assert first.response.raw_all("set-cookie") == ("a=1", "b=2")
    assert first.response.body.json() == {"error": "expired"}


def test_an_encoded_body_may_still_be_compressed() -> None:
    packed = b64encode(gzip.compress(b'{"a": 1}')).decode()
    answer = {"status": 200, "contentEncoding": "gzip", "body": {"encoding": "base64", "encoded": packed}}
    assert read_capture(session(transaction(response=answer))).exchanges[0].response.body.json() == {"a": 1}


def test_a_transaction_that_failed() -> None:
    (exchange,) = read_capture(session(transaction(status="EXCEPTION", response=None))).exchanges
    assert (exchange.response.status, exchange.raw_error) == (0, "charles: EXCEPTION")


def test_a_zip_with_one_file_each() -> None:
    bare = transaction(response={"status": 200, "header": {}})
    data = zipped(
        ("10-meta.json", json.dumps(transaction()).encode()),
        ("2-meta.json", json.dumps(bare).encode()),
        ("2-res.json", b'{"a": 1}'),
    )
    capture = read_capture(data)
    assert [one.response.status for one in capture] == [200, 401]
    assert capture.exchanges[0].response.body.json() == {"a": 1}


@pytest.mark.parametrize(
    "odd",
    [
        None,
        5,
        "x",
        {},
        {"scheme": 5, "host": None, "request": 5},
        transaction(request=5, response=5, times=5, durations=5),
    ],
)
def test_odd_transactions_do_no_harm(odd: Any) -> None:
    assert read_capture(session(transaction(), odd)).exchanges[0].response.status == 401


@pytest.mark.parametrize("data", [b"[]", b"[1]", b'[{"a": 1}]', b"[[]]", session(transaction(method="CONNECT"))])
def test_other_lists_give_one_clear_error(data: bytes) -> None:
    with pytest.raises(CaptureError):
        read_capture(data)
