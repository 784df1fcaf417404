"""Every route times every attempt to get in: nobody does, and every answer carries its headers."""

import re
from collections.abc import Iterator

import pytest
import requests

from haranalyze.web.app import ENDPOINTS, Endpoint
from tests.web.conftest import HEALTHY, TOKEN, Server

FILLED = {"id": "A" * 24, "name": "x.har", "format": "json", "share": "b" * 12, "token": "c" * 12, "secret": "d" * 32}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
ALLOWED_OPEN = {
    "/sign-in",
    "/oidc/start",
    "/oidc/callback",
    "/s/{secret}",
    "/s/{secret}/report",
    "/static/{version}/{name}",
    "/healthz",
    "/readyz",
}

Header = dict[str, str]
BROWSER: Header = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
VISIT: Header = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
# Name of an attempt: its headers, whether it comes with a valid session, and the answers to safe and unsafe requests
# (None: as without the attempt).
ATTEMPTS: dict[str, tuple[Header, bool, set[int] | None, set[int] | None]] = {
    "nobody": ({}, False, {401}, {401}),
    "wrong token": ({"Authorization": "Bearer wrong"}, False, {401}, {401}),
    "empty token": ({"Authorization": "Bearer "}, False, {401}, {401}),
    "basic": ({"Authorization": "Basic b3duZXI6eA=="}, False, {401}, {401}),
    "wrong cookie": ({"Cookie": "haranalyze-{port}=wrong; __Host-haranalyze=wrong"}, False, {401}, {401}),
    "proxy header of a stranger": ({"X-Forwarded-User": "owner", "Remote-User": "owner"}, False, {401}, {401}),
    "foreign host": ({"Host": "evil.example"}, True, {421}, {421}),
    "foreign host, our port": ({"Host": "evil.example:{port}"}, True, {421}, {421}),
    "our host, other port": ({"Host": "127.0.0.1:1"}, True, {421}, {421}),
    "cross-site fetch": ({**BROWSER, "Sec-Fetch-Site": "cross-site"}, True, {403}, {403}),
    "same-site fetch": ({**BROWSER, "Sec-Fetch-Site": "same-site"}, True, {403}, {403}),
    "cross-site form": ({**VISIT, "Sec-Fetch-Site": "cross-site"}, True, None, {403}),
    "cross-site frame": ({**VISIT, "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}, True, {403}, {403}),
    "cross-site image": (
        {"Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "cross-site"},
        True,
        {403},
        {403},
    ),
    "foreign origin": ({"Origin": "https://evil.example"}, True, None, {403}),
    "null origin": ({"Origin": "null"}, True, None, {403}),
    "our host by https": ({"Origin": "https://127.0.0.1:{port}"}, True, None, {403}),
    "bearer with a cookie": ({"Authorization": f"Bearer {TOKEN}", "Origin": "null"}, True, None, {403}),
}


@pytest.fixture(scope="module")
def signed_in(server: Server) -> Iterator[requests.Session]:
    """A browser that used the printed link."""
    session = server.browser()
    yield session
    session.close()


def path_of(endpoint: Endpoint) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: FILLED.get(found[1], "x"), endpoint.path)


def name_of(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def test_only_these_routes_are_open() -> None:
    assert {one.path for one in ENDPOINTS if one.is_open} == ALLOWED_OPEN


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=name_of)
def test_nobody_gets_in(endpoint: Endpoint, server: Server, signed_in: requests.Session) -> None:
    port = server.address.rpartition(":")[2]
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in signed_in.cookies)
    table = {}
    for name, (headers, with_session, safe, unsafe) in ATTEMPTS.items():
        expected = unsafe if endpoint.method in UNSAFE else safe
        if endpoint.is_open and expected == {401}:
            continue
        sent = {key: value.replace("{port}", port) for key, value in headers.items()}
        if with_session:
            sent["Cookie"] = cookies
        answer = requests.request(
            endpoint.method, server.address + path_of(endpoint), headers=sent, allow_redirects=False, timeout=60
        )
        if expected is not None and answer.status_code not in expected:
            table[name] = answer.status_code
        assert answer.status_code < 500 or (endpoint.path, answer.status_code) == ("/readyz", 503)
    assert table == {}


def test_with_the_session_the_same_requests_reach_their_handlers(server: Server, signed_in: requests.Session) -> None:
    """The table above would be worth nothing if everything were refused."""
    for path in ("/", "/recent", "/causes", "/account", "/api/v1/captures", "/metrics"):
        assert signed_in.get(server.address + path, timeout=60).status_code == 200
    same = {**BROWSER, "Sec-Fetch-Site": "same-origin", "Origin": server.address}
    answer = signed_in.post(server.address + "/api/v1/captures", data=HEALTHY.read_bytes(), headers=same, timeout=60)
    assert answer.status_code == 201
    assert signed_in.delete(server.address + answer.headers["Location"], headers=same, timeout=60).status_code == 204


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.method == "GET"], ids=name_of)
def test_every_answer_carries_the_headers(endpoint: Endpoint, server: Server) -> None:
    with server.ask("GET", path_of(endpoint), stream=True) as answer:
        headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Robots-Tag"] == "noindex"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors" in headers["Content-Security-Policy"]
    assert (
        headers["Cache-Control"] == "no-store" or answer.status_code == 404 or "immutable" in headers["Cache-Control"]
    )
    assert "Server" not in headers


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nothing", 404), ("TRACE", "/", 405), ("PUT", "/", 405)]
)
def test_wrong_addresses_and_methods_are_told_in_words(server: Server, method: str, path: str, status: int) -> None:
    answer = server.ask(method, path)
    assert answer.status_code == status
    assert "text/html" in answer.headers["Content-Type"]


def test_the_secret_of_a_link_is_never_told_again(server: Server, signed_in: requests.Session) -> None:
    secret = server.link.partition("key=")[2]
    log = "\n".join(line for line in server.log.read_text(encoding="utf-8").splitlines() if line.startswith("{"))
    audit = (server.data / "audit.jsonl").read_text(encoding="utf-8")
    for where in (log, audit, signed_in.get(server.address, timeout=60).text):
        assert secret not in where
        assert TOKEN not in where
