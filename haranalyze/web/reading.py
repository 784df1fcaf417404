"""One finished recording as the store keeps it: what lists show, and its documents."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from haranalyze.report.document import Report

MOST_ROWS, MOST_HOSTS = 2_000, 40  # rows looked at for host names to search by, and names kept


class Reading(msgspec.Struct, frozen=True):
    """One recording as read; ``documents`` by format, compressed with zstd; ``search`` is lower case."""

    name: str
    verdict: str
    headline: str
    owner: str
    confidence: str
    rule: str
    fingerprint: str
    title: str
    browser: str
    exchanges: int
    search: str
    documents: dict[str, bytes]


class Outcome(msgspec.Struct, frozen=True):
    """What became of an upload: its readings in archive order, or why there is none."""

    readings: list[Reading]
    refusal: str = ""


_LEARNING = threading.Lock()


@cache
def _decoder() -> msgspec.json.Decoder[Report]:
    from haranalyze.report.document import Report

    return msgspec.json.Decoder(Report)


def report_of(document: bytes) -> Report:
    """The report of a document. Any thread may call this: msgspec crashes when two at once learn the same types."""
    with _LEARNING:
        decoder = _decoder()
    return decoder.decode(document)


def reading_of(documents: Mapping[str, bytes]) -> Reading:
    """The reading of one recording from its documents by format, ``json`` (the report) among them."""
    import zstandard

    report = report_of(documents["json"])
    verdict = report.verdict
    root = next((one for one in report.findings if one.id == verdict.finding), None)
    hosts = dict.fromkeys(row.host for row in report.exchanges[:MOST_ROWS])
    words = [report.capture.name, verdict.headline, root.rule if root else "", *list(hosts)[:MOST_HOSTS]]
    pack = zstandard.ZstdCompressor(level=6).compress
    return Reading(
        name=report.capture.name,
        verdict=verdict.state,
        headline=verdict.headline,
        owner=verdict.owner or "",
        confidence=verdict.confidence,
        rule=root.rule if root else "",
        fingerprint=root.fingerprint if root else "",
        title=root.title if root else "",
        browser=report.capture.browser,
        exchanges=report.capture.exchanges,
        search=" ".join(words).lower(),
        documents={name: pack(body) for name, body in documents.items()},
    )
