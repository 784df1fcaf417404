"""The whole of a batch: lock, list, work, tables, groups, pages."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from haranalyze.batch.aggregates import places_of
from haranalyze.batch.engines import Engine
from haranalyze.batch.entries import Entry, identity
from haranalyze.batch.groups import Group, Grouping, groups_table
from haranalyze.batch.listing import Listing
from haranalyze.batch.pages import pages
from haranalyze.batch.sources import Item
from haranalyze.batch.stores import FolderStore, Store, open_store
from haranalyze.batch.tables import (
    CAPTURES,
    FINDINGS,
    capture_rows,
    column_name,
    failures_csv,
    finding_rows,
    write_table,
    write_timeline,
)
from haranalyze.batch.tickets import Tickets, leading_rows
from haranalyze.batch.work import Job, item_key, timeline_name
from haranalyze.errors import BatchError, OptionsError
from haranalyze.options import Options
from haranalyze.workers import ChildLimits

LOCK: Final = ".lock"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a batch is asked for beside its sources.

    Attributes:
        output: folder or URL; groups: a groups file; csv: CSV twins of the tables; timeline: a table of all requests.
        retry_failed: try failed captures again although nothing changed.
    """

    output: str
    options: Options = field(default_factory=Options)
    limits: ChildLimits = field(default_factory=ChildLimits)
    groups: Path | None = None
    csv: bool = False
    timeline: bool = False
    retry_failed: bool = False


@dataclass(slots=True)
class Progress:
    """How far a batch is. ``states`` counts captures by verdict, ``not-read`` among them; others count files."""

    total: int = 0
    done: int = 0
    reused: int = 0
    rules_not_run: int = 0
    states: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a batch came to. ``complete`` is False when it was stopped before every item was done."""

    complete: bool
    tickets: int
    captures: int
    states: dict[str, int]
    failed: int
    rules_not_run: int
    groups: list[Group]
    progress: Progress


def batch(
    items: Iterable[Item], wanted: Wanted, engine: Engine, tell: Callable[[Progress, Engine], None] | None = None
) -> Summary:
    """Analyse all items and write everything to the output.

    Args:
        tell: called after each result.

    Raises:
        OptionsError: a source, the output or the groups file cannot be used.
        BatchError: another run writes to the same folder.
    """
    grouping = Grouping(wanted.groups)
    store = open_store(wanted.output)
    formats = ("json", "html", "timeline") if wanted.timeline else ("json", "html")
    job = Job(store.url, identity(wanted.options, formats), wanted.limits, wanted.retry_failed)
    with _Locked(store), closing(Listing()) as listing:
        for item in items:
            listing.add(item)
        progress = Progress(total=len(listing))
        if not progress.total:
            raise OptionsError("the sources hold no recordings")
        _work(job, listing, engine, progress, tell or (lambda *_: None))
        with tempfile.TemporaryDirectory(prefix="tables-", dir=store.scratch) as scratch:
            return _write(wanted, job, store, listing, grouping, progress, Path(scratch))


def _work(
    job: Job, listing: Listing, engine: Engine, progress: Progress, tell: Callable[[Progress, Engine], None]
) -> None:
    for item, result in engine.run(job, listing.items()):
        listing.done(item, result.entry)
        progress.done += 1
        progress.reused += result.reused
        progress.states.update(_states(result.entry))
        progress.rules_not_run += sum(one.not_run for one in result.entry.recordings)
        tell(progress, engine)


def _states(entry: Entry) -> list[str]:
    return ["not-read"] if entry.failure is not None else [one.state for one in entry.recordings]


class _Locked:
    """The output belongs to one run at a time. A lock of the system: it ends with its process, however that ends.

    A bucket has no locks. Two runs on one bucket do no harm but work: they write the same results under the same names.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock: Any = None

    def __enter__(self) -> None:
        if not isinstance(self._store, FolderStore):
            return
        import filelock

        self._lock = filelock.FileLock(Path(self._store.url) / LOCK)
        try:
            self._lock.acquire(timeout=0)
        except filelock.Timeout as error:
            raise BatchError(
                f"another run is writing to {self._store.url}; wait until it ends, or choose another folder"
            ) from error
        self._store.sweep()

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.release()


def _timeline(job: Job, store: Store, item: Item, entry: Entry, number: int) -> bytes:
    content = store.read(timeline_name(item_key(job, item, entry), number))
    if content is None:
        raise BatchError("the ledger changed while the tables were written; run the same command again")
    return content


def _write(
    wanted: Wanted, job: Job, store: Store, listing: Listing, grouping: Grouping, progress: Progress, scratch: Path
) -> Summary:
    """Tables, groups and pages of what is done."""
    # Arrow's own allocators hold on to what was freed. Parquet is written with the pool that Arrow begins with,
    # whatever is set later (https://arrow.apache.org/docs/cpp/env_vars.html).
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    import pyarrow.parquet

    more = [column_name(name) for name in listing.columns]
    captures = _tables(wanted, job, store, listing, grouping, more, scratch)
    rows = leading_rows(capture_rows(listing.results(), grouping.group_of))
    with Tickets(rows, more, scratch / "tickets") as tickets:
        groups, others = places_of(tickets, grouping)
        pyarrow.parquet.write_table(groups_table(groups), scratch / "groups.parquet", compression="zstd")
        store.place(scratch / "groups.parquet", "groups.parquet")
        store.remove("group")
        for name, content in pages(tickets, groups, others, store.read):
            with (scratch / "page").open("wb") as stream:
                stream.writelines(content)
            store.place(scratch / "page", name)
        summary = Summary(
            complete=progress.done == progress.total,
            tickets=len(tickets),
            captures=captures,
            states=dict(sorted(tickets.states.items())),
            failed=progress.states["not-read"],
            rules_not_run=progress.rules_not_run,
            groups=groups,
            progress=progress,
        )
    store.write("summary.json", msgspec.json.format(msgspec.json.encode(_told(summary)), indent=2) + b"\n")
    return summary


def _tables(
    wanted: Wanted, job: Job, store: Store, listing: Listing, grouping: Grouping, more: list[str], scratch: Path
) -> int:
    """The tables of captures, findings, requests and failures. The number of captures."""

    def write(
        name: str, rows: Iterable[dict[str, Any]], columns: tuple[tuple[str, str], ...], others: list[str]
    ) -> int:
        csv = scratch / f"{name}.csv" if wanted.csv else None
        count = write_table(rows, columns, others, scratch / f"{name}.parquet", csv)
        for path in sorted(scratch.glob(f"{name}.*")):
            store.place(path, path.name)
        return count

    captures = write("captures", capture_rows(listing.results(), grouping.group_of), CAPTURES, more)
    write("findings", finding_rows(listing.results()), FINDINGS, [])
    store.remove("timeline")
    if wanted.timeline:
        write_timeline(listing.results(), partial(_timeline, job, store), scratch / "timeline")
        for path in sorted((scratch / "timeline").glob("*/*")):
            store.place(path, path.relative_to(scratch).as_posix())
    store.write("failures.csv", failures_csv(listing.results()).encode())
    return captures


def _told(summary: Summary) -> dict[str, Any]:
    """``summary.json``: what does not depend on when and how the batch ran."""
    return {
        "schema": "haranalyze-batch/0",
        "complete": summary.complete,
        "tickets": summary.tickets,
        "captures": summary.captures,
        "failed": summary.failed,
        "verdicts": summary.states,
        "groups": [
            {"group": one.id, "name": one.name, "tickets": one.tickets, "owner": one.owner, "rise": one.rise}
            for one in summary.groups
        ],
    }
