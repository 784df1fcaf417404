"""Transcripts of curl, recorded with curl and made by hand."""

import json
import tracemalloc
from pathlib import Path

import pytest

from haranalyze.capture import curl_transcript, read_capture
from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits

RECORDED = Path(__file__).parent / "recorded"


def recorded(name: str) -> bytes:
    return (RECORDED / name).read_bytes()


def test_output_kept_in_a_file_with_a_redirect_and_the_progress_meter() -> None:
    capture = read_capture(recorded("curl-verbose-redirected-output.txt"), "out")
    assert (capture.format, capture.exporter) == ("curl", "curl")
    first, second = capture.exchanges
    assert first.request.raw_url == "http://127.0.0.1:8765/r"
    assert first.request.raw("authorization") == "Bearer abc"
    assert (first.response.status, first.response.raw("location")) == (302, "/x")
    assert second.request.raw_url == "http://127.0.0.1:8765/x"
    assert (second.response.status, second.response.body.json()) == (401, {"a": 1})
    assert capture.timeline.redirected_from(second) is first


def test_two_calls_with_times_and_bodies_between_the_lines() -> None:
    capture = read_capture(recorded("curl-verbose-trace-time.txt"))
    assert [exchange.request.raw_url[-2:] for exchange in capture] == ["/p", "/q"]
    assert [exchange.response.body.json() for exchange in capture] == [{"a": 1}, {"a": 1}]
    assert [round(exchange.duration or 0, 1) for exchange in capture] == [5.4, 0.2]
    assert all(note.code != "curl-no-times" for note in capture.notes)


def test_a_trace_shows_request_bodies_and_long_headers_whole() -> None:
    first, second = read_capture(recorded("curl-trace-ascii.txt")).exchanges
    assert first.request.body.raw_text() == "abc=1"
    assert first.request.raw("authorization") == "Bearer " + "x" * 150
    assert (first.response.status, second.response.status) == (302, 401)
    assert second.response.body.json() == {"a": 1}


TERMINAL = """* Host api.example.com:443 was resolved.
*   Trying 192.0.2.7:443...
* Connected to api.example.com (192.0.2.7) port 443
* ALPN: curl offers h2,http/1.1
* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384 / X25519 / RSASSA-PSS
* [HTTP/2] [1] OPENED stream for https://api.example.com/me
> GET /me HTTP/2
> Host: api.example.com
> User-Agent: curl/8.14.1
> Authorization: Bearer abc
>
* Request completely sent off
< HTTP/2 401
< content-type: application/json
< date: Fri, 27 Nov 2026 05:24:21 GMT
<
{
  "error": "expired"
}* Connection #0 to host api.example.com left intact
"""


@pytest.mark.parametrize(
    "text", [TERMINAL, TERMINAL.replace("\n", "\r\n"), "$ curl -v https://api.example.com/me\n" + TERMINAL]
)
def test_output_of_a_terminal_over_http_2(text: str) -> None:
    (exchange,) = read_capture(text.encode()).exchanges
    assert exchange.request.raw_url == "https://api.example.com/me"
    assert exchange.response.http_version == "h2"
    assert exchange.response.body.json() == {"error": "expired"}
    assert exchange.started == 1_795_757_061_000


def test_a_tunnel_and_an_interim_answer_are_left_out() -> None:
    text = (
        "> CONNECT api.example.com:443 HTTP/1.1\n> Host: api.example.com:443\n>\n< HTTP/1.1 200 Connection established\n"
        "<\n* SSL connection using TLSv1.3\n> PUT /x HTTP/1.1\n> Host: api.example.com\n>\n< HTTP/1.1 100 Continue\n<\n"
        "< HTTP/1.1 204 No Content\n<\n"
    )
    capture = read_capture(text.encode())
    assert [(one.request.method, one.response.status) for one in capture] == [("PUT", 204)]
    assert capture.exchanges[0].request.raw_url == "https://api.example.com/x"
    assert [note.code for note in capture.notes] == ["curl-tunnels-left-out", "curl-no-times"]


def test_a_call_nobody_answered() -> None:
    text = "> GET /x HTTP/1.1\n> Host: h.example\n>\n* Empty reply from server\ncurl: (52) Empty reply from server\n"
    (exchange,) = read_capture(text.encode()).exchanges
    assert (exchange.response.status, exchange.raw_error) == (0, "curl: (52)")


def test_a_transcript_without_a_request_is_told() -> None:
    with pytest.raises(CaptureError):
        read_capture(b"*   Trying 127.0.0.1:1...\n* connect to 127.0.0.1 port 1 failed: Connection refused\n")


def test_a_long_body_is_whole() -> None:
    body = "[" + ",\n".join(f'"row {number}"' for number in range(2_000)) + "]"
    text = f"> GET /x HTTP/1.1\n>\n< HTTP/1.1 200 OK\n< Content-Type: application/json\n<\n{body}\n" * 3
    for exchange in read_capture(text.encode()):
        assert len(exchange.response.body.json()) == 2_000


def test_the_number_of_calls_has_a_limit() -> None:
    text = "> GET /x HTTP/1.1\n>\n< HTTP/1.1 200 OK\n<\n" * 5
    with pytest.raises(LimitError, match="max_exchanges"):
        read_capture(text.encode(), limits=Limits(max_exchanges=4))


@pytest.mark.parametrize(
    "junk", [b"\xff\xfe" + "> GET /x HTTP/1.1\n".encode("utf-16-le"), b"> GET /x HTTP/1.1\n\xff\xfe\x00< HTTP/1.1 2"]
)
def test_odd_bytes_do_no_harm(junk: bytes) -> None:
    assert read_capture(junk).exchanges[0].request.method == "GET"


HEAD = b"> GET /x HTTP/1.1\n> Host: a.example\n>\n< HTTP/1.1 200 OK\n< Content-Type: application/json\n<\n"


@pytest.mark.parametrize("before", [0, 1, 40, 80])
def test_a_body_over_several_blocks_of_the_file(before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curl_transcript, "_BLOCK", 97)
    rows = [{"row": number, "text": "* Connected to"} for number in range(50)]
    body = json.dumps(rows, indent=1).encode()
    data = (
        b"* " + b"x" * before + b"\n" + (HEAD + body + b"12:00:00.123456 * Connection #0 to host a left intact\n") * 2
    )
    capture = read_capture(data)
    assert [one.response.body.json() for one in capture] == [rows, rows]


def test_one_line_of_many_megabytes_is_not_copied() -> None:
    body = b'{"a":"' + b"x" * 20_000_000 + b'"}'
    data = HEAD + body + b"* Connection #0 to host a left intact\n" + HEAD + b"{}\n"
    tracemalloc.start()
    try:
        capture = read_capture(data)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert capture.exchanges[0].response.body.raw_length() == len(body)
    assert len(capture.exchanges) == 2
    assert most < len(body) / 2


@pytest.mark.parametrize("first", ["* Trying 10.0.0.1:443...", "== Info: Trying 10.0.0.1:443..."])
def test_a_time_of_day_at_the_beginning_is_no_length_of_a_flow(first: str) -> None:
    sent = "> GET /x HTTP/1.1\n> Host: a.example\n>\n< HTTP/1.1 200 OK\n<\n"
    capture = read_capture(f"12:34:56.123456 {first}\n12:34:56.133456 {sent}".encode())
    assert (capture.format, len(capture.exchanges)) == ("curl", 1)
