"""Scores the engine on a folder of labelled captures.

A capture is a folder with ``capture.har`` (or the ending of another format) and ``label.json``: ``expected`` (what,
entries, strength), ``must_not`` (ids, or ``*`` for every fault id outside ``expected``), ``state`` and ``root``
(acceptable ones), ``pair`` and ``cause``. A finding hits an expectation when it names at least one of its entries.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import haranalyze
from haranalyze.analysis import Analysis, examine
from haranalyze.findings import Outcome, Severity
from haranalyze.options import Options
from haranalyze.rulebook import Rulebook
from tests.lab.noise import with_noise

FIVE = frozenset(
    """
    missing-auth-header auth-header-malformed auth-dropped-on-redirect auth-header-lost-upstream
    stripped-cookie-upstream stripped-set-cookie front-token-missing refresh-loop foreign-401 refresh-state-not-stored
    refresh-not-api duplicate-session-cookies anti-csrf-missing redirect-loop oversized-header-502
    request-header-too-large cached-front-token cacheable-auth-response permission-denied gateway-5xx-other
    wrong-credentials anonymous-401 sanitized-capture
    """.split()
)


@dataclass
class Score:
    """What one capture came to."""

    case: str
    state: str
    root: str
    must: int = 0
    missed: list[str] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)
    state_wrong: str = ""
    root_wrong: str = ""
    has_root: bool = False
    broken: list[str] = field(default_factory=list)
    pair: tuple[str, ...] = ()
    fixed: bool = False

    @property
    def good(self) -> bool:
        return not (self.missed or self.false_alarms or self.state_wrong or self.broken)


def concerns(label: dict[str, Any], family: str) -> bool:
    """Whether a capture belongs to the family: ``all``, or ``five`` (the headline families and the healthy ones)."""
    if family == "all" or label["cause"] == "healthy":
        return True
    return any(one["what"] in FIVE and one["strength"] == "must" for one in label["expected"])


def score(folder: Path, rulebook: Rulebook, *, noise: int = 0) -> Score:
    """Analyse a labelled capture, with ``noise`` exchanges of other sites added."""
    label = json.loads((folder / "label.json").read_text())
    capture = next(iter(sorted(folder.glob("capture.*"))))
    data = capture.read_bytes()
    options = Options()
    if noise:
        document = json.loads(data)
        if not document["log"].get("pages"):  # nothing but the person who asks tells whose session is meant
            hosts = {urlsplit(entry["request"]["url"]).hostname or "" for entry in document["log"]["entries"]}
            options = Options(focus=frozenset(hosts))
        data = json.dumps(with_noise(document, noise, sanitized="sanitized" in label["exporter"])).encode()
    return compare(label, examine(haranalyze.read_capture(data, folder.name), rulebook, options))


def compare(label: dict[str, Any], analysis: Analysis) -> Score:
    verdict = analysis.verdict
    root = verdict.root.rule if verdict.root else ""
    result = Score(label["case"], verdict.state.value, root)
    expected = {one["what"] for one in label["expected"]}
    for one in label["expected"]:
        if one["strength"] != "must":
            continue
        result.must += 1
        hits = [f for f in analysis.findings if f.rule == one["what"] and set(f.exchanges) & set(one["entries"])]
        if not hits:
            found = [f"{f.rule} ({f.confidence}) {list(f.exchanges[:8])}" for f in analysis.findings]
            result.missed.append(f"{one['what']} at {one['entries'][:8]}; found: {'; '.join(found) or 'nothing'}")
    for finding in analysis.findings:
        forbidden = "*" in label["must_not"] or finding.rule in label["must_not"]
        if finding.severity is not Severity.INFO and forbidden and finding.rule not in expected:
            result.false_alarms.append(f"{finding.rule} at {finding.exchanges[:8]}")
    if verdict.state.value not in label["state"]:
        result.state_wrong = f"{verdict.state.value}, not {' or '.join(label['state'])}"
    if label["root"] and verdict.state.value == "fault":
        result.has_root = True
        if root not in label["root"]:
            result.root_wrong = f"{root or 'none'}, not {' or '.join(label['root'])}"
    result.broken = [one.rule for one in analysis.outcomes if one.outcome is Outcome.NOT_RUN]
    result.pair = tuple((label.get("pair") or "").split(",")) if label.get("pair") else ()
    result.fixed = bool(result.pair) and label["cause"] == "healthy"
    return result


def pairs(scores: list[Score]) -> dict[str, bool]:
    """Whether the recordings that differ in one configuration line are told apart, by the pair's name.

    A pair counts when its faulty and its fixed side are both here; the fixed side must not be a fault, and nothing
    that the faulty side must show may be missed.
    """
    told = {}
    for name in sorted({name for one in scores for name in one.pair}):
        sides = [one for one in scores if name in one.pair]
        faulty = [one for one in sides if not one.fixed]
        fixed = [one for one in sides if one.fixed]
        if faulty and fixed:
            told[name] = all(not (one.missed or one.state_wrong) for one in faulty) and all(
                one.state != "fault" for one in fixed
            )
    return told


def figures(scores: list[Score]) -> dict[str, tuple[int, int | None]]:
    """The counts of a run by name: how many, and of how many where that says more."""
    must = sum(one.must for one in scores)
    roots = [one for one in scores if one.has_root]
    told = pairs(scores)
    return {
        "captures": (len(scores), None),
        "recall (must)": (must - sum(len(one.missed) for one in scores), must),
        "false alarms": (sum(len(one.false_alarms) for one in scores), None),
        "states right": (sum(not one.state_wrong for one in scores), len(scores)),
        "roots right": (sum(not one.root_wrong for one in roots), len(roots)),
        "pairs told apart": (sum(told.values()), len(told)),
        "rules not run": (sum(len(one.broken) for one in scores), None),
    }


def summary(scores: list[Score]) -> list[str]:
    """The table under a run, and the names of pairs that were not told apart."""
    lines = [
        f"{name:17} {count}" + ("" if total is None else f"/{total}")
        for name, (count, total) in figures(scores).items()
    ]
    lost = [name for name, right in pairs(scores).items() if not right]
    return lines + [f"pair not told apart: {name}" for name in lost]
