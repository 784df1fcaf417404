"""SARIF by its schema, within the limits of code scanning, and safe to show."""

import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

import haranalyze
from haranalyze.errors import OptionsError
from haranalyze.report import render_all
from haranalyze.report.document import Report
from haranalyze.report.to_sarif import MOST_RUNS
from tests.hostile import poisoned
from tests.samples import FOLDER, recording, stories

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALID = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)


def analyzed(name: str) -> Report:
    return haranalyze.analyze_file(recording(FOLDER / name))


def log_of(report: Report) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(haranalyze.render(report, "sarif"))
    return log


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_every_sample_is_valid_and_so_is_a_poisoned_report_of_it(story: Path) -> None:
    report = haranalyze.analyze_file(recording(story))
    for one in (report, poisoned(report)):
        log = log_of(one)
        VALID.validate(log)
        assert len(gzip.compress(json.dumps(log).encode())) < 10 * 1024 * 1024
        for rule in log["runs"][0]["tool"]["driver"]["rules"]:
            assert len(rule["properties"]["tags"]) <= 10
            assert max(len(rule[part]["text"]) for part in ("shortDescription", "fullDescription")) <= 1024
            assert len(rule["name"]) <= 255


def test_a_finding_is_a_result_with_its_rule_place_and_fingerprints() -> None:
    report = analyzed("refresh-loop-foreign-401")
    run = log_of(report)["runs"][0]
    root = next(one for one in report.findings if one.id == report.verdict.finding)
    result = next(one for one in run["results"] if one["ruleId"] == root.rule)
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == root.rule
    assert result["level"] == "error"
    place = result["locations"][0]
    assert place["logicalLocations"][0]["fullyQualifiedName"] == root.primary.pointer
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "capture.har"
    assert result["partialFingerprints"]["haranalyzeFingerprint/v1"] == root.fingerprint
    assert result["partialFingerprints"]["primaryLocationLineHash"].endswith(":1")
    assert result["webResponse"]["statusCode"] == 401


def test_the_code_flow_goes_forward_in_time() -> None:
    for story in stories():
        for result in log_of(haranalyze.analyze_file(recording(story)))["runs"][0]["results"]:
            steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
            assert [step["executionOrder"] for step in steps] == list(range(1, len(steps) + 1))
            times = [step["executionTimeUtc"] for step in steps if "executionTimeUtc" in step]
            assert times == sorted(times)
            assert sum(step["importance"] == "essential" for step in steps) == 1


def test_a_loop_has_more_steps_than_its_proof() -> None:
    run = log_of(analyzed("refresh-loop-foreign-401"))["runs"][0]
    steps = run["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"]
    assert len(steps) > 15
    assert {step["importance"] for step in steps} == {"essential", "important", "unimportant"}


def test_equal_causes_have_equal_fingerprints_and_stay_apart_in_one_run() -> None:
    report = analyzed("token-not-attached")
    twice = msgspec.structs.replace(report, findings=[*report.findings, *report.findings])
    hashes = [one["partialFingerprints"]["primaryLocationLineHash"] for one in log_of(twice)["runs"][0]["results"]]
    assert len(set(hashes)) == len(hashes)


def test_more_than_code_scanning_shows_is_cut_to_its_limits() -> None:
    report = analyzed("refresh-loop-foreign-401")
    finding = report.findings[0]
    row = report.exchanges[0]
    related = [msgspec.structs.replace(finding.related[0], caption=f"again {n}") for n in range(200)]
    many = msgspec.structs.replace(
        report,
        exchanges=[msgspec.structs.replace(row, exchange=n, at=float(n), sent=float(n)) for n in range(3_000)],
        findings=[
            msgspec.structs.replace(finding, exchanges=list(range(3_000)), related=related + related[:1]),
            *[finding] * 5_100,
        ],
    )
    log = log_of(many)
    assert len(log["runs"][0]["results"]) == 5_000
    log["runs"][0]["results"] = log["runs"][0]["results"][:2]
    VALID.validate(log)
    result = log["runs"][0]["results"][0]
    assert len(result["codeFlows"][0]["threadFlows"][0]["locations"]) == 1_000
    assert len(result["relatedLocations"]) == 100
    assert any(step["importance"] == "essential" for step in result["codeFlows"][0]["threadFlows"][0]["locations"])


def test_several_recordings_are_runs_with_names_of_their_own() -> None:
    report = analyzed("healthy-bearer")
    log = json.loads(render_all([report, report, analyzed("token-undefined")], "sarif"))
    VALID.validate(log)
    names = [run["automationDetails"]["id"] for run in log["runs"]]
    assert len(set(names)) == 3
    with pytest.raises(OptionsError, match="folder"):
        render_all([report] * (MOST_RUNS + 1), "sarif")


def test_a_recording_that_cannot_tell_says_so_where_tools_look() -> None:
    invocation = log_of(analyzed("exported-without-cookies"))["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is True
    assert "without cookies" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_no_text_of_a_recording_becomes_a_placeholder_a_link_or_a_control_character() -> None:
    report = poisoned(analyzed("refresh-loop-foreign-401"))
    linked = msgspec.structs.replace(report.findings[0], message="[here](javascript:marker(1)) {0} \x1b[31m")
    log = log_of(msgspec.structs.replace(report, findings=[linked, *report.findings[1:]]))
    text = log["runs"][0]["results"][0]["message"]["text"]
    assert text.startswith("[here] (javascript:marker(1)) {{0}} U+001B[31m")
    for message in strings(log):
        assert not any(ord(character) < 32 and character != "\n" for character in message)
        assert "\u202e" not in message
