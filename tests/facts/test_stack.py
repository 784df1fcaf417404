"""The software a host shows, told by what it writes; and what shows nobody."""

from __future__ import annotations

import pytest

from haranalyze.capture import read_capture
from haranalyze.capture.transcript import transcript_to_har
from haranalyze.facts import Facts
from haranalyze.facts.stack import Stack, stacks_of
from haranalyze.timeline import Timeline

PAGE = "* page: https://app.example.com/\n> GET https://app.example.com/\n* type: document\n< 200\n"


def shown(status: int, *lines: str, body: str = "") -> list[Stack]:
    """What one answer of an API shows."""
    story = ["> GET https://api.example.com/x", "* type: fetch", f"< {status}", *(f"< {line}" for line in lines)]
    har = transcript_to_har(PAGE + "\n".join([*story, *(("<", f"< {body}") if body else ()), ""]))
    # A transcript's body is one line; a line feed in it is written as JSON writes it.
    facts = Facts(Timeline(read_capture(har.replace("¶".encode(), b"\\n"))))
    return list(stacks_of(facts, facts.exchanges[-1]))


JSON = "Content-Type: application/json"
SHOWS: dict[Stack, list[Stack]] = {
    Stack.NGINX: shown(200, "Server: nginx/1.26.0"),
    Stack.APACHE: shown(200, "Server: Apache/2.4.62 (Debian)"),
    Stack.HAPROXY: shown(
        502, body="<html><body><h1>502 Bad Gateway</h1>¶The server returned an invalid or incomplete response."
    ),
    Stack.ENVOY: shown(200, "x-envoy-upstream-service-time: 3"),
    Stack.TRAEFIK: shown(200, "Server: traefik"),
    Stack.CADDY: shown(200, "Via: 1.1 Caddy"),
    Stack.KONG: shown(200, "X-Kong-Proxy-Latency: 1"),
    Stack.API_GATEWAY: shown(403, "x-amz-apigw-id: abc=", JSON, body='{"message":"Forbidden"}'),
    Stack.CLOUDFRONT: shown(200, "X-Amz-Cf-Id: abc"),
    Stack.CLOUDFLARE: shown(200, "CF-RAY: 8c1-FRA"),
    Stack.EXPRESS: shown(200, "X-Powered-By: Express"),
    Stack.FASTIFY: shown(401, JSON, body='{"statusCode":401,"error":"Unauthorized","message":"No"}'),
    Stack.NESTJS: shown(401, "X-Powered-By: Express", JSON, body='{"message":"Unauthorized","statusCode":401}'),
    Stack.NEXTJS: shown(200, "X-Powered-By: Next.js"),
    Stack.FASTAPI: shown(422, JSON, body='{"detail":[{"loc":["body","x"],"msg":"Field required","type":"missing"}]}'),
    Stack.DJANGO: shown(200, "Server: WSGIServer/0.2 CPython/3.11.7"),
    Stack.FLASK: shown(200, "Server: Werkzeug/3.0.4 Python/3.11.7"),
    Stack.SPRING: shown(
        401, JSON, body='{"timestamp":"2026-11-22T02:34:23","status":401,"error":"Unauthorized","path":"/x"}'
    ),
    Stack.RAILS: shown(200, "Set-Cookie: _shop_session=abcdefghijklmnopqrst; HttpOnly", "X-Runtime: 0.02"),
    Stack.LARAVEL: shown(200, "Set-Cookie: laravel_session=abcdefghijklmnopqrst; HttpOnly"),
    Stack.ASPNET: shown(200, "Server: Kestrel"),
    Stack.GO: shown(401, "Content-Type: text/plain; charset=utf-8", "X-Content-Type-Options: nosniff", body="No¶"),
}


@pytest.mark.parametrize("stack", Stack)
def test_each_software_is_told_by_what_it_writes(stack: Stack) -> None:
    assert stack in SHOWS[stack]


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(shown(200), id="an answer without marks"),
        pytest.param(shown(401, JSON, body='{"message":"Unauthorized"}'), id="a message"),
        pytest.param(shown(401, JSON, body='{"detail":"Not authenticated"}'), id="a detail two frameworks write"),
        pytest.param(shown(401, "Content-Type: text/plain", body="Unauthorized"), id="plain text without a line feed"),
        pytest.param(shown(404, JSON, body='{"status":404,"error":"Not Found"}'), id="half of Spring's members"),
    ],
)
def test_what_others_write_too_shows_nobody(found: list[Stack]) -> None:
    assert [one for one in found if one not in (Stack.FASTAPI,)] == []


def test_a_framework_on_express_is_set_up_in_its_own_way() -> None:
    assert Stack.EXPRESS not in SHOWS[Stack.NESTJS]


def test_frameworks_come_before_the_proxies_in_front_of_them() -> None:
    assert shown(200, "Server: cloudflare", "CF-RAY: 8c1-FRA", "X-Powered-By: Express") == [
        Stack.EXPRESS,
        Stack.CLOUDFLARE,
    ]
