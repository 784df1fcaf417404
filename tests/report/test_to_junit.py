"""JUnit XML as CI servers read it."""

from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
import xmlschema

import haranalyze
from haranalyze.report import render_all
from haranalyze.report.document import Report
from tests.hostile import ATTACKS, poisoned
from tests.samples import FOLDER, recording, stories

SCHEMA = xmlschema.XMLSchema(Path(__file__).parent / "schemas" / "junit-10.xsd")


def analyzed(name: str) -> Report:
    return haranalyze.analyze_file(recording(FOLDER / name))


def suite_of(report: Report) -> ElementTree.Element:
    suite = ElementTree.fromstring(haranalyze.render(report, "junit")).find("testsuite")
    assert suite is not None
    return suite


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_every_sample_is_valid_and_so_is_a_poisoned_report_of_it(story: Path) -> None:
    report = haranalyze.analyze_file(recording(story))
    for one in (report, poisoned(report)):
        SCHEMA.validate(haranalyze.render(one, "junit"))


def test_faults_fail_and_the_counts_agree() -> None:
    report = analyzed("refresh-loop-foreign-401")
    suite = suite_of(report)
    failed = {case.get("name") for case in suite.findall("testcase") if case.find("failure") is not None}
    assert failed == {one.rule for one in report.findings if one.severity in {"medium", "high", "critical"}}
    assert int(suite.get("failures", "")) == len(failed) > 0
    assert int(suite.get("tests", "")) == len(report.rules) == len(suite.findall("testcase"))
    skipped = [case for case in suite.findall("testcase") if case.find("skipped") is not None]
    assert int(suite.get("skipped", "")) == len(skipped) > 0


def test_a_failure_holds_the_proof_and_the_fix() -> None:
    report = analyzed("refresh-loop-foreign-401")
    root = report.findings[0]
    failure = suite_of(report).find(f"testcase[@name='{root.rule}']/failure")
    assert failure is not None
    assert failure.get("message") == root.message
    assert root.primary.pointer in (failure.text or "")
    assert root.fix[0].text in (failure.text or "")


def test_a_healthy_recording_fails_nothing() -> None:
    suite = suite_of(analyzed("healthy-login-refresh-logout"))
    assert suite.get("failures") == suite.get("errors") == "0"


def test_a_rule_that_could_not_run_is_an_error() -> None:
    report = analyzed("healthy-bearer")
    broken = msgspec.structs.replace(report.rules[0], outcome="not-run", reason="it raised ValueError")
    suite = suite_of(msgspec.structs.replace(report, rules=[broken, *report.rules[1:]]))
    error = suite.find("testcase/error")
    assert suite.get("errors") == "1"
    assert error is not None
    assert error.get("message") == "it raised ValueError"


def test_several_recordings_are_suites_of_one_document() -> None:
    text = render_all([analyzed("token-undefined"), analyzed("healthy-bearer")], "junit")
    SCHEMA.validate(text)
    suites = ElementTree.fromstring(text).findall("testsuite")
    assert [suite.get("failures") != "0" for suite in suites] == [True, False]


def test_what_xml_cannot_hold_is_spelled_out_and_attacks_stay_text() -> None:
    report = analyzed("refresh-loop-foreign-401")
    hostile = msgspec.structs.replace(report.findings[0], message="\x00\x1b\ufffe\ud800]]>" + ATTACKS[0])
    suite = suite_of(msgspec.structs.replace(report, findings=[hostile, *report.findings[1:]]))
    failure = suite.find(f"testcase[@name='{hostile.rule}']/failure")
    assert failure is not None
    assert failure.get("message") == "U+0000U+001B\ufffdU+D800]]>" + ATTACKS[0]
    assert list(failure) == []
