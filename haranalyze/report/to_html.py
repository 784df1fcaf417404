"""One self-contained page: no request leaves it, nothing a capture holds can run in it, it reads without scripts."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from haranalyze.report.document import Report, RuleInfo
from haranalyze.report.rows import Row
from haranalyze.report.texts import OWNERS

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

MOST_ROWS = 500  # timeline rows in the page
SHOWN_OUTCOMES = 7

_STATES: Final = {
    "fault": "FAULT",
    "other-trouble": "OTHER TROUBLE",
    "healthy": "HEALTHY",
    "cannot-tell": "CANNOT TELL",
}
_PIPS: Final = {"certain": "■■■", "likely": "■■□", "possible": "■□□"}
_OUTCOMES: Final = {
    "finding": ("fault", "Found"),
    "not-run": ("warn", "Not run"),
    "cannot-tell": ("ask", "Cannot tell"),
    "question": ("ask", "To ask"),
    "pass": ("pass", "Pass"),
    "not-applicable": ("none", "Not applicable"),
}
_NOTED: Final = ("note", "Noted")  # red is for faults alone
_ASKING: Final = "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2m0 3v1"
# Shapes, so that no state is told by colour alone.
_SHAPES: Final = {
    "fault": ("M7 1h10l6 6v10l-6 6H7l-6-6V7z", "M8 8l8 8M16 8l-8 8", "finding-mark"),
    "healthy": ("M12 1a11 11 0 1 0 .01 0z", "M7 12l4 4 7-8", "pass-mark"),
    "pass": ("", "M12 2a10 10 0 1 0 .01 0zM7 12l4 4 7-8", "pass-mark"),
    "cannot-tell": ("M4 1h16a3 3 0 0 1 3 3v16a3 3 0 0 1-3 3H4a3 3 0 0 1-3-3V4a3 3 0 0 1 3-3z", _ASKING, "ask-mark"),
    "other-trouble": ("M12 1l11 11-11 11L1 12z", "M12 7v7m0 3v1", "quiet-mark"),
    "ask": ("", "M4 2h16a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z" + _ASKING, "ask-mark"),
    "warn": ("", "M12 2L1 22h22zM12 9v6m0 3v1", "ask-mark"),
    "follows": ("", "M5 4v9h13m-5-5l5 5-5 5", "quiet-mark"),
    "note": ("", "M12 2a10 10 0 1 0 .01 0zM12 11v6m0-10v1", "quiet-mark"),
    "none": ("", "M12 2a10 10 0 1 0 .01 0zM7 12h10", "quiet-mark"),
}  # fmt: skip
_CHIP = re.compile(r"«([^«»]{1,80})»")


def render(report: Report) -> str:
    """The page as one string."""
    environment = _environment()
    style, script = _asset("report.css"), _asset("report.js")
    from markupsafe import Markup

    return environment.get_template("report.html.j2").render(
        report=report,
        # The only two texts that are not escaped: our own style sheet and script, allowed by their hash.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        policy=_policy(style, script),
        **_view(report),
    )


def _view(report: Report) -> dict[str, Any]:
    """What the template needs beside the document: the same facts, put in reading order."""
    root = next((one for one in report.findings if one.id == report.verdict.finding), None)
    rest = [one for one in report.findings if one is not root]
    span = max((row.at + row.took for row in report.exchanges), default=1.0) or 1.0
    texts = report.verdict.texts
    return {
        "root": root,
        "state_word": _STATES[report.verdict.state],
        "pips": _PIPS[report.verdict.confidence],
        "owner_word": next((word for owner, word in OWNERS.items() if owner.value == report.verdict.owner), ""),
        "owners": {owner.value: word for owner, word in OWNERS.items()},
        "consequences": [one for one in rest if one.consequence_of],
        "others": [one for one in rest if not one.consequence_of],
        "ready": (
            ("customer", "Reply to the customer", texts.customer),
            ("engineering", "Note for engineering", texts.engineering),
            ("operations", "Note for operations", texts.operations),
        ),
        "outcomes": sorted(report.rules, key=_outcome_order),
        "shown_outcomes": max(
            SHOWN_OUTCOMES, sum(rule.outcome not in {"pass", "not-applicable"} for rule in report.rules)
        ),
        "marked": {rule.rule: _OUTCOMES[rule.outcome] for rule in report.rules}
        | {one.rule: _NOTED for one in report.findings if one.severity == "info"},
        "rows": {row.exchange: row for row in report.exchanges},
        "timeline": _bars(report, span),
        "span": span,
        "folded_count": sum(report.folded.values()),
        "sections": _sections(report, root is not None),
    }


def _sections(report: Report, has_root: bool) -> list[tuple[str, str, str]]:
    listed = [("verdict", "Verdict", "")]
    if report.facts.strip:
        listed.append(("strip", "Login steps", str(len(report.facts.strip))))
    if has_root:
        listed.append(("proof", "Proof", str(len(report.facts.proof))))
        listed.append(("fix", "Fix", ""))
    listed.append(("texts", "Ready texts", "3"))
    others = len(report.findings) - has_root
    if others or report.questions or report.notes:
        listed.append(("also", "Also seen", str(others)))
    listed.append(("checked", "Checked", str(len(report.rules))))
    if report.facts.tokens or report.facts.budget:
        listed.append(("sizes", "Sizes and tokens", ""))
    listed.append(("timeline", "Timeline", str(report.capture.exchanges)))
    return listed


def _outcome_order(rule: RuleInfo) -> int:
    return list(_OUTCOMES).index(rule.outcome)


def _bars(report: Report, span: float) -> list[tuple[Row, float, float, float, float]]:
    """Rows around the findings with their phases as parts of 1000: start, queued, waiting, receiving."""
    rows = report.exchanges
    if len(rows) > MOST_ROWS:
        near: set[int] = set()
        for position, row in enumerate(rows):
            if row.findings:
                near.update(range(max(0, position - 10), min(len(rows), position + 11)))
        chosen = sorted(near)[:MOST_ROWS] or list(range(MOST_ROWS))
        rows = [rows[position] for position in chosen]
    scale = 1000.0 / span
    return [
        (
            row,
            round(row.at * scale, 2),
            round(max(row.sent - row.at, 0.0) * scale, 2),
            round(max(row.answered - row.sent, 0.0) * scale + 1.5, 2),
            round(max(row.at + row.took - row.answered, 0.0) * scale, 2),
        )
        for row in rows
    ]


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("haranalyze.templates", ""), autoescape=True, undefined=StrictUndefined
    )
    environment.filters["chips"] = _chips
    environment.globals["mark"] = _mark
    environment.globals["numbers"] = _numbers
    return environment


@cache
def _asset(name: str) -> str:
    return files("haranalyze.templates").joinpath(name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    """Content-Security-Policy: nothing remote, only this style sheet and this script."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _chips(text: str) -> Markup:
    """The text escaped, with masked values in a frame."""
    from markupsafe import Markup, escape

    escaped = str(escape(text))
    return Markup(_CHIP.sub(r'<span class="chip">«\1»</span>', escaped))  # noqa: S704 - escaped on the line above


def _mark(name: str, size: str = "") -> Markup:
    """An SVG mark of our own shapes; ``size`` is "" or "big"."""
    from markupsafe import Markup

    fill, stroke, tone = _SHAPES[name]
    body = f'<path d="{fill}" fill="currentColor"/>' if fill else ""
    line = "var(--surface)" if fill else "currentColor"
    return Markup(  # noqa: S704 - our own shapes, nothing captured
        f'<svg class="mark {size} {tone}" viewBox="0 0 24 24" aria-hidden="true">{body}'
        f'<path d="{stroke}" fill="none" stroke="{line}" stroke-width="2.4" stroke-linecap="round"/></svg>'
    )


def _numbers(indexes: list[int]) -> str:
    shown = ", ".join(f"#{index}" for index in indexes[:6])
    return shown + (f" and {len(indexes) - 6} more" if len(indexes) > 6 else "")
