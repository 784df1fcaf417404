"""The server as a process: starts fast, stops without losing anything, and survives kill -9 at any moment."""

import contextlib
import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.web.conftest import LOOP, PATIENCE, Server, serving, start
from tests.web.load import LIMITS, survive_kills


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_kill_9_loses_nothing_that_was_acknowledged(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Three kills while uploads and analyses run; ``python -m tests.web.load kills`` makes twenty."""
    options = LIMITS if kind == "sqlite" else (*LIMITS, "--database", request.getfixturevalue("fresh_database"))
    figures = survive_kills(tmp_path / "data", options, 3, 7)
    assert figures["acknowledged"] > 0
    assert (figures["lost or half"], figures["twice"], figures["missing in the list"]) == (0, 0, 0)


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    assert true()


def test_a_graceful_stop_gives_back_what_is_read_and_the_next_start_reads_it(tmp_path: Path) -> None:
    with serving(tmp_path / "data", *LIMITS) as server:
        captures = [server.upload(LOOP.read_bytes()) for _ in range(6)]
        assert server.stop() == -signal.SIGTERM
        assert "Stopped. Recordings that were accepted are kept" in server.log.read_text(encoding="utf-8")
    with serving(tmp_path / "data", *LIMITS) as server:
        assert {server.done(capture)["state"] for capture in captures} == {"done"}


def test_a_stop_ends_event_streams_at_once(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--jobs", "1", *LIMITS) as server:
        for _ in range(10):
            last = server.upload(LOOP.read_bytes())
        stream = server.ask("GET", f"/api/v1/captures/{last}/events", stream=True)
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 8
        stream.close()


def test_ctrl_c_is_the_ordinary_way_to_stop(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        assert server.stop(signal.SIGINT) == 130


def test_two_servers_never_share_a_folder(tmp_path: Path) -> None:
    with serving(tmp_path / "data"), pytest.raises(AssertionError, match="another haranalyze server works in"):
        start(tmp_path / "data")


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
