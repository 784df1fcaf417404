"""The sizes of Chromium's default export against what it left out: the residue is exact, or a rule may not use it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

import haranalyze
from haranalyze.capture.model import Source
from haranalyze.facts import Facts
from haranalyze.facts.quality import Sanitized
from haranalyze.timeline import Timeline
from tests.browser.devtools import Exports, exports_of
from tests.oracle.scenario import Answer

APP, PLAIN = "https://app.example.com/x?k=", "http://plain.example.com/x?k="
SESSION = ("Set-Cookie", "sid=abcdef0123456789; Path=/; HttpOnly; Secure; SameSite=Lax")
THEME = ("Set-Cookie", "theme=dark; Path=/")
BEARER = {"Authorization": "Bearer abcdefgh.abcdefgh.abcdefgh"}
ANSWERS = {
    ("page", "*"): Answer(200, (), "page"),
    ("login", "*"): Answer(200, (SESSION, THEME)),
    ("one", "*"): Answer(200, (("Set-Cookie", "a=b"),)),
    ("me", "*"): Answer(200),
    ("odd", "*"): Answer(200, (("X-Padded", "  v  "), ("X-Empty", ""), ("X-Latin", "caf\u00e9"))),
    ("refused", "*"): Answer(401, (("WWW-Authenticate", "Bearer"),)),
    ("nothing", "*"): Answer(204),
    ("hop", "*"): Answer(302, (("Location", "/x?k=me"), ("Set-Cookie", "hop=1; Path=/"))),
}
HIDDEN = {"request": ("cookie", "authorization"), "response": ("set-cookie",)}


def fetch(page: Page, key: str, **init: Any) -> None:
    page.evaluate("([url, init]) => fetch(url, init).then(answer => answer.text())", [f"/x?k={key}", init])


def play(page: Page) -> None:
    """Calls with and without a cookie, a token, both, over https and http, and answers that set cookies."""
    for origin in (APP, PLAIN):
        page.goto(origin + "page")
        fetch(page, "me")
        fetch(page, "login", method="POST", body="{}")
        for key in ("me", "one", "odd", "refused", "nothing", "hop"):
            fetch(page, key)
        fetch(page, "me&n=1", credentials="omit")
        fetch(page, "me&n=2", credentials="omit", headers=BEARER)
        fetch(page, "me&n=3", headers=BEARER)
        fetch(page, "me&q=%C3%A9#part")
    page.goto(APP + "page")


@pytest.fixture(scope="module")
def exports() -> Exports:
    return exports_of(ANSWERS, play)


def facts_of(har: dict[str, Any]) -> Facts:
    return Facts(Timeline(haranalyze.read_capture(json.dumps(har).encode())))


def removed(entry: dict[str, Any], side: str) -> int:
    """Bytes of the header lines that the default export leaves out."""
    gone = [header for header in entry[side]["headers"] if header["name"].lower() in HIDDEN[side]]
    return sum(len(header["name"]) + len(": ") + len(header["value"]) + len("\r\n") for header in gone)


def test_the_default_export_leaves_out_just_these_headers(exports: Exports) -> None:
    full, sanitized = exports.full["log"]["entries"], exports.sanitized["log"]["entries"]
    assert len(full) == len(sanitized) > 20
    assert exports.full["log"]["creator"] == exports.sanitized["log"]["creator"]
    for one, other in zip(full, sanitized, strict=True):
        for side, names in HIDDEN.items():
            kept = [header for header in one[side]["headers"] if header["name"].lower() not in names]
            assert other[side]["headers"] == kept
            assert other[side]["headersSize"] == one[side]["headersSize"]


def test_the_residue_is_what_was_left_out_to_the_byte(exports: Exports) -> None:
    quality, full = facts_of(exports.sanitized).quality, exports.full["log"]["entries"]
    assert quality.sanitized is Sanitized.CERTAINLY
    seen = {"request": set[int](), "response": set[int]()}
    for exchange in facts_of(exports.sanitized).capture:
        entry = full[exchange.index]
        assert entry["request"]["httpVersion"].lower() == "http/1.1"
        assert exchange.source is Source.NETWORK
        sent, set_there = removed(entry, "request"), removed(entry, "response")
        assert quality.hidden_request_bytes(exchange) == sent, entry["request"]["url"]
        assert quality.hidden_response_bytes(exchange) == set_there, entry["request"]["url"]
        assert quality.shows_absence(exchange, "cookie") is (sent == 0)
        assert quality.shows_absence(exchange, "authorization") is (sent == 0)
        assert quality.shows_absence(exchange, "set-cookie") is (set_there == 0)
        seen["request"].add(sent)
        seen["response"].add(set_there)
    assert all(len(sizes) > 3 and 0 in sizes for sizes in seen.values())  # nothing, a cookie, a token, both


def test_a_full_export_has_no_residue(exports: Exports) -> None:
    facts = facts_of(exports.full)
    assert facts.quality.sanitized is Sanitized.NO
    for exchange in facts.capture:
        assert facts.quality.hidden_request_bytes(exchange) == 0
        assert facts.quality.hidden_response_bytes(exchange) == 0
