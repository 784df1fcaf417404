"""One file of a batch: names, what the ledger keeps, what was fetched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from haranalyze.batch.entries import identity
from haranalyze.batch.sources import Item
from haranalyze.batch.stores import open_store
from haranalyze.batch.work import Job, Result, check_code, plain_name, process, report_path
from haranalyze.errors import BatchError
from haranalyze.options import Limits, Options
from haranalyze.workers import ChildLimits, Workers
from tests.batch import stories


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1) as pool:
        yield pool


def job(out: Path, **limits: int) -> Job:
    return Job(str(out), identity(Options(limits=Limits(**limits)), ("json", "html")), ChildLimits())


def work(made: Job, item: Item, workers: Workers) -> Result:
    return process(made, item, open_store(made.output), workers)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("SUP-7", "SUP-7"),
        ("login 2.har", r"login_2.har-[0-9a-f]{8}"),
        ("../../etc/passwd", r"_.._etc_passwd-[0-9a-f]{8}"),
        ("..", r"_-[0-9a-f]{8}"),
        ("", r"_-[0-9a-f]{8}"),
        ("con", r"con-[0-9a-f]{8}"),
        ("NUL.har", r"NUL.har-[0-9a-f]{8}"),
        ("ü" * 300, r"_-[0-9a-f]{8}"),
        ("a" * 300, r"a{80}-[0-9a-f]{8}"),
        ("x.", r"x-[0-9a-f]{8}"),
    ],
)
def test_names_of_tickets_become_plain_file_names(text: str, plain: str) -> None:
    import re

    assert re.fullmatch(plain, plain_name(text))


def test_names_that_look_alike_stay_apart() -> None:
    names = ["a b", "a_b", "a/b", "a?b", "a\u202eb"]
    assert len({plain_name(name) for name in names}) == len(names)
    assert report_path(Item("T", "x.zip", "/"), 1, 2) == "report/T/x.zip-2"


def test_equal_files_of_two_tickets_are_analysed_once(tmp_path: Path, workers: Workers) -> None:
    content = stories.recording(stories.HEALTHY, "a")
    items = [Item(ticket, "x.har", str(stories.put(tmp_path / ticket / "x.har", content))) for ticket in ("A", "B")]
    results = [work(job(tmp_path / "out"), item, workers) for item in items]
    assert [one.reused for one in results] == [False, True]
    reports = [(tmp_path / "out" / "report" / name / "x.har.json").read_bytes() for name in ("A", "B")]
    assert reports[0] == reports[1]


def test_a_damaged_entry_is_made_again(tmp_path: Path, workers: Workers) -> None:
    item = Item("A", "x.har", str(stories.put(tmp_path / "x.har", stories.recording(stories.HEALTHY, "a"))))
    first = work(job(tmp_path / "out"), item, workers)
    (entry,) = (path for path in (tmp_path / "out" / "ledger").rglob("*.json") if ".report" not in path.name)
    entry.write_bytes(b"{")
    again = work(job(tmp_path / "out"), item, workers)
    assert (again.reused, again.entry) == (False, first.entry)


def test_a_file_is_fetched_up_to_its_limit(tmp_path: Path, workers: Workers) -> None:
    import fsspec

    content = stories.recording(stories.HEALTHY, "a")
    fsspec.filesystem("memory").pipe_file("/tickets/x.har", content)
    item = Item("A", "x.har", "memory://tickets/x.har")
    assert work(job(tmp_path / "out"), item, workers).entry.recordings[0].state == "healthy"
    result = work(job(tmp_path / "out", max_bytes=100), item, workers)
    assert result.entry.failure is not None
    assert "max_bytes" in result.entry.failure.reason
    gone = work(job(tmp_path / "out"), Item("A", "x.har", "memory://tickets/none.har"), workers)
    assert gone.entry.failure is not None
    assert (gone.entry.failure.reason, gone.kept) == ("it does not exist", False)


def test_code_of_another_version_is_refused() -> None:
    import msgspec

    made_by = identity(Options(), ("json",))
    check_code(made_by)
    with pytest.raises(BatchError, match="another version"):
        check_code(msgspec.structs.replace(made_by, tool="other"))
