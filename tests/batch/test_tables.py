"""The tables: which recording speaks for its ticket, types, CSV, and who can read them."""

import json
from pathlib import Path

import msgspec
import pandas
from pyarrow import parquet

from haranalyze.batch.entries import Entry, Recording
from haranalyze.batch.sources import Item
from haranalyze.batch.tables import CAPTURES, capture_rows, failures_csv, finding_rows, write_table
from haranalyze.workers import FailedFor, Failure


def recording(state: str, confidence: str = "certain") -> Recording:
    said = dict.fromkeys(("owner", "rule", "severity", "fingerprint", "path", "subject", "hop", "next_step", "ended"))
    made = {
        **said,
        **{"state": state, "headline": "It breaks.", "confidence": confidence, "exchanges": 3, "browser": "Chrome 156"},
        **{"started": "2026-11-22T02:34:23.226+00:00", "creator": "", "format": "har", "sanitized": "no"},
        **{
            "missing": ["bodies"],
            "hosts": ["a.test"],
            "systems": [],
            "sdks": [],
            "not_run": 0,
            "findings": [],
            "sizes": {},
        },
    }
    return msgspec.convert(made, Recording)


def entry(*recordings: Recording) -> Entry:
    return Entry("ab", 10, list(recordings))


FAILED = Entry("", 0, failure=Failure(FailedFor.TIME, "=longer", 2))


def test_the_recording_that_says_most_speaks_for_its_ticket() -> None:
    results = [
        (Item("A", "1.har", "/1"), entry(recording("healthy"))),
        (Item("A", "2.zip", "/2"), entry(recording("cannot-tell"), recording("fault", "likely"), recording("fault"))),
        (Item("A", "3.har", "/3"), FAILED),
        (Item("B", "1.har", "/4"), FAILED),
    ]
    rows = list(capture_rows(results, lambda row: row["state"]))
    assert [(row["ticket"], row["capture"], row["recording"]) for row in rows if row["leads"]] == [
        ("A", "2.zip", 2),
        ("B", "1.har", 0),
    ]
    assert [row.get("report") for row in rows] == [
        "report/A/1.har.html",
        "report/A/2.zip-1.html",
        "report/A/2.zip-2.html",
        "report/A/2.zip-3.html",
        None,
        None,
    ]


def test_a_table_is_written_in_row_groups_with_fixed_types(tmp_path: Path) -> None:
    results = [
        (Item(f"{number:05}", "x", "/", {"plan": "=1", "state": "mine"}), entry(recording("fault")))
        for number in range(5_001)
    ]
    rows = capture_rows(results, lambda _: None)
    count = write_table(rows, CAPTURES, ["plan", "manifest_state"], tmp_path / "t.parquet", tmp_path / "t.csv")
    file = parquet.ParquetFile(tmp_path / "t.parquet")
    assert (count, file.metadata.num_rows, file.num_row_groups) == (5_001, 5_001, 11)
    assert str(file.schema_arrow.field("started").type) == "timestamp[us, tz=UTC]"
    assert str(file.schema_arrow.field("hosts").type) == "list<element: string>"
    table = pandas.read_parquet(tmp_path / "t.parquet")
    assert table["state"].unique().tolist() == ["fault"]
    assert table["manifest_state"].unique().tolist() == ["mine"]
    flat = pandas.read_csv(tmp_path / "t.csv")
    assert len(flat) == 5_001
    assert flat["plan"].unique().tolist() == ["'=1"]
    assert flat["hosts"].unique().tolist() == ["a.test"]
    assert flat["started"][0] == "2026-11-22T02:34:23.226000Z"


def test_an_empty_table_has_its_columns(tmp_path: Path) -> None:
    assert write_table([], CAPTURES, [], tmp_path / "t.parquet") == 0
    assert list(pandas.read_parquet(tmp_path / "t.parquet").columns) == [name for name, _ in CAPTURES]


def test_failures_cannot_start_a_formula() -> None:
    text = failures_csv([(Item("=T", "x\x1b", "/1"), FAILED), (Item("U", "y", "/2"), entry(recording("fault")))])
    assert text.splitlines()[1:] == ["'=T,xU+001B,/1,time,'=longer,2"]


def test_findings_know_their_ticket() -> None:
    from haranalyze import analyze_file, render
    from haranalyze.batch.entries import entry_of

    sample = Path(__file__).parents[2] / "samples" / "refresh-loop-foreign-401" / "capture.har"
    made = entry_of([{"json": render(analyze_file(sample), "json").encode()}])
    rows = list(finding_rows([(Item("T", "capture.har", str(sample)), made)]))
    document = json.loads((sample.parent / "expected.json").read_text(encoding="utf-8"))
    assert [(row["finding"], row["rule"]) for row in rows] == [(one["id"], one["rule"]) for one in document["findings"]]
    assert [row["finding"] for row in rows if row["is_root"]] == ["f1"]
