"""The pages: HTML that works without scripts; the script adds dropping, pasting, live bars and copying."""

from __future__ import annotations

import hashlib
import time
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from sqlalchemy import Row
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from haranalyze.web import api, views
from haranalyze.web.arrival import receive_form
from haranalyze.web.gate import Person, person_of
from haranalyze.web.problems import ProblemError, missing, phrase
from haranalyze.web.site import Site
from haranalyze.web.store import Wanted, word_of

STATE_WORDS = {
    "fault": ("Fault", "fault"),
    "other-trouble": ("Other trouble", "other-trouble"),
    "cannot-tell": ("Cannot tell", "cannot-tell"),
    "healthy": ("Healthy", "healthy"),
    "not-read": ("Not read", "warn"),
    "waiting": ("Being read", "follows"),
}
_GUIDES = ("chrome", "edge", "firefox", "safari", "postman")
PAGE = 25  # recordings on one page of a list
_ASSETS = {"web.css": "text/css; charset=utf-8", "web.js": "text/javascript; charset=utf-8", "report.css": "text/css"}


def page(site: Site, request: Request, name: str, status: int = 200, **values: Any) -> Response:
    """A template as an answer."""
    from haranalyze.report.html import environment

    person = getattr(request.state, "person", None)
    settings = site.settings
    where = f"this computer only · {urlsplit(settings.address).netloc}" if settings.loopback else settings.address
    text = (
        environment()
        .get_template(f"web_{name}.html.j2")
        .render(
            person=person if isinstance(person, Person) else None,
            where=where,
            local=settings.loopback,
            host=urlsplit(settings.address).netloc,
            keep_days=f"{settings.keep_days:g}",
            asset=asset_address,
            here=request.url.path,
            state_words=STATE_WORDS,
            owner_words=_owner_words(),
            **values,
        )
    )
    return Response(text, status, media_type="text/html; charset=utf-8")


def problem_page(problem: ProblemError, request: Request, site: Site) -> Response:
    """A problem in the words of a person; where somebody must sign in, the page to do so."""
    if problem.status == 401:
        response = sign_in_page(site, request, 401)
    else:
        values: dict[str, Any] = {"title": phrase(problem.status), "detail": problem.detail, "number": problem.status}
        response = page(site, request, "message", problem.status, **values)
    response.headers.update(problem.headers)
    return response


def load() -> None:
    """Bring in what the first page needs, while the person at the terminal opens it."""
    from haranalyze.facts import better_recording  # noqa: F401 - for its cost
    from haranalyze.report.html import environment

    for name in ("base", "rows", "welcome", "home"):
        environment().get_template(f"web_{name}.html.j2")
    for name in _ASSETS:
        _asset(name)
    _owner_words()
    import prometheus_client  # noqa: F401 - counts the first request once it is answered


@cache
def _owner_words() -> dict[str, str]:
    from haranalyze.report.prose import OWNERS

    return {owner.value: word for owner, word in OWNERS.items()}


@cache
def _asset(name: str) -> tuple[bytes, str]:
    body = files("haranalyze.templates").joinpath(name).read_bytes()
    return body, hashlib.sha256(body).hexdigest()[:12]


def asset_address(name: str) -> str:
    """Address of a style sheet or script: a new one for each new content."""
    return f"/static/{_asset(name)[1]}/{name}"


async def static(site: Site, request: Request) -> Response:
    """Our own style sheets and script; they hold nothing of anybody and may be kept."""
    name = request.path_params["name"]
    if name not in _ASSETS:
        raise missing()
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_asset(name)[0], 200, headers, _ASSETS[name])


async def home(site: Site, request: Request) -> Response:
    """The page to drop files on, with what was read lately."""
    response = await _list(site, request, "home")
    response.background = BackgroundTask(site.desk.expect)
    return response


async def recent(site: Site, request: Request) -> Response:
    """All recordings, with search and filters."""
    return await _list(site, request, "recent")


async def _list(site: Site, request: Request, name: str) -> Response:
    from haranalyze.facts.better_recording import RECIPES

    wanted = api.wanted_of(request)
    before = api.cursor(request.query_params.get("before"))

    def look() -> dict[str, Any]:
        rows = site.store.listed(wanted, PAGE + 1, before)
        counts = site.store.counts(wanted)
        more = f"{rows[PAGE - 1].created!r}~{rows[PAGE - 1].id}" if len(rows) > PAGE else ""
        causes = site.store.cause_names(wanted.fingerprint)
        return {"rows": [line(row) for row in rows[:PAGE]], "counts": counts, "more": more, "causes": causes}

    found = await run_in_threadpool(look)
    asked = {key: value for key, value in request.query_params.items() if value and key != "before"}
    total = sum(found["counts"].values())

    def link(**changed: str) -> str:
        query = {key: value for key, value in {**asked, **changed}.items() if value}
        return "/recent" + (f"?{urlencode(query)}" if query else "")

    return page(
        site,
        request,
        name,
        **found,
        total=total,
        wanted=wanted,
        link=link,
        waits=found["counts"]["waiting"] > 0,
        keeps=site.settings.keep_captures,
        max_upload=site.settings.max_upload // 1024**2,
        recipes=[recipe for recipe in RECIPES if recipe.name in _GUIDES],
        browser=_browser(request.headers.get("user-agent", "")),
        filtered=bool({"state", "rule", "fingerprint", "owner", "ticket", "q"} & set(asked)),
    )


def line(row: Row[Any]) -> dict[str, Any]:
    """A row of a list, in words."""
    state = word_of(row)
    size = f"{row.size / 1024**2:.1f} MB" if row.size >= 1024**2 else f"{max(1, row.size // 1024)} KB"
    about = " · ".join(part for part in (row.browser, f"{row.exchanges} exch." if row.exchanges else "") if part)
    return {
        "id": row.id,
        "state": state,
        "done": row.state == "done",
        "fingerprint": row.fingerprint,
        "headline": row.headline or row.reason or row.name,
        "owner": _owner_words().get(row.owner, "nobody" if state == "healthy" else "–"),
        "ticket": row.ticket,
        "about": about or (size if row.size else ""),
        "name": row.name,
        "when": ago(row.created),
        "moment": views.moment(row.created),
    }


def ago(then: float) -> str:
    """Time since then, as a list says it."""
    seconds = max(0.0, time.time() - then)
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {word} ago"
    return "just now"


def _browser(agent: str) -> str:
    """The browser at hand, by its User-Agent: which guide to show first."""
    for mark, name in (("Firefox/", "firefox"), ("Edg/", "edge"), ("Chrome/", "chrome"), ("Safari/", "safari")):
        if mark in agent:
            return name
    return "chrome"


async def upload(site: Site, request: Request) -> Response:
    """The plain form: several files, one ticket. Leads to what became of them."""
    ids = await receive_form(site, request)
    where = f"/captures/{ids[0]}" if len(ids) == 1 else "/recent"
    return RedirectResponse(where, 303)


async def capture(site: Site, request: Request) -> Response:
    """One capture: its progress, then its report in place."""
    row = await api.found(site, request)
    if row.state == "done":
        site.audit(person_of(request).name, "view", row.id)
    return await _capture_page(site, request, row, _shown_now(site, request))


async def _capture_page(site: Site, request: Request, row: Row[Any], new_link: str) -> Response:
    def look() -> dict[str, Any]:
        parts = site.store.listed(Wanted(parent=row.id), 1_000) if row.parts else []
        return {
            "capture": views.view(site, row),
            "rows": [line(part) for part in parts],
            "links": site.grants.listed("share", None, row.id),
            "line": line(row),
        }

    values = await run_in_threadpool(look)
    values |= {
        "keeps": site.settings.keep_captures,
        "waits": not views.finished(row),
        "failed": row.state == "failed",
        "formats": _formats(),
    }
    if row.state == "done" and await run_in_threadpool(site.store.has, row.id, "sanitized"):
        values["formats"].append(("sanitized", "Sanitized recording (HAR)"))
    return page(site, request, "capture", 200, **values, new_link=new_link, moment=views.moment)


def _formats() -> list[tuple[str, str]]:
    from haranalyze.report import FORMATS

    words = {"html": "Page", "json": "JSON", "text": "Text", "markdown": "Markdown", "sarif": "SARIF", "junit": "JUnit"}
    return [(name, words[name]) for name in words if name in FORMATS]


async def report(site: Site, request: Request) -> Response:
    """The report itself, for the frame of its page: sandboxed, under its own policy."""
    row = await api.found(site, request)
    return await _framed(site, row)


async def _framed(site: Site, row: Row[Any]) -> Response:
    response = await api.rendered(site, row, "html")
    del response.headers["Content-Disposition"]
    return response


async def download(site: Site, request: Request) -> Response:
    """The report as a file, or the sanitized copy of the recording."""
    if request.path_params["format"] == "sanitized":
        return await api.sanitized(site, request)
    return await api.report(site, request)


async def delete(site: Site, request: Request) -> Response:
    """Delete, from the button of the page."""
    await api.remove(site, request)
    return RedirectResponse("/recent", 303)


async def small_form(request: Request) -> FormData:
    """The fields of a form without files. Raises ProblemError when it is large or none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise ProblemError(415, "this address takes the fields of a form")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > 10_000:
            raise ProblemError(413, "the form is larger than 10000 bytes")
    from urllib.parse import parse_qsl

    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    return FormData([(name, value.replace("\x00", "")) for name, value in pairs])


async def set_ticket(site: Site, request: Request) -> Response:
    """Attach a ticket number, from the field of the page."""
    from haranalyze.web.arrival import clean_ticket

    row = await api.found(site, request)
    form = await small_form(request)
    await run_in_threadpool(site.store.set_ticket, row.id, clean_ticket(str(form.get("ticket", ""))))
    site.audit(person_of(request).name, "set-ticket", row.id)
    return RedirectResponse(f"/captures/{row.id}", 303)


async def share(site: Site, request: Request) -> Response:
    """Make a share link, from the button of the page; it is shown once, on the page that follows."""
    row = await api.found(site, request)
    form = await small_form(request)
    days = str(form.get("days", ""))
    asked = api.Days(days=int(days) if days.isascii() and days.isdigit() and len(days) < 4 else api.SHARE_DAYS)
    if not 1 <= asked.days <= api.MOST_DAYS:
        raise ProblemError(400, f"a link lasts 1 to {api.MOST_DAYS} days")
    secret, _ = await run_in_threadpool(api.shared, site, row, person_of(request).name, asked)
    return _shows_once(site, request, f"/captures/{row.id}", f"{site.settings.address}/s/{secret}")


def _shows_once(site: Site, request: Request, where: str, secret: str) -> Response:
    """On to a page whose next view shows a secret: by a redirect, so that going back or reloading makes no other."""
    if len(site.shown_once) > 1_000:  # views that never came
        site.shown_once.clear()
    site.shown_once[person_of(request).name, where] = secret
    return RedirectResponse(where, 303)


def _shown_now(site: Site, request: Request) -> str:
    return site.shown_once.pop((person_of(request).name, request.url.path), "")


async def unshare(site: Site, request: Request) -> Response:
    """Revoke a share link, from its button."""
    await api.unshare(site, request)
    return RedirectResponse(f"/captures/{quote(request.path_params['id'])}", 303)


async def causes(site: Site, request: Request) -> Response:
    """Groups by cause over all captures."""
    found = await run_in_threadpool(site.store.causes)
    counts = await run_in_threadpool(site.store.counts, Wanted())
    highest = max((count for cause in found for count in cause.days), default=1)
    lines = [
        {
            **{name: getattr(cause, name) for name in ("fingerprint", "rule", "title", "headline", "count", "tickets")},
            "owner": _owner_words().get(cause.owner, cause.owner),
            "bars": [round(18 * count / max(6, highest), 1) for count in cause.days],
            "day_counts": cause.days,
            "rising": sum(cause.days[-3:]) > 2 * max(1, sum(cause.days[-6:-3])),
            "first": ago(cause.first),
            "last": ago(cause.last),
            "share": round(100 * cause.count / max(one.count for one in found)),
        }
        for cause in found
    ]
    faults, total = sum(cause.count for cause in found), sum(counts.values())
    return page(site, request, "causes", causes=lines, counts=counts, faults=faults, total=total)


async def shared(site: Site, request: Request) -> Response:
    """A report by its link, for somebody without an account."""
    row = await _by_link(site, request)
    site.audit("link", "view", row.id)
    secret = request.path_params["secret"]
    return page(site, request, "shared", line=line(row), frame=f"/s/{quote(secret)}/report")


async def shared_report(site: Site, request: Request) -> Response:
    """The report itself, for the frame of the shared page."""
    return await _framed(site, await _by_link(site, request))


async def _by_link(site: Site, request: Request) -> Row[Any]:
    secret = request.path_params["secret"]

    def look() -> Row[Any] | None:
        grant = site.grants.find(("share",), secret)
        return site.store.get(grant.capture) if grant is not None else None

    row = await run_in_threadpool(look)
    if row is None:
        raise missing()
    return row


async def account(site: Site, request: Request) -> Response:
    """Who is signed in, and the API tokens."""
    new_token = _shown_now(site, request)
    rows = await run_in_threadpool(site.grants.listed, "token", person_of(request).name)
    return page(
        site, request, "account", tokens=rows, new_token=new_token, moment=views.moment, address=site.settings.address
    )


async def new_token(site: Site, request: Request) -> Response:
    """Make an API token, from the button of the page; it is shown once."""
    person = person_of(request)
    if person.how == "token":
        raise ProblemError(403, "make tokens on the page, signed in; a token cannot make another one")
    form = await small_form(request)
    label = str(form.get("label", ""))[:80]
    secret = await run_in_threadpool(site.grants.create, "token", person.name, api.TOKEN_DAYS * api.DAY, label)
    site.audit(person.name, "new-token")
    return _shows_once(site, request, "/account", secret)


async def end_token(site: Site, request: Request) -> Response:
    """End an API token, from its button."""
    await api.end_token(site, request)
    return RedirectResponse("/account", 303)


def sign_in_page(site: Site, request: Request, status: int = 200, told: str = "") -> Response:
    """How to get in, for the ways this server has."""
    wanted = request.url.path if request.method == "GET" and request.url.path != "/sign-in" else "/"
    return page(
        site,
        request,
        "sign_in",
        status,
        wanted=safe_path(request.query_params.get("next", wanted)),
        with_password=site.passwords is not None,
        with_provider=site.settings.provider is not None,
        with_link=site.settings.loopback and not site.settings.has_sign_in,
        told=told,
    )


def safe_path(given: str) -> str:
    """A path of this server to go on to; anything else becomes the first page."""
    plain = given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable() and "\\" not in given
    return given if plain and len(given) < 500 else "/"
