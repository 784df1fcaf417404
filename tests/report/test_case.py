"""Several recordings of one ticket: one verdict, every cause once, nothing no single recording shows."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

import haranalyze
from haranalyze.cli import main
from haranalyze.errors import OptionsError
from haranalyze.report.case import Case, build_case, render_case
from haranalyze.report.document import Report

SAMPLES = Path(__file__).parents[2] / "samples"
LOOP = SAMPLES / "refresh-loop-foreign-401" / "capture.har"
HEALTHY = SAMPLES / "healthy-bearer" / "capture.har"
UNSURE = SAMPLES / "exported-without-cookies" / "capture.har"
OTHER = SAMPLES / "token-undefined" / "capture.har"


def reports(*paths: Path) -> list[Report]:
    return [haranalyze.analyze_file(path) for path in paths]


def case_of(*paths: Path) -> Case:
    return build_case(reports(*paths))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_a_fault_that_one_recording_proves_is_the_cases() -> None:
    case = case_of(HEALTHY, UNSURE, LOOP)
    alone = haranalyze.analyze_file(LOOP)
    assert (case.verdict.state, case.verdict.recording, case.verdict.seen_in) == ("fault", 2, [2])
    assert case.verdict.headline == alone.verdict.headline
    assert (case.verdict.confidence, case.verdict.owner) == (alone.verdict.confidence, alone.verdict.owner)
    assert [one.state for one in case.recordings] == ["healthy", "cannot-tell", "fault"]
    assert case.reports[2] == alone


def test_a_cause_in_several_recordings_is_told_once_with_all_of_them() -> None:
    case = case_of(LOOP, HEALTHY, LOOP)
    assert case.verdict.seen_in == [0, 2]
    assert len({one.fingerprint for one in case.causes}) == len(case.causes)
    assert case.causes[0].recordings == [0, 2]


def test_consequences_and_accepted_findings_are_no_causes() -> None:
    report = haranalyze.analyze_file(LOOP)
    case = build_case([report])
    roots = {one.fingerprint for one in report.findings if one.consequence_of is None}
    assert {one.fingerprint for one in case.causes} == roots


def test_without_a_fault_what_cannot_be_told_leads_before_what_is_healthy() -> None:
    case = case_of(HEALTHY, UNSURE)
    assert (case.verdict.state, case.verdict.recording) == ("cannot-tell", 1)
    assert case.verdict.next_step == case.reports[1].verdict.next_step
    all_well = case_of(HEALTHY, HEALTHY)
    assert (all_well.verdict.state, all_well.verdict.seen_in) == ("healthy", [0, 1])


@pytest.mark.parametrize("paths", [(LOOP, OTHER), (OTHER, LOOP)])
def test_the_worst_and_surest_cause_leads_whatever_the_order(paths: tuple[Path, ...]) -> None:
    case = case_of(*paths)
    assert case.verdict.finding is not None
    assert case.reports[case.verdict.recording].verdict.state == "fault"
    first, second = case_of(LOOP, OTHER), case_of(OTHER, LOOP)
    assert first.verdict.headline == second.verdict.headline
    assert [one.fingerprint for one in first.causes] == [one.fingerprint for one in second.causes]


def test_a_case_has_at_least_one_recording() -> None:
    with pytest.raises(ValueError, match="at least one"):
        build_case([])


def test_the_text_lists_the_recordings_and_then_tells_the_leading_one() -> None:
    text = render_case(case_of(HEALTHY, LOOP), "text", width=80)
    head, _, rest = text.partition("\n\n")
    assert head.startswith("Case of 2 recordings; 1 of them shows this cause.")
    assert "  HEALTHY  capture.har (1):" in head
    assert "* FAULT  capture.har (2):" in head
    assert rest == haranalyze.render(haranalyze.analyze_file(LOOP), "text")
    assert max(map(len, text.splitlines())) <= 80


def test_json_is_the_document_and_markdown_fits_a_comment() -> None:
    case = case_of(HEALTHY, LOOP)
    assert msgspec.json.decode(render_case(case, "json"), type=Case) == case
    markdown = render_case(case, "markdown")
    assert markdown.startswith("Case of 2 recordings")
    assert "(leads)" in markdown
    with pytest.raises(OptionsError, match="a case is not written as html"):
        render_case(case, "html")


def test_the_command_line_makes_a_case_of_its_files(tmp_path: Path) -> None:
    result = run("analyze", "--case", str(HEALTHY), str(LOOP), "--format", "json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["schema"] == "haranalyze-case/0"
    assert document["verdict"]["state"] == "fault"
    output = tmp_path / "case.md"
    told = run("analyze", "--case", str(HEALTHY), str(LOOP), "-o", str(output))
    assert output.read_text(encoding="utf-8").startswith("Case of 2 recordings")
    assert "FAULT" in told.stderr
    assert run("analyze", "--case", str(HEALTHY), str(LOOP), "--fail-on", "high").exit_code == 1


def test_a_case_that_cannot_be_written_so_is_refused_before_anything_is_read() -> None:
    result = run("analyze", "--case", "no-such-file.har", "--format", "html")
    assert result.exit_code == 2
    assert "a case is not written as html" in result.stderr


def test_a_recording_that_cannot_be_read_costs_the_case_only_itself() -> None:
    result = run("analyze", "--case", "no-such-file.har", str(LOOP))
    assert result.exit_code == 3
    assert "Case of 1 recording;" in result.stdout
    assert "no-such-file.har" in result.stderr
