"""The report: one plain, versioned document that every output is made from. Everything in it may be shown."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from haranalyze.analysis import Analysis, judged_acceptances
from haranalyze.facts import Facts
from haranalyze.findings import Finding, Fix, Match, Outcome, Wire
from haranalyze.redaction import Projector
from haranalyze.report.as_browser import SeenByBrowser, seen_by_browser
from haranalyze.report.details import Curl, Detail, curl, details
from haranalyze.report.exact import exact_spans
from haranalyze.report.pictures import (
    BudgetInfo,
    CookieInfo,
    SessionInfo,
    TokenInfo,
    budgets,
    cookies,
    sessions,
    tokens,
)
from haranalyze.report.proof import Card, cards, line_name
from haranalyze.report.rows import Row, rows
from haranalyze.report.strip import Box, strip
from haranalyze.report.texts import Texts, texts
from haranalyze.text import Place, Sentence, Text

SCHEMA = "haranalyze-report/1"


class PackInfo(msgspec.Struct, frozen=True, gc=False):
    """A rule pack that took part."""

    name: str
    distribution: str
    version: str
    rules: int


class Tool(msgspec.Struct, frozen=True, gc=False):
    """What made the report."""

    name: str
    version: str
    packs: list[PackInfo]


class QualityInfo(msgspec.Struct, frozen=True, gc=False):
    """What the recording holds, and what it cannot show; ``ask`` how to make a better one, None when it is good."""

    sanitized: str
    holds: list[str]
    missing: list[str]
    ask: str | None


class CaptureInfo(msgspec.Struct, frozen=True, gc=False):
    """The recording. Times are ISO 8601 in UTC; None where no start time can be read."""

    name: str
    sha256: str
    bytes: int
    format: str
    creator: str
    browser: str
    started: str | None
    ended: str | None
    exchanges: int
    pages: int
    quality: QualityInfo


class SystemInfo(msgspec.Struct, frozen=True, gc=False):
    """A session system the recording shows."""

    name: str
    title: str
    confidence: float
    evidence: list[str]


class VerdictInfo(msgspec.Struct, frozen=True, gc=False):
    """The answer; ``finding`` the id of the leading finding, None without one. ``texts`` are plain,
    ``texts_markdown`` the same for trackers that read Markdown."""

    state: str
    headline: str
    confidence: str
    owner: str | None
    finding: str | None
    chain: list[str]
    alternatives: list[str]
    next_step: str | None
    in_question: list[int]
    texts: Texts
    texts_markdown: Texts


class QuestionInfo(msgspec.Struct, frozen=True, gc=False):
    """A question to ask, and what fits it."""

    text: str
    why: str


class StepInfo(msgspec.Struct, frozen=True, gc=False):
    """One step of a "why"; ``outcome`` is ok, stop, info or follows."""

    outcome: str
    check: str
    finding: str
    source: str
    exchange: int | None


class WhyInfo(msgspec.Struct, frozen=True, gc=False):
    """Why a cookie was or was not sent with an exchange."""

    cookie: str
    exchange: int
    steps: list[StepInfo]


class CorsInfo(msgspec.Struct, frozen=True, gc=False):
    """A CORS decision that refused or could not be told."""

    exchange: int
    origin: str
    credentials: str
    allowed: bool | None
    step: str | None
    missing: list[str]


class FactsInfo(msgspec.Struct, frozen=True, gc=False):
    """What the pictures and proof cards show."""

    strip: list[Box]
    proof: list[Card]
    why: list[WhyInfo]
    sessions: list[SessionInfo]
    tokens: list[TokenInfo]
    cookies: list[CookieInfo]
    cors: list[CorsInfo]
    budget: list[BudgetInfo]
    curl: Curl | None


class PageInfo(msgspec.Struct, frozen=True, gc=False):
    """A page load; times in ms after its start, None unknown."""

    url: str
    content_loaded: float | None
    loaded: float | None


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """A place with its caption and the projection of what stands there (``""`` for an absence).

    ``line`` names what stands there: a header in lower case, ``body``, ``status``, ``address``. ``exact`` are the
    parts of the quote that decide, as first character and length in characters.
    """

    exchange: int
    pointer: str
    caption: str
    quote: str
    line: str
    exact: list[tuple[int, int]]


class WireInfo(msgspec.Struct, frozen=True, gc=False):
    """A line of traffic as recorded (``now``, ``""`` where it is missing) and once the change works.

    ``line`` names it: a header in lower case, or ``status``.
    """

    exchange: int
    pointer: str
    line: str
    now: str
    works: str


class FixInfo(msgspec.Struct, frozen=True, gc=False):
    """One change; ``for_`` is written ``for``. ``good_to_know`` is ``""`` where there is nothing to say."""

    for_: str = msgspec.field(name="for")
    place: str
    text: str
    before: str | None
    after: str | None
    wire: WireInfo | None = None
    good_to_know: str = ""


class AcceptedInfo(msgspec.Struct, frozen=True, gc=False):
    """Why a finding does not count, and until which day (ISO 8601)."""

    reason: str
    until: str


class AcceptanceInfo(msgspec.Struct, frozen=True, gc=False):
    """An accepted finding of the settings. ``state``: ``in-force``, ``ended``, or ``unused`` (nothing here has it)."""

    fingerprint: str
    reason: str
    until: str
    state: str


class CauseInfo(msgspec.Struct, frozen=True, gc=False):
    """What a fingerprint is made of; ``""`` where the cause has no such part."""

    rule: str
    path: str
    subject: str
    hop: str


class FindingInfo(msgspec.Struct, frozen=True, gc=False):
    """A finding; ``decides`` what observation would settle it, ``""`` where nothing is open."""

    id: str
    rule: str
    title: str
    severity: str
    confidence: str
    owner: str
    message: str
    consequence_of: str | None
    fingerprint: str
    cause: CauseInfo
    exchanges: list[int]
    primary: Evidence
    related: list[Evidence]
    fix: list[FixInfo]
    decides: str
    accepted: AcceptedInfo | None = None


class RuleInfo(msgspec.Struct, frozen=True, gc=False):
    """What became of a rule; ``title`` is what it looks for, as a sentence."""

    rule: str
    outcome: str
    reason: str
    title: str = ""


class GuideInfo(msgspec.Struct, frozen=True, gc=False):
    """What a rule is about, in its own words; for the rules that have findings or could not run."""

    rule: str
    title: str
    severity: str
    owner: str
    why: str
    what: str
    references: list[str]


class NoteInfo(msgspec.Struct, frozen=True, gc=False):
    """Something odd in the file."""

    code: str
    message: str
    pointer: str
    count: int


class Report(msgspec.Struct, frozen=True, gc=False):
    """The document. ``exchanges`` are the timeline rows the report shows; ``folded`` counts those it does not;
    ``details`` say more about the rows that matter. ``all_exchanges``: none was to be folded, whatever the size."""

    schema: str
    tool: Tool
    capture: CaptureInfo
    systems: list[SystemInfo]
    verdict: VerdictInfo
    questions: list[QuestionInfo]
    facts: FactsInfo
    pages: list[PageInfo]
    findings: list[FindingInfo]
    rules: list[RuleInfo]
    guides: list[GuideInfo]
    notes: list[NoteInfo]
    as_browser: SeenByBrowser | None
    exchanges: list[Row]
    folded: dict[str, int]
    details: list[Detail]
    accepted: list[AcceptanceInfo] = []
    all_exchanges: bool = False


def build(analysis: Analysis) -> Report:
    """The report of an analysis: the same analysis gives the same document."""
    facts = analysis.facts
    projector = Projector(facts)
    verdict = _verdict(analysis, projector)
    without_rows = Report(
        SCHEMA,
        tool_info(analysis),
        capture_info(facts, projector),
        [
            SystemInfo(
                found.system.id,
                found.system.title,
                round(found.confidence, 2),
                [projector.say(words) for _, words in found.evidence[:5]],
            )
            for found in facts.session.systems
        ],
        verdict,
        [QuestionInfo(projector.say(one.text), projector.say(one.why)) for one in analysis.questions],
        _facts(analysis, projector),
        [PageInfo(projector.show(page.title), page.content_loaded, page.loaded) for page in facts.capture.pages[:100]],
        [_finding(one, facts, projector) for one in analysis.findings],
        _rules(analysis, projector),
        _guides(analysis),
        [NoteInfo(note.code, note.message, note.pointer, note.count) for note in facts.capture.notes],
        seen_by_browser(facts, projector),
        [],
        {},
        details(analysis, projector),
        _acceptances(analysis),
        facts.options.all_exchanges,
    )
    beside = len(msgspec.json.encode(msgspec.structs.replace(without_rows, details=[])))  # details yield to rows
    listed, folded = rows(analysis, projector, beside)
    return msgspec.structs.replace(without_rows, exchanges=listed, folded=folded)


def _acceptances(analysis: Analysis) -> list[AcceptanceInfo]:
    found = {one.fingerprint for one in analysis.findings}
    return [
        AcceptanceInfo(
            one.fingerprint,
            one.reason,
            one.until.isoformat(),
            "unused" if one.fingerprint not in found else "ended" if ended else "in-force",
        )
        for one, ended in judged_acceptances(analysis.facts)
    ]


def tool_info(analysis: Analysis) -> Tool:
    """The tool and the packs that took part."""
    packs = [PackInfo(pack.name, pack.distribution, pack.version, len(pack.rules)) for pack in analysis.packs]
    version = next((pack.version for pack in packs if pack.distribution == "haranalyze"), "")
    return Tool("haranalyze", version, packs)


def capture_info(facts: Facts, projector: Projector) -> CaptureInfo:
    """The recording as a reader may see it."""
    capture, timeline, quality = facts.capture, facts.timeline, facts.quality
    known = any(exchange.started is not None for exchange in capture.exchanges)
    last = max((timeline.ended(exchange) for exchange in facts.exchanges[-500:]), default=0.0)
    return CaptureInfo(
        _file_name(capture.name, projector),
        capture.sha256,
        capture.size,
        capture.format,
        projector.show(capture.creator),
        projector.show(quality.browser),
        _moment(timeline.origin) if known else None,
        _moment(timeline.wall(last)) if known else None,
        len(capture.exchanges),
        len(capture.pages),
        QualityInfo(
            quality.sanitized.value,
            _holds(facts),
            [projector.say(one) for one in quality.missing],
            projector.say(quality.ask) if quality.ask else None,
        ),
    )


def _holds(facts: Facts) -> list[str]:
    quality = facts.quality
    held = (
        ("cookies", quality.records_cookies),
        ("authorization headers", quality.records_authorization),
        ("bodies", quality.records_bodies),
        ("preflights", quality.records_preflights),
    )
    return [words for words, there in held if there and facts.exchanges]


def _file_name(name: Text, projector: Projector) -> str:
    return projector.file_name(name)


def _moment(milliseconds: float) -> str | None:
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(milliseconds / 1000.0, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return None


def _verdict(analysis: Analysis, projector: Projector) -> VerdictInfo:
    verdict = analysis.verdict
    return VerdictInfo(
        verdict.state.value,
        projector.say(verdict.headline),
        verdict.confidence.value,
        verdict.owner.value if verdict.owner else None,
        verdict.root.id if verdict.root else None,
        list(verdict.chain),
        [projector.say(one) for one in verdict.alternatives],
        projector.say(verdict.next_step) if verdict.next_step else None,
        list(verdict.in_question),
        *texts(analysis, projector),
    )


def _facts(analysis: Analysis, projector: Projector) -> FactsInfo:
    facts = analysis.facts
    return FactsInfo(
        strip(analysis, projector),
        cards(analysis, projector),
        _why(analysis, projector),
        sessions(facts),
        tokens(facts, projector),
        cookies(facts, projector),
        _cors(analysis, projector),
        budgets(analysis),
        curl(analysis, projector),
    )


def _why(analysis: Analysis, projector: Projector) -> list[WhyInfo]:
    """For a leading finding about a session cookie: why it was not sent with the first call that lacked it."""
    root, facts = analysis.verdict.root, analysis.facts
    if root is None or not isinstance(root.match.subject, Text):
        return []
    name = root.match.subject
    if name not in facts.session.session_cookie_names():
        return []
    at = facts.timeline.exchange(root.match.at.exchange)
    later = [facts.timeline.exchange(index) for index in root.exchanges if index != at.index]
    asked = next((one for one in later if facts.timeline.sent(one) > facts.timeline.sent(at)), at)
    steps = [
        StepInfo(
            step.outcome,
            projector.say(step.check),
            projector.say(step.finding),
            step.source,
            step.place.exchange if step.place else None,
        )
        for step in facts.cookie_jar.why(name, asked)
    ]
    return [WhyInfo(projector.show(name), asked.index, steps)]


def _concerned(analysis: Analysis) -> list[int]:
    """Exchanges that findings name, in source order, at most a hundred."""
    return sorted({index for one in analysis.findings for index in one.exchanges})[:100]


def _cors(analysis: Analysis, projector: Projector) -> list[CorsInfo]:
    facts = analysis.facts
    listed = []
    for index in _concerned(analysis):
        decision = facts.cors.decision(facts.timeline.exchange(index))
        if decision is not None and decision.exchange.index == index:
            listed.append(
                CorsInfo(
                    index,
                    projector.show(decision.origin),
                    decision.credentials.value,
                    decision.allowed,
                    decision.step.value if decision.step else None,
                    [projector.show(name) for name in decision.missing],
                )
            )
    return listed


def _finding(finding: Finding, facts: Facts, projector: Projector) -> FindingInfo:
    match: Match = finding.match
    return FindingInfo(
        finding.id,
        finding.rule,
        finding.title,
        finding.severity.value,
        finding.confidence.value,
        finding.owner.value,
        projector.say(match.message),
        finding.consequence_of,
        finding.fingerprint,
        CauseInfo(*finding.cause),
        list(finding.exchanges[:1000]),
        _evidence(match.at, match.caption, match, facts, projector),
        [_evidence(place, caption, match, facts, projector) for place, caption in match.related],
        _fixes(match.fixes, projector),
        projector.say(match.decides) if match.decides else "",
        AcceptedInfo(finding.accepted.reason, finding.accepted.until.isoformat()) if finding.accepted else None,
    )


def _evidence(place: Place, caption: Sentence, match: Match, facts: Facts, projector: Projector) -> Evidence:
    quote = projector.quote(place)
    return Evidence(
        place.exchange,
        place.pointer,
        projector.say(caption),
        quote,
        line_name(place, projector) if place.text is not None else "",
        exact_spans(quote, place, match.subject, facts, projector),
    )


def _fixes(fixes: Sequence[Fix], projector: Projector) -> list[FixInfo]:
    return [
        FixInfo(
            for_=fix.owner.value,
            place=projector.say(fix.place),
            text=projector.say(fix.text),
            before=projector.say(fix.before) if fix.before else None,
            after=projector.say(fix.after) if fix.after else None,
            wire=_wire(fix.wire, projector) if fix.wire else None,
            good_to_know=projector.say(fix.good_to_know) if fix.good_to_know else "",
        )
        for fix in fixes
    ]


def _wire(wire: Wire, projector: Projector) -> WireInfo:
    place = wire.at
    return WireInfo(place.exchange, place.pointer, wire.name, projector.quote(place), projector.say(wire.works))


def _guides(analysis: Analysis) -> list[GuideInfo]:
    """The rules to read about, in the order of the rulebook."""
    told = {one.rule for one in analysis.findings}
    told |= {one.rule for one in analysis.outcomes if one.outcome is Outcome.NOT_RUN}
    return [
        GuideInfo(
            rule.id, rule.title, rule.severity.value, rule.owner.value, rule.why, rule.what, list(rule.references)
        )
        for rule in analysis.rules
        if rule.id in told
    ]


def _rules(analysis: Analysis, projector: Projector) -> list[RuleInfo]:
    titles = {rule.id: rule.title for rule in analysis.rules}
    return [
        RuleInfo(one.rule, one.outcome.value, projector.say(one.reason), titles.get(one.rule, ""))
        for one in analysis.outcomes
    ]
