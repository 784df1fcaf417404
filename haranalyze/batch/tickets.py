"""The tickets of a batch, one row each, on disk, so that memory does not grow with their number.

A ticket's *place* is the list it stands in: its group, or its state where it has none. The rows are a table sorted by
place, whose columns and pieces can be read one at a time, and a list for each place. Both live as long as the run.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from haranalyze.batch.tables import TICKETS, write_table

if TYPE_CHECKING:
    from pandas import DataFrame

_CUSTOMERS: Final = ("customer", "organization", "organisation", "company", "account")
_DATES: Final = ("created", "created_at", "opened", "date")
_OF_LISTS: Final = (("started", "t"), ("reports_", "l"))  # what only the lists need
_BY_PLACE: Final = "SELECT row FROM tickets ORDER BY place, number"
_BY_NAME: Final = "SELECT row FROM tickets WHERE place = ? ORDER BY number"
_BY_DAY: Final = "SELECT row FROM tickets WHERE place = ? ORDER BY day DESC, number"
_IN_COLUMNS: Final = tuple("ticket place_ first_report_ day_ customer_ state owner hosts browser rule".split())
_TABLES: Final = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-512;
CREATE TABLE tickets (number INTEGER PRIMARY KEY, place TEXT, day TEXT, row BLOB);
CREATE TABLE cells (name INTEGER, ticket INTEGER, at INTEGER, text TEXT, PRIMARY KEY (name, ticket, at)) WITHOUT ROWID;
"""
_TEXTS: Final = "DROP TABLE IF EXISTS texts; CREATE TABLE texts (number INTEGER PRIMARY KEY, text TEXT UNIQUE)"
_FIND_TEXTS: Final = (
    "INSERT INTO texts (text) SELECT DISTINCT text FROM cells WHERE name = ? AND text IS NOT NULL ORDER BY text"
)
_COLUMN: Final = "SELECT text FROM cells WHERE name = ? ORDER BY ticket, at"
_NUMBERS: Final = "SELECT ticket, number FROM cells LEFT JOIN texts USING (text) WHERE name = ? ORDER BY ticket, at"


class Listed(
    msgspec.Struct, frozen=True, gc=False, rename={"day": "day_", "customer": "customer_", "reports": "reports_"}
):
    """What the list of a place shows of a ticket. ``started`` and ``day`` are ISO 8601 in UTC."""

    ticket: str
    day: str | None
    customer: str | None
    hosts: list[str] | None
    browser: str | None
    confidence: str | None
    reason: str | None
    missing: list[str] | None
    state: str
    headline: str | None
    started: str | None
    report: str | None
    reports: list[str]
    columns_: dict[str, str | None]


def leading_rows(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows of ``captures.parquet`` that speak for their tickets, with columns of ours.

    ``place_``, ``day_`` (UTC), ``customer_``, ``reports_`` (of all recordings of the ticket) and ``first_report_``.

    Args:
        rows: sorted by ticket, as :func:`haranalyze.batch.tables.capture_rows` gives them.
    """
    for _, same in groupby(rows, key=lambda row: row["ticket"]):
        of_ticket = list(same)
        reports = [row["report"] for row in of_ticket if row.get("report")]
        for row in of_ticket:
            if row["leads"]:
                yield row | {
                    "place_": row["group"] or row["state"],
                    "day_": _day(row),
                    "customer_": next((row[name] for name in _CUSTOMERS if row.get(name)), None),
                    "reports_": reports,
                    "first_report_": reports[0] if reports else None,
                }


def _day(row: dict[str, Any]) -> str | None:
    """The day a recording began, or that the manifest tells for its ticket."""
    started = row.get("started")
    if started:
        return str(started)[:10]
    told = [row[name] for name in _DATES if row.get(name)]
    if not told:
        return None
    import pandas

    moments = pandas.to_datetime(pandas.Series(told), utc=True, errors="coerce", format="ISO8601").dropna()
    return None if moments.empty else f"{moments.iloc[0]:%Y-%m-%d}"


class Tickets:
    """All tickets. A context manager; leaving it gives the disk space of the lists back.

    Args:
        rows: as :func:`leading_rows` gives them.
        columns: of the manifest, as the tables call them.
        path: of the table that is written; its columns are ``TICKETS`` and those of the manifest.

    Attributes:
        states: tickets by verdict. first_day, last_day: None where no ticket has a day.
    """

    def __init__(self, rows: Iterable[dict[str, Any]], columns: list[str], path: Path) -> None:
        self.path: Final = path
        self.columns: Final = columns
        self.states: Final[Counter[str]] = Counter()
        self.first_day: str | None = None
        self.last_day: str | None = None
        self.has_customers = False
        self._base = sqlite3.connect("", isolation_level=None)
        self._base.executescript(_TABLES)
        self._names: Final = {name: number for number, name in enumerate((*_IN_COLUMNS, *columns))}
        self._base.execute("BEGIN")  # one for all: each costs as much as a row
        for row in rows:
            self._add(row)
        self._base.execute("COMMIT")
        self._base.execute("CREATE INDEX by_place ON tickets (place, number)")
        self._count = write_table(self._by_place(), TICKETS, [], path)

    def _add(self, row: dict[str, Any]) -> None:
        day = row["day_"]
        number = self.states.total()
        self.states[row["state"]] += 1
        self.has_customers |= row["customer_"] is not None
        if day is not None:
            self.first_day = min(self.first_day or day, day)
            self.last_day = max(self.last_day or day, day)
        kept = {name: row.get(name) for name, _ in (*TICKETS, *_OF_LISTS)}
        kept["columns_"] = {name: row.get(name) for name in self.columns}
        values = (number, row["place_"], day, msgspec.msgpack.encode(kept))
        self._base.execute("INSERT INTO tickets VALUES (?, ?, ?, ?)", values)
        cells = [
            (name, number, at, text or None)
            for column, name in self._names.items()
            for at, text in enumerate(_texts(row.get(column)))
        ]
        self._base.executemany("INSERT INTO cells VALUES (?, ?, ?, ?)", cells)

    def _by_place(self) -> Iterator[dict[str, Any]]:
        for (packed,) in self._base.execute(_BY_PLACE):
            yield msgspec.msgpack.decode(packed)

    def __len__(self) -> int:
        return self._count

    def at(self, place: str, *, newest_first: bool = False) -> Iterator[Listed]:
        """The tickets of a place by name, or by day; those without a day last."""
        for (packed,) in self._base.execute(_BY_DAY if newest_first else _BY_NAME, (place,)):
            yield msgspec.msgpack.decode(packed, type=Listed)

    def column(self, name: str) -> Iterator[str | None]:
        """A column of texts of all tickets by name, one of ours or of the manifest; None for none and empty ones."""
        for (text,) in self._base.execute(_COLUMN, (self._names[name],)):
            yield text

    def distinct(self, name: str) -> Distinct:
        """The different texts of a column; to be read before another column is asked for."""
        self._base.executescript(_TEXTS)
        self._base.execute(_FIND_TEXTS, (self._names[name],))
        return Distinct(self._base, self._names[name])

    def close(self) -> None:
        """Close the lists' file."""
        self._base.close()

    def __enter__(self) -> Tickets:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Distinct:
    """The different texts of a column, sorted, and which of them each ticket has. Both are read from the disk."""

    def __init__(self, base: sqlite3.Connection, name: int) -> None:
        self._base = base
        self._name = name

    def __len__(self) -> int:
        count: int = self._base.execute("SELECT count(*) FROM texts").fetchone()[0]
        return count

    def __iter__(self) -> Iterator[str]:
        for (text,) in self._base.execute("SELECT text FROM texts ORDER BY number"):
            yield text

    def of_tickets(self) -> Iterator[list[int]]:
        """Where the texts of each ticket stand among all; tickets by name, texts as the ticket has them."""
        cells = self._base.execute(_NUMBERS, (self._name,))
        for _, of_ticket in groupby(cells, key=lambda cell: cell[0]):
            yield [number - 1 for _, number in of_ticket if number is not None]


def _texts(value: str | list[str] | None) -> list[str | None]:
    """The texts of a cell; one that has none is kept as None."""
    return [*value] or [None] if isinstance(value, list) else [value]


def pieces(path: Path) -> range:
    """Numbers of the pieces of a table of tickets, at least one."""
    from pyarrow import parquet

    return range(parquet.read_metadata(path).num_row_groups)


def piece(path: Path, number: int) -> DataFrame:
    """A piece of a table of tickets. Any thread may call this."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        read = file.read_row_group(number, use_threads=False)
    frame: DataFrame = read.to_pandas()
    return frame
