"""HTTP/1 messages as text: chunks, codings, folded lines, addresses."""

import gzip

import pytest

from haranalyze.capture.har_log import Half, bytes_of
from haranalyze.capture.http_message import read_request_text, read_response_text, unchunked, url_of


def test_a_chunked_and_compressed_answer() -> None:
    packed = gzip.compress(b'{"a": 1}')
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed)
    answer = read_response_text(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
        + chunked
    )
    assert (answer.status, answer.reason) == (401, "No")
    assert answer.half.body is not None
    assert bytes_of(answer.half.body, 1_000) == b'{"a": 1}'


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"3\r\nabc\r\n0\r\n\r\n", b"abc"), (b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n", b"abcde"), (b"plain", b"plain"), (b"", b""),
        (b"ff\r\nshort", b"short"), (b"0\r\n\r\n", b""), (b"zz\r\nabc", b"zz\r\nabc"),
    ],
)  # fmt: skip
def test_chunks(data: bytes, body: bytes) -> None:
    assert unchunked(data) == body


def test_a_folded_line_continues_its_header() -> None:
    asked = read_request_text(b"GET /x HTTP/1.1\r\nA: 1\r\n  2\r\nB: 3\r\n\r\n")
    assert asked is not None
    assert list(asked.half.headers) == [("A", "1 2"), ("B", "3")]


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"no request here at all", b"GET", b"\xff" * 50])
def test_what_is_no_message(data: bytes) -> None:
    assert read_request_text(data) is None
    assert read_response_text(data).status == 0


@pytest.mark.parametrize(
    ("target", "headers", "url"),
    [
        ("/x", [("Host", "a.example")], "https://a.example/x"),
        ("/x", [("Host", "localhost:3000")], "http://localhost:3000/x"),
        ("/x", [("Host", "a.example:8080"), ("Origin", "http://a.example:8080")], "http://a.example:8080/x"),
        ("https://b.example/y", [("Host", "a.example")], "https://b.example/y"),
        ("/x", [], "/x"),
    ],
)
def test_addresses(target: str, headers: list[tuple[str, str]], url: str) -> None:
    assert url_of(target, Half(headers)) == url
