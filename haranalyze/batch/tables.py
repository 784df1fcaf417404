"""The tables ``captures.parquet``, ``findings.parquet``, ``timeline/`` and ``failures.csv``, in row groups.

Rows are sorted by ticket, capture and recording, so the same results give the same bytes whoever made them. Columns and
types are fixed below and described in ``docs/batch.md``; columns of a manifest follow them as text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from haranalyze.batch.entries import Entry, Recording
from haranalyze.batch.sources import Item
from haranalyze.batch.work import report_path
from haranalyze.redaction import visible

if TYPE_CHECKING:
    from pandas import DataFrame
    from pyarrow import Schema

ROW_GROUP: Final = 500  # rows in memory at one time while a table is written
_RANK: Final = {"fault": 0, "other-trouble": 1, "cannot-tell": 2, "healthy": 3, "not-read": 4}
_SURE: Final = {"certain": 0, "likely": 1, "possible": 2}

# Column, type: t text, i integer, b boolean, m moment in UTC, l list of text.
CAPTURES: Final = (
    ("ticket", "t"),
    ("capture", "t"),
    ("recording", "i"),
    ("leads", "b"),
    ("sha256", "t"),
    ("bytes", "i"),
    ("state", "t"),
    ("headline", "t"),
    ("confidence", "t"),
    ("owner", "t"),
    ("rule", "t"),
    ("severity", "t"),
    ("fingerprint", "t"),
    ("path", "t"),
    ("subject", "t"),
    ("hop", "t"),
    ("group", "t"),
    ("next_step", "t"),
    ("started", "m"),
    ("ended", "m"),
    ("exchanges", "i"),
    ("browser", "t"),
    ("creator", "t"),
    ("format", "t"),
    ("sanitized", "t"),
    ("missing", "l"),
    ("hosts", "l"),
    ("systems", "l"),
    ("sdks", "l"),
    ("findings", "i"),
    ("rules_not_run", "i"),
    ("report", "t"),
    ("failure", "t"),
    ("reason", "t"),
    ("tries", "i"),
)
FINDINGS: Final = (
    ("ticket", "t"),
    ("capture", "t"),
    ("recording", "i"),
    ("finding", "t"),
    ("is_root", "b"),
    ("rule", "t"),
    ("title", "t"),
    ("severity", "t"),
    ("confidence", "t"),
    ("owner", "t"),
    ("message", "t"),
    ("consequence_of", "t"),
    ("fingerprint", "t"),
    ("path", "t"),
    ("subject", "t"),
    ("hop", "t"),
    ("exchange", "i"),
    ("pointer", "t"),
    ("exchanges", "i"),
)


# Of the leading rows of tickets, which live as long as the run; names that are not in captures.parquet end in "_".
TICKETS: Final = (
    *(
        (name, "t")
        for name in (
            "ticket place_ day_ customer_ first_report_ state headline confidence owner rule fingerprint path subject"
            " hop next_step browser report reason"
        ).split()
    ),
    *((name, "l") for name in ("hosts", "systems", "sdks", "missing")),
)
_OURS: Final = frozenset(name for name, _ in (*CAPTURES, *TICKETS))


def column_name(name: str) -> str:
    """What a column of a manifest is called in the tables: itself, or ``manifest_…`` where we have one of that name."""
    return f"manifest_{name}" if name in _OURS else name


def capture_rows(results: Iterable[tuple[Item, Entry]], group_of: Any) -> Iterator[dict[str, Any]]:
    """The rows of ``captures.parquet`` in order.

    Args:
        results: sorted by ticket and capture.
        group_of: the group's id of a leading row, None for none.
    """
    for _, same in groupby(results, key=lambda one: one[0].ticket):
        rows = [row for item, entry in same for row in _of_item(item, entry)]
        leading = min(range(len(rows)), key=lambda at: (_RANK[rows[at]["state"]], _SURE.get(rows[at]["confidence"], 3)))
        rows[leading]["leads"] = True
        for row in rows:
            row["group"] = group_of(row)
        yield from rows


def _of_item(item: Item, entry: Entry) -> Iterator[dict[str, Any]]:
    shared: dict[str, Any] = {
        "ticket": visible(item.ticket),
        "capture": visible(item.capture),
        "leads": False,
        "sha256": entry.sha256 or None,
        "bytes": entry.bytes or None,
        **{column_name(name): value or None for name, value in item.columns.items()},
    }
    if entry.failure is not None:
        failure = entry.failure
        told = {"failure": failure.kind.value, "reason": failure.reason, "tries": failure.tries}
        yield {**shared, "recording": 0, "state": "not-read", "confidence": None, **told}
    for number, one in enumerate(entry.recordings):
        yield {**shared, **_of_recording(one), "recording": number, "report": _report(item, number, entry)}


def _report(item: Item, number: int, entry: Entry) -> str | None:
    return report_path(item, number, len(entry.recordings)) + ".html"


_SAME: Final = (
    "state headline confidence owner rule severity fingerprint path subject hop next_step exchanges browser creator"
    " format sanitized missing hosts systems sdks"
).split()


def _of_recording(one: Recording) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(one, name) for name in _SAME}
    row |= {"started": one.started, "ended": one.ended}
    row |= {"findings": len(one.findings), "rules_not_run": one.not_run}
    return row


def finding_rows(results: Iterable[tuple[Item, Entry]]) -> Iterator[dict[str, Any]]:
    """The rows of ``findings.parquet`` in order."""
    for item, entry in results:
        for number, recording in enumerate(entry.recordings):
            for one in recording.findings:
                yield {
                    "ticket": visible(item.ticket),
                    "capture": visible(item.capture),
                    "recording": number,
                    "is_root": one.consequence_of is None and one.fingerprint == recording.fingerprint,
                    **{name: getattr(one, name) for name, _ in FINDINGS[5:]},
                    "finding": one.finding,
                }


def write_table(
    rows: Iterable[dict[str, Any]],
    columns: tuple[tuple[str, str], ...],
    more: list[str],
    path: Path,
    csv_path: Path | None = None,
) -> int:
    """Write rows as Parquet, and as CSV too where a path is given. The number of rows.

    Args:
        columns: name and type; ``more`` are columns of text after them.
    """
    import pyarrow
    from pyarrow import parquet

    schema = _schema(columns, more)
    count, left = 0, iter(rows)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while True:
            frame = _frame(list(islice(left, ROW_GROUP)), columns, more)
            if count and not len(frame):
                return count
            table = pyarrow.Table.from_pandas(frame, schema=schema, preserve_index=False)
            writer.write_table(table.replace_schema_metadata(None))
            if csv_path is not None:
                _add_csv(frame, csv_path, header=count == 0)
            count += len(frame)
            if not count:
                return 0
            del frame, table  # the next row group is not made beside this one


def _frame(rows: list[dict[str, Any]], columns: tuple[tuple[str, str], ...], more: list[str]) -> DataFrame:
    import pandas

    kinds = {"t": "object", "l": "object", "i": "Int64", "b": "bool", "m": "datetime64[us, UTC]"}
    made = {}
    for name, kind in (*columns, *((name, "t") for name in more)):
        values = [row.get(name) for row in rows]
        if kind == "m":
            made[name] = pandas.Series(
                pandas.to_datetime(pandas.Series(values, dtype="object"), utc=True, format="ISO8601")
            )
            made[name] = made[name].astype("datetime64[us, UTC]")
        else:
            made[name] = pandas.Series(values, dtype=kinds[kind])
    return pandas.DataFrame(made)


def _schema(columns: tuple[tuple[str, str], ...], more: list[str]) -> Schema:
    import pyarrow

    kinds = {
        "t": pyarrow.string(),
        "i": pyarrow.int64(),
        "b": pyarrow.bool_(),
        "m": pyarrow.timestamp("us", tz="UTC"),
        "l": pyarrow.list_(pyarrow.string()),
    }
    return pyarrow.schema([(name, kinds[kind]) for name, kind in (*columns, *((name, "t") for name in more))])


def _add_csv(frame: DataFrame, path: Path, *, header: bool) -> None:
    from haranalyze.report.to_table import defused

    flat = frame.copy()
    for name in flat.columns:
        flat[name] = flat[name].map(lambda value: ", ".join(value) if isinstance(value, list) else value)
    with path.open("a", encoding="utf-8", newline="") as stream:
        defused(flat).to_csv(stream, index=False, header=header, date_format="%Y-%m-%dT%H:%M:%S.%fZ")


def write_timeline(results: Iterable[tuple[Item, Entry]], read: Callable[[Item, Entry, int], bytes], to: Path) -> None:
    """The requests of all recordings by the day (UTC) a recording begins: ``day=2026-11-22/part-0.parquet``.

    Args:
        read: the Parquet file of one recording's requests.
        to: the folder to write to.
    """
    import pyarrow
    from pyarrow import parquet

    writers: dict[str, Any] = {}
    try:
        for item, entry in results:
            for number, one in enumerate(entry.recordings):
                table = parquet.read_table(pyarrow.BufferReader(read(item, entry, number))).replace_schema_metadata(
                    None
                )
                for name, value in (("recording", number), ("capture", item.capture), ("ticket", item.ticket)):
                    shown = visible(value) if isinstance(value, str) else value
                    kind = pyarrow.string() if isinstance(value, str) else pyarrow.int64()
                    table = table.add_column(0, name, pyarrow.array([shown] * len(table), kind))
                day = (one.started or "unknown")[:10]
                if day not in writers:
                    (to / f"day={day}").mkdir(parents=True)
                    writers[day] = parquet.ParquetWriter(to / f"day={day}" / "part-0.parquet", table.schema)
                writers[day].write_table(table)
    finally:
        for writer in writers.values():
            writer.close()


def failures_csv(results: Iterable[tuple[Item, Entry]]) -> str:
    """Every file without a report, and why."""
    from haranalyze.report.to_table import defused_cell

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("ticket", "capture", "location", "failure", "reason", "tries"))
    for item, entry in results:
        if entry.failure is not None:
            told = (visible(item.ticket), visible(item.capture), visible(item.location), entry.failure.kind.value)
            writer.writerow([defused_cell(cell) for cell in (*told, entry.failure.reason, str(entry.failure.tries))])
    return out.getvalue()
