"""Markdown for a ticket or an issue comment: nothing in it loads, links, mentions or refers by accident.

Written for GitHub Flavored Markdown and plain CommonMark alike; at most ``LONGEST`` characters (GitHub takes 65,536
in a comment).
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from haranalyze.redaction import visible_but_chips
from haranalyze.report.document import Evidence, FindingInfo, FixInfo, Report
from haranalyze.report.excerpt import excerpt
from haranalyze.report.prose import parts
from haranalyze.report.texts import OWNERS

LONGEST: Final = 60_000
_LONGEST_PIECE: Final = 4_000  # of one sentence or line
_WIDTH: Final = 88
_STATES: Final = {
    "fault": "❌ FAULT",
    "other-trouble": "🔷 OTHER TROUBLE",
    "healthy": "✅ HEALTHY",
    "cannot-tell": "❔ CANNOT TELL",
}
_BOXES: Final = {"ok": "", "broken": " ✗", "follows": "", "unknown": " ?", "trouble": " ✗"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&$^])")
# What a tracker turns into a link, a mention or a reference wherever it stands outside of code.
_LINKED: Final = ("@", "://", "www.")
_REFERRED = re.compile(r"(?:\b[A-Za-z]{1,10}-|[#!%])\d{1,20}|\b[0-9a-f]{7,64}\b")
_SPACE = re.compile(r"(\s+)")
_TICKS = re.compile(r"`+")
_OMITTED: Final = "*The rest is left out to fit a comment; the other formats hold it.*"


def render(report: Report) -> str:
    """The report as Markdown; what does not fit is left out from the end, and the text says so."""
    root = next((one for one in report.findings if one.id == report.verdict.finding), None)
    blocks = [*_head(report, root), *_steps(report)]
    if root is not None:
        blocks += [*_proof(report, root), *_fixes(root)]
    blocks += [*_asked(report), *_also(report), *_ready(report), _checked(report)]
    kept: list[str] = []
    room = LONGEST - len(_OMITTED) - 2
    for block in blocks:
        if len(block) + 2 > room:
            kept.append(_OMITTED)
            break
        kept.append(block)
        room -= len(block) + 2
    return "\n\n".join(kept) + "\n"


def _head(report: Report, root: FindingInfo | None) -> list[str]:
    verdict, capture = report.verdict, report.capture
    owner = next((words for owner, words in OWNERS.items() if owner.value == verdict.owner), "")
    facts = [code(capture.name) if capture.name else "", plain(capture.browser)]
    facts.append(f"{capture.exchanges} exchange{'' if capture.exchanges == 1 else 's'}")
    lacks = ", ".join(capture.quality.missing)
    facts.append(f"without {prose(lacks)}" if lacks else "")
    sure = [
        "" if verdict.state == "cannot-tell" else verdict.confidence,
        f"**{owner}**" if owner else "",
        f"rule {code(root.rule)}" if root else "",
    ]
    blocks = [f"### {_STATES[verdict.state]}: {prose(verdict.headline)}", _joined(sure), _joined(facts)]
    blocks += [f"It could also be this: {prose(one)}" for one in verdict.alternatives]
    return [block for block in blocks if block]


def _joined(words: list[str]) -> str:
    return " · ".join(word for word in words if word)


def _steps(report: Report) -> list[str]:
    boxes = report.facts.strip
    if len(boxes) < 2:
        return []
    told = ""
    for box in boxes:
        status = "" if box.status is None else f" {box.status or 'no answer'}"
        step = plain(f"{box.name.lower()}{status}{_BOXES[box.state]}")
        told += (" ✂ " if box.state == "broken" else " → ") if told else ""
        told += f"**{step}**" if box.state in {"broken", "trouble"} else step
    return [f"**Steps:** {told}"]


def _proof(report: Report, root: FindingInfo) -> list[str]:
    rows = {row.exchange: row for row in report.exchanges}
    places: dict[int, list[Evidence]] = {}
    for evidence in (root.primary, *root.related[:5]):
        places.setdefault(evidence.exchange, []).append(evidence)
    lines: list[str] = []
    for exchange, listed in places.items():
        row = rows.get(exchange)
        answer = (row.status if row else 0) or "no answer"
        lines.append(f"#{exchange}  {row.method} {row.path}  {answer}  {row.host}" if row else f"#{exchange}")
        for evidence in listed:
            shown = excerpt(evidence, _WIDTH - 6, primary=evidence is root.primary)
            lines += [f"    | {line.text}" for line in shown]
    return ["**Proof**", fenced("text", lines)]


def _fixes(root: FindingInfo) -> list[str]:
    blocks = []
    for place, fix in enumerate(root.fix[:3]):
        title = "**Fix**" if place == 0 else "**Another way**"
        owner = next((words for owner, words in OWNERS.items() if owner.value == fix.for_), fix.for_)
        blocks.append(f"{title} ({plain(owner)}, {prose(fix.place)}): {prose(fix.text)}")
        if lines := _changed(fix):
            blocks.append(fenced("diff", lines))
    return blocks


def _changed(fix: FixInfo) -> list[str]:
    before = [f"- {line}" for line in (fix.before or "").splitlines()]
    return before + [f"+ {line}" for line in (fix.after or "").splitlines()]


def _asked(report: Report) -> list[str]:
    blocks = [f"**To ask:** {prose(one.text)} ({prose(one.why)})" for one in report.questions[:5]]
    step = report.verdict.next_step
    told = {fix.text for one in report.findings if one.id == report.verdict.finding for fix in one.fix}
    if step and step not in told:
        blocks.append(f"**Next:** {prose(step)}")
    return blocks


def _also(report: Report) -> list[str]:
    others = [one for one in report.findings if one.id != report.verdict.finding]
    follow = sorted({one.rule for one in others if one.consequence_of})
    rest = [one for one in others if not one.consequence_of]
    lines = [f"* {code(one.rule)} {prose(one.message)}" for one in rest[:10]]
    if follow:
        names = ", ".join(code(name) for name in follow)
        lines.insert(0, f"* follows from this: {names}")
    if len(rest) > 10:
        lines.append(f"* and {len(rest) - 10} more")
    return ["**Also seen**", "\n".join(lines)] if lines else []


def _ready(report: Report) -> list[str]:
    """The ready texts, folded where the reader's tracker can fold."""
    texts = (
        ("Reply to the customer", report.verdict.texts.customer),
        ("Note for engineering", report.verdict.texts.engineering),
    )
    return [
        f"<details><summary>{title}</summary>\n\n{fenced('text', text.splitlines())}\n\n</details>"
        for title, text in texts
        if text
    ]


def _checked(report: Report) -> str:
    counts = Counter(rule.outcome for rule in report.rules)
    told = ", ".join(f"{count} {outcome.replace('-', ' ')}" for outcome, count in sorted(counts.items()))
    version = f" {plain(report.tool.version)}" if report.tool.version else ""
    return f"<sub>{len(report.rules)} rules checked: {plain(told)} · haranalyze{version} · secrets are masked</sub>"


def prose(sentence: str) -> str:
    """A sentence with its names as code, and everything else without meaning to Markdown or to a tracker."""
    out = []
    for kind, part in parts(_short(visible_but_chips(sentence))):
        out.append(plain(part) if kind == "words" else code(part))
    return "".join(out)


def plain(text: str) -> str:
    """Words that stay words: special characters escaped, anything a tracker would link as code."""
    out: list[str] = []
    for word in _SPACE.split(_short(visible_but_chips(text))):
        if any(sign in word for sign in _LINKED):
            out.append(code(word))
            continue
        at = 0
        for found in _REFERRED.finditer(word):
            out += [_escaped(word[at : found.start()]), code(found.group())]
            at = found.end()
        out.append(_escaped(word[at:]))
    return "".join(out)


def _escaped(words: str) -> str:
    return _SPECIAL.sub(r"\\\1", words)


def code(text: str) -> str:
    """A code span that ends where it should, whatever it holds (CommonMark 0.31, section 6.1)."""
    text = _short(visible_but_chips(text))
    fence = "`" * (max((len(run) for run in _TICKS.findall(text)), default=0) + 1)
    gap = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{fence}{gap}{text}{gap}{fence}"


def fenced(language: str, lines: list[str]) -> str:
    """A code block whose fence nothing inside can close (CommonMark 0.31, section 4.5)."""
    shown = [_short(visible_but_chips(line)) for line in lines]
    longest = max((len(run) for line in shown for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(longest + 1, 3)
    return "\n".join([f"{fence}{language}", *shown, fence])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_PIECE else text[: _LONGEST_PIECE - 1] + "…"
