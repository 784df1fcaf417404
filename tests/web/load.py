"""Load and kill runs against a real server: ``python -m tests.web.load PART... [--small]``; figures as JSON lines.

Parts: load (50 uploads of 20 MB at once, 5 slow clients), big (U1: 20 of 50 MB), slow (U3: 400 slow connections),
kills (20 kill -9 each on SQLite and PostgreSQL), queue (U6: 1,000 small captures), guesses (U9: links), disk (U5: a
full disk; needs root to mount one).
``--small`` shrinks all of them. Names with U are the targets of this project's safety notes.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.web.conftest import HEALTHY, LOOP, PATIENCE, TOKEN, Server, large_capture, postgresql, serving, start

LIMITS = ("--uploads-per-minute", "1000000", "--uploads-at-once", "1000", "--queue", "100000")


PROBE = """
import json, os, sys, time, urllib.request
import psutil
address, process, ends = sys.argv[1], psutil.Process(int(sys.argv[2])), sys.argv[3]
try:  # ahead of the clients, which are not what is measured; the file is Linux' own group of a session
    os.nice(-15)
    with open("/proc/self/autogroup", "w") as group:
        group.write("-15")
except OSError:
    pass
took, weights = [], [process.memory_info().rss]
while not os.path.exists(ends):
    began = time.monotonic()
    with urllib.request.urlopen(address + "/healthz", timeout=60) as answer:
        assert answer.status == 200
    took.append(time.monotonic() - began)
    weights.append(process.memory_info().rss)
    time.sleep(0.05)
print(json.dumps([took, weights]))
"""


class Watch:
    """Asks /healthz up to twenty times a second and weighs the server meanwhile, in a process of its own."""

    def __init__(self, server: Server) -> None:
        self._ends = server.data.with_name("watched")
        self._ends.unlink(missing_ok=True)
        command = [sys.executable, "-c", PROBE, server.address, str(server.process.pid), str(self._ends)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.touch()
        told = self._process.communicate(timeout=PATIENCE)[0]
        self.took, self.weights = json.loads(told)

    def figures(self) -> dict[str, float]:
        times = sorted(self.took)
        return {
            "healthz asked": len(times),
            "healthz median, ms": round(1000 * median(times), 1),
            "healthz p99, ms": round(1000 * times[int(0.99 * (len(times) - 1))], 1),
            "healthz max, ms": round(1000 * times[-1], 1),
            "healthz max at, % of the run": round(100 * self.took.index(times[-1]) / len(times)),
            "healthz over 200 ms": sum(one > 0.2 for one in times),
            "idle, MB": round(self.weights[0] / 2**20),
            "peak, MB": round(max(self.weights) / 2**20),
            "end, MB": round(self.weights[-1] / 2**20),
        }


def send(server: Server, data: bytes) -> dict[str, Any]:
    """One honest client: sends, waits where it is told to, and sees its report."""
    waits, slowest = 0, 0.0
    headers = {"Authorization": f"Bearer {TOKEN}"}
    while True:
        began = time.monotonic()
        answer = requests.post(server.address + "/api/v1/captures", data=data, headers=headers, timeout=300)
        slowest = max(slowest, time.monotonic() - began)
        if answer.status_code != 429:
            break
        waits += 1
        time.sleep(float(answer.headers["Retry-After"]))
    assert answer.status_code == 201, answer.text
    return {"id": answer.json()["id"], "waits": waits, "slowest": slowest}


def many(server: Server, data: bytes, count: int, slow: int = 0) -> dict[str, Any]:
    """``count`` uploads at once, ``slow`` clients that never end among them."""
    place, lines = _place(server), []
    for _ in range(slow):
        line = socket.create_connection(place)
        line.sendall(_head(server) + b"Content-Length: 20000000\r\n\r\n")
        lines.append(line)
    stop = threading.Event()
    dripping = threading.Thread(target=_drip, args=(lines, stop))
    dripping.start()
    began = time.monotonic()
    with Watch(server) as watch, ThreadPoolExecutor(count) as pool:
        sent = list(pool.map(lambda _: send(server, data), range(count)))
        accepted = time.monotonic() - began
        states = [_done(server, one["id"])["state"] for one in sent]
    stop.set()
    dripping.join()
    return {
        "uploads": count,
        "MB each": round(len(data) / 2**20, 1),
        "slow clients": slow,
        "all accepted after, s": round(accepted, 1),
        "all read after, s": round(time.monotonic() - began, 1),
        "read": states.count("done"),
        "slowest answer, s": round(max(one["slowest"] for one in sent), 1),
        "429 answers": sum(one["waits"] for one in sent),
        **watch.figures(),
    }


def _done(server: Server, capture: str) -> dict[str, Any]:
    until = time.monotonic() + 900
    while time.monotonic() < until:
        seen: dict[str, Any] = server.ask("GET", f"/api/v1/captures/{capture}").json()
        if seen["state"] in ("done", "failed"):
            return seen
        time.sleep(0.2)
    raise AssertionError(capture)


def _place(server: Server) -> tuple[str, int]:
    at = urlsplit(server.address)
    return at.hostname or "", at.port or 0


def _head(server: Server) -> bytes:
    return (
        f"POST /api/v1/captures HTTP/1.1\r\nHost: {urlsplit(server.address).netloc}\r\n"
        f"Authorization: Bearer {TOKEN}\r\n"
    ).encode()


def _drip(lines: list[socket.socket], stop: threading.Event) -> None:
    """A byte a second on each connection until it is cut."""
    while not stop.wait(1.0):
        for line in lines:
            with contextlib.suppress(OSError):
                line.send(b"x")


def load(folder: Path, small: bool) -> dict[str, Any]:
    with serving(folder / "load", *LIMITS) as server:
        return many(server, large_capture(2 if small else 18), 10 if small else 50, 5)


def big(folder: Path, small: bool) -> dict[str, Any]:
    with serving(folder / "big", *LIMITS) as server:
        return many(server, large_capture(5 if small else 46), 5 if small else 20)


def slow(folder: Path, small: bool) -> dict[str, Any]:
    """Half a header and a byte a second, so many of each; an honest upload meanwhile."""
    count = 20 if small else 200
    with serving(folder / "slow", *LIMITS) as server:
        server.done(server.upload(HEALTHY.read_bytes()))
        began = time.monotonic()
        headers = [socket.create_connection(_place(server)) for _ in range(count)]
        bodies = [socket.create_connection(_place(server)) for _ in range(count)]
        for line in headers:
            line.sendall(_head(server))
        for line in bodies:
            line.sendall(_head(server) + b"Content-Length: 20000000\r\n\r\nx")
        stop = threading.Event()
        dripping = threading.Thread(target=_drip, args=(bodies, stop))
        dripping.start()
        honest = time.monotonic()
        server.upload(HEALTHY.read_bytes())
        took = time.monotonic() - honest
        closed = [_closed(lines, began) for lines in (headers, bodies)]
        stop.set()
        dripping.join()
    return {
        "half headers": count,
        "all closed after, s": round(closed[0], 1),
        "slow bodies": count,
        "all closed after (bodies), s": round(closed[1], 1),
        "honest upload meanwhile, s": round(took, 2),
    }


def _closed(lines: list[socket.socket], began: float) -> float:
    """Seconds until the last of them was cut by the server."""
    for line in lines:
        line.settimeout(120)
        with contextlib.suppress(ConnectionResetError):
            while line.recv(4096):
                pass
        line.close()
    return time.monotonic() - began


def survive_kills(folder: Path, options: tuple[str, ...], kills: int, seed: int) -> dict[str, Any]:
    """Kill -9 at random moments of uploads and analyses; then every 201 has its report, none twice, none half."""
    chance = random.Random(seed)
    promised: dict[str, int] = {}
    files = [LOOP.read_bytes(), HEALTHY.read_bytes()]
    starts = []
    server = start(folder, *options)
    try:
        for _ in range(kills):
            stop = threading.Event()
            senders = [threading.Thread(target=_upload_until, args=(server, files, stop, promised)) for _ in range(3)]
            for sender in senders:
                sender.start()
            _until(partial(_more_than, promised, len(promised)))
            time.sleep(chance.uniform(0.0, 1.5))
            server.process.send_signal(signal.SIGKILL)
            server.process.wait(timeout=PATIENCE)
            stop.set()
            for sender in senders:
                sender.join()
            server.session.close()
            server = start(folder, *options)
            starts.append(server.started)
        lost = [capture for capture, size in promised.items() if not _is_whole(server, capture, size)]
        listed = _all(server)
        _until(lambda: not list((folder / "uploads").iterdir()))
    finally:
        server.session.close()
        server.stop()
    return {
        "kills": kills,
        "acknowledged": len(promised),
        "lost or half": len(lost),
        "twice": len(listed) - len(set(listed)),
        "missing in the list": len(set(promised) - set(listed)),
        "slowest start, s": round(max(starts), 1),
    }


def _more_than(promised: dict[str, int], had: int) -> bool:
    return len(promised) > had


def _upload_until(server: Server, files: list[bytes], stop: threading.Event, promised: dict[str, int]) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    while not stop.is_set():
        data = files[len(promised) % 2]
        try:
            answer = requests.post(server.address + "/api/v1/captures", data=data, headers=headers, timeout=PATIENCE)
            if answer.status_code == 201:
                promised[answer.json()["id"]] = len(data)
        except requests.RequestException:
            return


def _is_whole(server: Server, capture: str, size: int) -> bool:
    done = _done(server, capture)
    document = server.ask("GET", f"/api/v1/captures/{capture}/report/json").json()
    page = server.ask("GET", f"/api/v1/captures/{capture}/report/html").text
    same = document.get("verdict", {}).get("state") == (done["verdict"] or {}).get("state")
    return done["state"] == "done" and done["bytes"] == size and same and page.rstrip().endswith("</html>")


def _all(server: Server) -> list[str]:
    found: list[str] = []
    before = ""
    while True:
        page = server.ask("GET", "/api/v1/captures", params={"limit": 200, "before": before}).json()
        found += [one["id"] for one in page["captures"]]
        before = page["next"] or ""
        if not before:
            return found


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    assert true()


def kills(folder: Path, small: bool) -> dict[str, Any]:
    count = 4 if small else 20
    figures = {"sqlite": survive_kills(folder / "kills", LIMITS, count, 7)}
    with contextlib.contextmanager(_postgresql)() as url:
        figures["postgresql"] = survive_kills(folder / "kills-pg", (*LIMITS, "--database", url), count, 11)
    return figures


def _postgresql() -> Iterator[str]:
    yield from postgresql.__wrapped__()  # type: ignore[attr-defined]


def queue(folder: Path, small: bool) -> dict[str, Any]:
    count, data = (50 if small else 1000), HEALTHY.read_bytes()
    with serving(folder / "queue", *LIMITS) as server:
        server.done(server.upload(data))
        with ThreadPoolExecutor(8) as pool, Watch(server) as watch:
            sent = list(pool.map(lambda _: send(server, data), range(count)))
            states = [_done(server, one["id"])["state"] for one in sent]
            time.sleep(3)
        return {"captures": count, "read": states.count("done"), **watch.figures()}


def guesses(folder: Path, small: bool) -> dict[str, Any]:
    return guess(folder, 500 if small else 100_000)


def guess(folder: Path, count: int) -> dict[str, Any]:
    """Wrong links against one that has ended: all 404, and no difference in time."""
    chance = random.Random(3)
    with serving(folder / "guesses", *LIMITS) as server:
        capture = server.upload(HEALTHY.read_bytes())
        server.done(capture)
        made = server.ask("POST", f"/api/v1/captures/{capture}/shares", json={"days": 1}).json()
        expired = made["url"].rpartition("/")[2]
        assert server.ask("DELETE", f"/api/v1/captures/{capture}/shares/{made['id']}").status_code == 204
        took: dict[bool, list[float]] = {True: [], False: []}
        hits = 0
        with requests.Session() as session:
            for number in range(count):
                is_real = number % 10 == 0
                guess = expired if is_real else "".join(chance.choices("abcdefghijklmnopqrstuvwxyzABCDEF-_0123", k=32))
                began = time.perf_counter()
                answer = session.get(f"{server.address}/s/{guess}", timeout=PATIENCE)
                took[is_real].append(time.perf_counter() - began)
                hits += answer.status_code != 404
    wrong, ended = (1000 * median(took[which]) for which in (False, True))
    return {"guesses": count, "hits": hits, "wrong, ms": round(wrong, 3), "revoked, ms": round(ended, 3)}


def disk(folder: Path, small: bool) -> dict[str, Any]:
    """A data folder on a disk of 64 MB: told when full, nothing half stays, and it works again once there is room."""
    mount = folder / "disk"
    mount.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(mount)], check=True)
    try:
        with serving(mount / "data", *LIMITS, "--reserve", "4") as server:
            kept = server.upload(HEALTHY.read_bytes())
            server.done(kept)
            filler = mount / "filler"
            filler.write_bytes(b"x" * (40 * 2**20))
            refused = server.ask("POST", "/api/v1/captures", data=b"y" * (30 * 2**20))
            chunked = server.ask("POST", "/api/v1/captures", data=(b"y" * 2**20 for _ in range(30)))
            ready = requests.get(server.address + "/readyz", timeout=PATIENCE).status_code
            left = list((server.data / "uploads").iterdir())
            still = server.ask("GET", f"/api/v1/captures/{kept}/report/html").status_code
            filler.unlink()
            again = server.done(server.upload(HEALTHY.read_bytes()))["state"]
        return {
            "announced": refused.status_code,
            "says": refused.json()["detail"],
            "chunked": chunked.status_code,
            "readyz": ready,
            "files left": len(left),
            "old report": still,
            "after room": again,
        }
    finally:
        subprocess.run(["umount", str(mount)], check=True)


PARTS = {part.__name__: part for part in (load, big, slow, kills, queue, guesses, disk)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=[*PARTS, "all"], metavar="PART")
    parser.add_argument("--small", action="store_true")
    given = parser.parse_args()
    for name in PARTS if "all" in given.parts else given.parts:
        with tempfile.TemporaryDirectory(prefix="haranalyze-load-") as folder:
            began = time.monotonic()
            figures = PARTS[name](Path(folder), given.small)
            took = round(time.monotonic() - began, 1)
            print(
                json.dumps({"part": name, **figures, "took, s": took, "load of the machine": os.getloadavg()[0]}),
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
