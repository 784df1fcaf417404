"""How many bytes of headers each hop had to take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import haranalyze
from haranalyze.facts import Facts
from haranalyze.facts.header_budget import Share
from haranalyze.facts.hops import CLOUDFLARE, ENVOY, HAPROXY, NGINX, NODE, VERCEL
from haranalyze.text import raw
from haranalyze.timeline import Timeline

HIDDEN = {"cookie", "authorization", "set-cookie"}
EXCERPTS = Path(__file__).parent / "excerpts"


def load(name: str) -> dict[str, Any]:
    har: dict[str, Any] = json.loads((EXCERPTS / f"{name}.har").read_text(encoding="utf-8"))
    return har


def facts_of(har: dict[str, Any]) -> Facts:
    return Facts(Timeline(haranalyze.read_capture(json.dumps(har).encode())))


def sanitized(har: dict[str, Any]) -> dict[str, Any]:
    """The capture as devtools exports it by default."""
    for entry in har["log"]["entries"]:
        for part in ("request", "response"):
            kept = [h for h in entry[part]["headers"] if h["name"].lower() not in HIDDEN]
            entry[part]["headers"] = kept
    return har


def change(
    har: dict[str, Any], index: int, status: int, headers: dict[str, str], body: str, mime: str
) -> dict[str, Any]:
    """Another server's answer in the place of a recorded one."""
    response = har["log"]["entries"][index]["response"]
    response["status"] = status
    response["headers"] = [{"name": name, "value": value} for name, value in headers.items()]
    response["content"] = {"size": len(body), "mimeType": mime, "text": body}
    response["headersSize"] = -1
    return har


def find(har: dict[str, Any], status: int) -> int:
    return next(i for i, entry in enumerate(har["log"]["entries"]) if entry["response"]["status"] == status)


def test_the_budget_of_a_recorded_request_is_its_size_on_the_wire() -> None:
    facts = facts_of(load("cookie-too-large-nginx"))
    for exchange in facts.exchanges:
        budget = facts.header_budget.request(exchange)
        assert budget.total == exchange.request.headers_size
        assert budget.exact
        assert facts.header_budget.response(exchange).total + 2 == exchange.response.headers_size
        assert sum(part.size for part in budget.parts) <= budget.total


def test_the_budget_names_cookies_and_tokens_largest_first() -> None:
    facts = facts_of(load("healthy-no-store"))
    sign_in = next(
        e for e in facts.exchanges if e.request.raw_url.endswith("/auth/signin") and e.response.status == 200
    )
    budget = facts.header_budget.response(sign_in)
    assert [part.size for part in budget.parts] == sorted((part.size for part in budget.parts), reverse=True)
    shares = {raw(part.name): part.share for part in budget.parts}
    assert shares["front-token"] is Share.TOKEN
    assert shares["sAccessToken"] is Share.TOKEN
    assert shares["server"] is Share.OTHER
    assert budget.cookies > 0


def test_hidden_headers_count_in_the_budget_of_a_sanitized_http1_request() -> None:
    whole = facts_of(load("cookie-too-large-nginx"))
    bare = facts_of(sanitized(load("cookie-too-large-nginx")))
    for one, other in zip(whole.exchanges, bare.exchanges, strict=True):
        assert bare.header_budget.request(other).total == whole.header_budget.request(one).total
        assert bare.header_budget.request(other).exact


def test_a_sanitized_http2_request_is_a_lower_bound() -> None:
    facts = facts_of(sanitized(load("nginx-cache-front-token")))
    assert not any(facts.header_budget.request(exchange).exact for exchange in facts.exchanges)


def test_nginx_naming_the_header_as_too_large_is_believed() -> None:
    facts = facts_of(load("cookie-too-large-nginx"))
    refused = facts.header_budget.too_large
    assert [item.exchange.response.status for item in refused] == [400, 400]
    for item in refused:
        assert item.hop == NGINX
        assert item.named
        assert item.limit == 8192
        assert item.budget.largest_line > item.limit
        assert item.evidence.pointer.endswith(("/content", "/content/text"))


def test_the_same_refusal_is_seen_in_a_sanitized_recording() -> None:
    facts = facts_of(sanitized(load("cookie-too-large-nginx")))
    assert [item.limit for item in facts.header_budget.too_large] == [8192, 8192]
    assert all(item.budget.largest_line > 8192 for item in facts.header_budget.too_large)


def test_an_empty_431_is_nodes_even_behind_nginx() -> None:
    har = load("cookie-too-large-nginx")
    change(har, find(har, 400), 431, {"Server": "nginx", "Connection": "close"}, "", "x-unknown")
    item = facts_of(har).header_budget.too_large[0]
    assert (item.hop, item.named) == (NODE, True)


def test_vercels_own_code_is_believed() -> None:
    har = load("cookie-too-large-nginx")
    headers = {"Server": "Vercel", "X-Vercel-Error": "REQUEST_HEADER_TOO_LARGE"}
    change(har, find(har, 400), 494, headers, "too large", "text/plain")
    item = facts_of(har).header_budget.too_large[0]
    assert (item.hop, item.named) == (VERCEL, True)
    assert item.evidence.pointer.startswith(f"/log/entries/{item.exchange.index}/response/headers")


def test_a_silent_400_counts_only_with_headers_near_the_limit() -> None:
    page = "<html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n</body></html>\n"
    har = load("cookie-too-large-nginx")
    large = find(har, 400)
    change(har, large, 400, {}, page, "text/html")
    item = next(i for i in facts_of(har).header_budget.too_large if i.exchange.index == large)
    assert (item.hop, item.named, item.limit) == (HAPROXY, False, 15_360)
    small = har["log"]["entries"][large]["request"]
    small["headers"] = [h for h in small["headers"] if h["name"] != "Cookie"]
    small["headersSize"] = -1
    assert large not in [i.exchange.index for i in facts_of(har).header_budget.too_large]


def test_a_400_of_the_application_is_not_about_size() -> None:
    har = load("cookie-too-large-nginx")
    index = find(har, 400)
    change(
        har,
        index,
        400,
        {"Content-Type": "application/json"},
        '{"message": "email is invalid"}',
        "application/json",
    )
    assert index not in [item.exchange.index for item in facts_of(har).header_budget.too_large]


def test_a_closed_connection_is_about_size_only_with_proof() -> None:
    har = load("cookie-too-large-nginx")
    index = find(har, 400)
    entry = change(har, index, 0, {}, "", "x-unknown")["log"]["entries"][index]
    entry["response"]["_error"] = "net::ERR_CONNECTION_CLOSED"
    assert index in [item.exchange.index for item in facts_of(har).header_budget.too_large]
    entry["request"]["headers"] = [h for h in entry["request"]["headers"] if h["name"] != "Cookie"]
    entry["request"]["headersSize"] = -1
    for other in har["log"]["entries"]:
        other["response"]["headers"] = [h for h in other["response"]["headers"] if h["name"].lower() != "set-cookie"]
    assert index not in [item.exchange.index for item in facts_of(har).header_budget.too_large]


def test_a_502_on_the_sign_in_alone_stands_beside_the_answers_of_the_application() -> None:
    facts = facts_of(load("login-502-big-header"))
    (error,) = facts.header_budget.proxy_errors
    assert error.exchange.response.status == 502
    assert error.hop == NGINX
    assert error.sets_session
    assert error.host_fails == ()
    assert error.host_answers is not None
    assert error.host_answers.response.status == 401
    assert error.expected_bytes is None


def test_a_backend_that_is_down_fails_every_call_and_answers_none() -> None:
    errors = facts_of(load("backend-down-502")).header_budget.proxy_errors
    assert len(errors) == 4
    for error in errors:
        assert error.host_answers is None
        assert len(error.host_fails) == 3


def test_a_call_that_crashes_the_backend_sets_no_session() -> None:
    (error,) = facts_of(load("upstream-crash-502")).header_budget.proxy_errors
    assert not error.sets_session
    assert error.host_answers is not None


def test_an_equal_call_that_succeeded_tells_the_expected_size() -> None:
    har = load("upstream-crash-502")
    index = next(
        i
        for i, e in enumerate(har["log"]["entries"])
        if e["request"]["url"].endswith("/auth/signin") and e["request"]["method"] == "POST"
    )
    again = json.loads(json.dumps(har["log"]["entries"][index]))
    har["log"]["entries"].append(again)
    page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<hr><center>nginx</center>\r\n</html>\r\n"
    change(har, len(har["log"]["entries"]) - 1, 502, {"Server": "nginx"}, page, "text/html")
    facts = facts_of(har)
    error = next(e for e in facts.header_budget.proxy_errors if e.exchange.index == len(har["log"]["entries"]) - 1)
    assert error.sets_session
    assert error.expected_bytes == facts.header_budget.response(facts.timeline.exchange(index)).total


def test_a_503_of_the_application_is_no_proxy_error() -> None:
    har = load("login-502-big-header")
    headers = {"Server": "nginx", "X-Powered-By": "Express", "Content-Type": "application/json"}
    change(har, find(har, 502), 503, headers, '{"message": "maintenance"}', "application/json")
    assert facts_of(har).header_budget.proxy_errors == ()


@pytest.mark.parametrize(
    ("headers", "body", "hop"),
    [
        ({"Server": "cloudflare", "CF-RAY": "1"}, "error code: 520", CLOUDFLARE),
        ({"Server": "istio-envoy"}, "", ENVOY),
        ({}, "upstream connect error or disconnect/reset before headers. reset reason: overflow", ENVOY),
        ({"Server": "openresty"}, "", NGINX),
        ({"Server": "cloudflare"}, "<center>nginx</center>", NGINX),
        ({"Server": "my own"}, "", None),
    ],
)
def test_a_hop_is_known_by_its_page_before_its_headers(headers: dict[str, str], body: str, hop: object) -> None:
    har = load("login-502-big-header")
    index = find(har, 502)
    change(har, index, 502, headers, body, "text/html")
    facts = facts_of(har)
    assert facts.header_budget.hop(facts.timeline.exchange(index)) == hop


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=30)), max_size=6), st.text(max_size=60))
def test_no_headers_make_the_budget_raise(headers: list[tuple[str, str]], cookie: str) -> None:
    har = load("login-502-big-header")
    request = har["log"]["entries"][-1]["request"]
    request["headers"] = [{"name": n, "value": v} for n, v in [*headers, ("Cookie", cookie)]]
    request["headersSize"] = -1
    facts = facts_of(har)
    budget = facts.header_budget.request(facts.exchanges[-1])
    assert budget.total >= budget.largest_line >= 0
    assert budget.cookies <= budget.total
    assert all(part.size >= 0 for part in budget.parts)
