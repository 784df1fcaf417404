"""The report for a terminal or a log: plain words first, proof second, fix third, the rest folded."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING

from haranalyze.report.document import FindingInfo, Report
from haranalyze.report.texts import OWNERS

if TYPE_CHECKING:
    from rich.console import Console

_STATE = {
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
    _also(console, report)
    _checked(console, report)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _labelled(
    console: Console, label: str, text: str, style: str = "", *, indent: int = _LEFT, label_style: str = "bold"
) -> None:
    """A paragraph with its label in the left column."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=0)
    grid.add_column(width=indent, no_wrap=True)
    grid.add_column(overflow="fold", ratio=1)
    grid.add_row(Text(label, style=label_style), Text(text, style=style))
    console.print(Padding(grid, (0, 0)))


def _head(console: Console, report: Report) -> None:
    capture = report.capture
    quality = "everything needed is recorded" if not capture.quality.missing else "not recorded: " + ", ".join(
        capture.quality.missing
    )  # fmt: skip
    browser = f" · {capture.browser}" if capture.browser else ""
    console.print(f"{capture.name}{browser} · {capture.exchanges} exchanges · {quality}", style="dim", overflow="fold")
    console.print()


def _verdict(console: Console, report: Report) -> None:
    verdict = report.verdict
    word, style = _STATE[verdict.state]
    _labelled(console, word, verdict.headline, indent=len(word) + 2, label_style=style)
    owner = next((words for owner, words in OWNERS.items() if owner.value == verdict.owner), "")
    _labelled(console, "", verdict.confidence + (f" · {owner}" if owner else ""), "dim", indent=len(word) + 2)
    for alternative in verdict.alternatives:
        _labelled(console, "", f"or: {alternative}", "dim", indent=len(word) + 2)
    console.print()


def _strip(console: Console, report: Report) -> None:
    boxes = report.facts.strip
    if len(boxes) < 2:
        return
    parts = []
    for box in boxes:
        cut = "✂ " if box.state == "broken" else ""
        status = "" if box.status is None else f" {box.status or 'no answer'}"
        parts.append(f"{cut}{box.name.lower()}{status}{_BOX[box.state]}")
    _labelled(console, "steps", " ── ".join(parts))
    console.print()


def _proof(console: Console, report: Report, root: FindingInfo) -> None:
    label = "proof"
    rows = {row.exchange: row for row in report.exchanges}
    told: set[int] = set()
    for evidence in (root.primary, *root.related[:5]):
        row = rows.get(evidence.exchange)
        if row is not None and row.exchange not in told:
            told.add(row.exchange)
            _labelled(
                console, label, f"#{row.exchange}  {row.method} {row.host}{row.path}  {row.status or 'no answer'}"
            )
            label = ""
        quote = f": {evidence.quote}" if evidence.quote and evidence.quote != str(row.status if row else "") else ""
        mark = "◆ " if evidence is root.primary else "· "
        _labelled(console, "", f"     {mark}{evidence.caption}{quote}", "dim" if evidence is not root.primary else "")
    console.print()


def _fix(console: Console, root: FindingInfo) -> None:
    label = "fix"
    for fix in root.fix[:2]:
        _labelled(console, label, f"{fix.for_}: {fix.text}")
        _labelled(console, "", fix.place, "dim")
        if fix.before:
            _labelled(console, "", f"  - {fix.before}", "red")
        if fix.after:
            _labelled(console, "", f"  + {fix.after}", "green")
        label = ""
    if root.fix:
        console.print()


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
        _labelled(console, label, f"{one.rule}: {one.message}", "dim")
        label = ""
    for question in report.questions[:5]:
        _labelled(console, "ask", question.text)
    if report.verdict.state in {"cannot-tell", "other-trouble", "healthy"} and report.verdict.next_step:
        _labelled(console, "next", report.verdict.next_step)
    if others or report.questions:
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
    _labelled(console, "checked", f"{_count(len(report.rules), 'rule')}: {told}", "dim", indent=9)
    for rule in report.rules:
        if rule.outcome in {"cannot-tell", "not-run"}:
            _labelled(console, "", f"{rule.rule}: {rule.reason}", "dim", indent=9)
    for note in report.notes[:5]:
        _labelled(console, "note", f"{note.message} ({note.count}×, {note.pointer or 'whole file'})", "dim", indent=9)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
