"""Calls that Chromium does not send or does not hand over, as DevTools exports them, and what the rules say."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page

import haranalyze
from haranalyze.analysis import Analysis, examine
from haranalyze.rulebook import Rulebook
from tests.browser.devtools import Exports, exports_of
from tests.oracle.scenario import Answer

SESSION = ("Set-Cookie", "connect.sid=s%3Aabcdef0123456789; Path=/; HttpOnly; Secure; SameSite=Lax")
OWN = ("Access-Control-Allow-Origin", "https://app.example.com")
CREDENTIALS = ("Access-Control-Allow-Credentials", "true")
ANSWERS = {
    ("page", "*"): Answer(200, (), "page"),
    ("login", "*"): Answer(200, (SESSION,)),
    ("me", "*"): Answer(200),
    ("twice", "*"): Answer(200, (OWN, ("Access-Control-Allow-Origin", "*"), CREDENTIALS)),
    ("socket", "*"): Answer(401),
}
_FETCH = "([url, init]) => fetch(url, init).then(answer => answer.text()).catch(String)"
_SOCKET = "url => new Promise(done => { const one = new WebSocket(url); one.onclose = one.onerror = () => done(); })"


def play(page: Page) -> None:
    page.goto("https://app.example.com/?k=page")
    for url, init in (
        ("/login?k=login", {"method": "POST", "body": "{}"}),
        ("/api/me?k=me", {}),
        ("http://app.example.com/api/me?k=me", {}),
        ("https://api.example.com/api/orders?k=twice", {"credentials": "include"}),
    ):
        page.evaluate(_FETCH, [url, init])
    page.evaluate(_SOCKET, "wss://socket.example.com/live?k=socket")


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    exports: Exports = exports_of(ANSWERS, play)
    return examine(haranalyze.read_capture(json.dumps(exports.full).encode()), Rulebook.installed())


def exchanges_of(analysis: Analysis, rule: str) -> list[str]:
    """Addresses that the findings of a rule are about."""
    found = [one for one in analysis.findings if one.rule == rule]
    return [analysis.facts.timeline.exchange(index).request.raw_url for one in found for index in one.exchanges]


def test_a_call_over_http_from_an_https_page_is_blocked(analysis: Analysis) -> None:
    assert exchanges_of(analysis, "mixed-content-blocked") == ["http://app.example.com/api/me?k=me"]


def test_an_answer_with_two_allowed_origins_is_kept_back(analysis: Analysis) -> None:
    assert exchanges_of(analysis, "cors-duplicate-allow-origin") == ["https://api.example.com/api/orders?k=twice"]


def test_a_refused_handshake_is_exported_without_its_answer(analysis: Analysis) -> None:
    socket = next(one for one in analysis.facts.exchanges if one.resource_type == "websocket")
    assert socket.response.status == 0
    assert exchanges_of(analysis, "websocket-without-credentials") == []
