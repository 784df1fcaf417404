"""The list of a run: its items and what became of them, on disk, so that memory does not grow with their number.

It lives as long as the run; what must outlive a run is in the ledger. SQLite makes the file in the system's temporary
folder (``TMPDIR``) and removes its name at once, so it ends with the process, however that ends
(https://www.sqlite.org/inmemorydb.html#temp_db).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from haranalyze.batch.entries import Entry
from haranalyze.batch.sources import Item

_PAGE = 50  # items read at one time; an entry may hold many findings


class Listing:
    """Items in the order they were added, and sorted by ticket and capture. For one thread."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("", isolation_level=None)
        self._base.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-512;"
            "CREATE TABLE items"
            " (id INTEGER PRIMARY KEY, ticket TEXT, capture TEXT, location TEXT, item BLOB, entry BLOB);"
            "CREATE UNIQUE INDEX by_name ON items (ticket, capture)"
        )
        self._columns: set[str] = set()

    def add(self, item: Item) -> None:
        """Add an item. The same file of the same ticket counts once; another of that name gets a number."""
        capture = item.capture
        number = 1
        while True:
            found = self._base.execute(
                "SELECT location FROM items WHERE ticket = ? AND capture = ?", (item.ticket, capture)
            ).fetchone()
            if found is None:
                break
            if found[0] == item.location:
                return
            number += 1
            capture = f"{number}/{item.capture}"
        item = msgspec.structs.replace(item, capture=capture)
        packed = msgspec.msgpack.encode(item)
        self._base.execute(
            "INSERT INTO items (ticket, capture, location, item) VALUES (?, ?, ?, ?)",
            (item.ticket, capture, item.location, packed),
        )
        self._columns.update(item.columns)

    def __len__(self) -> int:
        count: int = self._base.execute("SELECT count(*) FROM items").fetchone()[0]
        return count

    @property
    def columns(self) -> list[str]:
        """Names of the further columns of manifests and exports, sorted."""
        return sorted(self._columns)

    def items(self) -> Iterator[Item]:
        """All items in the order they were added."""
        last = 0
        while True:
            rows = self._base.execute(
                "SELECT id, item FROM items WHERE id > ? ORDER BY id LIMIT ?", (last, _PAGE)
            ).fetchall()
            for _, packed in rows:
                yield msgspec.msgpack.decode(packed, type=Item)
            if not rows:
                return
            last = rows[-1][0]

    def done(self, item: Item, entry: Entry) -> None:
        """Keep what became of an item."""
        self._base.execute(
            "UPDATE items SET entry = ? WHERE ticket = ? AND capture = ?",
            (msgspec.msgpack.encode(entry), item.ticket, item.capture),
        )

    def results(self) -> Iterator[tuple[Item, Entry]]:
        """What is done, sorted by ticket and capture."""
        last = ("", "")
        while True:
            rows = self._base.execute(
                "SELECT ticket, capture, item, entry FROM items WHERE (ticket, capture) > (?, ?) AND entry IS NOT NULL"
                " ORDER BY ticket, capture LIMIT ?",
                (*last, _PAGE),
            ).fetchall()
            for _, _, packed, entry in rows:
                yield msgspec.msgpack.decode(packed, type=Item), msgspec.msgpack.decode(entry, type=Entry)
            if not rows:
                return
            last = rows[-1][:2]

    def close(self) -> None:
        """Close the file."""
        self._base.close()
