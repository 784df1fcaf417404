"""Real curl and a real Chromium against one server: the call works in the one, and compare names the gate of the other.

The browser's side is DevTools' own export.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import Page

import haranalyze
from haranalyze.comparison import compare
from haranalyze.comparison.document import Comparison
from tests.browser.devtools import recorded, started
from tests.oracle.scenario import Answer

APP, FOREIGN, API = "https://app.example.com", "https://app.other.net", "https://api.example.com"
SID = "sid=abcdefgh1234"
pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is the other client")


def allowed(origin: str, *lines: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return (
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Headers", "authorization, content-type"),
        *lines,
    )


def fetch(page: Page, url: str, init: str = "{}") -> None:
    page.evaluate(f"url => fetch(url, {init}).then(answer => answer.text()).catch(() => '')", url)


def curl(port: int, *calls: tuple[str, ...], scheme: str = "https") -> bytes:
    """What ``curl -v`` prints for the calls, one after the other with one cookie file."""
    told = b""
    number = {"https": 443, "http": 80}[scheme]
    with tempfile.TemporaryDirectory() as folder:
        jar = str(Path(folder) / "cookies.txt")
        for call in calls:
            there = f"api.example.com:{number}:127.0.0.1:{port}"
            command = ["curl", "-v", "-s", "-k", "--http1.1", "--connect-to", there, "-b", jar, "-c", jar, *call]
            done = subprocess.run(command, capture_output=True, check=True, timeout=20)
            told += done.stderr + done.stdout + b"\n"
    return told


def compared(transcript: bytes, har: dict[str, object]) -> Comparison:
    good = haranalyze.read_capture(transcript, "curl.txt")
    return compare(good, haranalyze.read_capture(json.dumps(har).encode(), "browser.har"))


def test_cors() -> None:
    answers = {("page", "*"): Answer(200, (), "page"), ("me", "*"): Answer(200)}
    url = f"{API}/api/me?k=me"
    with started(answers) as server:
        transcript = curl(server.https, ("-H", "Authorization: Bearer abcdefghijkl", url))

        def play(page: Page) -> None:
            page.goto(f"{APP}/?k=page")
            fetch(page, url, "{headers: {Authorization: 'Bearer abcdefghijkl'}}")

        made = compared(transcript, recorded(server, play).full)
    assert made.gate == "CORS"
    assert "GET /api/me is answered 200 in the good recording" in made.headline


def test_same_site() -> None:
    cookie = ("Set-Cookie", f"{SID}; Path=/; HttpOnly; Secure; SameSite=Lax")
    answers = {
        ("page", "*"): Answer(200, (), "page"),
        ("login", "*"): Answer(200, allowed(FOREIGN, cookie)),
        ("me", "*"): Answer(200, allowed(FOREIGN)),
    }
    login, me = f"{API}/login?k=login", f"{API}/api/me?k=me"
    with started(answers) as server:
        transcript = curl(server.https, ("-d", "user=a", login), (me,))

        def play(page: Page) -> None:
            page.goto(f"{FOREIGN}/?k=page")
            fetch(page, login, "{method: 'POST', body: 'user=a', credentials: 'include'}")
            fetch(page, me, "{credentials: 'include'}")

        made = compared(transcript, recorded(server, play).full)
    assert made.gate == "SameSite"
    assert "sid" in made.headline


def test_mixed_content() -> None:
    answers = {("page", "*"): Answer(200, (), "page"), ("me", "*"): Answer(200, allowed(APP))}
    url = "http://api.example.com/api/me?k=me"
    with started(answers) as server:
        transcript = curl(server.http, ("-H", "Authorization: Bearer abcdefghijkl", url), scheme="http")

        def play(page: Page) -> None:
            page.goto(f"{APP}/?k=page")
            fetch(page, url, "{headers: {Authorization: 'Bearer abcdefghijkl'}}")

        made = compared(transcript, recorded(server, play).full)
    assert made.gate == "mixed content"
