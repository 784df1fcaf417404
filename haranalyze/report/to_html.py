"""One self-contained page: no request leaves it, nothing a capture holds can run in it, it reads without scripts."""

from __future__ import annotations

import re
from collections import Counter
from textwrap import dedent
from typing import Any, Final, NamedTuple

import msgspec

from haranalyze.report.as_browser import GATES, OUTCOMES
from haranalyze.report.document import FindingInfo, Report
from haranalyze.report.drawing import budget_picture, token_picture
from haranalyze.report.html import page
from haranalyze.report.proof import Card
from haranalyze.report.prose import OWNERS, address
from haranalyze.report.rows import PageWeight, Row, folded_further, most_bytes
from haranalyze.report.timeline_data import encode

MOST_ROWS = 200  # timeline rows for readers without scripts, and for print
SHOWN_OUTCOMES = 7
MOST_ASKED = 20  # exchanges in question that are told one by one
MOST_STRANGERS = 5  # failing calls of other sites told on a healthy page
MIN_BAR = 8.0  # thousandths of the bar's room: three pixels on a wide screen

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
_BOX_MARKS: Final = {
    "ok": "pass",
    "broken": "fault",
    "follows": "follows",
    "unknown": "ask",
    "trouble": "other-trouble",
}
_BOX_WORDS: Final = {"broken": ": breaks here", "follows": ", follows from the break", "unknown": ": cannot tell"}
_LEGENDS: Final = {
    "fault": "solid: as it should be · dashed: follows from the break · choose a box to see its proof",
    "cannot-tell": "a question mark means: the evidence is not in the file",
}
_STEP_MARKS: Final = {"ok": "pass", "stop": "fault", "info": "note", "follows": "follows"}
_DIAMONDS: Final = {"decisive": "◆ ", "missing": "◇ ", "": ""}


def render(report: Report) -> str:
    """The page as one string, within the size rule."""
    made, most = _page(report), most_bytes(report.capture.exchanges)
    over = (len(made) if made.isascii() else len(made.encode())) - most
    if over <= 0 or report.all_exchanges:
        return made
    room = PageWeight().together(report.exchanges) - over  # more stands beside the rows than was foreseen
    listed, folded = folded_further(report.exchanges, report.folded, PageWeight(), room)
    return _page(msgspec.structs.replace(report, exchanges=listed, folded=folded))


def _page(report: Report) -> str:
    return page(
        "report.html.j2",
        ("report.css",),
        ("timeline.js", "report.js"),
        encode(report, _numbered(report)),
        report=report,
        **_view(report),
    )


def _view(report: Report) -> dict[str, Any]:
    """What the template needs beside the document: the same facts, put in reading order."""
    root = next((one for one in report.findings if one.id == report.verdict.finding), None)
    span = max((row.at + row.took for row in report.exchanges), default=1.0) or 1.0
    rows = _shown(report)
    shown = {row.exchange for row in rows}
    proven = {card.exchange for card in report.facts.proof}
    steps = {box.exchange for box in report.facts.strip}
    groups, pins = _groups(report, root), _pins(report)
    budget, tokens = budget_picture(report), token_picture(report)
    return {
        "root": root,
        "state_word": _STATES[report.verdict.state],
        "pips": _PIPS[report.verdict.confidence],
        "owner_word": next((word for owner, word in OWNERS.items() if owner.value == report.verdict.owner), ""),
        "owners": {owner.value: word for owner, word in OWNERS.items()},
        "asks": report.verdict.state == "cannot-tell" and report.capture.quality.ask == report.verdict.next_step,
        "reading": _reading(report, root),
        "legend": _LEGENDS.get(report.verdict.state, "choose a box to see it in the timeline"),
        **_proof(report, root),
        "holds": [words for words in report.capture.quality.holds if words != "authorization headers"],
        "anchors": {at: f"p{at}" if at in proven else f"x{at}" if at in shown else "timeline" for at in steps},
        "box_marks": _BOX_MARKS,
        "browser_outcomes": OUTCOMES,
        "browser_gates": GATES,
        "state_words": _BOX_WORDS,
        "step_marks": _STEP_MARKS,
        "diamonds": _DIAMONDS,
        "waiting": _waiting(report),
        "left_out": [_BRACKETED.sub("", words) for words in report.capture.quality.missing],
        "ask_steps": _AFTER_SENTENCE.split(report.capture.quality.ask or ""),
        **groups,
        "ready": _ready(report),
        **_checked(report),
        "in_question": _in_question(report),
        "shown_rows": shown,
        "timeline": [_bar(row, 1000.0 / span, pins) for row in rows],
        "budget_picture": budget,
        "token_picture": tokens,
        "ticks": [_span(span * part / 4) for part in (1, 2, 3)],
        "span_words": _span(span),
        "folded_count": sum(report.folded.values()),
        "folded_words": _folded_words(report.folded),
        "sections": _sections(report, groups, drawn=bool(budget or tokens)),
    }


def _reading(report: Report, root: FindingInfo | None) -> list[tuple[str, str]]:
    """Where the leading finding's rule is laid down: the name, and an address where the name tells one."""
    guide = next((one for one in report.guides if root is not None and one.rule == root.rule), None)
    return [(name, address(name)) for name in guide.references] if guide is not None else []


def _proof(report: Report, root: FindingInfo | None) -> dict[str, list[Card]]:
    """The two cards side by side, the deciding one among them, and those below a fold."""
    cards = report.facts.proof
    if root is None or len(cards) < 3:
        return {"pair": cards, "further": []}
    first = next((card for card in cards if card.exchange == root.primary.exchange), cards[0])
    second = next(card for card in cards if card is not first)
    return {
        "pair": [card for card in cards if card is first or card is second],
        "further": [card for card in cards if card is not first and card is not second],
    }


_AFTER_SENTENCE = re.compile(r"(?<=[.”]) (?=[A-Z])")


def _groups(report: Report, root: FindingInfo | None) -> dict[str, list[Any]]:
    """The findings that do not lead: consequences, others, and what is normal or only a note."""
    rest = [one for one in report.findings if one is not root]
    notes = [one for one in rest if one.severity == "info" and not one.consequence_of]
    is_normal = report.verdict.state == "healthy"
    return {
        "consequences": [one for one in rest if one.consequence_of],
        "others": [one for one in rest if one.severity != "info" and not one.consequence_of],
        "notes": [] if is_normal else notes,
        "normal": _normal(report, notes) if is_normal else [],
    }


def _normal(report: Report, notes: list[FindingInfo]) -> list[tuple[Row, str, str]]:
    """Rows that look alarming in a network list and mean nothing, with what they are and why, in client order."""
    told = {one.primary.exchange: (one.message, one.rule) for one in notes}
    for box in report.facts.strip:
        if box.name.startswith("Token expires"):
            told.setdefault(box.exchange, ("The token was over; it is renewed next, and the call works.", "renewed"))
    strangers = [row for row in report.exchanges if row.role == "third-party" and (row.status >= 400 or row.failure)]
    for row in strangers[:MOST_STRANGERS]:
        told.setdefault(row.exchange, ("A call of another site, no part of the login.", "third party"))
    return [(row, *told[row.exchange]) for row in report.exchanges if row.exchange in told]


def _ready(report: Report) -> list[tuple[str, str, list[tuple[str, bool]], str]]:
    """Id, title, paragraphs as they flow on the page (or lines of a change, as they stand), and the text to copy."""
    texts = report.verdict.texts
    listed = [
        ("customer", "Reply to the customer", texts.customer),
        ("engineering", "Note for engineering", texts.engineering),
    ]
    if report.verdict.owner in {"proxy", "identity-provider"} or report.verdict.state == "other-trouble":
        listed.append(("operations", "Note for operations", texts.operations))
    return [
        (name, title, [(dedent(part), True) if part[:1] == " " else (_flowing(part), False) for part in parts], text)
        for name, title, text in listed
        for parts in (text.split("\n\n"),)
    ]


def _flowing(paragraph: str) -> str:
    """A paragraph without its hard line ends; the lines of a list keep theirs."""
    return re.sub(r"\n(?!- )", " ", paragraph).replace("  ", " ")


_BRACKETED = re.compile(r" \([^)]*\)")
_LACKS = re.compile(r"(?:the|this) recording (?:holds no|leaves) (.+?)(?: out)?", re.IGNORECASE)
_MINUTES = 120_000.0  # ms from which on a time is told in minutes


def _span(milliseconds: float) -> str:
    if milliseconds < _MINUTES:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes} min {seconds} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _waiting(report: Report) -> list[tuple[str, list[str]]]:
    """What rules could not be told for lack of, and what those would have told, in plain words."""
    waiting: dict[str, list[str]] = {}
    for rule in report.rules:
        if rule.outcome == "cannot-tell":
            lack = _LACKS.fullmatch(rule.reason)
            waiting.setdefault(lack[1] if lack else rule.reason, []).append(rule.title or rule.rule)
    return sorted(waiting.items(), key=lambda item: -len(item[1]))


def _checked(report: Report) -> dict[str, Any]:
    """Rule outcomes sorted by weight, how many are shown at once, and the counts in words."""
    notes = {one.rule for one in report.findings if one.severity == "info"}
    marked = [
        (rule, *(_NOTED if rule.outcome == "finding" and rule.rule in notes else _OUTCOMES[rule.outcome]))
        for rule in report.rules
    ]
    marked.sort(key=lambda item: _ORDER.index(item[2]))
    counted = Counter(word for _, _, word in marked)
    shown = max(SHOWN_OUTCOMES, counted["Found"] + counted["Not run"])
    return {
        "outcomes": marked[:shown],
        "more_outcomes": marked[shown:],
        "counts": _counts(counted),
        "more_counts": _counts(Counter(word for _, _, word in marked[shown:]), alone=True),
    }


def _counts(counted: Counter[str], *, alone: bool = False) -> str:
    if alone and len(counted) == 1:
        return f"all {next(iter(counted)).lower()}"
    return ", ".join(f"{counted[word]} {word.lower()}" for word in _ORDER if counted[word])


_ORDER: Final = ("Found", "Not run", "Cannot tell", "To ask", "Noted", "Pass", "Not applicable")


def _folded_words(folded: dict[str, int]) -> str:
    named = [f"{host} {count}" for host, count in list(folded.items())[:8]]
    return ", ".join(named) + (f" and {len(folded) - 8} more" if len(folded) > 8 else "")


def _sections(report: Report, groups: dict[str, list[Any]], *, drawn: bool) -> list[tuple[str, str, str]]:
    facts, fixes = report.facts, next((one.fix for one in report.findings if one.id == report.verdict.finding), [])
    seen = sum(len(groups[name]) for name in ("consequences", "others", "notes")) + len(report.questions)
    cannot = report.verdict.state == "cannot-tell"
    listed = [
        ("verdict", "Verdict", "", True),
        ("strip", "Login steps", len(facts.strip), facts.strip),
        ("proof", "Proof", len(facts.proof), facts.proof),
        ("why", "Why", "", facts.why),
        ("fix", "Fix", len(fixes), fixes),
        ("shows", "What it shows", "", cannot),
        ("missing", "What is missing", len(_waiting(report)), cannot and _waiting(report)),
        ("ask", "Ask for better", "", report.capture.quality.ask),
        ("normal", "Looks alarming", len(groups["normal"]), groups["normal"]),
        ("as-browser", "In a browser", "", report.as_browser),
        ("texts", "Ready texts", len(_ready(report)), True),
        ("again", "By hand", "", facts.curl),
        ("also", "Also seen", seen or "", seen or report.notes),
        ("checked", "Checked", len(report.rules), True),
        ("sizes", "Sizes and tokens", "", drawn),
        ("timeline", "Timeline", report.capture.exchanges, True),
    ]
    return [(anchor, name, str(count)) for anchor, name, count, there in listed if there]


def _in_question(report: Report) -> list[Row]:
    """The rows that the verdict could not tell of, in its order."""
    asked = report.verdict.in_question[:MOST_ASKED]
    return sorted((row for row in report.exchanges if row.exchange in asked), key=lambda row: asked.index(row.exchange))


def _shown(report: Report) -> list[Row]:
    """The rows of the page: all, or those around the findings."""
    rows = report.exchanges
    if len(rows) <= MOST_ROWS:
        return rows
    near: set[int] = set()
    for position, row in enumerate(rows):
        if row.findings:
            near.update(range(max(0, position - 10), min(len(rows), position + 11)))
    return [rows[position] for position in sorted(near)[:MOST_ROWS]] or rows[:MOST_ROWS]


def _pins(report: Report) -> dict[int, str]:
    """Mark of each exchange a finding names: the leading finding's own place, what follows, other faults, notes."""
    state = report.verdict.state
    pins: dict[int, str] = {}
    for one in reversed(report.findings):
        is_root = one.id == report.verdict.finding
        tone = "follows" if one.consequence_of or is_root else "note" if one.severity == "info" else "fault"
        for index in one.exchanges:
            pins[index] = min(tone, pins.get(index, tone), key=_WEIGHT.index)
        if is_root:
            pins[one.primary.exchange] = "fault" if state == "fault" else "other-trouble"
    return pins


def _numbered(report: Report) -> dict[int, list[tuple[int, str]]]:
    """Numbers and tones of the findings that name an exchange; what tells most first."""
    pins: dict[int, list[tuple[int, str]]] = {}
    for number, one in enumerate(report.findings, start=1):
        is_root = one.id == report.verdict.finding
        tone = "follows" if one.consequence_of or is_root else "note" if one.severity == "info" else "fault"
        for index in one.exchanges:
            leads = is_root and index == one.primary.exchange
            pins.setdefault(index, []).append((number, "fault" if leads and report.verdict.state == "fault" else tone))
    # Where the leading finding only passes by, what follows from it says more.
    return {
        index: sorted(listed, key=lambda pin: (_WEIGHT.index(pin[1]), pin[0] == 1)) for index, listed in pins.items()
    }


_WEIGHT: Final = ("fault", "other-trouble", "follows", "note")


class _Bar(NamedTuple):
    """A row with its phases in thousandths of the span; at least eight wide, so that each can be seen."""

    row: Row
    pin: str
    start: float
    queued: float
    sent: float
    waiting: float
    answered: float
    receiving: float


def _bar(row: Row, scale: float, pins: dict[int, str]) -> _Bar:
    queued = max(row.sent - row.at, 0.0) * scale
    waiting = max(row.answered - row.sent, 0.0) * scale
    receiving = max(row.at + row.took - row.answered, 0.0) * scale
    waiting += max(MIN_BAR - queued - waiting - receiving, 0.0)
    start = min(row.at * scale, 1000.0 - MIN_BAR)
    parts = (start, queued, start + queued, waiting, start + queued + waiting, receiving)
    return _Bar(row, pins.get(row.exchange, ""), *(round(part, 1) for part in parts))
