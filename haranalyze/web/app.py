"""The application: one table of routes, each behind the gate."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from haranalyze.web import api, comparing, openapi, pages, signing_in
from haranalyze.web.gate import Gate, Handler, answer, guarded
from haranalyze.web.problems import ProblemError, missing
from haranalyze.web.site import Site


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route. ``is_open``: anybody may reach it; everything else asks who is there."""

    method: str
    path: str
    handle: Handler
    is_open: bool = False


async def _description(site: Site, request: Request) -> Response:
    return api.told(openapi.document(site.settings.address))


ENDPOINTS: tuple[Endpoint, ...] = (
    *(Endpoint(one.method, openapi.ROOT + one.path, one.handle) for one in openapi.OPERATIONS),
    Endpoint("GET", "/api/v1/openapi.json", _description),
    Endpoint("GET", "/", pages.home),
    Endpoint("POST", "/upload", pages.upload),
    Endpoint("GET", "/recent", pages.recent),
    Endpoint("GET", "/causes", pages.causes),
    Endpoint("GET", "/captures/{id}", pages.capture),
    Endpoint("GET", "/captures/{id}/report", pages.report),
    Endpoint("GET", "/captures/{id}/download/{format}", pages.download),
    Endpoint("POST", "/captures/{id}/ticket", pages.set_ticket),
    Endpoint("POST", "/captures/{id}/share", pages.share),
    Endpoint("POST", "/captures/{id}/shares/{share}/revoke", pages.unshare),
    Endpoint("POST", "/captures/{id}/delete", pages.delete),
    Endpoint("GET", "/compare", comparing.choose),
    Endpoint("POST", "/compare", comparing.of_files),
    Endpoint("GET", "/compare/{good}/{bad}", comparing.pair),
    Endpoint("GET", "/compare/{good}/{bad}/{format}", comparing.of_captures),
    Endpoint("GET", "/compared/{key}", comparing.made),
    Endpoint("GET", "/compared/{key}/{format}", comparing.made_document),
    Endpoint("GET", "/account", pages.account),
    Endpoint("POST", "/account/tokens", pages.new_token),
    Endpoint("POST", "/account/tokens/{token}/end", pages.end_token),
    Endpoint("POST", "/sign-out", signing_in.sign_out),
    Endpoint("GET", "/metrics", api.metrics),
    Endpoint("GET", "/sign-in", signing_in.sign_in, is_open=True),
    Endpoint("POST", "/sign-in", signing_in.sign_in_with_password, is_open=True),
    Endpoint("GET", "/oidc/start", signing_in.provider_start, is_open=True),
    Endpoint("GET", "/oidc/callback", signing_in.provider_end, is_open=True),
    Endpoint("GET", "/s/{secret}", pages.shared, is_open=True),
    Endpoint("GET", "/s/{secret}/report", pages.shared_report, is_open=True),
    Endpoint("GET", "/static/{version}/{name}", pages.static, is_open=True),
    Endpoint("GET", "/healthz", api.healthz, is_open=True),
    Endpoint("GET", "/readyz", api.readyz, is_open=True),
)


def build(site: Site) -> ASGIApp:
    """The application of one server."""

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        site.changes.attach(asyncio.get_running_loop())
        yield
        site.stopping.set()

    async def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code == 405:
            problem = ProblemError(405, "this address is not asked that way", error.headers)
        else:
            problem = missing()
        return answer(problem, request, site)

    inner = Starlette(routes=list(_routes(site)), lifespan=life, exception_handlers={404: refused, 405: refused})
    return Gate(inner, site)


def _routes(site: Site) -> Iterable[Route]:
    """One route for each path, so that a wrong method is told from a wrong address."""
    by_path: dict[str, list[Endpoint]] = {}
    for endpoint in ENDPOINTS:
        by_path.setdefault(endpoint.path, []).append(endpoint)
    for path, endpoints in by_path.items():
        handlers = {one.method: guarded(one.handle, site, path, is_open=one.is_open) for one in endpoints}
        if "GET" in handlers:
            handlers["HEAD"] = handlers["GET"]

        async def chosen(request: Request, handlers=handlers) -> Response:  # type: ignore[no-untyped-def]
            response: Response = await handlers[request.method](request)
            return response

        yield Route(path, chosen, methods=list(handlers))
