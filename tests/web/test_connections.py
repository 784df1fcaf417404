"""Slow clients are cut at their deadlines, and nobody else notices."""

import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import uvicorn

from haranalyze.web.connections import with_deadlines
from tests.web.conftest import HEALTHY, TOKEN, Server

HEADER, BODY, RATE = 1.0, 2.0, 1000  # seconds, seconds, bytes a second


@pytest.fixture(scope="module")
def quick() -> Iterator[tuple[str, int]]:
    """The protocol with short deadlines, in front of an application that reads every body."""
    import asyncio
    import threading

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        assert callable(receive)
        assert callable(send)
        size = 0
        while True:
            message = await receive()
            size += len(message.get("body", b""))
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                break
        body = str(size).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    bound = socket.create_server(("127.0.0.1", 0))
    protocol = with_deadlines(HEADER, BODY, RATE)
    server = uvicorn.Server(uvicorn.Config(app, http=protocol, ws="none", lifespan="off", log_config=None))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[bound])))
    thread.start()
    yield bound.getsockname()
    server.should_exit = True
    thread.join(timeout=30)
    bound.close()


def talk(place: tuple[str, int], first: bytes, drip: bytes = b"", every: float = 0.3) -> tuple[bytes, float]:
    """Send ``first``, then ``drip`` again and again; the answer and how long the connection lived."""
    began = time.monotonic()
    with socket.create_connection(place) as line:
        line.sendall(first)
        line.settimeout(every)
        answer = b""
        while time.monotonic() - began < 30:
            try:
                data = line.recv(4096)
                answer += data
                if not data:
                    break
            except TimeoutError:
                if drip:
                    try:
                        line.sendall(drip)
                    except OSError:
                        break
            except ConnectionResetError:
                break
    return answer, time.monotonic() - began


@pytest.mark.parametrize(
    ("first", "drip", "least", "most"),
    [
        (b"", b"", HEADER, HEADER + 4),  # silence
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"", HEADER, HEADER + 4),  # half a header
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"a: b\r\n", HEADER, HEADER + 4),  # a header line now and then
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", b"x", BODY, BODY + 4),  # a byte now and then
    ],
)
def test_a_slow_request_is_cut(quick: tuple[str, int], first: bytes, drip: bytes, least: float, most: float) -> None:
    answer, lived = talk(quick, first, drip)
    assert answer.startswith(b"HTTP/1.1 408 ") or answer == b""
    assert least <= lived <= most + 3


def test_a_slow_header_after_an_answer_is_cut_too(quick: tuple[str, int]) -> None:
    whole = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    answer, lived = talk(quick, whole + b"GET / HT", b"")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert lived <= HEADER + 7


def test_a_body_that_keeps_coming_may_take_longer_than_the_deadline(quick: tuple[str, int]) -> None:
    size, piece = 12_000, 1_500
    with socket.create_connection(quick) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % size)
        began = time.monotonic()
        for _ in range(size // piece):
            line.sendall(b"x" * piece)
            time.sleep(0.4)
        line.settimeout(10)
        answer = b""
        while data := line.recv(4096):
            answer += data
    assert time.monotonic() - began > BODY
    assert answer.endswith(b"%d" % size)


def test_honest_uploads_go_on_while_many_are_slow(server: Server) -> None:
    place = (urlsplit(server.address).hostname or "", urlsplit(server.address).port or 0)
    head = f"POST /api/v1/captures HTTP/1.1\r\nHost: 127.0.0.1:{place[1]}\r\nAuthorization: Bearer {TOKEN}\r\n"
    slow = [socket.create_connection(place) for _ in range(80)]
    try:
        for number, line in enumerate(slow):
            line.sendall(head.encode() if number % 2 else f"{head}Content-Length: 999999\r\n\r\nx".encode())
        began = time.monotonic()
        capture = server.upload(HEALTHY.read_bytes())
        assert time.monotonic() - began < 10
        assert server.done(capture)["state"] == "done"
    finally:
        for line in slow:
            line.close()
