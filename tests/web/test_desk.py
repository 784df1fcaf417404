"""The reading desk: poison costs one capture and says why; the rest is read."""

import io
import json
import zipfile
from pathlib import Path

from tests.web.conftest import HEALTHY, LOOP, Server, serving
from tests.workers import stranger

# What each does to its process, and words of the reason it is failed for; tests/workers has more of them.
POISON = {"abort": "SIGABRT", "hang": "longer than 5 seconds", "memory": "memory"}


def test_poison_among_good_recordings_costs_only_itself(tmp_path: Path) -> None:
    environment = {"PYTHONPATH": stranger.install(tmp_path / "pack")}
    options = "--uploads-per-minute 1000 --uploads-at-once 50 --time-limit 5 --memory 512".split()
    with serving(tmp_path / "data", *options, environment=environment) as server:
        poison = {server.upload(stranger.recording(did), name=f"{did}.har"): did for did in POISON}
        good = [server.upload(LOOP.read_bytes()) for _ in range(6)]
        assert {server.done(capture)["state"] for capture in good} == {"done"}
        for capture, did in poison.items():
            done = server.done(capture)
            assert done["state"] == "failed"
            assert POISON[did] in done["reason"]
            assert "(tried 2 times)" in done["reason"]
            assert len(stranger.visits(tmp_path / "pack", did)) <= 2
        assert server.process.poll() is None
        assert server.ask("GET", "/readyz").status_code == 200
        assert list((server.data / "uploads").iterdir()) == []


def bomb() -> bytes:
    """A zip of 200 KB that unpacks to 200 MB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.har", b" " * (200 * 2**20))
    return packed.getvalue()


def test_a_bomb_and_broken_files_are_refused_with_their_reason(server: Server) -> None:
    done = server.done(server.upload(bomb()))
    assert done["state"] == "failed"
    assert "max_ratio" in done["reason"]
    deep = server.done(server.upload(b'{"log":{"entries":' + b"[" * 100_000))
    assert deep["state"] == "failed"
    assert server.done(server.upload(HEALTHY.read_bytes()))["state"] == "done"


def test_progress_is_told_while_a_recording_is_read(server: Server) -> None:
    document = json.loads(LOOP.read_bytes())
    document["log"]["entries"] *= 60
    capture = server.upload(json.dumps(document).encode())
    steps = set()
    with server.ask("GET", f"/api/v1/captures/{capture}/events", stream=True) as stream:
        for line in stream.iter_lines(decode_unicode=True):
            seen = json.loads(line[6:])["progress"] if line.startswith("data: ") else None
            if seen:
                steps.add(seen["step"].partition(":")[0])
    assert {"opening the file", "following the login"} & steps
