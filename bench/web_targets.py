"""``python -m bench.web_targets [U1 ... U13 load first]``: what the server withstands, as figures.

U1   20 uploads of 50 MB at once: all accepted, memory grows by 150 MB at most, /healthz p99 at most 250 ms
U2   too large: announced, 413 within 1 s with less than 1 MB read; chunked, cut at the limit and 1 MB; bombs refused
U3   200 half headers closed within 15 s, 200 bodies of a byte a second within 60 s; an upload meanwhile within 2 s
U4   kill -9 at random moments, on SQLite and PostgreSQL: nothing acknowledged is lost, twice or half, ready within 10 s
U5   a disk of 64 MB that fills (needs root), and no file descriptor left: told, nothing half stays, works again
U6   a full queue answers 429 with Retry-After; 1,000 small files give 1,000 reports, memory within 50 MB of idle after
U7   poison among 50 good uploads, sent at once and one every 0.15 s: the good ones' p95 at most twice that without;
     poison failed after two tries at most
U8   every route refuses strangers, foreign hosts and other sites
U9   guessed links: no hit, all 404, no difference in time between wrong and ended (20,000; GUESSES)
U10  an upload is gone once read; of a report whose time is over nothing is left in the data folder
U11  log, metrics and audit of a hostile recording and of one full of secrets: no secret, one JSON object a line
U12  one person: 30 uploads a minute and 5 at once, then 429
U13  files 0600 and folders 0700 whatever the umask; what waits is encrypted under a key of its own
load 50 uploads of 20 MB at once, 5 slow clients: all read, memory, slowest answer, /healthz at most 200 ms
first from ``haranalyze serve`` to the first page in a running Chromium, and from an upload of 5 MB to its verdict

Real servers, started as a user would. All of it takes about five minutes. The environment variables KILLS (10) and
GUESSES (20000) are 50 and 100000 in the targets themselves.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import requests

from haranalyze.capture.transcript import transcript_to_har
from haranalyze.web.desk import BESIDE, LONG, RETRIES
from tests.hostile import hostile_story
from tests.sanitizer import canaries
from tests.web import load
from tests.web.conftest import HEALTHY, LOOP, PATIENCE, ROOT, TOKEN, Server, postgresql, serving
from tests.workers import stranger

BEARER = {"Authorization": f"Bearer {TOKEN}"}
KILLS, GUESSES = int(os.environ.get("KILLS", "10")), int(os.environ.get("GUESSES", "20000"))
POISON = ("abort", "hang", "memory", "killed", "spin")


def told(name: str, figures: dict[str, Any]) -> None:
    """One line."""
    print(f"{name:5s}" + ", ".join(f"{key} {value}" for key, value in figures.items()), flush=True)


def u1(work: Path) -> None:
    """Large uploads at once."""
    found = load.big(work, small=False)
    told("U1", {**found, "grown, MB": found["peak, MB"] - found["idle, MB"]})


def u2(work: Path) -> None:
    """Too large, in each way."""
    limit = 20
    with serving(work / "data", *load.LIMITS, "--max-upload", str(limit)) as server:
        server.done(server.upload(HEALTHY.read_bytes()))  # all modules are read
        process = psutil.Process(server.process.pid)
        before, began = process.io_counters().read_chars, time.monotonic()
        with _line(server, f"Content-Length: {300 * 2**20}") as line:
            _send_until_answered(line, b"x" * 65536)
            status = line.recv(12)[9:].decode()
        announced = time.monotonic() - began
        time.sleep(1)
        read = process.io_counters().read_chars - before
        before += read
        with _line(server, "Transfer-Encoding: chunked") as line:
            _send_until_answered(line, b"10000\r\n" + b"x" * 65536 + b"\r\n")
            chunked = line.recv(12)[9:].decode()
        cut = process.io_counters().read_chars - before
        ended = time.monotonic()
        load._until(lambda: not list((server.data / "uploads").iterdir()))
        told("U2", {
            "announced 300 MB": status, "after, s": round(announced, 2), "read of it, KB": read // 1024,
            f"chunked past {limit} MB": chunked, "read of it, MB": round(cut / 2**20, 1),
            "nothing left after, s": round(time.monotonic() - ended, 1),
        })  # fmt: skip
        for what, bomb in (("200 to 1", b" " * (200 * 2**20)), ("1 GB", os.urandom(2**20) * 8 + b" " * 2**30)):
            done = server.done(server.upload(_zipped(bomb)))
            print(f"     a zip that passes {what}: {done['state']}, {done['reason']!r}")


def _zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.har", content)
    return packed.getvalue()


@contextlib.contextmanager
def _line(server: Server, *headers: str) -> Iterator[socket.socket]:
    place = urlsplit(server.address)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=PATIENCE) as line:
        line.sendall(load._head(server) + "".join(f"{one}\r\n" for one in headers).encode() + b"\r\n")
        yield line


def _send_until_answered(line: socket.socket, piece: bytes) -> None:
    """Send the piece again and again until the answer comes, or the line is cut."""
    with contextlib.suppress(ConnectionError):
        while not select.select([line], [], [], 0)[0]:
            line.sendall(piece)


def u3(work: Path) -> None:
    """Slow clients."""
    told("U3", load.slow(work, small=False))


def u4(work: Path) -> None:
    """Kills."""
    told("U4", {"SQLite:": "", **load.survive_kills(work / "sqlite", load.LIMITS, KILLS, 7)})
    with contextlib.contextmanager(postgresql.__wrapped__)() as url:  # type: ignore[attr-defined]
        options = (*load.LIMITS, "--database", url)
        told("U4", {"PostgreSQL:": "", **load.survive_kills(work / "postgresql", options, KILLS, 11)})


def u5(work: Path) -> None:
    """A full disk, and no descriptors."""
    try:
        told("U5", load.disk(work, small=False))
    except subprocess.CalledProcessError:
        print("U5   the full disk needs root, to mount one")
    if shutil.which("prlimit") is None:
        return
    with serving(work / "few", *load.LIMITS) as server:
        server.done(server.upload(HEALTHY.read_bytes()))
        process = psutil.Process(server.process.pid)
        few = process.num_fds() + 20
        subprocess.run(["prlimit", f"--nofile={few}:{few}", "--pid", str(process.pid)], check=True)
        lines = _open_slow(server, 40)
        answers = [_status(partial(server.ask, "POST", "/api/v1/captures", data=LOOP.read_bytes(), timeout=5))]
        for line in lines:
            line.close()
        time.sleep(2)
        again = server.done(server.upload(HEALTHY.read_bytes()))["state"]
        left = len(list((server.data / "uploads").iterdir()))
    told("     no descriptor:", {"upload answered": answers[0], "once there are some": again, "files left": left})


def _open_slow(server: Server, count: int) -> list[socket.socket]:
    lines = []
    for _ in range(count):
        line = socket.create_connection(load._place(server), timeout=PATIENCE)
        line.sendall(load._head(server) + b"Content-Length: 20000\r\n\r\nx")
        lines.append(line)
    time.sleep(1)
    return lines


def _status(ask: Callable[[], requests.Response]) -> str:
    try:
        return str(ask().status_code)
    except requests.RequestException:
        return "none (the connection waits)"


def u6(work: Path) -> None:
    """A full queue, and a long one."""
    environment = {"PYTHONPATH": stranger.install(work / "pack")}
    options = ("--uploads-per-minute", "100000", "--uploads-at-once", "1000", "--jobs", "1", "--time-limit", "30")
    with serving(work / "bound", *options, environment=environment) as server:
        held = [server.upload(stranger.recording("hang")) for _ in range(1 + BESIDE + RETRIES)]
        time.sleep((BESIDE + RETRIES) * LONG + 1)
        answers = [server.ask("POST", "/api/v1/captures", data=HEALTHY.read_bytes()) for _ in range(100)]
        first = next(number for number, one in enumerate(answers) if one.status_code != 201)
        refused = answers[first]
        for one in held:
            server.ask("DELETE", f"/api/v1/captures/{one}")
        told("U6", {
            "waiting or being read when refused": len(held) + first, "answer": refused.status_code,
            "Retry-After, s": refused.headers["Retry-After"],
        })  # fmt: skip
    found = load.queue(work, small=False)
    told("     1,000:", {**found, "over idle at the end, MB": found["end, MB"] - found["idle, MB"]})


def u7(work: Path) -> None:
    """Poison."""
    environment = {"PYTHONPATH": stranger.install(work / "pack")}
    options = (*load.LIMITS, "--time-limit", "5", "--memory", "512", "--jobs", "2")
    good = LOOP.read_bytes()
    with serving(work / "data", *options, environment=environment) as server:
        server.done(server.upload(good))
        poison = {did: stranger.recording(did) for did in POISON}
        poison |= {"bomb": _zipped(b" " * (300 * 2**20)), "unreadable": b"{ not a recording"}
        for how, pause in (("at once", 0.0), ("one every 0.15 s", 0.15)):
            alone, _ = _sent(server, [good] * 50, pause)
            sevens = [[good] * 3 + [one] + [good] * 4 for one in poison.values()]
            beside, reasons = _sent(server, [*chain.from_iterable(sevens), good], pause)
            told("U7", {
                how + ":": "", "p95 alone, s": round(_p95(alone), 2), "beside poison, s": round(_p95(beside), 2),
                "times": round(_p95(beside) / _p95(alone), 2), "good ones beside": len(beside),
            })  # fmt: skip
        visits = [len(stranger.visits(work / "pack", did)) for did in POISON]
        alive = server.process.poll() is None
    told("    ", {"tries of each poison in both rounds": visits, "server ran on": alive})
    for did, reason in zip(poison, reasons, strict=True):
        print(f"     {did}: {reason}")


def _sent(server: Server, uploads: list[bytes], pause: float) -> tuple[list[float], list[str]]:
    """Seconds from acceptance to report of each good one, by the store's own clock, and why each other one failed."""
    with ThreadPoolExecutor(8) as threads:
        sending = []
        for data in uploads:
            sending.append(threads.submit(server.upload, data))
            time.sleep(pause)
    ended = [server.done(one.result()) for one in sending]
    good = [one["id"] for one in ended if one["state"] == "done"]
    with sqlite3.connect(server.data / "haranalyze.db") as database:
        marks = ",".join("?" * len(good))
        waits = database.execute(f"SELECT finished - created FROM captures WHERE id IN ({marks})", good)
        return [row[0] for row in waits], [one["reason"] for one in ended if one["state"] == "failed"]


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))]


def _pytest(name: str, *what: str) -> None:
    """Tests that walk a table by themselves: their count is the figure."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *what], cwd=ROOT, capture_output=True, text=True, check=False
    )
    print(f"{name:5s}{done.stdout.strip().splitlines()[-1]}")


def u8(_: Path) -> None:
    """Strangers at every route."""
    from haranalyze.web.app import ENDPOINTS
    from tests.web.test_app import ATTEMPTS

    print(f"U8   {len(ENDPOINTS)} routes times {len(ATTEMPTS)} attempts:")
    _pytest("", "tests/web/test_app.py", "-k", "nobody_gets_in or handlers or never_told")


def u9(work: Path) -> None:
    """Guesses."""
    found = load.guess(work, GUESSES)
    more = 100 * abs(found["wrong, ms"] - found["revoked, ms"]) / found["wrong, ms"]
    told("U9", {**found, "difference, %": round(more, 1), "bits of a link": 192, "bits of a report's address": 144})


def u10(work: Path) -> None:
    """What is over is gone."""
    recording, planted = canaries.recording()
    data = work / "data"
    with serving(data, *load.LIMITS) as server:
        capture = server.upload(recording, name="name-to-find-again.har", ticket="ticket-to-find-again")
        server.done(capture)
        load._until(lambda: not list((data / "uploads").iterdir()))
        read = _left(data, planted)
    with sqlite3.connect(data / "haranalyze.db") as database:
        database.execute("UPDATE captures SET expires = 1")  # thirty days pass
    with serving(data, *load.LIMITS) as server:
        began = time.monotonic()
        load._until(lambda: server.ask("GET", f"/api/v1/captures/{capture}").status_code == 404)
        gone = time.monotonic() - began
        time.sleep(1)
        over = _left(data, planted)
        marks = sum(b"to-find-again" in path.read_bytes() for path in data.rglob("*") if path.is_file())
    told("U10", {
        "secrets in the data folder once read": read, "after its time": over, "gone after, s": round(gone, 1),
        "files that still hold its name or ticket": marks,
    })  # fmt: skip


def _left(data: Path, planted: canaries.Canaries) -> int:
    return sum(len(canaries.survivors(planted, path.read_bytes())) for path in data.rglob("*") if path.is_file())


def u11(work: Path) -> None:
    """What is written down."""
    recording, planted = canaries.recording()
    odd, more = canaries.recording(2, odd=True)
    names = ("<script>marker(1)</script>\r\nSet-Cookie: a=1\x1b[31m.har", "=cmd|'/c calc'!A1.har", "a.har")
    with serving(work / "data", *load.LIMITS) as server:
        for data, name in zip((transcript_to_har(hostile_story()), recording, odd), names, strict=True):
            capture = server.upload(data, name=name, ticket="\x1b]0;title\x07\n{}")
            server.done(capture)
            for format_ in ("json", "html", "text", "sarif", "junit", "markdown"):
                server.ask("GET", f"/api/v1/captures/{capture}/report/{format_}")
        metrics = server.ask("GET", "/metrics").content
        server.stop()
        log, audit = server.log.read_bytes(), (server.data / "audit.jsonl").read_bytes()
    lines = [line for line in log.splitlines() if line.startswith(b"{")] + audit.splitlines()
    told("U11", {
        "lines": len(lines), "of them JSON": sum(isinstance(json.loads(line), dict) for line in lines),
        "secrets": sum(len(canaries.survivors(one, log + audit + metrics)) for one in (planted, more)),
        "control characters": len(re.findall(rb"[\x00-\x09\x0b-\x1f\x7f]", log + audit + metrics)),
        "words of the recordings": sum(word in log + audit + metrics for word in (b"marker(", b"calc", b"title")),
    })  # fmt: skip


def u12(work: Path) -> None:
    """One person's share."""
    with serving(work / "data") as server:
        lines = _open_slow(server, 5)
        at_once = server.ask("POST", "/api/v1/captures", data=HEALTHY.read_bytes())
        for line in lines:
            line.close()
        time.sleep(1)
        answers = [server.ask("POST", "/api/v1/captures", data=HEALTHY.read_bytes()) for _ in range(31)]
        refused = next(one for one in answers if one.status_code != 201)
        read = server.ask("GET", "/recent").status_code
    told("U12", {
        "a sixth at once": at_once.status_code, "accepted in a minute": 5 + answers.index(refused),
        "then": refused.status_code, "Retry-After, s": refused.headers["Retry-After"],
        "says": refused.json()["detail"], "reading meanwhile": read,
    })  # fmt: skip


def u13(work: Path) -> None:
    """Modes and encryption."""
    environment = {"PYTHONPATH": stranger.install(work / "pack")}
    before = os.umask(0)
    try:
        with serving(work / "data", "--jobs", "1", "--time-limit", "20", environment=environment) as server:
            held = [server.upload(stranger.recording("hang")) for _ in range(1 + BESIDE + RETRIES)]
            time.sleep((BESIDE + RETRIES) * LONG + 1)
            held.append(server.upload(LOOP.read_bytes()))
            spool = list((server.data / "uploads").iterdir())
            plain = sum(b"entries" in one.read_bytes() or b"HTTP" in one.read_bytes() for one in spool)
            everything = [server.data, *server.data.rglob("*")]
            wide = [str(one) for one in everything if one.stat().st_mode & 0o077]
            for one in held:
                server.ask("DELETE", f"/api/v1/captures/{one}")
            time.sleep(3)
            left = len(list((server.data / "uploads").iterdir()))
    finally:
        os.umask(before)
    told("U13", {
        "files and folders": len(everything), "others may touch": len(wide), "waiting files and keys": len(spool),
        "readable": plain, "left once deleted": left,
    })  # fmt: skip


def under_load(work: Path) -> None:
    """50 uploads of 20 MB, 5 slow clients."""
    told("load", load.load(work, small=False))


def first(_: Path) -> None:
    """The page in Chromium."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "tests/browser/test_upload_page.py", "-k", "come_fast"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    for line in re.findall(r"\{.*\}", done.stdout):
        told("first", json.loads(line))


TARGETS: dict[str, Callable[[Path], None]] = {
    **{f"U{number}": globals()[f"u{number}"] for number in range(1, 14)},
    "load": under_load,
    "first": first,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], default=[])
    for name in parser.parse_args().targets or TARGETS:
        with tempfile.TemporaryDirectory(prefix="haranalyze-targets-") as folder:
            began = time.monotonic()
            TARGETS[name](Path(folder))
            print(f"     ({name} took {time.monotonic() - began:.0f} s, load of the machine {os.getloadavg()[0]:.1f})")


if __name__ == "__main__":
    main()
