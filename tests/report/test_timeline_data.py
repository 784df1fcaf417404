"""The data block of the page: complete, small, and nothing in it can end the block."""

import json
from typing import Any

import msgspec

import haranalyze
from haranalyze.capture.transcript import read_transcript
from haranalyze.report import rows
from haranalyze.report.document import Report
from haranalyze.report.timeline_data import encode
from tests.hostile import hostile_story, poisoned
from tests.rules.stories import ACCEPTED, PAGE, bearer_call, bearer_sign_in, jwt
from tests.samples import FOLDER


def decoded(report: Report) -> Any:
    return json.loads(encode(report, {}))


def test_rows_come_back_as_the_document_has_them() -> None:
    report = haranalyze.analyze_file(FOLDER / "refresh-loop-foreign-401" / "capture.har")
    data = decoded(report)
    text, rows = data["strings"], data["rows"]
    assert [
        (rows["n"][at], text[rows["role"][at]], text[rows["path"][at]], rows["status"][at], rows["at"][at])
        for at in range(len(rows["n"]))
    ] == [(row.exchange, row.role, row.path, row.status, row.at) for row in report.exchanges]
    assert set(data["details"]) == {str(one.exchange) for one in report.details}


def test_no_character_can_end_the_block() -> None:
    report = haranalyze.analyze(read_transcript(hostile_story()))
    for one in (report, poisoned(report)):
        assert not set(encode(one, {})) & set("<>&")


def test_details_stop_where_the_page_would_be_too_large(monkeypatch: Any) -> None:
    story = PAGE + bearer_sign_in(jwt()) + bearer_call(f"Bearer {jwt()}", ACCEPTED) * 50
    report = haranalyze.analyze(read_transcript(story))
    monkeypatch.setattr(rows, "MOST_BYTES", 600_000 + 12_000)
    assert 0 < len(decoded(report)["details"]) < 52
    assert len(decoded(report)["rows"]["n"]) == 52


def test_a_row_costs_little() -> None:
    story = PAGE + bearer_sign_in(jwt()) + bearer_call(f"Bearer {jwt()}", ACCEPTED) * 1_000
    report = msgspec.structs.replace(haranalyze.analyze(read_transcript(story)), details=[])
    assert len(encode(report, {})) < 100 * 1_002
