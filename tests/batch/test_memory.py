"""What the process that runs a batch holds does not grow with the number of tickets: bytes are counted, so that neither
time nor other processes matter."""

import gc
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pyarrow
import pytest

from haranalyze.batch import pages, tables
from haranalyze.batch.aggregates import places_of
from haranalyze.batch.entries import Entry
from haranalyze.batch.groups import Grouping
from haranalyze.batch.sources import Item
from haranalyze.batch.tables import CAPTURES, capture_rows, write_table
from haranalyze.batch.tickets import Tickets, leading_rows
from tests.batch.test_tables import entry, recording

PIECE = 100  # rows in memory at one time, here
FEW, MANY = 6 * PIECE, 14 * PIECE  # from five on every stage holds as many pieces as it ever does
CAUSES = 6
A_TEXT = 48  # bytes; the shortest of Python's takes 50, and its place in a list eight


def results(count: int, arrow: list[int]) -> Iterator[tuple[Item, Entry]]:
    """Tickets with hosts and customers of their own. Notes what Arrow holds whenever one is asked for."""
    for number in range(count):
        arrow[0] = max(arrow[0], pyarrow.total_allocated_bytes())
        told = {"fingerprint": f"v1:{number % CAUSES}", "hosts": [f"api.shop{number}.example.com", "cdn.example.com"]}
        columns = {"customer": f"customer {number}", "plan": ("team", "free")[number % 2]}
        one = msgspec.structs.replace(recording("fault"), **told)
        yield Item(f"{number:05}", "login.har", f"/{number}", columns), entry(one)


def most_held(count: int, folder: Path) -> dict[str, int]:
    """Bytes that each stage holds at most beyond what it began with."""
    held, arrow, columns = {}, [0], ["customer", "plan"]

    def begin() -> int:
        gc.collect()  # otherwise it is chance how much of what is over counts as held
        tracemalloc.reset_peak()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        began = begin()
        rows = capture_rows(results(count, arrow), Grouping().group_of)
        assert write_table(rows, CAPTURES, columns, folder / "captures") == count
        held["table"] = tracemalloc.get_traced_memory()[1] - began
        began = begin()
        rows = leading_rows(capture_rows(results(count, arrow), Grouping().group_of))
        with Tickets(rows, columns, folder / "tickets") as tickets:
            held["tickets"] = tracemalloc.get_traced_memory()[1] - began
            began = begin()
            groups, others = places_of(tickets, Grouping())
            held["causes"] = tracemalloc.get_traced_memory()[1] - began
            name, index = next(pages.pages(tickets, groups, others, lambda _: None))
            assert (name, next(index)[:9]) == ("index.html", b"<!doctype")  # the page without its data is made at once
            began = begin()
            assert sum(map(len, index)) > count * 50
            held["pages"] = tracemalloc.get_traced_memory()[1] - began
    finally:
        tracemalloc.stop()
    return held | {"Arrow": arrow[0]}


def test_nothing_is_held_of_each_ticket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROW_GROUP", PIECE)
    monkeypatch.setattr(pages, "_TOGETHER", PIECE)
    most_held(PIECE, tmp_path)  # loads and caches what is used once
    few, many = most_held(FEW, tmp_path), most_held(MANY, tmp_path)
    for stage, most in many.items():
        assert most - few[stage] < A_TEXT * (MANY - FEW), f"{stage}: {few[stage]} bytes for {FEW}, {most} for {MANY}"


def test_arrow_gives_back_what_is_freed(tmp_path: Path) -> None:
    """In a process of its own, as the pool cannot be changed once Arrow is loaded."""
    (tmp_path / "tickets").mkdir()
    (tmp_path / "tickets" / "a.har").symlink_to(tmp_path / "nowhere")  # needs no child
    code = """
import atexit, sys
from haranalyze.cli import main

@atexit.register
def tell():
    import pyarrow
    print(pyarrow.default_memory_pool().backend_name, pyarrow.mimalloc_memory_pool().max_memory())

main(sys.argv[1:])
"""
    command = [sys.executable, "-c", code, "batch", str(tmp_path / "tickets"), "-o", str(tmp_path / "out"), "-q"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.stdout.split() == ["system", "0"], said.stderr
