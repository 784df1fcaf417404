"""Works with curl, fails in the browser: the gate that closed is named."""

from pathlib import Path
from typing import Any

import pytest

import haranalyze
from haranalyze.capture.model import Capture
from haranalyze.capture.transcript import read_transcript
from haranalyze.comparison import compare, render
from haranalyze.comparison.document import Comparison
from haranalyze.options import Options
from tests.facts.test_as_browser import call

NEWMAN = Path(__file__).parent / "recordings/newman-browser"
APP, FOREIGN = "https://app.example.com", "https://app.other.net"
BODY = '<\n< {"status": "OK"}\n'
TOKEN = "Authorization: Bearer abcdefghijkl"
SID = "sid=abcdefgh1234"


def by_curl(*calls: str, port: int = 443) -> Capture:
    head = f"* Connected to api.example.com (127.0.0.2) port {port} (#0)\n"
    return haranalyze.read_capture("".join(head + one for one in calls).encode(), "curl.txt")


def page(origin: str) -> str:
    return f"* page: {origin}/\n> GET {origin}/\n> Host: app\n* type: document\n< 200\n"


def fetched(line: str, *headers: str, answer: str, origin: str = APP, scheme: str = "https") -> str:
    method, path = line.split()
    lines = [f"> {method} {scheme}://api.example.com{path}", "> Host: api.example.com", f"> Origin: {origin}"]
    lines += [f"> Sec-Fetch-Site: {'same' if origin == APP else 'cross'}-site", "> Sec-Fetch-Mode: cors"]
    return "\n".join([*lines, *(f"> {one}" for one in headers), "* type: fetch", answer, ""])


def answered(status: int, *headers: str, origin: str = APP) -> str:
    lines = [f"< {status}", f"< Access-Control-Allow-Origin: {origin}", "< Access-Control-Allow-Credentials: true"]
    return "\n".join([*lines, *(f"< {one}" for one in headers), BODY])


FAILED = "* error: net::ERR_FAILED"
PREFLIGHT = (
    f"> OPTIONS https://api.example.com/api/me\n> Host: api.example.com\n> Origin: {APP}\n"
    "> Access-Control-Request-Method: GET\n> Access-Control-Request-Headers: authorization\n* type: preflight\n"
)
ME = call("GET /api/me", (TOKEN,))
SIGN_IN = call("POST /auth/signin", ("Content-Type: application/json",), (f"Set-Cookie: {SID}; Path=/; HttpOnly",))
WITH_COOKIE = call("GET /api/me", (f"Cookie: {SID}",))
LAX = f"Set-Cookie: {SID}; Path=/; HttpOnly; Secure; SameSite=Lax"
NONE = LAX.replace("SameSite=Lax", "SameSite=None")
CASES: dict[str, tuple[Capture, str]] = {
    "CORS": (by_curl(ME), page(APP) + PREFLIGHT + "< 204\n" + fetched("GET /api/me", TOKEN, answer=FAILED)),
    "mixed content": (
        by_curl(ME, port=80),
        page(APP) + fetched("GET /api/me", TOKEN, answer=FAILED, scheme="http"),
    ),
    "SameSite": (
        by_curl(SIGN_IN, WITH_COOKIE),
        page(FOREIGN)
        + fetched("POST /auth/signin", answer=answered(200, LAX, origin=FOREIGN), origin=FOREIGN)
        + fetched("GET /api/me", answer=answered(401, origin=FOREIGN), origin=FOREIGN),
    ),
    "third-party cookies": (
        by_curl(SIGN_IN, WITH_COOKIE),
        page(FOREIGN)
        + fetched("POST /auth/signin", answer=answered(200, NONE, origin=FOREIGN), origin=FOREIGN)
        + fetched(
            "GET /api/me", "Sec-Fetch-Storage-Access: none", answer=answered(401, origin=FOREIGN), origin=FOREIGN
        ),
    ),
    "credentials mode": (
        by_curl(SIGN_IN, WITH_COOKIE),
        page(APP)
        + fetched("POST /auth/signin", answer=answered(200, LAX))
        + fetched("GET /api/me", answer=answered(401))
        + fetched("GET /api/you", f"Cookie: {SID}", answer=answered(200)),
    ),
}


def compared(name: str, **options: Any) -> Comparison:
    good, bad = CASES[name]
    return compare(good, read_transcript(bad), options=Options(**options))


@pytest.mark.parametrize("name", CASES)
def test_the_gate_that_closed_is_named(name: str) -> None:
    made = compared(name)
    assert made.state == "parts"
    assert made.gate == name
    assert f"the browser's gate that closed is {name} (" in made.headline
    assert "lies behind it" not in made.difference


def test_between_two_browsers_no_gate_is_named() -> None:
    good = page(APP) + fetched("GET /api/me", TOKEN, answer=answered(200))
    made = compare(read_transcript(good), read_transcript(CASES["CORS"][1]))
    assert made.state == "parts"
    assert made.gate is None


def test_a_failure_no_gate_explains_names_none() -> None:
    bad = page(APP) + fetched("GET /api/me", TOKEN, answer=answered(500))
    assert compare(by_curl(ME), read_transcript(bad)).gate is None


def test_what_a_browser_would_have_done_stands_beside_the_good_calls() -> None:
    made = compared("CORS", as_browser=APP)
    told = [step.foreseen for step in made.steps if step.good]
    assert told == [
        f"a browser at {APP}: cannot be told (CORS: a browser first asks for GET with authorization, and no answer to "
        "OPTIONS is recorded)"
    ]
    assert told[0] in render(made, "json")
    assert "a browser at https://app.example.com: cannot be told" in " ".join(render(made, "text").split())
    assert "a browser at" in render(made, "html")


# Name of the gate, origin of the page, what a browser there would have done with Newman's calls.
RECORDED = {
    "cors": ("CORS", APP, ["cannot-tell"]),
    "mixed-content": ("mixed content", APP, ["blocked"]),
    "same-site": ("SameSite", FOREIGN, ["without-cookies", "without-cookies"]),
    "credentials-mode": ("credentials mode", APP, ["passes", "passes", "passes"]),
}


@pytest.mark.parametrize("name", RECORDED)
def test_newman_against_chromium(name: str) -> None:
    gate, origin, foreseen = RECORDED[name]
    newman, browser = ((NEWMAN / f"{name}-{end}").read_bytes() for end in ("newman.json", "browser.har"))
    good = haranalyze.read_capture(newman, "newman.json")
    made = compare(good, haranalyze.read_capture(browser, "browser.har"))
    assert (good.format, made.state, made.gate) == ("newman", "parts", gate)
    assert f"the browser's gate that closed is {gate} (" in made.headline
    assert "postman-token" not in made.difference
    told = haranalyze.analyze(good, options=Options(as_browser=origin)).as_browser
    assert told is not None
    assert [one.outcome for one in told.calls] == foreseen
