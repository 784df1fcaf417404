"""Real servers for the tests: haranalyze as a user starts it, PostgreSQL as an unprivileged user."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
LOOP = SAMPLES / "refresh-loop-foreign-401" / "capture.har"
HEALTHY = SAMPLES / "healthy-bearer" / "capture.har"
TOKEN = "test-token-of-the-owner"
COMPILED = {"PYTHONDONTWRITEBYTECODE": ""}  # an installed program's modules are compiled, whatever the tester sets
PATIENCE = 60.0  # seconds for anything that must happen on a busy machine


@dataclass
class Server:
    """A running ``haranalyze serve``, and requests to it with its token."""

    process: subprocess.Popen[str]
    data: Path
    log: Path
    address: str
    link: str
    started: float
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.headers["Authorization"] = f"Bearer {TOKEN}"

    def ask(self, method: str, path: str, **how: Any) -> requests.Response:
        how.setdefault("timeout", PATIENCE)
        return self.session.request(method, self.address + path, **how)

    def upload(self, data: bytes, **query: str) -> str:
        answer = self.ask("POST", "/api/v1/captures", data=data, params=query)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def done(self, capture: str) -> dict[str, Any]:
        """The capture once nothing more happens to it."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            seen: dict[str, Any] = self.ask("GET", f"/api/v1/captures/{capture}").json()
            if seen["state"] in ("done", "failed"):
                return seen
            time.sleep(0.05)
        raise AssertionError(f"still {seen['state']} after {PATIENCE} s; {self.log.read_text()[-2000:]}")

    def newest_link(self) -> str:
        """The last sign-in link the terminal shows; every one works once."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [line.strip() for line in lines if "/sign-in?key=" in line][-1]

    def browser(self) -> requests.Session:
        """A browser that has signed in by the terminal's link."""
        session, used = requests.Session(), self.newest_link()
        assert session.get(used, timeout=PATIENCE).status_code == 200
        assert session.cookies
        until = time.monotonic() + PATIENCE
        while self.newest_link() == used and time.monotonic() < until:
            time.sleep(0.02)
        return session

    def events(self) -> list[dict[str, Any]]:
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def stop(self, sig: int = signal.SIGTERM) -> int:
        self.process.send_signal(sig)
        return self.process.wait(timeout=PATIENCE)


def start(data: Path, *options: str, environment: dict[str, str] | None = None, port: int = 0) -> Server:
    """Start the command as a user would, and wait for the line that says where it is."""
    log = data.with_name(data.name + ".log")
    began = time.monotonic()
    with log.open("a", encoding="utf-8") as stream:
        before = log.stat().st_size
        process = subprocess.Popen(
            [sys.executable, "-m", "haranalyze", "serve", "--port", str(port), "--data", str(data), *options],
            stdout=stream,
            stderr=stream,
            text=True,
            env={**os.environ, **COMPILED, "HARANALYZE_TOKEN": TOKEN, **(environment or {})},
        )
    while time.monotonic() - began < PATIENCE:
        text = log.read_text(encoding="utf-8")[before:]
        found = re.search(r'"started", "address": "([^"]+)"', text)
        told = re.search(r"(http\S+/sign-in\?key=\S+)\n", text)
        if found and (told or "haranalyze is at" in text):
            return Server(process, data, log, found[1], told[1] if told else "", time.monotonic() - began)
        if process.poll() is not None:
            break
        time.sleep(0.02)
    process.kill()
    raise AssertionError(f"the server did not start: {log.read_text(encoding='utf-8')}")


@contextlib.contextmanager
def serving(data: Path, *options: str, environment: dict[str, str] | None = None) -> Iterator[Server]:
    server = start(data, *options, environment=environment)
    try:
        yield server
    finally:
        server.session.close()
        if server.process.poll() is None:
            server.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that leave nothing behind that others would mind."""
    limits = ("--uploads-per-minute", "100000", "--uploads-at-once", "100", "--queue", "1000")
    with serving(tmp_path_factory.mktemp("server") / "data", *limits) as running:
        yield running


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a PostgreSQL server that ends with the tests."""
    programs = _programs()
    if programs is None:
        # In CI the nox session installs Debian's package; a machine without it must not pass by skipping.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "there is no PostgreSQL here: apt-get install postgresql"
        )
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        _run(user, programs / "initdb", "-D", folder / "data", "-U", "har", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -h '' -c fsync=on -c max_connections=60"
        _run(user, programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://har@/postgres?host={folder}"
        finally:
            _run(user, programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return found[0].parent
    one = shutil.which("initdb")
    return Path(one).parent if one else None


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.name == "nt" or os.geteuid() != 0:
        return None
    import pwd

    return "postgres" if any(one.pw_name == "postgres" for one in pwd.getpwall()) else "nobody"


def _run(user: str | None, *command: str | Path) -> None:
    # pg_ctl's server keeps its output open: nothing may wait for the end of a pipe.
    log = Path(tempfile.gettempdir()) / f"pg-{os.getpid()}.log"
    with log.open("w", encoding="utf-8") as stream:
        done = subprocess.run(
            [str(part) for part in command],
            stdout=stream,
            stderr=stream,
            user=user,
            cwd="/",
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 0, log.read_text(encoding="utf-8")
    log.unlink()


@pytest.fixture
def fresh_database(postgresql: str) -> Iterator[str]:
    """An empty database of its own in that server."""
    import psycopg

    name = f"t{time.time_ns()}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgresql.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def large_capture(megabytes: int) -> bytes:
    """The refresh loop with so many megabytes of scripts loaded before it, as a devtools export holds them."""
    document = json.loads(LOOP.read_bytes())
    entries = document["log"]["entries"]
    script = json.loads(json.dumps(entries[0]))
    script["request"]["url"] = script["request"]["url"].rstrip("/") + "/static/bundle.js"
    script["response"]["content"] = {
        "size": 2**18,
        "mimeType": "application/javascript",
        "text": "var a=0;\n" * (2**18 // 9),
    }
    script["_resourceType"] = "script"
    document["log"]["entries"] = entries[:1] + [script] * (megabytes * 4) + entries[1:]
    return json.dumps(document).encode()
