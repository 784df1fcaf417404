"""Changes in the words of the software a recording shows, with the values it shows."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest

from haranalyze.facts.stack import PROXIES, Stack
from tests.rules.stories import PAGE, UNAUTHORISED, asks, call, fix_lines, jwt, sign_in, wire_lines
from tests.rules.test_cors_credentials_wildcard import BLOCKED
from tests.rules.test_cors_credentials_wildcard import PREFLIGHT as WILDCARD
from tests.rules.test_cors_missing_allow_headers import PREFLIGHT as NOT_ALLOWED

_snippets: Any = import_module("haranalyze.rules._snippets")
_MARKS = import_module("haranalyze.rules._fixes")._MARKS
TOPICS = {name: table for name, table in vars(_snippets).items() if name.isupper()}
TOKEN = jwt()


def cors(preflight: str, server: str) -> str:
    """A call with credentials that the browser refuses, by an API whose preflight answer shows its software."""
    return PAGE + preflight.replace("    < 204\n", f"    < 204\n    < {server}\n") + call() + BLOCKED


SERVERS = {
    Stack.NGINX: "Server: nginx/1.26.0",
    Stack.APACHE: "Server: Apache/2.4.62",
    Stack.ENVOY: "Server: envoy",
    Stack.TRAEFIK: "Server: traefik",
    Stack.CADDY: "Server: Caddy",
    Stack.KONG: "X-Kong-Proxy-Latency: 1",
    Stack.HAPROXY: "Server: haproxy",
    Stack.API_GATEWAY: "x-amz-apigw-id: abc=",
    Stack.CLOUDFRONT: "X-Amz-Cf-Id: abc",
    Stack.CLOUDFLARE: "CF-RAY: 8c1-FRA",
    Stack.EXPRESS: "X-Powered-By: Express",
    Stack.NEXTJS: "X-Powered-By: Next.js",
    Stack.DJANGO: "Server: WSGIServer/0.2",
    Stack.FLASK: "Server: Werkzeug/3.0.4",
    Stack.ASPNET: "Server: Kestrel",
}


@pytest.mark.parametrize("stack", SERVERS)
def test_the_change_is_written_for_the_software_that_shows_with_the_origin_recorded(stack: Stack) -> None:
    lines = fix_lines("cors-credentials-wildcard", cors(WILDCARD, SERVERS[stack]))
    before, after = _snippets.CORS_ORIGIN[stack]
    assert after.replace("%ORIGIN%", "https://app.example.com") in lines
    assert before is None or before in lines


def test_where_no_software_shows_the_change_is_told_in_general_words() -> None:
    lines = fix_lines("cors-credentials-wildcard", cors(WILDCARD, "x-a: b"))
    assert lines.splitlines() == [
        "Access-Control-Allow-Origin: *",
        "Access-Control-Allow-Origin: https://app.example.com",
    ]


def test_the_names_that_are_missing_are_those_of_the_preflight() -> None:
    lines = fix_lines("cors-missing-allow-headers", cors(NOT_ALLOWED, "X-Powered-By: Express"))
    assert "allowedHeaders: 'content-type, rid, st-auth-mode'" in lines
    assert "getAllCORSHeaders" in lines  # the SDK's own way stays first


def test_an_api_without_an_sdk_is_not_told_to_use_one() -> None:
    preflight = NOT_ALLOWED.replace("rid,st-auth-mode", "authorization,x-tenant")
    story = PAGE + preflight + asks("GET", "/api/me", f"> Authorization: Bearer {TOKEN}", "> x-tenant: a") + BLOCKED
    lines = fix_lines("cors-missing-allow-headers", story)
    assert lines == "Access-Control-Allow-Headers: content-type, authorization, x-tenant"


def test_the_cookie_attributes_are_written_for_the_framework() -> None:
    story = PAGE + sign_in(
        TOKEN, setting=f"< Server: WSGIServer/0.2\n< Set-Cookie: sAccessToken={TOKEN}; Path=/; HttpOnly; SameSite=Lax\n"
    )
    story += call("/api/me", "> Accept: */*") + UNAUTHORISED
    story = story.replace("same-site", "cross-site").replace("api.example.com", "acme-api.herokuapp.com")
    lines = fix_lines("cookie-samesite-cross-site", story)
    assert 'SESSION_COOKIE_SAMESITE = "Lax"   # default' in lines
    assert "SESSION_COOKIE_SECURE = True" in lines


@pytest.mark.parametrize(("size", "line"), [(9_000, "4 16k;"), (14_000, "4 32k;"), (60_000, "4 128k;")])
def test_the_size_of_a_limit_follows_what_was_sent(size: int, line: str) -> None:
    story = PAGE + sign_in(TOKEN) + call("/api/me", "> Cookie: big=" + "x" * size)
    story += "< 400\n< Server: nginx/1.22.1\n< Content-Type: text/html\n<\n"
    story += "< <title>400 Request Header Or Cookie Too Large</title>\n"
    assert f"large_client_header_buffers {line}" in fix_lines("request-header-too-large", story)


def test_every_named_software_has_lines_for_the_commonest_faults() -> None:
    for stack in Stack:
        assert stack in TOPICS["CORS_ORIGIN"]
        assert stack in TOPICS["CORS_HEADERS"]
        assert stack in TOPICS["NO_STORE"]
        assert stack in TOPICS["PASS_REQUEST_HEADER"] if stack in PROXIES else stack in TOPICS["SAME_SITE_NONE"]
        assert stack in TOPICS["FORWARD_SCHEME"] if stack in PROXIES else stack in TOPICS["TRUST_PROXY"]


@pytest.mark.parametrize("topic", TOPICS)
def test_snippets_name_known_marks_only_and_fit_a_page(topic: str) -> None:
    for stack, (before, after) in TOPICS[topic].items():
        for text in filter(None, (before, after)):
            assert set(re.findall(r"%([A-Z]+)%", text)) <= {*_MARKS, "NAMES", "WORDS"}, stack
            assert max(map(len, text.splitlines())) <= 100, (stack, text)
            assert text == text.strip()


def signed_in_with(attributes: str, host: str = "acme-api.herokuapp.com") -> str:
    story = PAGE + sign_in(TOKEN, setting=f"< Set-Cookie: sAccessToken={TOKEN}; Path=/; HttpOnly{attributes}\n")
    story += call("/api/me", "> Accept: */*") + UNAUTHORISED
    return story.replace("same-site", "cross-site").replace("api.example.com", host)


def test_the_cookie_line_that_works_is_the_recorded_one_with_the_attribute_changed() -> None:
    now, works = wire_lines("cookie-samesite-cross-site", signed_in_with("; Secure; SameSite=Lax"))
    assert now.startswith("set-cookie: sAccessToken=«token ")
    assert works == now.replace("SameSite=Lax", "SameSite=None")


def test_a_line_the_browser_would_refuse_as_well_is_not_shown_as_working() -> None:
    story = signed_in_with("; Domain=.other.example; Secure; SameSite=Lax")
    with pytest.raises(AssertionError):
        wire_lines("cookie-domain-mismatch", story)


def test_the_origin_that_works_is_that_of_the_page_and_lists_keep_what_they_allow() -> None:
    assert wire_lines("cors-credentials-wildcard", cors(WILDCARD, "x-a: b")) == (
        "access-control-allow-origin: *",
        "access-control-allow-origin: https://app.example.com",
    )
    now, works = wire_lines("cors-missing-allow-headers", cors(NOT_ALLOWED, "x-a: b"))
    assert works == f"{now}, rid, st-auth-mode"
