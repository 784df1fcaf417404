"""The one path through the engine: a capture in, findings and a verdict out. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from haranalyze.capture.model import Capture
from haranalyze.facts import Facts
from haranalyze.findings import Finding, Match, Owner, Question, RuleOutcome, Severity
from haranalyze.options import Accepted, Options
from haranalyze.redaction import Projector
from haranalyze.rule import Rule
from haranalyze.rulebook import Pack, Rulebook
from haranalyze.text import Text
from haranalyze.timeline import Timeline
from haranalyze.verdict import Verdict, judge

FINGERPRINT_VERSION = "v1"
_YEAR_9999 = 253_370_764_800_000.0  # ms since the epoch: later days have no date


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything one run found; ``report.document.build`` turns it into the plain report.

    ``findings`` are ordered for reading: the chain of the verdict first, then by severity, confidence and time;
    their ids ``f1``, ``f2`` ... follow that order. ``rules`` are the rules that were asked, in order.
    """

    facts: Facts
    findings: tuple[Finding, ...]
    outcomes: tuple[RuleOutcome, ...]
    questions: tuple[Question, ...]
    verdict: Verdict
    rules: tuple[Rule, ...]
    packs: tuple[Pack, ...]


def examine(capture: Capture, rulebook: Rulebook, options: Options | None = None) -> Analysis:
    """Run the rulebook on one capture.

    Raises:
        OptionsError: ``options`` selects or ignores a rule that does not exist.
    """
    options = options or Options()
    facts = Facts(Timeline(capture), options)
    ruling = rulebook.run(facts)
    projector = Projector(facts)
    found = tuple(
        _finding(number, item, match, facts, projector) for number, (item, match) in enumerate(ruling.matches, start=1)
    )
    acceptances = judged_acceptances(facts)
    in_force = {one.fingerprint: one for one, ended in acceptances if not ended}
    found = tuple(replace(one, accepted=in_force.get(one.fingerprint)) for one in found)
    explains = {item.id: frozenset(item.explains) for item in rulebook.rules}
    verdict, findings = judge(facts, found, ruling.in_question, explains)
    accepted = {one.id: one.accepted for one in findings}
    findings = tuple(replace(one, accepted=one.accepted or accepted.get(one.consequence_of or "")) for one in findings)
    return Analysis(
        facts,
        findings,
        ruling.outcomes,
        ruling.questions,
        verdict,
        rulebook.selected(options),
        rulebook.packs,
    )


def _finding(number: int, item: Rule, match: Match, facts: Facts, projector: Projector) -> Finding:
    cause = cause_of(item, match, facts, projector)
    touched = {match.at.exchange, *(place.exchange for place, _ in match.related), *match.flow}
    return Finding(
        id=f"f{number}",
        rule=item.id,
        title=item.title,
        severity=_severity(item, match, facts.options),
        layer=item.layer,
        confidence=match.confidence,
        owner=match.owner or item.owner,
        fingerprint=fingerprint(cause),
        cause=cause,
        match=match,
        exchanges=tuple(sorted(touched)),
    )


def _severity(item: Rule, match: Match, options: Options) -> Severity:
    told = dict(options.severity).get(item.id)
    return Severity(told) if told else match.severity or item.severity


def judged_acceptances(facts: Facts) -> tuple[tuple[Accepted, bool], ...]:
    """The accepted findings of the options, and whether their last day was before the day that judges them.

    That day is ``options.today``, else the day on which the recording began (UTC), for the engine has no clock; a
    recording without times ends nothing.
    """
    day = facts.options.today
    if day is None and 0 < facts.timeline.origin < _YEAR_9999:
        day = datetime.fromtimestamp(facts.timeline.origin / 1000, UTC).date()
    return tuple((one, day is not None and one.until < day) for one in facts.options.accepted)


def cause_of(item: Rule, match: Match, facts: Facts, projector: Projector) -> tuple[str, str, str, str]:
    """What makes two findings one cause: rule, normalised path, cookie or header name, kind of hop (``""``: none).

    Only words of our own vocabulary enter it, so neither secrets, hosts, users nor times can.
    """
    exchange = facts.timeline.exchange(match.at.exchange)
    subject = projector.show(match.subject) if isinstance(match.subject, Text) else match.subject
    hop = facts.header_budget.hop(exchange) if item.owner is Owner.PROXY else None
    return item.id, projector.path(exchange.request.url.path), subject, hop.name if hop else ""


def fingerprint(cause: tuple[str, str, str, str]) -> str:
    """Equal for equal causes in different captures, versioned: ``v1:`` and 12 hexadecimal digits."""
    digest = hashlib.sha256("\n".join(cause).encode()).hexdigest()
    return f"{FINGERPRINT_VERSION}:{digest[:12]}"
