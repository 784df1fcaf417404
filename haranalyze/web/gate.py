"""The gate in front of every route: whose address was asked for, from where, by whom; and what every answer carries.

Handlers are reached only through :func:`guarded`, which wraps each route of the table by itself: a new route cannot
forget to ask who is there (mitmweb's way, capture-safety.md section 6).
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from haranalyze.errors import HaranalyzeError
from haranalyze.web.problems import ProblemError, problem_of
from haranalyze.web.site import Site

UNSAFE = frozenset(("POST", "PUT", "PATCH", "DELETE"))
LINGER_BYTES, LINGER_SECONDS = 4 << 20, 2.0  # a refused upload up to this size is read, so that its sender sees why
LINGER_GIANT = 1 << 19  # read of a larger one, and of one whose size nobody knows

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: a name, and how it was shown (``session``, ``token`` or ``proxy``)."""

    name: str
    how: str
    secret: str = ""


Handler = Callable[[Site, Request], Awaitable[Response]]


class Gate:
    """ASGI middleware around everything: host, origin, headers, log, and refused uploads that are still arriving."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app, self._site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["route"] = "none"
        exchange = _Exchange(scope, receive, send)
        began = time.monotonic()
        problem = self._refusal(scope)
        try:
            if problem is not None:
                self._site.metrics().refused.labels(str(problem.status)).inc()
                await answer(problem, Request(scope), self._site)(scope, exchange.receive, exchange.send)
            else:
                await self._app(scope, exchange.receive, exchange.send)
        finally:
            self._note(scope, exchange.status, time.monotonic() - began)

    def _refusal(self, scope: Scope) -> ProblemError | None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._site.settings.allowed:
            return ProblemError(421, "this server does not answer under that host name; start it with --allowed-host")
        if not _same_site(scope["method"], headers, self._site):
            return ProblemError(403, "the request came from another website")
        return None

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope["state"]["route"]
        metrics = self._site.metrics()
        metrics.requests.labels(route, scope["method"] if scope["method"] in _METHODS else "other", str(status)).inc()
        metrics.seconds.labels(route).observe(seconds)
        person = scope["state"].get("person")
        self._site.log(
            "request",
            method=scope["method"] if scope["method"] in _METHODS else "other",
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            person=person.name if person else "",
            peer=(scope.get("client") or ("",))[0],
        )


_METHODS = UNSAFE | {"GET", "HEAD", "OPTIONS"}


def _same_site(method: str, headers: Headers, site: Site) -> bool:
    """Datasette's and Go 1.25's rule for unsafe methods, and a fetch-metadata policy for safe ones.

    A request with a bearer token and no cookie cannot be forged by a website and passes; so does one without any
    browser's header. Safe requests of other sites may only be navigations of a whole tab (https://web.dev/fetch-metadata).
    """
    if headers.get("authorization", "").lower().startswith("bearer ") and "cookie" not in headers:
        return True
    where = headers.get("sec-fetch-site")
    if method not in UNSAFE:
        visit = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        return where in (None, "same-origin", "none") or visit
    if where is not None:
        return where in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    scheme = "https" if site.settings.https else "http"
    return origin.lower() == f"{scheme}://{headers.get('host', '').lower()}"


class _Exchange:
    """One request and its answer: puts the headers on, and lets a refused upload see its answer before it is cut."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        headers = Headers(scope=scope)
        self.status = 0
        has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        self._arriving = scope["method"] in UNSAFE and has_body
        self._waits_for_us = "expect" in headers
        announced = headers.get("content-length", "")
        is_small = announced.isdigit() and int(announced) <= LINGER_BYTES
        self._linger_bytes = LINGER_BYTES if is_small else LINGER_GIANT

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self._arriving = False
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if self._arriving:
                headers["Connection"] = "close"
        elif self._arriving and not self._waits_for_us and not message.get("more_body", False):
            await self._send({**message, "more_body": True})
            await self._linger()
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    async def _linger(self) -> None:
        """Closing a socket with unread data resets it, and the sender would never see why it was refused (RFC 9112
        section 9.6). The answer went out before. Of a giant less is read: its sender is reset while it still writes,
        and finds the answer then (curl, Chromium and Python's http.client do)."""
        left = self._linger_bytes
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while self._arriving and left > 0:
                    left -= len((await self.receive()).get("body", b""))
        except TimeoutError:
            pass


def guarded(handle: Handler, site: Site, path: str, *, is_open: bool) -> Callable[[Request], Awaitable[Response]]:
    """The handler of a route, reached only by somebody who may come in (``is_open``: by anybody)."""

    async def asked(request: Request) -> Response:
        request.state.route = path
        request.state.person = None
        try:
            request.state.person = person = await identified(site, request)
            if person is None and not is_open:
                raise ProblemError(401, "sign in first", {"WWW-Authenticate": 'Bearer realm="haranalyze"'})
            return await handle(site, request)
        except HaranalyzeError as error:
            return answer(problem_of(error), request, site)
        except Exception as error:
            if type(error).__name__ == "ClientDisconnect":
                return Response(status_code=400)
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(last.filename).name}:{last.lineno}"
            site.log("error", route=path, error=type(error).__name__, where=where)
            return answer(problem_of(HaranalyzeError()), request, site)

    return asked


async def identified(site: Site, request: Request) -> Person | None:
    """Who asks: by bearer token, session cookie, or the word of a trusted proxy."""
    given = request.headers.get("authorization", "")
    if given.lower().startswith("bearer "):
        return await run_in_threadpool(_by_token, site, given[7:].strip())
    secret = request.cookies.get(cookie_name(site))
    if secret:
        grant = await run_in_threadpool(site.grants.find, ("session",), secret)
        if grant is not None:
            return Person(grant.person, "session", secret)
    if site.settings.proxy_header and is_peer(site, request):
        name = request.headers.get(site.settings.proxy_header, "").strip()
        if name and name.isprintable() and len(name) <= 200:
            return Person(name, "proxy")
    return None


def _by_token(site: Site, token: str) -> Person | None:
    if site.api_token and hmac.compare_digest(site.api_token.encode(), token.encode()):
        return Person("owner", "token")
    grant = site.grants.find(("token",), token)
    return Person(grant.person, "token") if grant is not None else None


def is_peer(site: Site, request: Request) -> bool:
    """The connection comes from a trusted proxy."""
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return any(address in network for network in site.settings.peers)


def client_of(site: Site, request: Request) -> str:
    """The address somebody comes from: through trusted proxies, what the last of them saw."""
    seen = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    if seen and is_peer(site, request):
        return seen[:64]
    return request.client.host if request.client else ""


def cookie_name(site: Site) -> str:
    """``__Host-`` where there is https; else with the port, since all ports of a host share their cookies."""
    return "__Host-haranalyze" if site.settings.https else f"haranalyze-{site.settings.port}"


def person_of(request: Request) -> Person:
    """Who asks, in a handler that only such people reach."""
    person = request.state.person
    assert isinstance(person, Person)
    return person


def answer(problem: ProblemError, request: Request, site: Site) -> Response:
    """A problem as its document for programs, as a page for people."""
    if request.url.path.startswith("/api/"):
        import msgspec

        body = msgspec.json.encode(problem.document)
        return Response(body, problem.status, problem.headers, "application/problem+json")
    from haranalyze.web.pages import problem_page

    return problem_page(problem, request, site)


def start_session(site: Site, response: Response, person: str) -> None:
    """Sign a browser in: blocking, call it in a thread."""
    seconds = site.settings.session_hours * 3600
    secret = site.grants.create("session", person, seconds)
    response.set_cookie(
        cookie_name(site),
        secret,
        max_age=int(seconds),
        path="/",
        secure=site.settings.https,
        httponly=True,
        samesite="lax",
    )


def random_id() -> str:
    """A name for a capture: 144 random bits (capture-safety.md section 6, U9)."""
    return secrets.token_urlsafe(18)
