"""SARIF 2.1.0, as code scanning of GitHub and others read it; one run per recording.

Sources: OASIS SARIF 2.1.0 errata 01; GitHub, "SARIF support for code scanning", whose limits are kept: 20 runs a file,
25,000 results a run (5,000 shown), 1,000 thread flow locations and 100 locations of a result shown, 20 tags a rule
(10 shown), 1,024 characters of a rule's description.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import msgspec

from haranalyze.errors import OptionsError
from haranalyze.redaction import visible_but_chips
from haranalyze.report.document import AcceptedInfo, Evidence, FindingInfo, GuideInfo, Report
from haranalyze.report.rows import Row

MOST_RUNS: Final = 20
MOST_RESULTS: Final = 5_000
MOST_STEPS: Final = 1_000
MOST_RELATED: Final = 100
WITH_ALL_STEPS: Final = 100  # results whose code flow also holds the exchanges no evidence points to
LONGEST_DESCRIPTION: Final = 1_024
SCHEMA_URI: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "haranalyzeFingerprint/v1"
_LEVEL: Final = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
_PROBLEM: Final = {"error": "error", "warning": "warning", "note": "recommendation"}
_RANK: Final = {"certain": 90.0, "likely": 60.0, "possible": 30.0}
_PRECISION: Final = "high"

Part = dict[str, Any]


def render(report: Report) -> str:
    """One log with one run."""
    return render_all([report])


def render_all(reports: Sequence[Report]) -> str:
    """One log with a run for each report.

    Raises:
        OptionsError: more reports than a file may hold runs.
    """
    if len(reports) > MOST_RUNS:
        raise OptionsError(
            f"a SARIF file for code scanning holds {MOST_RUNS} runs at most, these are {len(reports)}; name a folder "
            "with -o to get a file each"
        )
    names: dict[str, int] = {}
    runs = []
    for report in reports:
        name = report.capture.name or "recording"
        names[name] = names.get(name, 0) + 1
        runs.append(_run(report, name if names[name] == 1 else f"{name} {names[name]}"))
    log = {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": runs}
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode() + "\n"


def _run(report: Report, name: str) -> Part:
    uri = quote(name, safe="")
    rules = [_rule(guide) for guide in report.guides]
    places = {guide.rule: place for place, guide in enumerate(report.guides)}
    rows = {row.exchange: (order, row) for order, row in enumerate(report.exchanges)}
    seen: dict[str, int] = {}
    results = []
    for place, finding in enumerate(report.findings[:MOST_RESULTS]):
        if place >= WITH_ALL_STEPS:
            finding = msgspec.structs.replace(finding, exchanges=[])  # noqa: PLW2901
        seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1
        results.append(_result(report, finding, rows, places, uri, seen[finding.fingerprint]))
    return {
        "tool": {"driver": {**_driver(report), "rules": rules}},
        "automationDetails": {"id": f"haranalyze/{uri}/"},
        "artifacts": [
            {
                "location": {"uri": uri},
                "length": report.capture.bytes,
                "roles": ["analysisTarget"],
                "hashes": {"sha-256": report.capture.sha256},
            }
        ],
        "invocations": [_invocation(report)],
        "results": results,
        "columnKind": "unicodeCodePoints",
        "properties": {
            "state": report.verdict.state,
            "headline": report.verdict.headline,
            "confidence": report.verdict.confidence,
        },
    }


def _driver(report: Report) -> Part:
    """The tool itself; a version is named only where one is known."""
    version = {"version": report.tool.version} if report.tool.version else {}
    return {"name": report.tool.name, **version}


def _rule(guide: GuideInfo) -> Part:
    level = _LEVEL[guide.severity]
    references = "".join(f"\n* {reference}" for reference in guide.references)
    return {
        "id": guide.rule,
        "name": "".join(word.capitalize() for word in guide.rule.split("-"))[:255],
        "shortDescription": _message(guide.title, LONGEST_DESCRIPTION),
        "fullDescription": _message(guide.why, LONGEST_DESCRIPTION),
        "help": _message(f"{guide.why}\n\nWhat to do: {guide.what}\n\nReferences:{references}"),
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": ["session", "authentication", guide.owner],
            "precision": _PRECISION,
            "problem.severity": _PROBLEM[level],
        },
    }


def _suppressed(accepted: AcceptedInfo) -> Part:
    """SARIF 2.1.0 section 3.35: a result that the settings accept."""
    told = f"{accepted.reason} (until {accepted.until})"
    return {"suppressions": [{"kind": "external", "status": "accepted", "justification": told}]}


def _result(
    report: Report,
    finding: FindingInfo,
    rows: dict[int, tuple[int, Row]],
    places: dict[str, int],
    uri: str,
    number: int,
) -> Part:
    fix = finding.fix[0] if finding.fix else None
    told = f"{finding.message} {fix.text}" if fix else finding.message
    _, row = rows.get(finding.primary.exchange, (0, None))
    return {
        "ruleId": finding.rule,
        "ruleIndex": places[finding.rule],
        "level": _LEVEL[finding.severity],
        "rank": _RANK[finding.confidence],
        "message": _message(told),
        "locations": [_location(finding.primary, uri)],
        "relatedLocations": _unique([_location(one, uri) for one in finding.related])[:MOST_RELATED],
        "codeFlows": [{"threadFlows": [{"locations": _flow(report, finding, rows, uri)}]}],
        "partialFingerprints": {
            # GitHub looks at this one only; equal causes in one recording are told apart by their number.
            "primaryLocationLineHash": f"{finding.fingerprint.partition(':')[2]}:{number}",
            FINGERPRINT: finding.fingerprint,
        },
        **(_web(row) if row else {}),
        **(_suppressed(finding.accepted) if finding.accepted else {}),
        "properties": {
            "severity": finding.severity,
            "confidence": finding.confidence,
            "owner": finding.owner,
            "exchanges": finding.exchanges[:MOST_STEPS],
            **({"consequenceOf": finding.consequence_of} if finding.consequence_of else {}),
        },
    }


def _unique(locations: list[Part]) -> list[Part]:
    """Each location once, as the schema asks for."""
    return list({msgspec.json.encode(one): one for one in locations}.values())


def _location(evidence: Evidence, uri: str) -> Part:
    quote = f": {evidence.quote}" if evidence.quote else ""
    return _place(evidence.exchange, evidence.pointer, f"{evidence.caption}{quote}", uri)


def _place(exchange: int, pointer: str, told: str, uri: str) -> Part:
    """Line 1, since a recording may be one line long: the pointer is the place."""
    return {
        "physicalLocation": {"artifactLocation": {"uri": uri, "index": 0}, "region": {"startLine": 1}},
        "logicalLocations": [{"name": f"#{exchange}", "fullyQualifiedName": _plain(pointer), "kind": "object"}],
        "message": _message(told),
    }


def _flow(report: Report, finding: FindingInfo, rows: dict[int, tuple[int, Row]], uri: str) -> list[Part]:
    """What the finding points to and the other exchanges it is about, in the order of time."""
    told: list[tuple[int, str, str, str]] = [
        (one.exchange, one.pointer, f"{one.caption}{f': {one.quote}' if one.quote else ''}", importance)
        for one, importance in [(finding.primary, "essential"), *((one, "important") for one in finding.related)]
    ]
    pointed = {exchange for exchange, *_ in told}
    told += [
        (index, "", _line(rows[index][1]), "unimportant")
        for index in finding.exchanges
        if index not in pointed and index in rows
    ]
    told.sort(key=lambda one: (rows[one[0]][0] if one[0] in rows else one[0], "/response" in one[1]))
    weight = ("essential", "important", "unimportant")
    kept = sorted(range(len(told)), key=lambda place: (weight.index(told[place][3]), place))[:MOST_STEPS]
    steps = []
    for number, place in enumerate(sorted(kept), start=1):
        exchange, pointer, words, importance = told[place]
        step: Part = {
            "location": _place(exchange, pointer or f"#{exchange}", words, uri),
            "executionOrder": number,
            "importance": importance,
        }
        if exchange in rows and (moment := _moment(report, rows[exchange][1])):
            step["executionTimeUtc"] = moment
        steps.append(step)
    return steps


def _line(row: Row) -> str:
    return f"{row.method} {row.path} {f'is answered {row.status}' if row.status else 'gets no answer'}"


def _moment(report: Report, row: Row) -> str | None:
    """When the request left; None where the recording knows no time or its times are beyond the calendar."""
    if report.capture.started is None:
        return None
    try:
        moment = datetime.fromisoformat(report.capture.started) + timedelta(milliseconds=row.sent)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _web(row: Row) -> Part:
    """The exchange itself, as far as it may be shown."""
    answer: Part = {"statusCode": row.status} if row.status else {"noResponseReceived": True}
    return {
        "webRequest": {"method": _plain(row.method), "target": _plain(row.path)},
        "webResponse": answer,
    }


def _invocation(report: Report) -> Part:
    broken = [rule for rule in report.rules if rule.outcome == "not-run"]
    notes: list[Part] = [
        {
            "level": "error",
            "message": _message(f"{rule.rule} could not run: {rule.reason}"),
            "associatedRule": {"id": rule.rule},
        }
        for rule in broken
    ]
    if report.verdict.state == "cannot-tell":
        asked = f" {report.verdict.next_step}" if report.verdict.next_step else ""
        notes.append({"level": "warning", "message": _message(f"{report.verdict.headline}{asked}")})
    notes += [
        {"level": "note", "message": _message(f"{note.message} ({note.pointer or 'whole file'}, {note.count} times)")}
        for note in report.notes[:MOST_RELATED]
    ]
    return {"executionSuccessful": not broken, "toolExecutionNotifications": notes}


def _message(text: str, longest: int | None = None) -> Part:
    """A plain text message: braces doubled (SARIF 3.11.5), nothing that reads as a link (3.11.6)."""
    lines = "\n".join(_plain(line) for line in text.split("\n")).replace("](", "] (")
    if longest is not None and len(lines) > longest // 2:
        lines = lines[: longest // 2 - 1] + "…"
    return {"text": lines.replace("{", "{{").replace("}", "}}")}


def _plain(text: str) -> str:
    return visible_but_chips(text)
