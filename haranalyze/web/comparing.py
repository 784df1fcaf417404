"""Two recordings side by side: the kept copies of two captures, or two files sent for this alone and kept nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from anyio import to_thread
from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from haranalyze.web import api, pages
from haranalyze.web.arrival import lent
from haranalyze.web.desk import ComparisonError
from haranalyze.web.gate import person_of, random_id
from haranalyze.web.problems import ProblemError, missing
from haranalyze.web.site import Made, Site
from haranalyze.web.store import Wanted
from haranalyze.workers import Pair

FORMATS = {"html": "Page", "json": "JSON", "text": "Text"}
PATIENCE = 28.0  # seconds until an answer, whatever it is
MOST_KEPT = 64 << 20  # bytes of the comparisons that can be looked at again, of all people together
OFFERED = 100  # recordings in the lists to choose from


async def of_captures(site: Site, request: Request) -> Response:
    """GET /comparisons/{good}/{bad}/{format}, and the same for the page."""
    kind = _format(request.path_params["format"])
    _, documents = await _of_captures(site, request, (kind,))
    return _answer(documents[kind], kind)


async def _of_captures(
    site: Site, request: Request, formats: tuple[str, ...]
) -> tuple[list[Row[Any]], dict[str, bytes]]:
    """The captures that the path names, and their comparison; the one just shown is not made again."""
    copies = await _copies(site, request.path_params["good"], request.path_params["bad"])
    rows, person = [row for row, _ in copies], person_of(request).name
    key = "/".join(row.id for row in rows)
    before = site.comparisons.get(key)
    if before is not None and before.person == person:
        return rows, before.documents
    documents = await _made(site, Pair(copies[0][1], copies[1][1], (rows[0].name, rows[1].name)), formats)
    for row in rows:
        site.audit(person, "compare", row.id)
    if len(documents) == len(FORMATS):
        _keep(site, key, Made(person, documents))
    return rows, documents


def _keep(site: Site, key: str, made: Made) -> None:
    """Keep a comparison to be looked at, at the cost of the oldest ones."""
    site.comparisons[key] = made

    def held() -> int:
        return sum(len(body) for one in site.comparisons.values() for body in one.documents.values())

    while len(site.comparisons) > 1 and held() > MOST_KEPT:
        del site.comparisons[next(iter(site.comparisons))]


async def of_archive(site: Site, request: Request) -> Response:
    """POST /comparisons: the body is an archive with two recordings, the good one first."""
    kind = _format(request.query_params.get("format", "json"))
    async with lent(site, request, form=False) as files:
        sealed = [site.spool.sealed(incoming.capture) for incoming, _ in files]
        documents = await _made(site, Pair(sealed[0]), (kind,))
    site.audit(person_of(request).name, "compare")
    return _answer(documents[kind], kind)


async def choose(site: Site, request: Request) -> Response:
    """The page to choose two recordings on: from the list, where copies are kept, or two files."""
    asked = [one.replace("\x00", "")[:64] for one in request.query_params.getlist("id")]

    def look() -> tuple[list[Row[Any]], list[Row[Any]], bool]:
        chosen = [row for one in asked if (row := site.store.get(one)) is not None]
        have_copies = all(site.store.has(row.id, "sanitized") for row in chosen)
        rows = site.store.listed(Wanted(), OFFERED) if site.settings.keep_captures else []
        return chosen, [row for row in rows if row.state == "done"], have_copies

    chosen, rows, have_copies = await run_in_threadpool(look)
    if len(chosen) == 2 and have_copies:
        good, bad = sorted(chosen, key=lambda row: (row.verdict != "healthy", row.created))
        return RedirectResponse(f"/compare/{good.id}/{bad.id}", 303)
    told = ""
    if len(asked) > 2:
        told = f"{len(asked)} recordings are chosen; a comparison takes two."
    elif len(chosen) < len(asked):
        told = "A chosen recording is no longer there."
    elif len(chosen) == 2 or (chosen and not have_copies):
        told = "No copy of a chosen recording is kept: recordings are deleted once they are read."
    return _choice(site, request, chosen, rows, told)


def _choice(
    site: Site, request: Request, chosen: Sequence[Row[Any]], rows: Sequence[Row[Any]], told: str, status: int = 200
) -> Response:
    return pages.page(
        site,
        request,
        "compare",
        status,
        told=told,
        rows=[pages.line(row) for row in rows],
        chosen=[row.id for row in chosen],
        keeps=site.settings.keep_captures,
        max_upload=site.settings.max_upload // 1024**2,
    )


async def of_files(site: Site, request: Request) -> Response:
    """The form with two files; leads to their comparison, which lives in memory only."""
    try:
        async with lent(site, request, form=True) as files:
            if len(files) != 2:
                raise ProblemError(400, f"a comparison takes two files, and {len(files)} came")
            good, bad = (site.spool.sealed(incoming.capture) for incoming, _ in files)
            documents = await _made(site, Pair(good, bad, (files[0][1], files[1][1])), tuple(FORMATS))
    except ProblemError as problem:
        if problem.status not in (400, 422):
            raise
        return _choice(site, request, (), (), f"{problem.detail[0].upper()}{problem.detail[1:]}.", problem.status)
    key, person = random_id(), person_of(request).name
    _keep(site, key, Made(person, documents))
    site.audit(person, "compare")
    return RedirectResponse(f"/compared/{key}", 303)


async def pair(site: Site, request: Request) -> Response:
    """The comparison of two captures, in its frame."""
    (good, bad), _ = await _of_captures(site, request, tuple(FORMATS))
    here = f"/compare/{good.id}/{bad.id}"
    return _framed(site, request, here, swapped=f"/compare/{bad.id}/{good.id}", sides=(good, bad))


async def made(site: Site, request: Request) -> Response:
    """The comparison of two sent files, in its frame."""
    _made_before(site, request)
    return _framed(site, request, f"/compared/{quote(request.path_params['key'])}", swapped="", sides=())


def _framed(site: Site, request: Request, here: str, swapped: str, sides: tuple[Row[Any], ...]) -> Response:
    linked = [(row.id, row.name) for row in sides]
    return pages.page(site, request, "comparison", 200, place=here, formats=FORMATS, swapped=swapped, sides=linked)


async def made_document(site: Site, request: Request) -> Response:
    """The comparison of two sent files as a file of its own, or for the frame."""
    kind = _format(request.path_params["format"])
    return _answer(_made_before(site, request).documents[kind], kind)


def _made_before(site: Site, request: Request) -> Made:
    """Raises ProblemError 404: it was never made, is over, or is another person's."""
    found = site.comparisons.get(request.path_params["key"])
    if found is None or found.person != person_of(request).name:
        raise ProblemError(404, "this comparison is over; choose the two files again")
    return found


def _format(given: str) -> str:
    if given not in FORMATS:
        raise ProblemError(404, f"a comparison comes as {', '.join(FORMATS)}")
    return given


async def _copies(site: Site, *captures: str) -> list[tuple[Row[Any], bytes]]:
    """Both captures with their kept copies. Raises ProblemError 404, 409."""

    def look() -> list[tuple[Row[Any], bytes]]:
        found = []
        for capture in captures:
            row = site.store.get(capture.replace("\x00", "")[:64])
            if row is None:
                raise missing()
            if row.state in ("accepted", "reading"):
                raise ProblemError(409, "one of the two recordings is not read yet", {"Retry-After": "1"})
            copy = site.store.document(row.id, "sanitized")
            if copy is None:
                raise ProblemError(
                    404,
                    "no copy of one of the two recordings is kept; a server that runs with --keep-captures keeps them. "
                    "Compare the two files instead",
                )
            found.append((row, copy))
        return found

    return await run_in_threadpool(look)


async def _made(site: Site, pair: Pair, formats: tuple[str, ...]) -> dict[str, bytes]:
    """The documents of a comparison. Raises ProblemError 422: it cannot be made; 503: not in time."""
    asked = msgspec.structs.replace(pair, formats=formats)
    try:
        async with asyncio.timeout(PATIENCE), site.comparers:  # few at a time, so that readers find threads
            return await to_thread.run_sync(site.desk.compare, asked, abandon_on_cancel=True)
    except ComparisonError as error:
        raise ProblemError(422, str(error)) from error
    except TimeoutError as error:
        told = f"the comparison takes longer than {PATIENCE:g} seconds here; use haranalyze compare"
        raise ProblemError(503, told, {"Retry-After": "30"}) from error


def _answer(document: bytes, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="haranalyze-comparison.{api.ENDINGS.get(kind, kind)}"'}
    if kind == "html":
        headers = {"Content-Security-Policy": api.report_policy(document.decode())}
    return Response(document, 200, headers, api.MEDIA[kind])
