"""Captures as programs and pages see them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Row

from haranalyze.web.site import Site
from haranalyze.web.store import Cause


class VerdictView(msgspec.Struct, frozen=True):
    """What the report says first. ``owner``, ``rule`` and ``fingerprint`` are empty where nothing broke."""

    state: str
    headline: str
    confidence: str
    owner: str
    rule: str
    fingerprint: str


class ProgressView(msgspec.Struct, frozen=True):
    """How far a capture is: ``ahead`` captures are read before it; ``share`` from 0 to 1 while it is read."""

    step: str
    share: float
    ahead: int
    seconds: float


class CaptureView(msgspec.Struct, frozen=True):
    """One uploaded file, or one recording of an uploaded archive (``archive`` names it, ``parts`` its recordings).

    ``state``: accepted, reading, done, failed (then ``reason`` says why it could not be read).
    """

    id: str
    name: str
    ticket: str
    uploaded_by: str
    bytes: int
    sha256: str
    state: str
    reason: str
    created: str
    finished: str | None
    expires: str | None
    browser: str
    exchanges: int
    verdict: VerdictView | None
    progress: ProgressView | None
    archive: str | None
    parts: list[str]
    page: str


class CaptureList(msgspec.Struct, frozen=True):
    """A page of a list; ``next`` is the ``before`` of the next page, null on the last one."""

    captures: list[CaptureView]
    counts: dict[str, int]
    next: str | None


class CauseView(msgspec.Struct, frozen=True):
    """Captures with the same cause; ``days`` counts them on each of the last 14 days, today last."""

    fingerprint: str
    rule: str
    title: str
    headline: str
    owner: str
    count: int
    tickets: int
    first: str
    last: str
    days: list[int]


class CauseList(msgspec.Struct, frozen=True):
    """All causes, the most frequent first."""

    causes: list[CauseView]


class GrantView(msgspec.Struct, frozen=True):
    """A share link or an API token, without its secret."""

    id: str
    label: str
    created_by: str
    created: str
    expires: str


class NewGrantView(msgspec.Struct, frozen=True):
    """A new share link (``url``) or API token (``token``); the secret in it is told only this once."""

    id: str
    expires: str
    url: str | None = None
    token: str | None = None


class GrantList(msgspec.Struct, frozen=True):
    """Links or tokens that last."""

    grants: list[GrantView]


class ProblemView(msgspec.Struct, frozen=True):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


def moment(seconds: float | None) -> str | None:
    """ISO 8601 in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def view(site: Site, row: Row[Any], parts: list[str] | None = None) -> CaptureView:
    """A capture for programs. Blocking when the capture waits: it asks the store how many are ahead."""
    verdict = None
    if row.state == "done" and not row.parts:
        verdict = VerdictView(row.verdict, row.headline, row.confidence, row.owner, row.rule, row.fingerprint)
    return CaptureView(
        id=row.id,
        name=row.name,
        ticket=row.ticket,
        uploaded_by=row.person,
        bytes=row.size,
        sha256=row.sha256,
        state=row.state,
        reason=row.reason,
        created=moment(row.created) or "",
        finished=moment(row.finished),
        expires=moment(row.expires),
        browser=row.browser,
        exchanges=row.exchanges,
        verdict=verdict,
        progress=progress(site, row),
        archive=row.parent,
        parts=parts or [],
        page=f"/captures/{row.id}",
    )


def progress(site: Site, row: Row[Any]) -> ProgressView | None:
    """How far a capture is that is not finished."""
    if row.state == "accepted":
        ahead = site.store.ahead(row.created)
        return ProgressView("waiting" if ahead else "starts now", 0.0, ahead, 0.0)
    if row.state != "reading":
        return None
    step, share, seconds = site.desk.progress(row.id)
    return ProgressView(step, share, 0, seconds)


def cause_view(cause: Cause) -> CauseView:
    """A cause for programs."""
    values = {name: getattr(cause, name) for name in ("fingerprint", "rule", "title", "headline", "owner")}
    first, last = moment(cause.first) or "", moment(cause.last) or ""
    return CauseView(**values, count=cause.count, tickets=cause.tickets, first=first, last=last, days=list(cause.days))


def grant_view(row: Row[Any]) -> GrantView:
    """A grant for programs."""
    return GrantView(row.id, row.label, row.person, moment(row.created) or "", moment(row.expires) or "")


def finished(row: Row[Any]) -> bool:
    """Nothing more will happen to it."""
    return row.state in ("done", "failed")
