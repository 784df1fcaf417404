"""Markdown for a ticket or an issue comment: nothing in it loads, links, mentions or refers by accident.

Written for GitHub Flavored Markdown and plain CommonMark alike; at most ``LONGEST`` characters (GitHub takes 65,536
in a comment).
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from haranalyze.report.as_browser import GATES, OUTCOMES
from haranalyze.report.document import Evidence, FindingInfo, FixInfo, Report
from haranalyze.report.excerpt import excerpt
from haranalyze.report.markdown import code, fenced, plain, prose
from haranalyze.report.prose import OWNERS

LONGEST: Final = 60_000
_WIDTH: Final = 88
_STATES: Final = {
    "fault": "❌ FAULT",
    "other-trouble": "🔷 OTHER TROUBLE",
    "healthy": "✅ HEALTHY",
    "cannot-tell": "❔ CANNOT TELL",
}
_BOXES: Final = {"ok": "", "broken": " ✗", "follows": "", "unknown": " ?", "trouble": " ✗"}
_OMITTED: Final = "*The rest is left out to fit a comment; the other formats hold it.*"


def render(report: Report) -> str:
    """The report as Markdown; what does not fit is left out from the end, and the text says so."""
    root = next((one for one in report.findings if one.id == report.verdict.finding), None)
    blocks = [*_head(report, root), *_steps(report)]
    if root is not None:
        blocks += [*_proof(report, root), *_fixes(root)]
    blocks += [*_as_browser(report), *_asked(report), *_also(report), *_ready(report), _checked(report)]
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


def _as_browser(report: Report) -> list[str]:
    """What a browser would have done with each call of another client."""
    seen = report.as_browser
    if seen is None:
        return []
    lines = []
    for call in seen.calls[:_MOST_CALLS]:
        why = f": {GATES[call.gate]}, {prose(call.told)}" if call.gate else ""
        lines.append(f"* {code(f'#{call.exchange} {call.method} {call.path}')} {OUTCOMES[call.outcome]}{why}")
    return [f"**A browser at {code(seen.origin)}** would have done with these calls:", "\n".join(lines)]


_MOST_CALLS: Final = 40


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
