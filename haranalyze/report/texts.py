"""Ready texts: the reply to the customer, the note for engineering, the note for whoever runs the servers.

All three are made of the same evidence, once as plain text and once as Markdown.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.findings import Confidence, Finding, Outcome, Owner
from haranalyze.redaction import Projector
from haranalyze.report.markdown import code, fenced, prose
from haranalyze.report.prose import OWNERS
from haranalyze.text import Place, Sentence
from haranalyze.verdict import State

WIDTH = 76
_MOST = 4  # places and questions in one note


class Texts(msgspec.Struct, frozen=True, gc=False):
    """Three texts of one kind.

    Plain ones have at most 76 characters a line (lines of code keep theirs), an empty line between paragraphs, and
    "- " before the items of a list.
    """

    customer: str
    engineering: str
    operations: str


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """``name`` is a name of ours that the words begin with, set as code where there is such a thing."""

    words: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Item:
    words: str


@dataclass(frozen=True, slots=True)
class _Change:
    """Lines before and after."""

    before: str
    after: str

    @property
    def lines(self) -> list[str]:
        return [f"- {line}" for line in self.before.splitlines()] + [f"+ {line}" for line in self.after.splitlines()]


_Block = _Paragraph | _Item | _Change
_Note = list[_Block]


def texts(analysis: Analysis, projector: Projector) -> tuple[Texts, Texts]:
    """The three texts, plain and as Markdown."""
    notes = [make(analysis, projector) for make in (_customer, _engineering, _operations)]
    return Texts(*map(_plain, notes)), Texts(*map(_markdown, notes))


# the reply to the customer


def _customer(analysis: Analysis, projector: Projector) -> _Note:
    verdict = analysis.verdict
    headline = projector.say(verdict.headline)
    thanks = "Thank you for the recording."
    if verdict.state is State.CANNOT_TELL:
        again = "Could you record it once more?" if analysis.facts.quality.ask else ""
        return _paragraphs(f"{thanks} {headline}", again, _do(analysis, projector))
    if verdict.state is State.HEALTHY:
        return _paragraphs(
            f"{thanks} {headline}",
            "If the trouble is still there, please record it once more: start before signing in and stop right after"
            " you have seen it.",
        )
    told = f"{thanks} {_SURE[verdict.confidence] if not _says_how_sure(headline) else ''}{headline}"
    who = OWNERS.get(verdict.owner, "") if verdict.owner else ""
    do = _do(analysis, projector)
    team = verdict.owner in _TEAMS
    pass_on = f"Please pass this on to {_TEAMS[verdict.owner]}: {do}" if team and verdict.owner and do else do
    fine = "Nothing is wrong with the browser or the account." if team and verdict.state is State.FAULT else ""
    return _paragraphs(told, pass_on or (f"This is for: {who}." if who else ""), fine)


_SURE = {
    Confidence.CERTAIN: "",
    Confidence.LIKELY: "Most likely this is it: ",
    Confidence.POSSIBLE: "It may be this: ",
}
_TEAMS = {
    Owner.API: "the team that runs the API",
    Owner.FRONTEND: "the team that builds the app",
    Owner.PROXY: "the team that runs the proxy in front of the API",
    Owner.IDENTITY_PROVIDER: "whoever runs the identity provider",
}


def _says_how_sure(headline: str) -> bool:
    return any(word in headline for word in ("most likely", " may "))


def _do(analysis: Analysis, projector: Projector) -> str:
    return projector.say(analysis.verdict.next_step) if analysis.verdict.next_step else ""


# the note for engineering


def _engineering(analysis: Analysis, projector: Projector) -> _Note:
    verdict, root = analysis.verdict, analysis.verdict.root
    asked = [
        f"To find out: {projector.say(one.text)} ({projector.say(one.why)}.)" for one in analysis.questions[:_MOST]
    ]
    if root is None:
        numbers = ", ".join(f"#{index}" for index in verdict.in_question[:10])
        return _paragraphs(
            projector.say(verdict.headline),
            f"In question: {numbers}." if numbers else "",
            _checked(analysis) if verdict.state is State.HEALTHY else "",
            _do(analysis, projector),
            *asked,
        )
    match, say = root.match, projector.say
    note: _Note = [_Paragraph(f"{root.rule} ({root.confidence.value}): {say(match.message)}", root.rule)]
    for place, words in [(match.at, match.caption), *match.related[:_MOST]]:
        note.append(_Item(_exchange(analysis, place, projector, say(words))))
    for fix in match.fixes[:2]:
        note += _paragraphs(f"Change ({fix.owner.value}), {say(fix.place)}: {say(fix.text)}")
        if fix.before is not None or fix.after is not None:
            note.append(_Change(_said(fix.before, projector), _said(fix.after, projector)))
    note += _paragraphs(
        *(f"It could also be this: {say(one).rstrip('.')}." for one in verdict.alternatives),
        f"What would decide: {say(match.decides)}" if match.decides is not None and verdict.alternatives else "",
        _consequences(analysis, root),
        *asked,
        f"Fingerprint {root.fingerprint}",
    )
    return note


def _said(sentence: Sentence | None, projector: Projector) -> str:
    return "" if sentence is None else projector.say(sentence)


def _checked(analysis: Analysis) -> str:
    """ "Checked: 96 rules, 80 found nothing, 16 had nothing to look at."."""
    counts = Counter(one.outcome for one in analysis.outcomes)
    told = [
        f"{counts[outcome]} {words}"
        for outcome, words in (
            (Outcome.PASS, "found nothing"),
            (Outcome.NOT_APPLICABLE, "had nothing to look at"),
            (Outcome.CANNOT_TELL, "lack evidence in this recording"),
            (Outcome.QUESTION, "leave a question"),
        )
        if counts[outcome]
    ]
    return f"Checked: {len(analysis.outcomes)} rules, {', '.join(told)}." if told else ""


def _consequences(analysis: Analysis, root: Finding) -> str:
    names = sorted({one.rule for one in analysis.findings if one.consequence_of == root.id})
    return f"Follows from this: {', '.join(names)}." if names else ""


def _exchange(analysis: Analysis, place: Place, projector: Projector, caption: str) -> str:
    """``#12 GET /api/me 401: sent without it``."""
    exchange = analysis.facts.timeline.exchange(place.exchange)
    status = exchange.response.status or "no answer"
    said = caption.removeprefix("decides it: ").removeprefix(f"{status}: ")
    return f"#{exchange.index} {projector.show(exchange.method)} {projector.show(exchange.path)} {status}: {said}"


# the note for operations


def _operations(analysis: Analysis, projector: Projector) -> _Note:
    """What to look for in the logs of proxies, servers and the identity provider, and what to change there."""
    root = analysis.verdict.root
    if root is None:
        return _paragraphs(
            projector.say(analysis.verdict.headline),
            _when(analysis, analysis.verdict.in_question),
        )
    exchange = analysis.facts.timeline.exchange(root.match.at.exchange)
    hop = analysis.facts.header_budget.hop(exchange)
    host = projector.show(exchange.host)
    fixes = [fix for fix in root.match.fixes if fix.owner in {Owner.PROXY, Owner.IDENTITY_PROVIDER}]
    none = "Nothing in this recording asks for a change in a proxy or at an identity provider." if not fixes else ""
    note = _paragraphs(
        projector.say(root.match.message),
        f"Host {host}, answered by {hop.name}." if hop else f"Host {host}.",
        _when(analysis, (exchange.index, *(place.exchange for place, _ in root.match.related))),
    )
    for fix in fixes:
        note.append(_Item(f"{projector.say(fix.place)}: {projector.say(fix.text)}"))
        if fix.before is not None or fix.after is not None:
            note.append(_Change(_said(fix.before, projector), _said(fix.after, projector)))
    return note + _paragraphs(none)


def _when(analysis: Analysis, indexes: tuple[int, ...]) -> str:
    """When to look in the logs, by the clock of the computer that recorded."""
    timeline, told = analysis.facts.timeline, []
    for index in dict.fromkeys(indexes[:_MOST]):
        exchange = timeline.exchange(index)
        if exchange.started is None:
            continue
        try:
            at = datetime.fromtimestamp(timeline.wall(timeline.sent(exchange)) / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            continue
        told.append(f"#{index} at {at:%Y-%m-%d %H:%M:%S} UTC")
    return f"In the logs: {', '.join(told)}, by the clock of the computer that recorded." if told else ""


# writing


def _paragraphs(*words: str) -> _Note:
    return [_Paragraph(one) for one in words if one]


def _joined(note: _Note, write: Callable[[_Block], str]) -> str:
    """The blocks with an empty line between; items of a list directly below each other."""
    text = ""
    for before, block in zip([None, *note], note, strict=False):
        gap = "" if before is None else "\n" if isinstance(before, _Item) and isinstance(block, _Item) else "\n\n"
        text += gap + write(block)
    return text


def _plain(note: _Note) -> str:
    return _joined(note, _plain_block)


def _plain_block(block: _Block) -> str:
    if isinstance(block, _Change):
        return "\n".join(f"    {line}" for line in block.lines)
    listed = isinstance(block, _Item)
    lines = textwrap.wrap(
        f"- {block.words}" if listed else block.words,
        WIDTH,
        subsequent_indent="  " if listed else "",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def _markdown(note: _Note) -> str:
    return _joined(note, _markdown_block)


def _markdown_block(block: _Block) -> str:
    if isinstance(block, _Change):
        return fenced("diff", block.lines)
    if isinstance(block, _Item):
        return f"* {prose(block.words)}"
    name = code(block.name) if block.name else ""
    return name + prose(block.words.removeprefix(block.name))
