"""Ways in: the link, a password, a provider that speaks OpenID Connect, a trusted proxy."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import Cookie, CookieJar
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from haranalyze.web.passwords import add_person
from tests.web.conftest import PATIENCE, Server, serving


def cookies_of(jar: CookieJar) -> list[Cookie]:
    return list(jar)


def test_the_link_signs_one_browser_in_once(server: Server) -> None:
    link = server.newest_link()
    browser = server.browser()
    (cookie,) = cookies_of(browser.cookies)
    assert cookie.name == f"haranalyze-{server.address.rpartition(':')[2]}"
    assert cookie.has_nonstandard_attr("HttpOnly")
    again = requests.get(link, timeout=PATIENCE)
    assert again.status_code == 403
    assert "used before" in again.text
    assert not again.cookies
    browser.close()


def test_wrong_links_do_not_keep_the_owner_out(tmp_path: Path) -> None:
    """Others on this computer come from the same address; they are told to wait, and the owner is not."""
    with serving(tmp_path / "data") as alone:
        wrong = alone.address + "/sign-in?key=wrong"
        with ThreadPoolExecutor(4) as pool:
            tried = list(pool.map(lambda _: requests.get(wrong, timeout=60).status_code, range(16)))
        assert set(tried) == {403, 429}
        assert requests.get(alone.newest_link(), timeout=60).status_code == 200


def test_signing_out_ends_the_session_on_the_server(server: Server) -> None:
    browser = server.browser()
    stolen = dict(browser.cookies)
    answer = browser.post(server.address + "/sign-out", allow_redirects=False, timeout=PATIENCE)
    assert answer.status_code == 303
    assert "Clear-Site-Data" in answer.headers
    assert requests.get(server.address, cookies=stolen, timeout=PATIENCE).status_code == 401
    browser.close()


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a password file; a proxy that is not on this machine may name people."""
    folder = tmp_path_factory.mktemp("team")
    add_person(folder / "people", "alice", "correct horse")
    options = ["--password-file", str(folder / "people"), "--session-hours", "0.01"]
    options += ["--proxy-header", "X-Forwarded-User", "--proxy-peer", "10.9.9.9"]
    with serving(folder / "data", *options) as running:
        yield running


def sign_in(server: Server, name: str, password: str, where: str = "/") -> requests.Response:
    data = {"name": name, "password": password, "next": where}
    return requests.post(server.address + "/sign-in", data=data, allow_redirects=False, timeout=PATIENCE)


def test_a_password_signs_in_and_leads_on_to_where_one_was_going(team: Server) -> None:
    asked = requests.get(team.address + "/causes", timeout=PATIENCE)
    assert asked.status_code == 401
    assert 'name="next" value="/causes"' in asked.text
    answer = sign_in(team, "alice", "correct horse", "/causes")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/causes")
    page = requests.get(team.address + "/account", cookies=dict(answer.cookies), timeout=PATIENCE)
    assert "Signed in as <bdi>alice</bdi>" in page.text
    assert answer.cookies
    (cookie,) = cookies_of(answer.cookies)
    assert (cookie.expires or 10**12) - time.time() < 40  # 0.01 hours


@pytest.mark.parametrize(
    "where", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb"]
)
def test_nobody_is_led_to_another_site(team: Server, where: str) -> None:
    assert sign_in(team, "alice", "correct horse", where).headers["Location"] == "/"


def test_nobody_but_the_proxy_names_people(team: Server) -> None:
    named = requests.get(f"{team.address}/account", headers={"X-Forwarded-User": "bob"}, timeout=PATIENCE)
    assert named.status_code == 401


def test_wrong_passwords_are_slowed_and_then_refused_for_a_minute(team: Server) -> None:
    """The last test of this server: nobody signs in for the next minute."""
    began = time.monotonic()
    statuses = [sign_in(team, name, "wrong").status_code for name in ("alice", "nobody") * 5]
    assert statuses == [403] * 10
    assert time.monotonic() - began > 10 * 0.5
    refused = sign_in(team, "alice", "correct horse")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    lines = [json.loads(line) for line in (team.data / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["action"] for line in lines[-10:]] == ["sign-in-refused"] * 10
    assert not any("wrong" in str(line) or "nobody" in str(line) for line in lines)


class Provider:
    """A small OpenID Connect provider: discovery, authorization code with PKCE, RS256, over real HTTP."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        self.email: str | None = "alice@example.com"
        self.changes: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.get(self)

            def do_POST(self) -> None:
                outer.post(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def get(self, request: BaseHTTPRequestHandler) -> None:
        at = urlsplit(request.path)
        if at.path == "/.well-known/openid-configuration":
            ends = {name: f"{self.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            self.tell(request, {"issuer": self.issuer, **ends})
        elif at.path == "/jwks_uri":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            self.tell(request, {"keys": [{**public, "kid": "1", "use": "sig", "alg": "RS256"}]})
        elif at.path == "/authorization_endpoint":
            asked = {name: values[0] for name, values in parse_qs(at.query).items()}
            assert asked["response_type"] == "code"
            assert asked["code_challenge_method"] == "S256"
            code = f"code-{len(self.codes)}"
            self.codes[code] = asked
            request.send_response(302)
            back = urlencode({"code": code, "state": asked["state"]})
            request.send_header("Location", f"{asked['redirect_uri']}?{back}")
            request.end_headers()

    def post(self, request: BaseHTTPRequestHandler) -> None:
        body = parse_qs(request.rfile.read(int(request.headers["Content-Length"])).decode())
        asked = self.codes.pop(body["code"][0])
        digest = hashlib.sha256(body["code_verifier"][0].encode()).digest()
        assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        assert request.headers["Authorization"] == "Basic " + base64.b64encode(b"har:provider-secret").decode()
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "har", "sub": "1", "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        claims |= {"email": self.email, "email_verified": True, **self.changes}
        signed = jwt.encode(claims, self.key, "RS256", headers={"kid": "1"})
        self.tell(request, {"access_token": "x", "token_type": "Bearer", "id_token": signed})

    @staticmethod
    def tell(request: BaseHTTPRequestHandler, value: object) -> None:
        body = json.dumps(value).encode()
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def organisation(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    options = ("--oidc-issuer", provider.issuer, "--oidc-client-id", "har", "--oidc-allow", "@example.com")
    secret = {"HARANALYZE_OIDC_CLIENT_SECRET": "provider-secret"}
    with serving(tmp_path_factory.mktemp("oidc") / "data", *options, environment=secret) as running:
        yield running


def test_somebody_of_the_organisation_comes_in_through_its_provider(organisation: Server, provider: Provider) -> None:
    browser = requests.Session()
    welcome = browser.get(organisation.address + "/oidc/start?next=/causes", timeout=PATIENCE)
    assert welcome.status_code == 200
    assert 'content="0;url=/causes"' in welcome.text
    assert "alice@example.com" in browser.get(organisation.address + "/account", timeout=PATIENCE).text
    assert {cookie.name.rpartition("-")[2] for cookie in browser.cookies} == {organisation.address.rpartition(":")[2]}
    browser.close()


@pytest.mark.parametrize(
    ("email", "changes", "status"),
    [
        ("mallory@evil.example", {}, 403),
        ("alice@example.com.evil.example", {}, 403),
        (None, {}, 403),
        ("alice@example.com", {"email_verified": False}, 403),
        ("alice@example.com", {"nonce": "another"}, 403),
        ("alice@example.com", {"aud": "another"}, 502),
        ("alice@example.com", {"iss": "https://evil.example"}, 502),
        ("alice@example.com", {"exp": 1}, 502),
    ],
)
def test_strangers_and_wrong_tokens_do_not(
    organisation: Server, provider: Provider, email: str | None, changes: dict[str, Any], status: int
) -> None:
    browser = requests.Session()
    provider.email, provider.changes = email, changes
    try:
        answer = browser.get(organisation.address + "/oidc/start", timeout=PATIENCE)
    finally:
        provider.email, provider.changes = "alice@example.com", {}
    assert answer.status_code == status
    assert browser.get(organisation.address + "/account", timeout=PATIENCE).status_code == 401
    browser.close()


def test_an_answer_for_another_browser_is_refused(organisation: Server) -> None:
    victim, attacker = requests.Session(), requests.Session()
    begun = attacker.get(organisation.address + "/oidc/start", allow_redirects=False, timeout=PATIENCE)
    back = attacker.get(begun.headers["Location"], allow_redirects=False, timeout=PATIENCE).headers["Location"]
    assert victim.get(back, timeout=PATIENCE).status_code == 403
    victim.get(organisation.address + "/oidc/start", allow_redirects=False, timeout=PATIENCE)
    assert victim.get(back, timeout=PATIENCE).status_code == 403
    assert victim.get(organisation.address + "/account", timeout=PATIENCE).status_code == 401
    victim.close()
    attacker.close()


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """A server behind a proxy with TLS that names people: its address here, and the headers it is asked with."""
    folder = tmp_path_factory.mktemp("behind")
    add_person(folder / "people", "alice", "correct horse")
    options = ["--password-file", str(folder / "people"), "--url", "https://har.example.com"]
    options += ["--proxy-header", "X-Forwarded-User", "--proxy-peer", "127.0.0.1"]
    with serving(folder / "data", *options) as server:
        yield f"http://127.0.0.1:{_port(server)}", {"Host": "har.example.com"}


def _port(server: Server) -> int:
    import psutil

    (listening,) = [one for one in psutil.Process(server.process.pid).net_connections() if one.status == "LISTEN"]
    return int(listening.laddr.port)


def test_a_trusted_proxy_names_people(behind: tuple[str, dict[str, str]]) -> None:
    local, host = behind
    named = requests.get(f"{local}/account", headers={**host, "X-Forwarded-User": "bob"}, timeout=PATIENCE)
    assert "Signed in as <bdi>bob</bdi>" in named.text
    assert requests.get(f"{local}/account", headers=host, timeout=PATIENCE).status_code == 401


def test_behind_https_cookies_are_bound_to_the_host(behind: tuple[str, dict[str, str]]) -> None:
    local, host = behind
    data = {"name": "alice", "password": "correct horse"}
    origin = {**host, "Origin": "https://har.example.com"}
    answer = requests.post(f"{local}/sign-in", data=data, headers=origin, allow_redirects=False, timeout=PATIENCE)
    cookie = answer.headers["Set-Cookie"].lower()
    assert cookie.startswith("__host-haranalyze=")
    for part in ("; secure", "; httponly", "; path=/", "; samesite=lax"):
        assert part in cookie
    assert "domain" not in cookie
