"""The comparison for a terminal: the sentence first, then step by step, the differing lines under the step."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from haranalyze.comparison.document import ChangeInfo, Comparison, Half, SideInfo, StepInfo
from haranalyze.redaction import visible_but_chips
from haranalyze.report.prose import OWNERS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_HEADS: Final = {
    "parts": ("THEY PART AT STEP {step}", "bold red"),
    "same": ("NO STEP HAS ANOTHER OUTCOME", "bold green"),
    "unrelated": ("NOTHING TO COMPARE", "bold yellow"),
}
_MARKS: Final = {"same": " ", "differs": "~", "parts": ">", "follows": " "}
_MOST_CHANGES: Final = 8


def render(comparison: Comparison, *, width: int = 80, color: bool = False) -> str:
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
    _line(console, "works", _side(comparison.good))
    _line(console, "fails", _side(comparison.bad))
    console.print()
    _verdict(console, comparison)
    if comparison.steps:
        _steps(console, comparison)
    for note in comparison.notes:
        _line(console, "note", note)
    if comparison.minor:
        told = ", ".join(f"{count} {words}" for words, count in comparison.minor.items())
        _line(console, "minor", f"differences that do not matter: {told}", "dim")
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _line(console: Console, label: str, words: str, style: str = "") -> None:
    from rich.table import Table

    grid = Table.grid(padding=0)
    grid.add_column(width=7, no_wrap=True)
    grid.add_column(overflow="fold", ratio=1)
    grid.add_row(*_styled((label, "bold"), (words, style)))
    console.print(grid)


def _styled(*cells: tuple[str, str]) -> list[Text]:
    """Cells of a table; the only way of captured words to the terminal."""
    from rich.text import Text

    return [Text(visible_but_chips(words), style=style) for words, style in cells]


def _side(side: SideInfo) -> str:
    capture = side.capture
    count = f"{capture.exchanges} exchange{'' if capture.exchanges == 1 else 's'}"
    parts = (capture.name, capture.browser or capture.creator, (capture.started or "")[:19].replace("T", " "), count)
    return " · ".join(part for part in (*parts, side.state.upper().replace("-", " ")) if part)


def _verdict(console: Console, comparison: Comparison) -> None:
    from rich.text import Text

    words, style = _HEADS[comparison.state]
    console.print(Text(words.format(step=comparison.step), style=style))
    console.print(Text(visible_but_chips(comparison.headline)), overflow="fold")
    if comparison.difference:
        console.print(Text(visible_but_chips(f"The difference: {comparison.difference}")), overflow="fold")
    owner = next((words for one, words in OWNERS.items() if one.value == comparison.owner), "")
    if owner:
        rule = f" · rule {comparison.rule}" if comparison.rule else ""
        console.print(Text(visible_but_chips(f"Who must act: {owner}{rule}"), style="dim"), overflow="fold")
    console.print()


def _steps(console: Console, comparison: Comparison) -> None:
    table = _table()
    table.add_row(*_styled(("", ""), ("step", "bold"), ("works", "bold"), ("fails", "bold"), ("difference", "bold")))
    for step in comparison.steps:
        if step.state == "parts":
            console.print(table)
            _row(table := _table(), step)
            console.print(table)
            for change in step.changes[:_MOST_CHANGES]:
                _change(console, change)
            table = _table()
        else:
            _row(table, step)
        if step.foreseen:
            console.print(table)
            _line(console, "", step.foreseen, "dim")
            table = _table()
    console.print(table)
    if comparison.folded:
        _line(console, "", f"and {comparison.folded} more steps")
    console.print()


def _table() -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(width=5, no_wrap=True, justify="right")
    table.add_column(ratio=10, overflow="fold")
    table.add_column(ratio=6, overflow="fold")
    table.add_column(ratio=6, overflow="fold")
    table.add_column(ratio=7, overflow="fold")
    return table


def _row(table: Table, step: StepInfo) -> None:
    tone = {"parts": "bold red", "same": "", "differs": "", "follows": "dim"}[step.state]
    count = f" ×{step.count}" if step.count > 1 else ""
    what = f"{step.name}{count}\n{step.line}"
    table.add_row(
        *_styled((f"{_MARKS[step.state]} {step.number}", tone)),
        *_lines(what, tone),
        *_styled((_half(step.good), tone), (_half(step.bad), tone), (step.told, tone)),
    )


def _lines(words: str, style: str) -> list[Text]:
    from rich.text import Text

    return [Text("\n".join(visible_but_chips(line) for line in words.split("\n")), style=style)]


def _half(half: Half | None) -> str:
    if half is None:
        return "-"
    status = "" if half.status is None else str(half.status or "no answer")
    return " ".join(word for word in (f"#{half.exchange}", status, half.remark) if word)


def _change(console: Console, change: ChangeInfo) -> None:
    """The two values below each other, as a diff."""
    from rich.table import Table

    head = "request" if change.side == "request" else "answer"
    for sign, value, style in (("+", change.good, "green"), ("-", change.bad, "red")):
        grid = Table.grid(padding=0)
        grid.add_column(width=8)
        grid.add_column(overflow="fold", ratio=1)
        shown = value if value is not None else "(not there)"
        grid.add_row(*_styled((f"      {sign} ", style), (f"{head} {change.name}: {shown}", style)))
        console.print(grid)
