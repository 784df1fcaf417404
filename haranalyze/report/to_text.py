"""The report for a terminal or a log: plain words first, proof second, fix third, the rest folded."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from haranalyze.redaction import visible_but_chips
from haranalyze.report.as_browser import GATES, OUTCOMES
from haranalyze.report.document import Evidence, FindingInfo, Report
from haranalyze.report.excerpt import Shown, excerpt
from haranalyze.report.prose import OWNERS

if TYPE_CHECKING:
    from rich.console import Console

STATES = {
    "fault": ("FAULT", "bold red"),
    "other-trouble": ("OTHER TROUBLE", "bold blue"),
    "healthy": ("HEALTHY", "bold green"),
    "cannot-tell": ("CANNOT TELL", "bold yellow"),
}
_LEFT = 7  # width of the label column
_BOX = {"ok": "", "broken": " ✗", "follows": "", "unknown": " ?", "trouble": " ✗"}


def render(report: Report, *, width: int = 80, color: bool = False) -> str:
    """The text, no line wider than ``width`` columns; with terminal colours where ``color``."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    _head(console, report)
    _verdict(console, report)
    _strip(console, report)
    root = next((one for one in report.findings if one.id == report.verdict.finding), None)
    if root is not None:
        _proof(console, report, root)
        _fix(console, root)
    _as_browser(console, report)
    _also(console, report)
    _checked(console, report)
    return "\n".join(line.rstrip() for line in out.getvalue().replace(_TOGETHER, " ").splitlines()) + "\n"


def _labelled(
    console: Console, label: str, text: str, style: str = "", *, indent: int = _LEFT, label_style: str = "bold"
) -> None:
    """A paragraph with its label in the left column; the only way of captured words to the terminal."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=0)
    grid.add_column(width=indent, no_wrap=True)
    grid.add_column(overflow="fold", ratio=1)
    grid.add_row(Text(visible_but_chips(label), style=label_style), Text(visible_but_chips(text), style=style))
    console.print(grid)


def _head(console: Console, report: Report) -> None:
    from rich.text import Text

    capture = report.capture
    quality = capture.quality
    held = ", ".join(words for words in quality.holds if words != "authorization headers")
    told = f"without {', '.join(quality.missing)}" if quality.missing else f"{held} recorded" if held else ""
    span = max((row.at + row.took for row in report.exchanges), default=0.0) / 1000
    count = _count(capture.exchanges, "exchange") + (f" in {span:.1f} s" if report.exchanges else "")
    parts = (capture.name, capture.browser, count, told)
    console.print(Text(visible_but_chips(" · ".join(part for part in parts if part)), style="dim", overflow="fold"))
    console.print()


def _verdict(console: Console, report: Report) -> None:
    verdict = report.verdict
    word, style = STATES[verdict.state]
    _labelled(console, word, verdict.headline, indent=len(word) + 2, label_style=style)
    owner = next((words for owner, words in OWNERS.items() if owner.value == verdict.owner), "")
    sure = "" if verdict.state == "cannot-tell" else verdict.confidence
    if told := " · ".join(part for part in (sure, owner) if part):
        _labelled(console, "", told, "dim", indent=len(word) + 2)
    for alternative in verdict.alternatives:
        _labelled(console, "", f"or: {alternative}", "dim", indent=len(word) + 2)
    console.print()


def _strip(console: Console, report: Report) -> None:
    """The steps, with the cut before the one that breaks; a step is never broken across lines."""
    boxes = report.facts.strip
    if len(boxes) < 2:
        return
    parts: list[str] = []
    for box in boxes:
        status = "" if box.status is None else f" {box.status or 'no answer'}"
        step = f"{box.name.lower()}{status}{_BOX[box.state]}"
        parts.append(("✂ " if box.state == "broken" else "── " if parts else "") + step)
    _labelled(console, "steps", " ".join(part.replace(" ", _TOGETHER) for part in parts))
    console.print()


_TOGETHER = "\u00a0"


def _proof(console: Console, report: Report, root: FindingInfo) -> None:
    label = "proof"
    rows = {row.exchange: row for row in report.exchanges}
    told: set[int] = set()
    shown = [root.primary, *root.related[:5]]
    for evidence in sorted(shown, key=lambda one: (shown.index(_first(shown, one)), shown.index(one))):
        row = rows.get(evidence.exchange)
        status = str((row.status if row else 0) or "no answer")
        if row is not None and row.exchange not in told:
            told.add(row.exchange)
            number = f"#{row.exchange}"
            _labelled(console, label, f"{number:5}{row.method} {row.path}  {status}  {row.host}")
            label = ""
        is_primary = evidence is root.primary
        told_once = msgspec.structs.replace(evidence, caption=evidence.caption.removeprefix(f"{status}: "))
        for shown_line in excerpt(told_once, console.width - len(_GUTTER), primary=is_primary):
            _line(console, shown_line, primary=is_primary)
    console.print()


_GUTTER = " " * (_LEFT + 3) + "| "


def _line(console: Console, shown: Shown, *, primary: bool) -> None:
    """A line of an excerpt behind its bar."""
    from rich.text import Text

    style = "" if shown.kind == "quote" else "bold red" if primary else "bold blue" if shown.kind == "mark" else "dim"
    line = Text(_GUTTER, style="blue") + Text(visible_but_chips(shown.text), style=style)
    console.print(line, no_wrap=True, overflow="ignore", crop=False)


def _first(shown: list[Evidence], one: Evidence) -> Evidence:
    """The first evidence about the same exchange: what belongs to one exchange stands together."""
    return next(other for other in shown if other.exchange == one.exchange)


def _fix(console: Console, root: FindingInfo) -> None:
    label = "fix"
    for fix in root.fix[:2]:
        _labelled(console, label, f"{fix.for_}: {fix.text}")
        _labelled(console, "", fix.place, "dim")
        for line in (fix.before or "").splitlines():
            _labelled(console, "", f"- {line}", "red", indent=_LEFT + 2)
        for line in (fix.after or "").splitlines():
            _labelled(console, "", f"+ {line}", "green", indent=_LEFT + 2)
        label = ""
    if root.fix:
        console.print()


def _as_browser(console: Console, report: Report) -> None:
    """What a browser would have done with each call of another client."""
    seen = report.as_browser
    if seen is None:
        return
    _labelled(console, "seen", f"from a page at {seen.origin}; what a browser would have done:")
    for call in seen.calls[:_MOST_CALLS]:
        tone = {"passes": "green", "cannot-tell": "yellow"}.get(call.outcome, "red")
        status = call.status or "no answer"
        _labelled(
            console, "", f"#{call.exchange:<4}{call.method} {call.path}  {status}  {OUTCOMES[call.outcome]}", tone
        )
        if call.gate:
            _labelled(console, "", f"{GATES[call.gate]}: {call.told}", "dim", indent=_LEFT + 5)
    if (more := len(seen.calls) - _MOST_CALLS + seen.more) > 0:
        _labelled(console, "", f"and {more} more", "dim")
    console.print()


_MOST_CALLS = 40


def _also(console: Console, report: Report) -> None:
    others = [one for one in report.findings if one.id != report.verdict.finding]
    follow = [one for one in others if one.consequence_of is not None]
    rest = [one for one in others if one.consequence_of is None]
    label = "also"
    if follow:
        names = ", ".join(sorted({one.rule for one in follow}))
        _labelled(console, label, f"{_count(len(follow), 'consequence')} of this: {names}", "dim")
        label = ""
    for one in rest[:6]:
        known = f" (accepted until {one.accepted.until}: {one.accepted.reason})" if one.accepted else ""
        _labelled(console, label, f"{one.rule}: {one.message}{known}", "dim")
        label = ""
    if len(rest) > 6:
        _labelled(console, label, f"and {len(rest) - 6} more", "dim")
    if others:
        console.print()
    for question in report.questions[:5]:
        _labelled(console, "ask", f"{question.text} ({question.why})")
    if report.questions:
        console.print()
    _next(console, report)


def _next(console: Console, report: Report) -> None:
    """What to do, where no fix says it: a better recording, or what would decide."""
    step = report.verdict.next_step
    told = {fix.text for one in report.findings if one.id == report.verdict.finding for fix in one.fix}
    if step and step not in told:
        label = "ask for" if step == report.capture.quality.ask else "next"
        _labelled(console, label, step, indent=len(label) + 2)
        console.print()


_OUTCOMES = {
    "finding": "found",
    "pass": "pass",
    "not-applicable": "not applicable",
    "cannot-tell": "cannot tell",
    "question": "to ask",
    "not-run": "could not run",
}


def _checked(console: Console, report: Report) -> None:
    counts = Counter(rule.outcome for rule in report.rules)
    told = ", ".join(f"{counts[outcome]} {words}" for outcome, words in _OUTCOMES.items() if counts[outcome])
    _labelled(console, "checked", f"{_count(len(report.rules), 'rule')}{_of_packs(report)}: {told}", "dim", indent=9)
    reasons: dict[str, list[str]] = {}
    for rule in report.rules:
        if rule.outcome in {"cannot-tell", "not-run"}:
            reasons.setdefault(f"{_OUTCOMES[rule.outcome]}, {rule.reason}", []).append(rule.rule)
    for reason, names in reasons.items():
        _labelled(console, "", f"{reason}: {', '.join(names)}", "dim", indent=9)
    for over in [one for one in report.accepted if one.state == "ended"][:5]:
        _labelled(
            console, "over", f"{over.fingerprint} was accepted until {over.until}: {over.reason}", "dim", indent=9
        )
    for note in report.notes[:5]:
        times = f", {note.count} times" if note.count > 1 else ""
        _labelled(console, "note", f"{note.message} ({note.pointer or 'whole file'}{times})", "dim", indent=9)
    if len(report.notes) > 5:
        _labelled(console, "", f"and {_count(len(report.notes) - 5, 'more note')}", "dim", indent=9)


def _of_packs(report: Report) -> str:
    """The packs the rules came in, where there is one beside our own."""
    packs = [pack for pack in report.tool.packs if pack.distribution != "haranalyze"]
    return " of haranalyze and " + ", ".join(f"{pack.distribution} {pack.version}" for pack in packs) if packs else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
