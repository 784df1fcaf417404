"""What a recording can and cannot show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import haranalyze
from haranalyze.facts import Facts
from haranalyze.facts.quality import Sanitized
from haranalyze.text import raw
from haranalyze.timeline import Timeline

EXCERPTS = Path(__file__).parent / "excerpts"
HTTP1 = ("cookie-too-large-nginx", "login-502-big-header")
HIDDEN = {"cookie", "authorization", "set-cookie"}


def load(name: str) -> dict[str, Any]:
    har: dict[str, Any] = json.loads((EXCERPTS / f"{name}.har").read_text(encoding="utf-8"))
    return har


def facts_of(har: dict[str, Any]) -> Facts:
    return Facts(Timeline(haranalyze.read_capture(json.dumps(har).encode())))


def sanitized(har: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[int, int]]]:
    """The capture as devtools exports it by default; bytes hidden per exchange (request, response)."""
    hidden = []
    for entry in har["log"]["entries"]:
        sizes = []
        for part in ("request", "response"):
            headers = entry[part]["headers"]
            gone = [header for header in headers if header["name"].lower() in HIDDEN]
            entry[part]["headers"] = [header for header in headers if header not in gone]
            sizes.append(sum(len(header["name"]) + len(header["value"]) + 4 for header in gone))
        hidden.append((sizes[0], sizes[1]))
    return har, hidden


@pytest.mark.parametrize("name", HTTP1)
def test_the_sizes_of_a_full_recording_leave_no_residue(name: str) -> None:
    facts = facts_of(load(name))
    for exchange in facts.exchanges:
        assert facts.quality.hidden_request_bytes(exchange) == 0
        assert facts.quality.hidden_response_bytes(exchange) == 0


@pytest.mark.parametrize("name", HTTP1)
def test_the_residue_of_a_sanitized_recording_is_exactly_what_was_removed(name: str) -> None:
    har, hidden = sanitized(load(name))
    facts = facts_of(har)
    quality = facts.quality
    assert quality.sanitized is Sanitized.CERTAINLY
    for exchange in facts.capture:
        in_request, in_response = hidden[exchange.index]
        assert quality.hidden_request_bytes(exchange) == in_request
        assert quality.hidden_response_bytes(exchange) == in_response
        assert quality.carries_hidden_credentials(exchange) is (in_request > 0)
        assert quality.shows_absence(exchange, "cookie") is (in_request == 0)
        assert quality.shows_absence(exchange, "authorization") is (in_request == 0)
        assert quality.shows_absence(exchange, "set-cookie") is (in_response == 0)


def test_a_recording_with_cookies_is_not_sanitized_and_shows_absence() -> None:
    facts = facts_of(load("healthy-no-store"))
    quality = facts.quality
    assert quality.sanitized is Sanitized.NO
    assert quality.records_cookies
    assert quality.records_authorization
    assert quality.records_preflights
    assert quality.clues == ()
    sent = [exchange for exchange in facts.exchanges if exchange.request.has("cookie")]
    bare = [e for e in facts.exchanges if e.request.method == "OPTIONS"]
    assert sent
    assert bare
    assert not any(quality.shows_absence(exchange, "cookie") for exchange in sent)
    assert all(quality.shows_absence(exchange, "cookie") for exchange in bare)
    assert not any(quality.carries_hidden_credentials(exchange) for exchange in facts.exchanges)


def test_a_sanitized_http2_recording_is_recognised_and_proves_no_absence() -> None:
    har, _ = sanitized(load("nginx-cache-front-token"))
    facts = facts_of(har)
    quality = facts.quality
    assert quality.sanitized in (Sanitized.LIKELY, Sanitized.CERTAINLY)
    assert len(quality.clues) >= 2
    assert not quality.records_cookies
    assert not quality.records_authorization
    for exchange in facts.exchanges:
        assert quality.hidden_request_bytes(exchange) is None
        assert not any(quality.shows_absence(exchange, name) for name in HIDDEN)
    assert quality.ask is not None
    assert "Export HAR (with sensitive data)" in quality.ask.template


def test_one_cookie_anywhere_means_nothing_was_removed() -> None:
    har, _ = sanitized(load("nginx-cache-front-token"))
    har["log"]["entries"][0]["request"]["cookies"] = [{"name": "theme", "value": "dark"}]
    assert facts_of(har).quality.sanitized is Sanitized.NO


def test_a_site_without_any_session_is_only_possibly_sanitized() -> None:
    har, _ = sanitized(load("backend-down-502"))
    for entry in har["log"]["entries"]:
        entry["response"]["headers"] = [h for h in entry["response"]["headers"] if h["name"] != "front-token"]
    quality = facts_of(har).quality
    assert quality.sanitized is Sanitized.POSSIBLY
    assert not quality.records_cookies


def test_a_chrome_older_than_sanitizing_is_not_sanitized() -> None:
    har, _ = sanitized(load("backend-down-502"))
    text = json.dumps(har).replace("Chrome/156", "Chrome/109")
    assert facts_of(json.loads(text)).quality.sanitized is Sanitized.NO


def test_an_answer_from_the_browsers_cache_has_provisional_request_headers() -> None:
    facts = facts_of(load("browser-cache-front-token"))
    provisional = [e for e in facts.exchanges if facts.quality.is_provisional(e)]
    assert [exchange.source.value for exchange in provisional] == ["disk-cache"]
    assert not facts.quality.shows_absence(provisional[0], "cookie")


MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
BLINK = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
AGENTS = {
    BLINK + "Chrome/156.0.0.0 Safari/537.36": "Chrome 156",
    BLINK + "HeadlessChrome/156.0.0.0 Safari/537.36": "Chrome 156",
    BLINK + "Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0": "Edge 143",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox 140",
    MAC + "Version/17.4 Safari/605.1.15": "Safari 17",
    "Mozilla/5.0 (iPhone) (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1": "Safari 17",
    '"Chromium";v="141", "Not A Brand";v="8", "Google Chrome";v="141"': "Chrome 141",
    "curl/8.0": "Chromium",
}


@pytest.mark.parametrize("agent", AGENTS)
def test_the_browser_is_named_by_its_user_agent(agent: str) -> None:
    har = load("backend-down-502")
    for entry in har["log"]["entries"]:
        kept = [h for h in entry["request"]["headers"] if h["name"].lower() != "user-agent"]
        entry["request"]["headers"] = [*kept, {"name": "User-Agent", "value": agent}]
    assert raw(facts_of(har).quality.browser) == AGENTS[agent]


def other_creator(name: str, har: dict[str, Any]) -> dict[str, Any]:
    har["log"]["creator"] = {"name": name, "version": "1.0"}
    return har


def test_a_proxy_recording_of_an_app_is_not_a_browser_and_never_called_sanitized() -> None:
    har, _ = sanitized(other_creator("mitmproxy", load("backend-down-502")))
    for entry in har["log"]["entries"]:
        headers = entry["request"]["headers"]
        kept = [h for h in headers if not h["name"].lower().startswith(("sec-", "user-agent"))]
        entry["request"]["headers"] = kept
        entry.pop("_resourceType", None)
    quality = facts_of(har).quality
    assert not quality.is_browser
    assert raw(quality.browser) == ""
    assert quality.sanitized is Sanitized.NO
    assert quality.records_cookies
    assert not quality.records_preflights


def test_a_proxy_recording_of_a_browser_is_a_browser() -> None:
    assert facts_of(other_creator("mitmproxy", load("healthy-no-store"))).quality.is_browser


@pytest.mark.parametrize(
    ("creator", "agent", "words"),
    [
        ("Firefox", "Firefox/140.0", "Save All As HAR"),
        ("WebKit Web Inspector", "Version/17.4 Safari/605", "Preserve Log"),
        ("Playwright", "Chrome/156.0.0.0 Safari/537.36", "In Playwright"),
        ("mitmproxy", "okhttp/4.9", "mitmdump --set hardump"),
        ("pcap2har", "okhttp/4.9", "from before the sign-in"),
    ],
)
def test_the_request_for_a_better_recording_speaks_of_the_program_at_hand(creator: str, agent: str, words: str) -> None:
    har = other_creator(creator, load("healthy-no-store"))
    for entry in har["log"]["entries"]:
        entry["response"]["content"].pop("text", None)
        for header in entry["request"]["headers"]:
            if header["name"].lower() == "user-agent":
                header["value"] = agent
    quality = facts_of(har).quality
    assert not quality.records_bodies
    assert quality.ask is not None
    assert words in quality.ask.template
    assert any("bodies" in sentence.template for sentence in quality.missing)


def test_a_good_recording_asks_for_nothing() -> None:
    quality = facts_of(load("healthy-no-store")).quality
    assert quality.ask is None
    assert quality.records_bodies


NAMES = st.sampled_from(["Host", "Accept", "X-A", "Cookie", "Authorization"])
VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


@given(
    st.lists(st.tuples(NAMES, VALUES), max_size=8),
    st.sampled_from(["https://a.example", "https://a.example/x?y=1#z", "https://a.example?q"]),
    st.sampled_from(["GET", "POST"]),
)
def test_the_residue_is_the_size_of_the_removed_headers(headers: list[tuple[str, str]], url: str, method: str) -> None:
    headers = [("Host", "a.example"), *headers]
    target = "/" + url.partition("#")[0].removeprefix("https://a.example").removeprefix("/")
    size = len(f"{method} {target} HTTP/1.1\r\n") + sum(len(f"{n}: {v}\r\n") for n, v in headers)
    har = load("login-502-big-header")
    del har["log"]["entries"][1:]
    har["log"]["entries"][0]["request"] |= {
        "method": method,
        "url": url,
        "headersSize": size,
        "headers": [{"name": n, "value": v} for n, v in headers if n.lower() not in HIDDEN],
    }
    facts = facts_of(har)
    hidden = sum(len(f"{n}: {v}\r\n") for n, v in headers if n.lower() in HIDDEN)
    assert facts.quality.hidden_request_bytes(facts.exchanges[0]) == hidden
