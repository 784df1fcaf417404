"""JUnit XML, as CI servers read it: one suite per recording, one test case per rule.

Faults (medium and above) are failures, rules that could not run are errors, rules that had nothing to look at or
lacked evidence are skipped. Checked against the schema of Jenkins' xUnit plugin (junit-10.xsd).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree

from haranalyze.redaction import visible_but_chips
from haranalyze.report.document import Evidence, FindingInfo, Report, RuleInfo

_FAILING: Final = frozenset(("medium", "high", "critical"))
_SKIPPED: Final = frozenset(("not-applicable", "cannot-tell"))
# What XML 1.0 (section 2.2, production 2) cannot hold even when escaped, beyond what is spelled out already.
_NO_XML = re.compile("[\ufffe\uffff]")


def render(report: Report) -> str:
    """One document with one suite."""
    return render_all([report])


def render_all(reports: Sequence[Report]) -> str:
    """One document with a suite for each report."""
    root = ElementTree.Element("testsuites", name="haranalyze")
    suites = [_suite(report) for report in reports]
    root.extend(suites)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(report: Report) -> ElementTree.Element:
    findings: dict[str, list[FindingInfo]] = {}
    for finding in report.findings:
        findings.setdefault(finding.rule, []).append(finding)
    cases = [_case(rule, findings.get(rule.rule, [])) for rule in report.rules]
    suite = ElementTree.Element("testsuite", name=_plain(report.capture.name or "recording"), tests=str(len(cases)))
    for plural, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(plural, str(sum(case.find(tag) is not None for case in cases)))
    span = max((row.at + row.took for row in report.exchanges), default=0.0) / 1000
    suite.set("time", f"{span:.3f}" if span < 1e9 else "0")
    if report.capture.started:
        suite.set("timestamp", report.capture.started[:19])
    properties = ElementTree.SubElement(suite, "properties")
    told = {
        "state": report.verdict.state,
        "headline": report.verdict.headline,
        "confidence": report.verdict.confidence,
        "owner": report.verdict.owner or "",
        "sha256": report.capture.sha256,
    }
    for name, value in told.items():
        ElementTree.SubElement(properties, "property", name=name, value=_plain(value))
    suite.extend(cases)
    lines = [f"{report.verdict.state.upper()}: {report.verdict.headline}", report.verdict.next_step or ""]
    ElementTree.SubElement(suite, "system-out").text = _lines(lines)
    return suite


def _case(rule: RuleInfo, findings: list[FindingInfo]) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname="haranalyze", name=rule.rule)
    failing = [one for one in findings if one.severity in _FAILING and one.accepted is None]
    if rule.outcome == "not-run":
        ElementTree.SubElement(case, "error", type="not-run", message=_plain(rule.reason))
    elif failing:
        worst = failing[0]
        failure = ElementTree.SubElement(case, "failure", type=worst.severity, message=_plain(worst.message))
        failure.text = _lines([line for one in failing for line in _told(one)])
    elif rule.outcome in _SKIPPED:
        ElementTree.SubElement(case, "skipped", message=_plain(f"{rule.outcome}: {rule.reason}"))
    elif findings or rule.outcome == "question":
        lines = [line for one in findings for line in _told(one)] or [rule.reason]
        ElementTree.SubElement(case, "system-out").text = _lines(lines)
    return case


def _told(finding: FindingInfo) -> list[str]:
    """A finding as lines of text: what happened, the proof, the fix."""
    follows = f"Follows from {finding.consequence_of}." if finding.consequence_of else ""
    head = f"{finding.severity}, {finding.confidence}, {finding.owner}: {finding.message}"
    fixes = [f"fix ({fix.for_}), {fix.place}: {fix.text}" for fix in finding.fix]
    proof = [_evidence(one) for one in (finding.primary, *finding.related[:20])]
    return [line for line in (head, follows, *proof, *fixes, f"fingerprint {finding.fingerprint}") if line]


def _evidence(one: Evidence) -> str:
    quote = f": {one.quote}" if one.quote else ""
    return f"#{one.exchange} {one.pointer} {one.caption}{quote}"


def _lines(lines: list[str]) -> str:
    return "\n".join(_plain(line) for line in lines if line)


def _plain(text: str) -> str:
    return _NO_XML.sub("\ufffd", visible_but_chips(text))
