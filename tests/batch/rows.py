"""Rows of ``captures.parquet`` by hand, and the tickets that they speak for."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from haranalyze.batch.groups import Grouping
from haranalyze.batch.tables import CAPTURES
from haranalyze.batch.tickets import Tickets, leading_rows

FAULT: dict[str, Any] = {
    "state": "fault",
    "headline": "It breaks.",
    "confidence": "certain",
    "owner": "api",
    "rule": "some-rule",
    "path": "/api/me",
    "subject": "sid",
    "hop": "",
    "browser": "Chrome 156",
    "hosts": ["api.example.com"],
    "systems": [],
    "sdks": [],
    "report": "r.html",
    "started": "2026-11-22T10:00:00+00:00",
}


def tickets_of(
    path: Path, given: Iterable[dict[str, Any]], columns: tuple[str, ...] = (), grouping: Grouping | None = None
) -> Tickets:
    """Tickets with one recording each, T000 and so on where they say no other name."""
    group_of = (grouping or Grouping()).group_of
    empty: dict[str, Any] = {name: None for name, _ in CAPTURES} | {"leads": True}
    made = (empty | {"ticket": f"T{number:03}", **one} for number, one in enumerate(given))
    return Tickets(leading_rows(row | {"group": group_of(row)} for row in made), list(columns), path)
