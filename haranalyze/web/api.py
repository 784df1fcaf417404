"""The API under ``/api/v1``: handlers of the operations that ``openapi`` describes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from haranalyze.errors import HaranalyzeError
from haranalyze.web import views
from haranalyze.web.arrival import Upload, clean_ticket, receive_body, shown_name
from haranalyze.web.gate import person_of
from haranalyze.web.problems import ProblemError, missing, problem_of
from haranalyze.web.reading import report_of
from haranalyze.web.site import Site
from haranalyze.web.store import STATES, Wanted

DAY = 86_400.0
SHARE_DAYS, TOKEN_DAYS = 7, 90  # unless another number is asked for
MOST_DAYS = 365
CURSOR = "^([0-9]{1,12}[.][0-9]{1,9}~[A-Za-z0-9_-]{1,32})?$"  # time and id of the last capture of a page
KEY = "^[!-~]{1,200}$"
MEDIA = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "text": "text/plain; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "sarif": "application/sarif+json",
    "junit": "application/xml",
}
ENDINGS = {"text": "txt", "markdown": "md", "sarif": "sarif", "junit": "xml"}


def told(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A value as JSON."""
    return Response(msgspec.json.encode(value), status, headers, "application/json")


async def create(site: Site, request: Request) -> Response:
    """POST /captures and PUT /uploads/{name}: the body is the file."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        raise ProblemError(415, "send the file itself as the body, not a form (curl: -T FILE or --data-binary @FILE)")
    key = request.headers.get("idempotency-key")
    if key is not None and not re.fullmatch(KEY, key):
        raise ProblemError(400, "an Idempotency-Key has 1 to 200 visible ASCII characters")
    name = request.path_params.get("name") or request.query_params.get("name", "")
    upload = Upload(shown_name(name), clean_ticket(request.query_params.get("ticket", "")), key)
    capture, is_new = await receive_body(site, request, upload)
    row = await run_in_threadpool(site.store.get, capture)
    if row is None:  # deleted between acceptance and this look
        raise missing()
    headers = {"Location": f"/api/v1/captures/{capture}"}
    if not is_new:
        headers["Idempotent-Replayed"] = "true"
    return told(await run_in_threadpool(views.view, site, row), 201 if is_new else 200, headers)


async def listing(site: Site, request: Request) -> Response:
    """GET /captures."""
    wanted = wanted_of(request)
    limit = _number(request, "limit", 50, 200)
    before = cursor(request.query_params.get("before"))

    def look() -> views.CaptureList:
        rows = site.store.listed(wanted, limit + 1, before)
        more = f"{rows[limit - 1].created!r}~{rows[limit - 1].id}" if len(rows) > limit else None
        return views.CaptureList([views.view(site, row) for row in rows[:limit]], site.store.counts(wanted), more)

    return told(await run_in_threadpool(look))


def wanted_of(request: Request) -> Wanted:
    """What the query of a list asks for. Raises ProblemError for a state that does not exist."""
    query = request.query_params
    state = query.get("state", "")
    if state and state not in STATES:
        raise ProblemError(400, f"state is one of {', '.join(STATES)}")
    names = ("rule", "fingerprint", "owner", "ticket")
    asked = {name: query.get(name, "")[:200].replace("\x00", "") for name in names}
    return Wanted(state=state, words=query.get("q", "")[:200].replace("\x00", ""), **asked)


def _number(request: Request, name: str, usual: int, most: int) -> int:
    given = request.query_params.get(name)
    if given is None:
        return usual
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= most:
        raise ProblemError(400, f"{name} is a number from 1 to {most}")
    return int(given)


def cursor(given: str | None) -> tuple[float, str] | None:
    """Where a list goes on. Raises ProblemError 400."""
    if not given:
        return None
    if not re.fullmatch(CURSOR, given):
        raise ProblemError(400, "before is the next of a former page")
    created, _, seen = given.partition("~")
    return float(created), seen


async def one(site: Site, request: Request) -> Response:
    """GET /captures/{id}."""
    row = await found(site, request)
    parts = await run_in_threadpool(parts_of, site, row)
    return told(await run_in_threadpool(views.view, site, row, parts))


def parts_of(site: Site, row: Row[Any]) -> list[str]:
    """Ids of the recordings of an archive, in its order."""
    return [part.id for part in site.store.listed(Wanted(parent=row.id), 1_000)] if row.parts else []


async def found(site: Site, request: Request) -> Row[Any]:
    """The capture that the path names. Raises ProblemError 404."""
    row = await run_in_threadpool(site.store.get, request.path_params["id"].replace("\x00", "")[:64])
    if row is None:
        raise missing()
    return row


async def change(site: Site, request: Request) -> Response:
    """PATCH /captures/{id}: attach a ticket number."""
    row = await found(site, request)

    class Change(msgspec.Struct, forbid_unknown_fields=True):
        ticket: str

    wanted = await _body(request, Change)
    await run_in_threadpool(site.store.set_ticket, row.id, clean_ticket(wanted.ticket))
    site.audit(person_of(request).name, "set-ticket", row.id)
    return await one(site, request)


async def _body(request: Request, kind: type[Any]) -> Any:
    """A small JSON body. Raises ProblemError 400."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > 10_000:
            raise ProblemError(413, "the body is larger than 10000 bytes")
    try:
        return msgspec.json.decode(bytes(body) or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProblemError(400, "the body is not the JSON object that the description of this API asks for") from error


async def remove(site: Site, request: Request) -> Response:
    """DELETE /captures/{id}."""
    row = await found(site, request)
    await run_in_threadpool(forget, site, row, person_of(request).name)
    return Response(status_code=204)


def forget(site: Site, row: Row[Any], person: str) -> None:
    """Delete a capture from database and disk; also what is read of it now is thrown away."""
    site.store.delete(row.id)
    site.spool.remove(row.id)
    site.audit(person, "delete", row.id)
    site.changes.tell(row.id)


async def events(site: Site, request: Request) -> Response:
    """GET /captures/{id}/events: the state as server-sent events, until it is final."""
    row = await found(site, request)

    async def stream(row: Row[Any] | None) -> AsyncIterator[bytes]:
        told_last, capture, silent = b"", row.id if row else "", 0.0
        while row is not None:
            parts = await run_in_threadpool(parts_of, site, row)
            now = msgspec.json.encode(await run_in_threadpool(views.view, site, row, parts))
            if now != told_last:
                told_last, silent = now, 0.0
                yield b"event: state\ndata: " + now + b"\n\n"
            elif silent > 15.0:
                silent = 0.0
                yield b": still here\n\n"
            if views.finished(row) or site.stopping.is_set():
                return
            await site.changes.wait(capture, 0.25)
            silent += 0.25
            row = await run_in_threadpool(site.store.get, capture)
        yield b"event: gone\ndata: {}\n\n"

    return StreamingResponse(stream(row), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def report(site: Site, request: Request) -> Response:
    """GET /captures/{id}/report/{format}."""
    row = await found(site, request)
    response = await rendered(site, row, request.path_params["format"])
    site.audit(person_of(request).name, "download", row.id, format=request.path_params["format"])
    return response


async def sanitized(site: Site, request: Request) -> Response:
    """GET /captures/{id}/sanitized."""
    row = await found(site, request)
    if row.state in ("accepted", "reading"):
        raise ProblemError(409, "the recording is not read yet; its state says how far it is", {"Retry-After": "1"})
    body = await run_in_threadpool(site.store.document, row.id, "sanitized")
    if body is None:
        raise ProblemError(404, "no copy was kept of this recording; a server that runs with --keep-captures keeps one")
    site.audit(person_of(request).name, "download", row.id, format="sanitized")
    name = f'attachment; filename="{file_name(row, "safe.har")}"'
    return Response(body, 200, {"Content-Disposition": name}, "application/json")


async def rendered(site: Site, row: Row[Any], format: str) -> Response:  # noqa: A002 - the word of the API
    """A report as a file of that format. Raises ProblemError: not yet, none, or no such format."""
    from haranalyze.report import FORMATS

    if format not in FORMATS or format not in MEDIA:
        raise ProblemError(404, f"a report comes as {', '.join(name for name in FORMATS if name in MEDIA)}")
    if row.state in ("accepted", "reading"):
        raise ProblemError(409, "the recording is not read yet; its state says how far it is", {"Retry-After": "1"})
    body = await run_in_threadpool(_document, site, row.id, format)
    if body is None:
        raise ProblemError(404, row.reason or "this is an archive; each of its recordings has a report of its own")
    headers = {"Content-Disposition": f'attachment; filename="{file_name(row, format)}"'}
    if format == "html":
        headers |= {"Content-Security-Policy": report_policy(body.decode())}
    return Response(body, 200, headers, MEDIA[format])


def _document(site: Site, capture: str, format: str) -> bytes | None:  # noqa: A002
    kept = site.store.document(capture, format)
    if kept is not None:
        return kept
    document = site.store.document(capture, "json")
    if document is None:
        return None
    from haranalyze.report import render

    return render(report_of(document), format).encode()


def file_name(row: Row[Any], format: str) -> str:  # noqa: A002
    """A name of our own for a download: nothing of a capture or of its file's name can steer a header or a disk."""
    return f"haranalyze-{row.id[:8].replace('-', '0').replace('_', '0')}.{ENDINGS.get(format, format)}"


def report_policy(html: str) -> str:
    """The page's own policy as a header, with what a ``meta`` element cannot say: no framing by others, a sandbox."""
    start = html.index('content="', html.index("Content-Security-Policy")) + len('content="')
    own = html[start : html.index('"', start)].replace("&#39;", "'")
    popups = "allow-popups allow-popups-to-escape-sandbox"  # for the links to standards, which open beside the page
    return own + f"; frame-ancestors 'self'; sandbox allow-scripts allow-downloads {popups}"


async def causes(site: Site, request: Request) -> Response:
    """GET /causes."""
    return told(views.CauseList([views.cause_view(one) for one in await run_in_threadpool(site.store.causes)]))


class Days(msgspec.Struct, forbid_unknown_fields=True):
    """For how long, and what for."""

    days: int = 0
    label: str = ""


async def share(site: Site, request: Request) -> Response:
    """POST /captures/{id}/shares."""
    row = await found(site, request)
    asked = await _days(request, SHARE_DAYS)
    secret, grant = await run_in_threadpool(shared, site, row, person_of(request).name, asked)
    return told(views.NewGrantView(grant.id, grant.expires, url=f"{site.settings.address}/s/{secret}"), 201)


async def _days(request: Request, usual: int) -> Days:
    asked: Days = await _body(request, Days)
    asked.days = asked.days or usual
    if not 1 <= asked.days <= MOST_DAYS or len(asked.label) > 80 or "\x00" in asked.label:
        raise ProblemError(400, f"days is a number from 1 to {MOST_DAYS}, label has 80 characters at most")
    return asked


def shared(site: Site, row: Row[Any], person: str, asked: Days) -> tuple[str, views.GrantView]:
    """A new link to one report; its secret and what is known of it. Raises ProblemError 409."""
    if row.state != "done" or row.parts:
        raise ProblemError(409, "only a report can be shared, and there is none yet")
    secret = site.grants.create("share", person, asked.days * DAY, asked.label, row.id)
    site.audit(person, "share", row.id, days=asked.days)
    grant = site.grants.find(("share",), secret)
    assert grant is not None
    return secret, views.grant_view(grant)


async def shares(site: Site, request: Request) -> Response:
    """GET /captures/{id}/shares."""
    row = await found(site, request)
    rows = await run_in_threadpool(site.grants.listed, "share", None, row.id)
    return told(views.GrantList([views.grant_view(grant) for grant in rows]))


async def unshare(site: Site, request: Request) -> Response:
    """DELETE /captures/{id}/shares/{share}."""
    row = await found(site, request)

    def end() -> bool:
        return site.grants.revoke("share", request.path_params["share"].replace("\x00", ""), capture=row.id)

    if not await run_in_threadpool(end):
        raise missing()
    site.audit(person_of(request).name, "unshare", row.id)
    return Response(status_code=204)


async def tokens(site: Site, request: Request) -> Response:
    """GET /tokens: those of the person who asks."""
    rows = await run_in_threadpool(site.grants.listed, "token", person_of(request).name)
    return told(views.GrantList([views.grant_view(grant) for grant in rows]))


async def new_token(site: Site, request: Request) -> Response:
    """POST /tokens. A token cannot make further tokens, so that a lost one ends for good."""
    person = person_of(request)
    if person.how == "token":
        raise ProblemError(403, "make tokens on the page, signed in; a token cannot make another one")
    asked = await _days(request, TOKEN_DAYS)

    def make() -> views.NewGrantView:
        secret = site.grants.create("token", person.name, asked.days * DAY, asked.label)
        grant = site.grants.find(("token",), secret)
        assert grant is not None
        return views.NewGrantView(grant.id, views.moment(grant.expires) or "", token=secret)

    made = await run_in_threadpool(make)
    site.audit(person.name, "new-token")
    return told(made, 201)


async def end_token(site: Site, request: Request) -> Response:
    """DELETE /tokens/{token}."""
    person, token = person_of(request).name, request.path_params["token"].replace("\x00", "")

    def end() -> bool:
        return site.grants.revoke("token", token, person=person)

    if not await run_in_threadpool(end):
        raise missing()
    site.audit(person, "end-token")
    return Response(status_code=204)


async def healthz(site: Site, request: Request) -> Response:
    """The process answers."""
    return Response("ok\n", media_type="text/plain")


async def readyz(site: Site, request: Request) -> Response:
    """It can take uploads: the database answers, the disk has room, it is not stopping."""

    def look() -> None:
        site.store.waiting()
        site.spool.require_room(0)

    if site.stopping.is_set():
        return Response("stopping\n", 503, media_type="text/plain")
    try:
        async with asyncio.timeout(5.0):
            await run_in_threadpool(look)
    except HaranalyzeError as error:
        return Response(problem_of(error).detail + "\n", 503, media_type="text/plain")
    except Exception:
        return Response("the database does not answer\n", 503, media_type="text/plain")
    return Response("ready\n", media_type="text/plain")


async def metrics(site: Site, request: Request) -> Response:
    """Prometheus' text format."""
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    body = await run_in_threadpool(generate_latest, site.metrics().registry)
    return Response(body, media_type=CONTENT_TYPE_LATEST)
