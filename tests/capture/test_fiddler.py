"""Fiddler archives."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from haranalyze.capture import read_capture
from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits
from tests.capture.test_containers import zipped

REQUEST = b"GET https://api.example.com/me HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer x\r\n\r\n"
PACKED = gzip.compress(b'{"error": "expired"}')
RESPONSE = (
    b"HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"
    b"Content-Type: application/json\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(PACKED), PACKED)
)
TIMERS = (
    b'<?xml version="1.0" encoding="utf-8"?><Session SID="1" BitFlags="59"><SessionTimers '
    b'ClientConnected="0001-01-01T00:00:00" ClientBeginRequest="2026-11-27T06:24:21.0000000+01:00" '
    b'FiddlerBeginRequest="2026-11-27T06:24:21.0100000+01:00" ServerBeginResponse="2026-11-27T06:24:21.1100000+01:00" '
    b'ClientDoneResponse="2026-11-27T06:24:21.1500000+01:00" /><SessionFlags><SessionFlag N="x-clientip" V="::1" />'
    b"</SessionFlags></Session>"
)


RECORDED = Path(__file__).parent / "recorded/fiddler"


def test_an_archive_that_fiddler_wrote() -> None:
    capture = read_capture((RECORDED / "websocket.saz").read_bytes())
    (opened,) = capture.exchanges  # the tunnel before it is left out
    assert (opened.request.method, opened.response.status, opened.response.body.present) == ("GET", 101, False)
    assert opened.request.raw_url == "http://echo.websocket.org/?encoding=text"
    assert opened.response.raw_all("access-control-allow-headers")[:2] == ("content-type", "authorization")
    assert opened.started == pytest.approx(1_543_219_623_196.25)
    assert opened.duration == pytest.approx(2_580.97, abs=0.1)
    assert {note.code: note.count for note in capture.notes} == {"saz-tunnels-left-out": 1}


def test_an_archive_without_timers() -> None:
    capture = read_capture((RECORDED / "multiple-sessions.saz").read_bytes())
    assert [one.request.raw_url for one in capture] == ["http://localhost:9000/test"] * 4
    assert [one.response.status for one in capture] == [200] * 4
    assert all(one.response.body.present for one in capture)


def saz(*sessions: tuple[bytes, bytes | None, bytes | None]) -> bytes:
    members = [("[Content_Types].xml", b"<Types/>"), ("_index.htm", b"<html></html>")]
    for number, parts in enumerate(sessions, start=1):
        for mark, content in zip(("c.txt", "s.txt", "m.xml"), parts, strict=True):
            if content is not None:
                members.append((f"raw/{number:02}_{mark}", content))
    return zipped(*members)


def test_a_session_is_an_exchange() -> None:
    capture = read_capture(saz((REQUEST, RESPONSE, TIMERS)), "ticket.saz")
    (exchange,) = capture.exchanges
    assert (capture.format, capture.exporter, capture.container) == ("fiddler", "fiddler", ("zip",))
    assert exchange.request.raw_url == "https://api.example.com/me"
    assert exchange.response.body.json() == {"error": "expired"}
    assert (exchange.started, round(exchange.duration or 0)) == (1_795_757_061_000, 150)
    assert exchange.timings.wait == pytest.approx(100)


def test_tunnels_are_left_out_and_order_is_by_number() -> None:
    tunnel = (
        b"CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        None,
    )
    many = [(REQUEST.replace(b"/me", b"/%d" % number), RESPONSE, None) for number in range(1, 12)]
    capture = read_capture(saz(tunnel, *many))
    assert [one.request.url.path for one in capture] == [f"/{number}" for number in range(1, 12)]
    assert "saz-tunnels-left-out" in {note.code for note in capture.notes}


def test_a_large_body_is_read_when_asked() -> None:
    large = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + b"a" * 50_000
    body = read_capture(saz((REQUEST, large, None))).exchanges[0].response.body
    assert (body.size, len(body.raw_text() or "")) == (50_000, 50_000)


def test_a_session_without_an_answer() -> None:
    assert read_capture(saz((REQUEST, None, b"<broken"))).exchanges[0].failed


@pytest.mark.parametrize("sessions", [[(b"", b"", None)], [(b"\xff" * 100, RESPONSE, None)]])
def test_an_archive_without_requests_gives_one_clear_error(
    sessions: list[tuple[bytes, bytes | None, bytes | None]],
) -> None:
    with pytest.raises(CaptureError):
        read_capture(saz(*sessions))


def test_locked_archives_and_bombs_are_told() -> None:
    data = bytearray(saz((REQUEST, RESPONSE, None)))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        offsets = [one.header_offset for one in archive.infolist()]
    for offset in offsets:
        data[offset + 6] |= 1
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    with pytest.raises(CaptureError, match="password"):
        read_capture(bytes(data))
    with pytest.raises(LimitError):
        read_capture(saz((REQUEST, b"a" * 30_000_000, None)), limits=Limits(max_bytes=2_000_000))
    with pytest.raises(LimitError, match="max_exchanges"):
        read_capture(saz(*[(REQUEST, None, None)] * 3), limits=Limits(max_exchanges=2))
