"""The server as a process: starts fast, stops without losing anything, and survives kill -9 at any moment."""

import contextlib
import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import requests

import haranalyze
from haranalyze.web.server import GRACE
from tests.web.conftest import LOOP, PATIENCE, Server, serving, start
from tests.web.load import LIMITS, survive_kills


@pytest.mark.parametrize(("kind", "kills"), [("sqlite", 2), ("postgresql", 1)])
def test_kill_9_loses_nothing_that_was_acknowledged(
    kind: str, kills: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Kills while uploads and analyses run; ``python -m tests.web.load kills`` makes twenty of each."""
    options = LIMITS if kind == "sqlite" else (*LIMITS, "--database", request.getfixturevalue("fresh_database"))
    figures = survive_kills(tmp_path / "data", options, kills, 7)
    assert figures["acknowledged"] >= kills
    assert (figures["lost or half"], figures["twice"], figures["missing in the list"]) == (0, 0, 0)


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    assert true()


def test_a_server_that_stops_gives_back_what_it_reads_and_the_next_one_reads_it(tmp_path: Path) -> None:
    """The life of two servers on one folder: the second may not join, the first ends streams and keeps the rest."""
    with serving(tmp_path / "data", "--jobs", "1", *LIMITS) as server:
        with pytest.raises(AssertionError, match="another haranalyze server works in"):
            start(tmp_path / "data")
        captures = [server.upload(LOOP.read_bytes()) for _ in range(6)]
        stream = server.ask("GET", f"/api/v1/captures/{captures[-1]}/events", stream=True)
        began = time.monotonic()
        assert server.stop() == -signal.SIGTERM
        assert time.monotonic() - began < GRACE  # it does not wait for the stream
        stream.close()
        assert "Stopped. Recordings that were accepted are kept" in server.log.read_text(encoding="utf-8")
    with serving(tmp_path / "data", *LIMITS) as server:
        assert {server.done(capture)["state"] for capture in captures} == {"done"}
        assert server.stop(signal.SIGINT) == 130  # Ctrl-C


def test_only_the_sanitized_copy_is_kept_and_the_settings_file_is_heeded(tmp_path: Path) -> None:
    """A canary in a cookie of the recording is in nothing the server keeps, and the copy gives the same finding."""
    canary = "canary4711canary4711canary4711"
    document = json.loads(LOOP.read_bytes())
    for entry in document["log"]["entries"]:
        entry["request"]["headers"].append({"name": "Cookie", "value": f"other={canary}"})
    (tmp_path / "haranalyze.toml").write_text('severity = { foreign-401 = "critical" }\n', encoding="utf-8")
    options = ("--keep-captures", "--config", str(tmp_path / "haranalyze.toml"))
    with serving(tmp_path / "data", *options) as server:
        capture = server.upload(json.dumps(document).encode())
        done = server.done(capture)
        report = server.ask("GET", f"/api/v1/captures/{capture}/report/json").json()
        assert [one["severity"] for one in report["findings"] if one["rule"] == "foreign-401"] == ["critical"]
        answer = server.ask("GET", f"/api/v1/captures/{capture}/sanitized")
        assert answer.headers["Content-Disposition"].endswith('.safe.har"')
        assert server.ask("GET", f"/captures/{capture}/download/sanitized").content == answer.content
        assert "Sanitized recording" in server.ask("GET", f"/captures/{capture}").text
        again = haranalyze.analyze(haranalyze.read_capture(answer.content))
        assert again.verdict.headline == done["verdict"]["headline"]
        _until(lambda: not list((server.data / "uploads").iterdir()))
        kept = [path.read_bytes() for path in server.data.rglob("*") if path.is_file()]
        assert not any(canary.encode() in one for one in (*kept, answer.content))


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with small limits."""
    limits = (
        "--max-upload",
        "1",
        "--queue",
        "3",
        "--uploads-per-minute",
        "20",
        "--uploads-at-once",
        "2",
        "--jobs",
        "1",
    )
    with serving(tmp_path_factory.mktemp("strict") / "data", *limits) as running:
        yield running


def test_an_announced_giant_is_refused_before_it_is_sent(strict: Server) -> None:
    began = time.monotonic()
    answer = strict.ask("POST", "/api/v1/captures", data=b"x" * (3 * 2**20))
    assert answer.status_code == 413
    assert answer.json()["detail"] == "the file is 3 MB, and 1 MB is the limit of this server"
    assert time.monotonic() - began < 5


def test_refused_giants_take_no_room_in_the_queue(strict: Server) -> None:
    """Four, where three may wait."""
    for _ in range(4):
        assert strict.ask("POST", "/api/v1/captures", data=b"x" * (3 * 2**20)).status_code == 413


def test_an_unannounced_giant_is_cut_and_leaves_nothing(strict: Server) -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(200):
            sent += 2**16
            yield b"x" * 2**16

    with contextlib.suppress(requests.ConnectionError):  # cut while it was still sending
        assert strict.ask("POST", "/api/v1/captures", data=pieces()).status_code == 413
    assert sent < 8 * 2**20
    _until(lambda: not list((strict.data / "uploads").iterdir()))


def _upload_head(server: Server) -> str:
    host, token = urlsplit(server.address).netloc, server.session.headers["Authorization"]
    return f"POST /api/v1/captures HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token!s}\r\n"


def test_a_refused_upload_is_heard_out_so_that_its_client_sees_the_answer(strict: Server) -> None:
    """Closed at once, the connection would be reset under a client that still sends."""
    place = urlsplit(strict.address)
    head = _upload_head(strict)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=PATIENCE) as line:
        line.sendall(f"{head}Content-Length: 3000000\r\n\r\n".encode())
        for _ in range(30):
            line.sendall(b"x" * 100_000)
            time.sleep(0.02)
        assert line.recv(12) == b"HTTP/1.1 413"


def test_who_only_announces_a_giant_is_answered_at_once(strict: Server) -> None:
    """The rest is read after the answer, not before it."""
    place = urlsplit(strict.address)
    head = _upload_head(strict)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=PATIENCE) as line:
        began = time.monotonic()
        line.sendall(f"{head}Content-Length: 3000000\r\n\r\n".encode())
        assert line.recv(12) == b"HTTP/1.1 413"
        answered = time.monotonic()
        while line.recv(4096):
            pass
        assert answered - began < time.monotonic() - answered  # the two seconds of reading on are the second part


def test_of_an_announced_giant_almost_nothing_is_read(strict: Server) -> None:
    strict.done(strict.upload(LOOP.read_bytes()))  # all modules are read
    place, process = urlsplit(strict.address), psutil.Process(strict.process.pid)
    before = process.io_counters().read_chars
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=PATIENCE) as line:
        line.sendall(f"{_upload_head(strict)}Content-Length: 300000000\r\n\r\n".encode())
        with contextlib.suppress(ConnectionError):  # cut while it was still sending
            for _ in range(500):
                line.sendall(b"x" * 100_000)
        assert line.recv(12) == b"HTTP/1.1 413"
    assert process.io_counters().read_chars - before < 2**20


def test_a_client_that_waits_for_a_100_is_refused_at_once(strict: Server) -> None:
    place = urlsplit(strict.address)
    head = _upload_head(strict)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=PATIENCE) as line:
        line.sendall(f"{head}Expect: 100-continue\r\nContent-Length: 3000000\r\n\r\n".encode())
        assert line.recv(12) == b"HTTP/1.1 413"


def test_a_full_queue_answers_429_and_takes_more_once_it_has_room(strict: Server) -> None:
    """Also the limit of one person: 20 uploads in a minute."""
    kept: list[requests.Response] = []
    refused: list[requests.Response] = []
    for _ in range(25):
        answer = strict.ask("POST", "/api/v1/captures", data=LOOP.read_bytes())
        (kept if answer.status_code == 201 else refused).append(answer)
    assert {answer.status_code for answer in refused} == {429}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert any("wait to be read" in answer.json()["detail"] for answer in refused)
    assert {strict.done(answer.json()["id"])["state"] for answer in kept} == {"done"}


def test_the_log_is_json_lines_without_content(strict: Server) -> None:
    strict.ask("GET", "/recent", params={"q": "words-of-a-search"})
    strict.ask("GET", "/captures/id-of-a-capture")
    lines = [line for line in strict.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    assert {"started", "request"} <= {json.loads(line)["event"] for line in lines}
    assert not any("words-of-a-search" in line or "id-of-a-capture" in line for line in lines)
