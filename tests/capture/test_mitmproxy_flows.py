"""mitmproxy flow files against the HAR that mitmproxy wrote of the same run, and damaged ones."""

from pathlib import Path
from typing import Any

import pytest

from haranalyze.capture import read_capture
from haranalyze.capture.message import Message
from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits

FOLDER = Path(__file__).parents[2]
FLOWS = (FOLDER / "samples/mitmproxy-token-without-scheme/capture.mitm").read_bytes()
HARDUMP = (Path(__file__).parent / "recorded/mitmproxy-hardump.har").read_bytes()


def net(value: Any) -> bytes:
    """A tnetstring of the present kind."""
    match value:
        case bool():
            data, mark = str(value).lower().encode(), b"!"
        case None:
            data, mark = b"", b"~"
        case int():
            data, mark = str(value).encode(), b"#"
        case float():
            data, mark = repr(value).encode(), b"^"
        case bytes():
            data, mark = value, b","
        case str():
            data, mark = value.encode(), b";"
        case list():
            data, mark = b"".join(map(net, value)), b"]"
        case _:
            data, mark = b"".join(net(name) + net(one) for name, one in value.items()), b"}"
    return b"%d:%b%b" % (len(data), data, mark)


def flow(request: dict[str, Any] | None = None, response: Any = (), **members: Any) -> bytes:
    asked = {
        "method": b"GET", "scheme": b"https", "host": "10.0.0.7", "port": 443, "authority": b"", "path": b"/me?a=1",
        "http_version": b"HTTP/2.0", "headers": [[b"Host", b"api.example.com"]], "content": b"",
        "timestamp_start": 1_795_757_100.0, "timestamp_end": 1_795_757_100.01,
    }  # fmt: skip
    answered = {
        "status_code": 401, "reason": b"", "http_version": b"HTTP/2.0", "content": b'{"error": "no token"}',
        "headers": [[b"set-cookie", b"a=1"], [b"set-cookie", b"b=2"], [b"content-type", b"application/json"]],
        "timestamp_start": 1_795_757_100.21, "timestamp_end": 1_795_757_100.26,
    }  # fmt: skip
    made = {"version": 21, "type": "http", "request": {**asked, **(request or {})}}
    made["response"] = (
        {**answered, **response} if isinstance(response, dict) else (answered if response == () else None)
    )
    return net({**made, **members})


def test_a_recorded_file_reads_as_mitmproxy_itself_exports_it() -> None:
    ours, theirs = read_capture(FLOWS), read_capture(HARDUMP)

    def lines(message: Message) -> list[tuple[str, str]]:
        return [(header.name, header.value) for header in message.headers]

    assert (ours.format, ours.exporter, theirs.exporter) == ("mitmproxy", "mitmproxy", "mitmproxy")
    assert len(ours.exchanges) == len(theirs.exchanges) == 5
    for one, other in zip(ours, theirs, strict=True):
        assert (one.request.method, one.request.raw_url) == (other.request.method, other.request.raw_url)
        assert lines(one.request) == lines(other.request)
        assert one.response.status == other.response.status
        assert lines(one.response) == lines(other.response)
        assert one.response.body.raw_text() == other.response.body.raw_text()
        assert (one.request.body.raw_text() or "") == (other.request.body.raw_text() or "")
        assert one.started == pytest.approx(other.started, abs=0.01)
        assert one.duration == pytest.approx(other.duration, abs=0.01)


def test_the_address_is_the_one_the_client_named() -> None:
    exchange = read_capture(flow()).exchanges[0]
    assert exchange.request.raw_url == "https://api.example.com/me?a=1"
    assert exchange.timings.wait == pytest.approx(200.0, abs=0.01)
    assert exchange.response.raw_all("set-cookie") == ("a=1", "b=2")


def test_an_address_with_a_port_and_without_a_host_header() -> None:
    bare = flow({"headers": [], "scheme": b"http", "host": "::1", "port": 8080})
    assert read_capture(bare).exchanges[0].request.raw_url == "http://[::1]:8080/me?a=1"


def test_a_compressed_body_is_decoded_when_asked() -> None:
    import gzip

    packed = gzip.compress(b'{"error": "jwt expired"}')
    answer = {"content": packed, "headers": [[b"Content-Encoding", b"gzip"], [b"Content-Type", b"application/json"]]}
    body = read_capture(flow(response=answer)).exchanges[0].response.body
    assert body.present
    assert body.json() == {"error": "jwt expired"}


def test_a_compressed_body_that_grows_without_end_is_cut() -> None:
    import gzip

    answer = {"content": gzip.compress(b"a" * 50_000_000), "headers": [[b"Content-Encoding", b"gzip"]]}
    body = read_capture(flow(response=answer), limits=Limits(max_body_bytes=1_000)).exchanges[0].response.body
    assert body.raw_text() is None


def test_a_flow_that_failed_has_no_answer() -> None:
    exchange = read_capture(flow(response=None, error={"msg": "connection refused"})).exchanges[0]
    assert exchange.failed
    assert exchange.raw_error == "connection refused"


def test_other_flows_are_left_out_with_a_note() -> None:
    capture = read_capture(net({"type": "tcp", "version": 21, "messages": []}) + flow() + flow())
    assert len(capture.exchanges) == 2
    assert [(note.code, note.count) for note in capture.notes] == [("flows-not-http", 1)]


def test_a_file_cut_off_keeps_the_whole_flows() -> None:
    capture = read_capture(flow() + flow()[:-40])
    assert len(capture.exchanges) == 1
    assert capture.salvaged
    assert [note.code for note in capture.notes] == ["cut-off"]


@pytest.mark.parametrize(
    "data",
    [
        b"5:hello,", b"99999999999:x,", b"12:abc", b"0:}", b"3:1:a}", net([[[[]]]]), b"6:3:abc,]", net({"type": "tcp"}),
        net({"request": {}})[:-1] + b"#", net({"a": 1})[:-1], b"5:12a45#" * 3, net({"request": 5, "type": "http"}),
    ],
)  # fmt: skip
def test_what_is_no_flow_gives_one_clear_error(data: bytes) -> None:
    with pytest.raises(CaptureError):
        read_capture(data)


def test_odd_members_are_read_as_far_as_they_go() -> None:
    odd = flow(
        {"headers": [[b"a"], 5, [b"b", None]], "port": "x", "timestamp_start": None, "path": 7}, {"headers": None}
    )
    exchange = read_capture(odd + net({"request": {}})).exchanges[0]
    assert exchange.started is None
    assert exchange.response.status == 401


def test_nesting_and_counts_have_limits() -> None:
    deep: Any = []
    for _ in range(200):
        deep = [deep]
    with pytest.raises(CaptureError, match="damaged at byte"):
        read_capture(net({"request": deep}))
    with pytest.raises(LimitError, match="max_exchanges"):
        read_capture(flow() * 3, limits=Limits(max_exchanges=2))


@pytest.mark.parametrize("odd", [10**400, -(10**400), 10**30, float("nan"), float("inf"), -5])
def test_numbers_beyond_sense_are_passed_over(odd: float) -> None:
    times = {"timestamp_start": odd, "timestamp_end": odd}
    server = {"timestamp_start": odd, "timestamp_tcp_setup": odd, "timestamp_tls_setup": odd}
    capture = read_capture(flow({"port": odd, **times}, {"status_code": odd, **times}, server_conn=server))
    assert capture.exchanges[0].response.status == 0
