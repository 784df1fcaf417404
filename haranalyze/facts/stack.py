"""The software that a host shows: frameworks behind it and proxies in front of it, by headers, cookies and answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from haranalyze.facts._survey import survey_of
from haranalyze.facts.hops import hop_of

if TYPE_CHECKING:
    from haranalyze.capture.message import Response
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_LOOKED_AT = 60  # exchanges of a host, those about the one in question first
_LONGEST = 16 * 1024  # characters of a refusing answer


class Stack(StrEnum):
    """Software that changes are written for; frameworks first, because what they say passes through the rest."""

    NESTJS = "NestJS"
    FASTIFY = "Fastify"
    NEXTJS = "Next.js"
    EXPRESS = "Express"
    FASTAPI = "FastAPI"
    DJANGO = "Django"
    FLASK = "Flask"
    SPRING = "Spring"
    RAILS = "Rails"
    LARAVEL = "Laravel"
    ASPNET = "ASP.NET Core"
    GO = "Go"
    NGINX = "nginx"
    APACHE = "Apache httpd"
    HAPROXY = "HAProxy"
    ENVOY = "Envoy"
    TRAEFIK = "Traefik"
    CADDY = "Caddy"
    KONG = "Kong"
    API_GATEWAY = "AWS API Gateway"
    CLOUDFRONT = "CloudFront"
    CLOUDFLARE = "Cloudflare"


PROXIES: Final = frozenset(
    (Stack.NGINX, Stack.APACHE, Stack.HAPROXY, Stack.ENVOY, Stack.TRAEFIK, Stack.CADDY, Stack.KONG, Stack.API_GATEWAY,
     Stack.CLOUDFRONT, Stack.CLOUDFLARE)
)  # fmt: skip

# (header of the answer, part of its value in lower case, what writes it)
_HEADERS: Final = (
    ("x-powered-by", "express", Stack.EXPRESS),
    ("x-powered-by", "next.js", Stack.NEXTJS),
    ("x-powered-by", "asp.net", Stack.ASPNET),
    ("server", "kestrel", Stack.ASPNET),
    ("server", "werkzeug", Stack.FLASK),
    ("server", "wsgiserver", Stack.DJANGO),
    ("server", "traefik", Stack.TRAEFIK),
    ("server", "caddy", Stack.CADDY),
    ("via", "caddy", Stack.CADDY),
    ("server", "nginx", Stack.NGINX),
    ("server", "openresty", Stack.NGINX),
    ("server", "apache", Stack.APACHE),
    ("server", "envoy", Stack.ENVOY),
    ("server", "haproxy", Stack.HAPROXY),
    ("x-envoy-upstream-service-time", "", Stack.ENVOY),
    ("x-kong-proxy-latency", "", Stack.KONG),
    ("x-amz-apigw-id", "", Stack.API_GATEWAY),
    ("apigw-requestid", "", Stack.API_GATEWAY),
    ("x-amz-cf-id", "", Stack.CLOUDFRONT),
    ("cf-ray", "", Stack.CLOUDFLARE),
)
# Names of session systems and of servers that showed by their words (``Refusal.by``, ``DetectedSystem``).
_SYSTEMS: Final = {
    "django": Stack.DJANGO,
    "django-rest-framework": Stack.DJANGO,
    "simplejwt": Stack.DJANGO,
    "laravel": Stack.LARAVEL,
    "rails": Stack.RAILS,
    "spring-security": Stack.SPRING,
    "aspnet-core": Stack.ASPNET,
    "express-session": Stack.EXPRESS,
    "express-jwt": Stack.EXPRESS,
    "csurf": Stack.EXPRESS,
    "passport": Stack.EXPRESS,
    "fastapi": Stack.FASTAPI,
    "authjs": Stack.NEXTJS,
    "next-auth": Stack.NEXTJS,
    "nextjs-auth0": Stack.NEXTJS,
    "kong": Stack.KONG,
    "aws-api-gateway": Stack.API_GATEWAY,
}
_HOPS: Final = {
    "nginx": Stack.NGINX,
    "Apache httpd": Stack.APACHE,
    "HAProxy": Stack.HAPROXY,
    "Envoy": Stack.ENVOY,
    "Kong": Stack.KONG,
    "Caddy": Stack.CADDY,
    "AWS API Gateway": Stack.API_GATEWAY,
    "CloudFront": Stack.CLOUDFRONT,
    "Cloudflare": Stack.CLOUDFLARE,
    "Kestrel": Stack.ASPNET,
}


def stacks_of(facts: Facts, exchange: Exchange) -> tuple[Stack, ...]:
    """What the answers of the exchange's host show, frameworks first; empty where they show nothing."""
    return facts.derive(_Hosts).shown_by(exchange)


class _Hosts:
    """What each host shows, looked for when it is asked about."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._survey = facts.derive(survey_of)
        self._known: dict[str, tuple[Stack, ...]] = {}

    def shown_by(self, exchange: Exchange) -> tuple[Stack, ...]:
        host = self._survey.host(exchange)
        if host not in self._known:
            found = set(_shown(exchange))
            same = (one for one in self._survey.interesting if self._survey.host(one) == host)
            for one in islice(same, _LOOKED_AT):
                found.update(_shown(one))
            found.update(_by_systems(self._facts, host))
            if Stack.NESTJS in found or Stack.NEXTJS in found:
                found.discard(Stack.EXPRESS)  # they run on it and are set up in their own way
            self._known[host] = tuple(one for one in Stack if one in found)
        return self._known[host]


def _by_systems(facts: Facts, host: str) -> Iterator[Stack]:
    session = facts.session
    for detected in session.systems:
        if host in detected.hosts and detected.system.id in _SYSTEMS:
            yield _SYSTEMS[detected.system.id]
    for refusal in session.refusals:
        if refusal.by is not None and refusal.by.id in _SYSTEMS and refusal.exchange.request.url.host == host:
            yield _SYSTEMS[refusal.by.id]


def _shown(exchange: Exchange) -> Iterator[Stack]:
    response = exchange.response
    for name, part, stack in _HEADERS:
        value = response.raw(name)
        if value is not None and part in value.lower():
            yield stack
    hop = hop_of(exchange)
    if hop is not None and hop.name in _HOPS:
        yield _HOPS[hop.name]
    if response.status >= 400:
        yield from _by_error(response)


def _by_error(response: Response) -> Iterator[Stack]:
    """The shapes in which frameworks answer errors unless told otherwise."""
    body = response.body
    if not body.present or (body.size or 0) > _LONGEST:
        return
    if "json" in body.raw_mime_type:
        table = body.json()
        if isinstance(table, dict):
            yield from (stack for stack, fits in _SHAPES if fits(table))
    elif body.raw_mime_type.startswith("text/plain") and _is_of_go(response):
        yield Stack.GO


def _is_of_go(response: Response) -> bool:
    """``http.Error`` of Go's net/http: plain text with a line feed, marked nosniff, by a server without a name."""
    text = (response.body.raw_text() or "")[:_LONGEST]
    return (
        text.endswith("\n")
        and not response.has("server")
        and not response.has("x-powered-by")
        and (response.raw("x-content-type-options") or "") == "nosniff"
    )


def _is_of_fastify(table: dict[str, Any]) -> bool:
    return str(table.get("code", "")).startswith("FST_") or list(table) == ["statusCode", "error", "message"]


def _is_of_nest(table: dict[str, Any]) -> bool:
    return list(table) in (["message", "error", "statusCode"], ["message", "statusCode"], ["statusCode", "message"])


def _is_of_spring(table: dict[str, Any]) -> bool:
    return {"timestamp", "status", "error", "path"} <= table.keys()


def _is_of_fastapi(table: dict[str, Any]) -> bool:
    """A validation error: every other answer with a ``detail`` could be of Django REST framework too."""
    detail = table.get("detail")
    first = detail[0] if isinstance(detail, list) and detail else None
    return isinstance(first, dict) and {"loc", "msg", "type"} <= first.keys()


def _is_of_aspnet(table: dict[str, Any]) -> bool:
    return str(table.get("type", "")).startswith("https://tools.ietf.org/html/rfc") and "traceId" in table


# Sources: fastify lib/error-handler.js; nestjs packages/common/exceptions; spring-boot DefaultErrorAttributes;
# fastapi exception_handlers.py; aspnetcore DefaultProblemDetailsFactory.
_SHAPES: Final[tuple[tuple[Stack, Callable[[dict[str, Any]], bool]], ...]] = (
    (Stack.FASTIFY, _is_of_fastify),
    (Stack.NESTJS, _is_of_nest),
    (Stack.SPRING, _is_of_spring),
    (Stack.FASTAPI, _is_of_fastapi),
    (Stack.ASPNET, _is_of_aspnet),
)
