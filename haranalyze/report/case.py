"""Several recordings of one ticket as one case: one verdict, every cause once, and each recording's own report.

Nothing is concluded across recordings that no single one shows: they may be of different programs, users and days. A
fault that one recording proves is the case's; a recording that cannot tell or is healthy takes nothing away from it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from haranalyze.errors import OptionsError
from haranalyze.findings import Confidence, Severity
from haranalyze.redaction import visible_but_chips
from haranalyze.report.document import FindingInfo, Report, Tool
from haranalyze.report.to_text import STATES

SCHEMA = "haranalyze-case/0"
FORMATS = ("text", "markdown", "json")
_FIRST = ("fault", "cannot-tell", "other-trouble", "healthy")  # as within one recording (``verdict.judge``)


class CaseVerdict(msgspec.Struct, frozen=True, gc=False):
    """The answer: that of the leading recording (index into ``recordings``), and which recordings show its cause."""

    state: str
    headline: str
    confidence: str
    owner: str | None
    next_step: str | None
    recording: int
    finding: str | None
    seen_in: list[int]


class CauseInfo(msgspec.Struct, frozen=True, gc=False):
    """A cause: findings with one fingerprint, consequences left out, and the recordings that show it."""

    rule: str
    fingerprint: str
    title: str
    severity: str
    confidence: str
    owner: str
    message: str
    recordings: list[int]


class RecordingInfo(msgspec.Struct, frozen=True, gc=False):
    """One recording of the case and its own verdict in short."""

    name: str
    state: str
    headline: str


class Case(msgspec.Struct, frozen=True, gc=False):
    """The document: ``reports`` are those of the recordings, whole and in their order."""

    schema: str
    tool: Tool
    verdict: CaseVerdict
    causes: list[CauseInfo]
    recordings: list[RecordingInfo]
    reports: list[Report]


def build_case(reports: Sequence[Report]) -> Case:
    """The case of the reports of a ticket's recordings, in the order given.

    Raises:
        ValueError: there is no report.
    """
    if not reports:
        raise ValueError("a case has at least one recording")
    causes = _causes(reports)
    return Case(
        SCHEMA,
        reports[0].tool,
        _verdict(reports, causes),
        causes,
        [RecordingInfo(one.capture.name, one.verdict.state, one.verdict.headline) for one in reports],
        list(reports),
    )


def _causes(reports: Sequence[Report]) -> list[CauseInfo]:
    """Worst first, then the surest, then those most recordings show; the order of the files decides nothing."""
    seen: dict[str, list[tuple[int, FindingInfo]]] = {}
    for place, report in enumerate(reports):
        for finding in report.findings:
            if finding.consequence_of is None and finding.accepted is None:
                seen.setdefault(finding.fingerprint, []).append((place, finding))
    causes = []
    for fingerprint, places in seen.items():
        best = max((finding for _, finding in places), key=_weight)
        recordings = list(dict.fromkeys(place for place, _ in places))
        causes.append(
            CauseInfo(
                best.rule,
                fingerprint,
                best.title,
                best.severity,
                best.confidence,
                best.owner,
                best.message,
                recordings,
            )
        )
    causes.sort(key=lambda one: (*(-part for part in _weight(one)), -len(one.recordings), one.rule, one.fingerprint))
    return causes


def _weight(one: FindingInfo | CauseInfo) -> tuple[int, int]:
    return Severity(one.severity).rank, Confidence(one.confidence).rank


def _verdict(reports: Sequence[Report], causes: Sequence[CauseInfo]) -> CaseVerdict:
    order = {cause.fingerprint: place for place, cause in enumerate(causes)}

    def rank(place: int) -> tuple[int, int, int]:
        report = reports[place]
        lead = _leading(report)
        return _FIRST.index(report.verdict.state), order.get(lead.fingerprint, 0) if lead else 0, place

    first = min(range(len(reports)), key=rank)
    report, lead = reports[first], _leading(reports[first])
    if lead is not None:
        seen_in = next((one.recordings for one in causes if one.fingerprint == lead.fingerprint), [first])
    else:
        seen_in = [place for place, one in enumerate(reports) if one.verdict.state == report.verdict.state]
    verdict = report.verdict
    return CaseVerdict(
        verdict.state,
        verdict.headline,
        verdict.confidence,
        verdict.owner,
        verdict.next_step,
        first,
        verdict.finding,
        seen_in,
    )


def _leading(report: Report) -> FindingInfo | None:
    return next((one for one in report.findings if one.id == report.verdict.finding), None)


def render_case(case: Case, format: str, *, width: int = 80, color: bool = False) -> str:  # noqa: A002 - as ``render``
    """The case as text, Markdown or JSON: its recordings in short, then the whole report of the leading one.

    Raises:
        OptionsError: there is no such format for a case.
    """
    if format == "json":
        return msgspec.json.encode(case).decode() + "\n"
    if format == "text":
        return _text(case, width=width, color=color)
    if format == "markdown":
        return _markdown(case)
    raise OptionsError(f"a case is not written as {format}; choose --format {', '.join(FORMATS)}, or leave --case out")


def _told(case: Case) -> str:
    """How many recordings, and how many of them show what leads."""
    count, seen = len(case.recordings), len(case.verdict.seen_in)
    many = f"{count} recording{'' if count == 1 else 's'}"
    what = "shows this cause" if case.verdict.finding else "says the same"
    return f"Case of {many}; {seen} of them {what if seen == 1 else what.replace('s ', ' ', 1)}."


def _others(case: Case) -> list[str]:
    """Causes beside the leading one that are faults of their own, with the recordings that show them."""
    lead = _leading(case.reports[case.verdict.recording])
    worth = [one for one in case.causes if Severity(one.severity).rank >= Severity.MEDIUM.rank]
    return [
        f"{one.rule} ({one.severity}, {one.confidence}) in "
        f"{', '.join(_name(case, place) for place in one.recordings)}: {one.message}"
        for one in worth
        if lead is None or one.fingerprint != lead.fingerprint
    ]


def _name(case: Case, place: int) -> str:
    """The name of a recording; numbered where others of the case have it too."""
    name = case.recordings[place].name or "recording"
    same = sum(one.name == case.recordings[place].name for one in case.recordings) > 1
    return f"{name} ({place + 1})" if same else name


def _text(case: Case, *, width: int, color: bool) -> str:
    import textwrap

    from haranalyze.report import to_text

    def wrapped(text: str, mark: str = "") -> list[str]:
        shown = visible_but_chips(text)
        return textwrap.wrap(shown, width, initial_indent=mark, subsequent_indent=" " * len(mark)) or [mark]

    lines = wrapped(_told(case))
    for place, one in enumerate(case.recordings):
        lead = "*" if place == case.verdict.recording else " "
        lines += wrapped(f"{STATES[one.state][0]}  {_name(case, place)}: {one.headline}", f"{lead} ")
    for other in _others(case):
        lines += wrapped(other, "  also  ")
    report = to_text.render(case.reports[case.verdict.recording], width=width, color=color)
    return "\n".join([*lines, "", report])


def _markdown(case: Case) -> str:
    from haranalyze.report import to_markdown
    from haranalyze.report.markdown import code, plain

    lines = [plain(_told(case)), ""]
    for place, one in enumerate(case.recordings):
        lead = " (leads)" if place == case.verdict.recording else ""
        lines.append(f"* {STATES[one.state][0]}{lead}, {code(_name(case, place))}: {plain(one.headline)}")
    lines += [f"* also {plain(other)}" for other in _others(case)]
    return "\n".join([*lines, "", to_markdown.render(case.reports[case.verdict.recording])])
