"""What the ledger keeps of a file: the rows of the tables, taken from its reports; and the name of that entry."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from haranalyze.options import Options
from haranalyze.rulebook import Rulebook
from haranalyze.workers import ChildLimits, Failure

_FDI: Final = re.compile(r"\d{1,3}\.\d{1,3}", re.ASCII)
MOST_HOSTS: Final = 8  # hosts of a recording's own calls that are listed


# Roles of a recording's own calls; preflights and redirects may be anybody's.
_OWN: Final = frozenset(("page", "sign-in", "sign-out", "session-call", "refresh", "auth-page"))


class FindingRow(msgspec.Struct, frozen=True, gc=False):
    """A row of ``findings.parquet`` without its ticket."""

    finding: str
    rule: str
    title: str
    severity: str
    confidence: str
    owner: str
    message: str
    consequence_of: str | None
    fingerprint: str
    path: str
    subject: str
    hop: str
    exchange: int
    pointer: str
    exchanges: int


class Recording(msgspec.Struct, frozen=True, gc=False):
    """A row of ``captures.parquet`` without its ticket, and the findings. Times are ISO 8601 in UTC."""

    state: str
    headline: str
    confidence: str
    owner: str | None
    rule: str | None
    severity: str | None
    fingerprint: str | None
    path: str | None
    subject: str | None
    hop: str | None
    next_step: str | None
    started: str | None
    ended: str | None
    exchanges: int
    browser: str
    creator: str
    format: str
    sanitized: str
    missing: list[str]
    hosts: list[str]
    systems: list[str]
    sdks: list[str]
    not_run: int
    findings: list[FindingRow]
    sizes: dict[str, int]


class Entry(msgspec.Struct, frozen=True, gc=False):
    """All that became of one file's bytes. ``limits`` are those a failure met; they are tried anew with others."""

    sha256: str
    bytes: int
    recordings: list[Recording] = []
    failure: Failure | None = None
    limits: ChildLimits | None = None


class Identity(msgspec.Struct, frozen=True):
    """What a result depends on beside the bytes: the code, the packs of rules, the options, what is written."""

    tool: str
    packs: list[tuple[str, str, str]]
    options: Options
    formats: tuple[str, ...]


def identity(options: Options, formats: tuple[str, ...]) -> Identity:
    """The identity of results made here and now."""
    packs = [(pack.name, pack.distribution, pack.version) for pack in Rulebook.installed().packs]
    return Identity(_code(), packs, options, formats)


def key_of(digest: str, name: str, made_by: Identity) -> str:
    """Name of a ledger entry: of the bytes, of what the recording is called in its report, and of what made it."""
    packed = msgspec.json.encode([digest, name, made_by], order="deterministic")
    return hashlib.sha256(packed).hexdigest()


@cache
def _code() -> str:
    """Digest of this program's own files: a version says too little in a checkout."""
    digest = hashlib.sha256()
    for package in ("haranalyze", "haranalyze.rules", "haranalyze.templates"):
        _add(files(package), digest)
    return digest.hexdigest()


def _add(folder: Any, digest: Any) -> None:
    for one in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if one.is_dir():
            if one.name not in {"__pycache__", "rules", "templates"}:
                _add(one, digest)
        elif not one.name.endswith(".pyc"):
            digest.update(one.name.encode() + b"\0" + one.read_bytes())


class _Cause(msgspec.Struct):
    path: str
    subject: str
    hop: str


class _Primary(msgspec.Struct):
    exchange: int
    pointer: str


class _Finding(msgspec.Struct):
    id: str
    rule: str
    title: str
    severity: str
    confidence: str
    owner: str
    message: str
    consequence_of: str | None
    fingerprint: str
    cause: _Cause
    exchanges: list[int]
    primary: _Primary


class _Quality(msgspec.Struct):
    sanitized: str
    missing: list[str]


class _Capture(msgspec.Struct):
    sha256: str
    bytes: int
    format: str
    creator: str
    browser: str
    started: str | None
    ended: str | None
    exchanges: int
    quality: _Quality


class _System(msgspec.Struct):
    title: str


class _Verdict(msgspec.Struct):
    state: str
    headline: str
    confidence: str
    owner: str | None
    finding: str | None
    next_step: str | None


class _Rule(msgspec.Struct):
    outcome: str


class _Row(msgspec.Struct):
    role: str
    host: str


class _Line(msgspec.Struct):
    name: str
    value: str


class _Detail(msgspec.Struct):
    request: list[_Line]


class _Document(msgspec.Struct):
    """The members of a report document that the tables need."""

    capture: _Capture
    systems: list[_System]
    verdict: _Verdict
    findings: list[_Finding]
    rules: list[_Rule]
    exchanges: list[_Row]
    details: list[_Detail]


_READ: Final = msgspec.json.Decoder(_Document)


def entry_of(reports: list[dict[str, bytes]]) -> Entry:
    """The entry of a file from its reports, which hold the format ``json``."""
    read = [_READ.decode(report["json"]) for report in reports]
    recordings = [
        _recording(document, {name: len(content) for name, content in report.items()})
        for document, report in zip(read, reports, strict=True)
    ]
    return Entry(read[0].capture.sha256, read[0].capture.bytes, recordings)


def _recording(document: _Document, sizes: dict[str, int]) -> Recording:
    capture, verdict = document.capture, document.verdict
    root = next((one for one in document.findings if one.id == verdict.finding), None)
    return Recording(
        state=verdict.state,
        headline=verdict.headline,
        confidence=verdict.confidence,
        owner=verdict.owner,
        rule=root.rule if root else None,
        severity=root.severity if root else None,
        fingerprint=root.fingerprint if root else None,
        path=root.cause.path if root else None,
        subject=root.cause.subject if root else None,
        hop=root.cause.hop if root else None,
        next_step=verdict.next_step,
        started=capture.started,
        ended=capture.ended,
        exchanges=capture.exchanges,
        browser=capture.browser,
        creator=capture.creator,
        format=capture.format,
        sanitized=capture.quality.sanitized,
        missing=capture.quality.missing,
        hosts=_hosts(document.exchanges),
        systems=[one.title for one in document.systems],
        sdks=_sdks(document.details),
        not_run=sum(one.outcome == "not-run" for one in document.rules),
        findings=[_finding(one) for one in document.findings],
        sizes=sizes,
    )


def _hosts(rows: list[_Row]) -> list[str]:
    """Hosts of the recording's own calls, the busiest first."""
    own = Counter(row.host for row in rows if row.role in _OWN and row.host)
    counted = own or Counter(row.host for row in rows if row.host)
    return [host for host, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:MOST_HOSTS]]


def _sdks(details: list[_Detail]) -> list[str]:
    """Versions that SDKs tell of themselves where the report shows them: the newest interface of SuperTokens' SDK.

    Its header lists every version it can speak, the newest last (https://github.com/supertokens/
    frontend-driver-interface).
    """
    lines = (line for one in details for line in one.request if line.name == "fdi-version")
    newest = (_FDI.findall(line.value)[-1:] for line in lines)
    return sorted({f"SuperTokens FDI {version}" for found in newest for version in found})


def _finding(one: _Finding) -> FindingRow:
    return FindingRow(
        one.id,
        one.rule,
        one.title,
        one.severity,
        one.confidence,
        one.owner,
        one.message,
        one.consequence_of,
        one.fingerprint,
        one.cause.path,
        one.cause.subject,
        one.cause.hop,
        one.primary.exchange,
        one.primary.pointer,
        len(one.exchanges),
    )
