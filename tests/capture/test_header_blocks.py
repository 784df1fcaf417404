"""Pasted requests and answers, and ZAP's message export."""

import pytest

from haranalyze.capture import read_capture
from haranalyze.errors import CaptureError

PASTED = """GET /me?x=1 HTTP/1.1
Host: api.example.com
Authorization: Bearer abc

HTTP/1.1 401 Unauthorized
Date: Fri, 27 Nov 2026 05:24:21 GMT
Set-Cookie: a=1
Set-Cookie: b=2
Content-Type: application/json

{"error": "expired"}

POST /login HTTP/1.1
Host: localhost:3000
Content-Type: application/json

{"user": "robin"}

HTTP/1.1 200 OK

"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_requests_and_answers_pair_up(ends: str) -> None:
    capture = read_capture(PASTED.replace("\n", ends).encode())
    first, second = capture.exchanges
    assert capture.format == "http-text"
    assert first.request.raw_url == "https://api.example.com/me?x=1"
    assert first.response.raw_all("set-cookie") == ("a=1", "b=2")
    assert first.response.body.json() == {"error": "expired"}
    assert second.request.raw_url == "http://localhost:3000/login"
    assert second.request.body.json() == {"user": "robin"}
    assert second.response.status == 200


def test_the_pseudo_headers_of_http_2() -> None:
    text = (
        ":method: GET\n:authority: api.example.com\n:scheme: https\n:path: /me\naccept: */*\n\n"
        ":status: 401\ncontent-type: application/json\n\n{}\n"
    )
    (exchange,) = read_capture(text.encode()).exchanges
    assert (exchange.request.raw_url, exchange.response.status) == ("https://api.example.com/me", 401)
    assert exchange.request.has(":authority")


def test_messages_exported_by_zap() -> None:
    text = (
        "===1 ==========\r\nGET http://shop.example/me HTTP/1.1\r\nhost: shop.example\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi\r\n===2 ==========\r\nGET http://shop.example/x HTTP/1.1\r\n"
        "host: shop.example\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n"
    )
    capture = read_capture(text.encode())
    assert [(one.request.raw_url, one.response.status) for one in capture] == [
        ("http://shop.example/me", 200),
        ("http://shop.example/x", 404),
    ]
    assert capture.exporter == "zap"


def test_a_request_without_an_answer() -> None:
    capture = read_capture(
        b"GET /a HTTP/1.1\nHost: a.example\n\nGET /b HTTP/1.1\nHost: a.example\n\nHTTP/1.1 200 OK\n\n"
    )
    assert [one.response.status for one in capture] == [0, 200]


def test_an_answer_without_its_request_is_told() -> None:
    with pytest.raises(CaptureError, match="no request"):
        read_capture(b"HTTP/1.1 401 Unauthorized\nDate: x\n\n{}")
    capture = read_capture(b"HTTP/1.1 200 OK\n\nGET /a HTTP/1.1\nHost: a.example\n\nHTTP/1.1 200 OK\n\n")
    assert [note.code for note in capture.notes] == ["answers-without-request"]


@pytest.mark.parametrize(
    "text", [b"hello world", b"GET me a coffee", b"\x00\x01\x02\x03", b"HTTP is nice", b"a: b\nc: d"]
)
def test_other_text_gives_one_clear_error(text: bytes) -> None:
    with pytest.raises(CaptureError):
        read_capture(text)
