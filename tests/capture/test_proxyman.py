"""Proxyman logs, laid out like those of Proxyman 5.19."""

import gzip
import json
from base64 import b64encode
from typing import Any

import pytest

from haranalyze.capture import read_capture, read_captures
from haranalyze.capture.model import Capture
from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits
from tests.capture.test_containers import zipped

BEGIN = 1_795_314_863.25  # seconds


def side(body: bytes | None, *headers: tuple[str, str], **members: Any) -> dict[str, Any]:
    lines = [{"key": {"name": n, "nameInLowercase": n.lower()}, "value": v, "isEnabled": True} for n, v in headers]
    written = None if body is None else b64encode(body).decode()
    version = {"major": 1, "minor": 1}
    return {"header": {"entries": lines}, "version": version, "bodyData": written, **members}


def flow(asked: dict[str, Any] | None = None, answered: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    request = side(
        b"",
        ("Host", "api.example.com"),
        ("Cookie", "sid=1"),
        method={"name": "GET"},
        scheme="https",
        host="api.example.com",
        port=443,
        uri="/me?a=1",
        fullPath="https://api.example.com/me?a=1",
    )
    response = side(
        b'{"error": "jwt expired"}',
        ("Content-Type", "application/json"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        status={"code": 401, "phrase": "Unauthorized"},
    )
    times = ("requestStartedAt", "requestEndedAt", "responseStartedAt", "responseEndedAt")
    timing = {name: BEGIN + later for name, later in zip(times, (0, 0.01, 0.21, 0.25), strict=True)}
    made = {"request": {**request, **(asked or {})}, "response": {**response, **(answered or {})}, "timing": timing}
    return {**made, "summary": {"serverIpAddress": "10.0.0.7"}, **members}


def log(*flows: Any) -> bytes:
    names = (f"request_{number}_70{number}" for number in range(len(flows)))
    return zipped(*((name, json.dumps(one).encode()) for name, one in zip(names, flows, strict=True)))


def read(*flows: Any, limits: Limits | None = None) -> Capture:
    return read_capture(log(*flows), limits=limits or Limits())


def test_an_exchange_whole() -> None:
    (capture,) = read_captures(log(flow()), "log.proxymanlogv2")
    assert (capture.format, capture.exporter, capture.container) == ("proxyman", "proxyman", ("zip",))
    (one,) = capture.exchanges
    assert (one.request.method, one.request.raw_url) == ("GET", "https://api.example.com/me?a=1")
    assert one.request.raw("cookie") == "sid=1"
    assert one.response.status == 401
    assert one.response.raw_all("set-cookie") == ("a=1", "b=2")
    assert one.response.body.json() == {"error": "jwt expired"}
    assert one.started == pytest.approx(BEGIN * 1000)
    assert one.duration == pytest.approx(250, abs=0.01)
    assert one.timings.wait == pytest.approx(200, abs=0.01)
    assert not capture.notes


def test_exchanges_come_in_the_order_of_their_numbers() -> None:
    flows = [flow({"fullPath": f"https://a.example/{number}"}) for number in range(12)]
    assert [one.request.raw_url[-2:].strip("/") for one in read(*flows)] == [str(number) for number in range(12)]


@pytest.mark.parametrize("packed", [True, False])
def test_a_body_with_its_coding_still_on_and_without(packed: bool) -> None:
    text = json.dumps({"items": ["a letter with ä"] * 200}).encode()
    body = gzip.compress(text) if packed else text
    (one,) = read(flow(None, side(body, ("Content-Type", "application/json"), ("Content-Encoding", "gzip"))))
    assert one.response.body.json() == json.loads(text)


def test_a_long_body_is_read_from_the_archive_again() -> None:
    text = json.dumps({"items": ["x" * 100] * 100})
    (one,) = read(flow(None, side(text.encode(), ("Content-Type", "application/json"))))
    assert one.response.body.json() == json.loads(text)
    assert one.response.body.size == len(text)


def test_no_answer() -> None:
    one = read({**flow(), "response": None}).exchanges[0]
    assert (one.response.status, one.response.body.present) == (0, False)


def test_the_address_from_its_parts() -> None:
    one = read(flow({"fullPath": None, "port": 8443})).exchanges[0]
    assert one.request.raw_url == "https://api.example.com:8443/me?a=1"


def test_what_is_left_out_is_told() -> None:
    capture = read(flow(), {"request": 5}, flow({"method": {"name": "CONNECT"}}), "junk")
    assert len(capture.exchanges) == 1
    assert {note.code: note.count for note in capture.notes} == {
        "proxyman-flow-unreadable": 2,
        "proxyman-tunnels-left-out": 1,
    }


def test_nothing_in_it_and_too_much_in_it() -> None:
    with pytest.raises(CaptureError, match="no HTTP request that was decrypted"):
        read(flow({"method": {"name": "CONNECT"}}))
    with pytest.raises(LimitError, match="max_exchanges"):
        read(flow(), flow(), limits=Limits(max_exchanges=1))


@pytest.mark.parametrize("odd", [None, 5, "x", [], {}, [5], {"code": "x"}, -1, 1e308])
@pytest.mark.parametrize("member", ["status", "header", "bodyData", "version", "error"])
def test_odd_members_are_passed_over(member: str, odd: Any) -> None:
    for one in read(flow(None, {member: odd}), {**flow(), "timing": odd, "summary": odd}):
        one.response.body.raw_text()
