"""The comparison as one self-contained page, with the report page's own style, policy and escaping."""

from __future__ import annotations

from typing import Any, Final

from haranalyze.comparison.document import ChangeInfo, Comparison, StepInfo
from haranalyze.report.html import page
from haranalyze.report.prose import OWNERS

_STATES: Final = {
    "parts": ("fault", "They part at step {step}"),
    "same": ("healthy", "No step has another outcome"),
    "unrelated": ("cannot-tell", "Nothing to compare"),
}
_MARKS: Final = {"same": "pass", "differs": "note", "parts": "fault", "follows": "follows"}
_BREAK: Final = "; "


def render(comparison: Comparison) -> str:
    """The page as one string: no request leaves it, nothing captured can run in it, it reads without scripts."""
    tone, words = _STATES[comparison.state]
    return page(
        "compare.html.j2",
        ("report.css", "compare.css"),
        ("compare.js",),
        comparison=comparison,
        tone=tone,
        state_word=words.format(step=comparison.step),
        owner_word=next((word for owner, word in OWNERS.items() if owner.value == comparison.owner), ""),
        marks=_MARKS,
        differing=sum(step.state != "same" for step in comparison.steps),
        minor=_minor(comparison),
        diffs={step.number: _diffs(step) for step in comparison.steps if step.changes},
    )


def _minor(comparison: Comparison) -> tuple[int, str]:
    """How many differences do not matter, and which."""
    told = ", ".join(f"{count} {words}" for words, count in comparison.minor.items())
    return sum(comparison.minor.values()), told


def _diffs(step: StepInfo) -> list[dict[str, Any]]:
    """The differing lines of a step, each value in its parts with those marked that stand on one side only."""
    return [
        {
            "side": one.side,
            "name": one.name,
            "good": _parts(one, one.good, one.bad),
            "bad": _parts(one, one.bad, one.good),
        }
        for one in step.changes
    ]


def _parts(change: ChangeInfo, value: str | None, other: str | None) -> list[tuple[str, bool]]:
    """(part, differs) of a value; empty where nothing stands there."""
    if value is None:
        return []
    if change.kind not in {"set-cookie", "cookie-kept"} or other is None:
        return [(value, True)]
    others = set(other.split(_BREAK)[1:])
    first, *rest = value.split(_BREAK)
    same = _BREAK.join([first, *(part for part in rest if part in others)])
    return [(same, False), *((part, True) for part in rest if part not in others)]
