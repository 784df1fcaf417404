"""A quoted line with marks under its exact part, the way compilers show it. Plain lines of limited width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from haranalyze.redaction import visible_but_chips
from haranalyze.report.document import Evidence

MOST_LINES: Final = 6  # lines of one quote; the marked ones always stay
_BREAKS: Final = ("; ", ", ", " ", "&", "/")
_GAP: Final = "…"


class Shown(NamedTuple):
    """One line of an excerpt. ``kind`` is quote, mark or note."""

    kind: str
    text: str


def excerpt(evidence: Evidence, width: int, *, primary: bool) -> list[Shown]:
    """The evidence in lines of at most ``width`` columns, with ``^`` (primary) or ``-`` under its exact part.

    An absence has no line to quote: its caption stands alone, after ``=`` as compilers write notes.
    """
    caption = _plain(evidence.caption)
    if not evidence.quote or (evidence.line == "status" and not primary):
        return [Shown("note", line) for line in _wrapped(f"= {caption}", width, 2)]
    head = f"{_plain(evidence.line)}: "
    quote = _plain(evidence.quote)
    spans = evidence.exact if quote == evidence.quote else [(0, len(quote))]
    lines: list[Shown] = []
    if len(head) > width - 16:  # a long name stands alone, and the value below it
        lines, head = [Shown("quote", head.rstrip())], "  "
    room = max(width - len(head), 12)
    mark = "^" if primary else "-"
    pieces = list(_pieces(quote, room))
    marked = [any(start < to and start + length > begin for start, length in spans) for begin, to in pieces]
    last = max((place for place, is_marked in enumerate(marked) if is_marked), default=0)
    for place, (begin, to) in enumerate(pieces):
        if len(pieces) > MOST_LINES and not marked[place] and 0 < place < len(pieces) - 1:
            if not lines or lines[-1].text.strip() != _GAP:
                lines.append(Shown("quote", " " * len(head) + _GAP))
            continue
        lines.append(Shown("quote", (head if place == 0 else " " * len(head)) + quote[begin:to].rstrip()))
        if marked[place]:
            under = _under(begin, to, spans, mark, quote)
            told = f" {caption}" if place == last else ""
            lines += _mark_lines(" " * len(head) + under, told, width)
    return lines


def _under(begin: int, to: int, spans: list[tuple[int, int]], mark: str, quote: str) -> str:
    """The marks below characters ``begin`` to ``to`` of the quote."""
    end = begin + len(quote[begin:to].rstrip())
    signs = [mark if any(start <= at < start + length for start, length in spans) else " " for at in range(begin, end)]
    return "".join(signs).rstrip()


def _mark_lines(under: str, told: str, width: int) -> list[Shown]:
    """Marks with the caption behind them, or below where it does not fit."""
    if len(under) + len(told) <= width:
        return [Shown("mark", under + told)]
    indent = len(under) - len(under.lstrip())
    indent = min(indent, max(width - 24, 0))
    below = (Shown("mark", " " * indent + line) for line in _wrapped(told.strip(), width - indent, 0))
    return [Shown("mark", under), *below]


def _pieces(text: str, room: int) -> Iterator[tuple[int, int]]:
    """Where the lines of the text begin and end: broken behind a separator where there is one."""
    begin = 0
    while len(text) - begin > room:
        part = text[begin : begin + room]
        cut = next((at + len(sign) for sign in _BREAKS if (at := part.rfind(sign)) > room // 3), room)
        yield begin, begin + cut
        begin += cut
    yield begin, len(text)


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, max(width, 20), subsequent_indent=" " * indent, break_on_hyphens=False) or [""]


def _plain(text: str) -> str:
    return visible_but_chips(text)
