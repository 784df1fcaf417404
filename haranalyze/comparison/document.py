"""What two recordings of one flow have in common and where they part: one plain document for every output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.capture.model import Exchange
from haranalyze.comparison.alignment import Alignment, Pair, align
from haranalyze.comparison.differences import Change, Sides, Weight, changes, line
from haranalyze.comparison.gates import ClosedGate, closed_gate, never_sent
from haranalyze.facts.session import RefreshResult, Role, SignInResult
from haranalyze.redaction import Projector
from haranalyze.report.as_browser import GATES, OUTCOMES, seen_by_browser
from haranalyze.report.document import CaptureInfo, Tool, capture_info, tool_info
from haranalyze.report.prose import OWNERS
from haranalyze.text import Kind, Text
from haranalyze.verdict import State

SCHEMA: Final = "haranalyze-comparison/0"
MOST_ROWS: Final = 400
_LOOK_BACK: Final = 3  # rows in which a repetition is looked for
_FOLLOWS: Final = "follows"
_DETAILS: Final = 2  # further differences told beside the first


class Half(msgspec.Struct, frozen=True, gc=False):
    """One side of a step. ``status`` None where the step is no exchange of its own; ``remark`` two or three words."""

    exchange: int
    method: str
    host: str
    path: str
    status: int | None
    remark: str


class ChangeInfo(msgspec.Struct, frozen=True, gc=False):
    """One difference: what stands on the side ``request`` or ``response``, None for an absence.

    ``weight`` is decides (the outcome of the step is another one), matters (may be why) or minor.
    """

    kind: str
    weight: str
    side: str
    name: str
    good: str | None
    bad: str | None


class StepInfo(msgspec.Struct, frozen=True, gc=False):
    """One step, numbered from 1.

    ``state`` is same, differs (without effect), parts (the first that has another outcome) or follows; ``count`` how
    often it is repeated; ``told`` the difference in words; ``foreseen`` what a browser would have done with the good
    recording's call, where that was asked and another client made it.
    """

    number: int
    name: str
    line: str
    role: str
    state: str
    good: Half | None
    bad: Half | None
    told: str
    foreseen: str
    changes: list[ChangeInfo]
    count: int


class SideInfo(msgspec.Struct, frozen=True, gc=False):
    """One recording, with the verdict of its own report."""

    capture: CaptureInfo
    state: str
    headline: str


class Comparison(msgspec.Struct, frozen=True, gc=False):
    """The document.

    ``state`` is parts, same (no step has another outcome) or unrelated (no step in common); ``step`` the number of the
    step where they part; ``difference`` what differs there; ``gate`` the check of browsers that was closed, where the
    good recording is of another client; ``owner`` who must act, by the failing recording's own
    verdict; ``notes`` what to keep in mind; ``minor`` counts of differences that do not matter; ``summary`` all of it
    as text to paste.
    """

    schema: str
    tool: Tool
    state: str
    headline: str
    difference: str
    owner: str | None
    rule: str | None
    gate: str | None
    step: int | None
    good: SideInfo
    bad: SideInfo
    steps: list[StepInfo]
    folded: int
    minor: dict[str, int]
    notes: list[str]
    summary: str


@dataclass(slots=True)
class _Row:
    """A step while the rows are put together."""

    name: str
    line: str
    role: str
    good: Half | None
    bad: Half | None
    pair: Pair
    changes: list[Change] = field(default_factory=list)
    decides: Change | None = None
    state: str = "same"
    told: str = ""
    count: int = 1


def build(good: Analysis, bad: Analysis) -> Comparison:
    """Lay the two recordings side by side."""
    projector = Projector(good.facts, bad.facts)
    names = good.facts.session.session_cookie_names() | bad.facts.session.session_cookie_names() | _named(good, bad)
    sides = Sides(good, bad, projector, names)
    alignment = align(good.facts, bad.facts)
    rows = [row for pair in alignment.pairs for row in _rows(sides, pair)]
    common = any(pair.good and pair.bad for pair in alignment.pairs)
    at = _parting(rows) if common else None
    if at is None or rows[at].bad is None:
        at = _never_sent(sides, rows, at)
    _tell(rows, at)
    kept = _folded(rows)
    number = next((place for place, row in enumerate(kept, start=1) if row.state == "parts"), None)
    for row in kept:
        row.told = f"follows from step {number}" if row.told == _FOLLOWS else row.told
    foreseen = _foreseen(sides)
    steps = [_step(place, row, foreseen) for place, row in enumerate(kept, start=1)]
    state = "parts" if number else "same" if common else "unrelated"
    parting = kept[number - 1].pair if number else None
    gate = _gate(sides, parting) if parting else None
    headline, difference = _headline(kept, number, state, gate), _difference(kept, number, gate)
    root = bad.verdict.root
    owner = bad.verdict.owner.value if bad.verdict.owner and number else None
    works, fails = _side(good, projector), _side(bad, projector)
    notes = list(_notes(sides, alignment, number))
    return Comparison(
        SCHEMA,
        tool_info(good),
        state,
        headline,
        difference,
        owner,
        root.rule if root and number else None,
        gate.name if gate else None,
        number,
        works,
        fails,
        steps[:MOST_ROWS],
        max(len(steps) - MOST_ROWS, 0),
        _minor(rows, alignment),
        notes,
        _summary(headline, difference, owner, [works, fails], steps),
    )


def _named(*sides: Analysis) -> frozenset[Text]:
    """Cookies that leading findings are about: a sign-in may hang on one that carries no session."""
    subjects = (side.verdict.root.match.subject for side in sides if side.verdict.root is not None)
    return frozenset(one for one in subjects if isinstance(one, Text) and one.kind is Kind.COOKIE_NAME)


# rows


def _rows(sides: Sides, pair: Pair) -> Iterator[_Row]:
    shown = pair.bad or pair.good
    assert shown is not None
    side = sides.bad if pair.bad is not None else sides.good
    row = _Row(
        _name(side, shown),
        line(shown, sides.projector),
        side.facts.session.role(shown).value,
        _half(pair.good, sides.projector),
        _half(pair.bad, sides.projector),
        pair,
    )
    if pair.good is None or pair.bad is None:
        row.decides = _alone(sides, pair)
        yield row
        return
    row.changes = changes(sides, pair.good, pair.bad)
    if pair.moved:
        row.changes.insert(0, _moved(sides, pair.good, pair.bad))
    kept = [one for one in row.changes if one.kind == "cookie-kept"]
    told_below = {"cookie-kept", "finding"} if kept else set()
    row.changes = [one for one in row.changes if one.kind not in told_below]
    row.decides = next((one for one in row.changes if one.weight is Weight.DECIDES), None)
    for side_half, remark in (("good", "good_remark"), ("bad", "bad_remark")):
        words = ", ".join(dict.fromkeys(getattr(one, remark) for one in row.changes if getattr(one, remark)))
        half = getattr(row, side_half)
        setattr(row, side_half, msgspec.structs.replace(half, remark=words))
    yield row
    if kept:
        yield _cookie_row(row, kept)


def _cookie_row(row: _Row, kept: list[Change]) -> _Row:
    """What the browser made of the cookies an answer sets: a step of its own, since the answer itself may be fine."""
    assert row.good is not None
    assert row.bad is not None
    return _Row(
        "Cookie kept?",
        ", ".join(one.name for one in kept),
        "cookie",
        msgspec.structs.replace(row.good, status=None, remark=kept[0].good_remark),
        msgspec.structs.replace(row.bad, status=None, remark=kept[0].bad_remark),
        row.pair,
        kept,
        kept[0] if kept[0].weight is Weight.DECIDES else None,
    )


def _half(exchange: Exchange | None, projector: Projector) -> Half | None:
    if exchange is None:
        return None
    return Half(
        exchange.index,
        projector.show(exchange.method),
        projector.show(exchange.host),
        projector.show(exchange.path),
        exchange.response.status,
        "",
    )


_NAMES: Final = {
    Role.PAGE: "Page opens",
    Role.SIGN_IN: "Sign in",
    Role.SIGN_OUT: "Sign out",
    Role.SESSION_CALL: "Call",
    Role.REFRESH: "Refresh",
    Role.PREFLIGHT: "Preflight",
    Role.REDIRECT: "Redirect",
    Role.AUTH_PAGE: "Login page",
    Role.THIRD_PARTY: "Call",
    Role.STATIC: "File",
}


def _name(side: Analysis, exchange: Exchange) -> str:
    session = side.facts.session
    refresh = session.refresh(exchange)
    if refresh is not None and refresh.result is RefreshResult.NO_SESSION:
        return "Session check"
    role = session.role(exchange)
    if role is Role.PREFLIGHT and (guarded := side.facts.timeline.preflight_for(exchange)) is not None:
        return f"{_name(side, guarded).replace('Sign in', 'Sign-in')} preflight"
    return _NAMES[role]


def _alone(sides: Sides, pair: Pair) -> Change | None:
    """A step only one recording has, where its outcome is one that a login suffers from."""
    if pair.bad is None:
        return None
    session, exchange = sides.bad.facts.session, pair.bad
    refresh, status = session.refresh(exchange), exchange.response.status
    call = line(exchange, sides.projector)
    wrong = any(one.exchange is exchange and one.result is SignInResult.WRONG_CREDENTIALS for one in session.sign_ins)
    role = session.role(exchange)
    if wrong or role is Role.STATIC or exchange.index in session.renewed_calls:
        return None
    if role is Role.PREFLIGHT and not sides.good.facts.quality.is_browser:
        return None  # no other client asks first; what came of it shows at the call
    if refresh is not None and refresh.result in {RefreshResult.OK, RefreshResult.CLEARED_DUPLICATES}:
        if refresh.after is not None and refresh.after.index in session.renewed_calls:
            return None
        told = f"the failing recording renews the session with {call} where the good one does not"
        return Change("step", Weight.DECIDES, "request", "step", None, call, told)
    if refresh is not None and refresh.result is RefreshResult.NO_SESSION:
        return None
    if status >= 400 or status == 0:
        answered = f"is answered {status}" if status else "gets no answer"
        told = f"the failing recording calls {call}, which {answered}; the good one does not make this call"
        return Change("step", Weight.DECIDES, "request", "step", None, call, told)
    return None


def _moved(sides: Sides, good: Exchange, bad: Exchange) -> Change:
    values = [line(exchange, sides.projector) for exchange in (good, bad)]
    told = f"the good recording calls {values[0]} where the failing one calls {values[1]}"
    return Change("address", Weight.DECIDES, "request", "address", values[0], values[1], told)


# where they part


def _parting(rows: list[_Row]) -> int | None:
    """The first row with another outcome; without one, the first step the good recording goes on with alone."""
    decided = next((place for place, row in enumerate(rows) if row.decides is not None), None)
    if decided is not None:
        return decided
    last = max((place for place, row in enumerate(rows) if row.bad is not None), default=-1)
    wanting = (place for place, row in enumerate(rows) if place > last and row.role == Role.SESSION_CALL.value)
    at = next(wanting, None)
    if at is not None:
        told = f"the good recording goes on with {rows[at].line} and the failing one does not"
        rows[at].decides = Change("step", Weight.DECIDES, "request", "step", rows[at].line, None, told)
    return at


def _never_sent(sides: Sides, rows: list[_Row], at: int | None) -> int | None:
    """Where the good recording goes on alone: a call that the browser may not even send comes before other reasons."""
    for place, row in enumerate(rows):
        if row.bad is None and row.pair.good is not None and never_sent(sides, row.pair.good):
            told = f"the good recording calls {row.line} and the failing one never sends it"
            row.decides = Change("step", Weight.DECIDES, "request", "step", row.line, None, told)
            return place
    return at


def _gate(sides: Sides, pair: Pair) -> ClosedGate | None:
    if pair.bad is not None:
        return closed_gate(sides, pair.good, pair.bad)
    return never_sent(sides, pair.good) if pair.good is not None else None


def _tell(rows: list[_Row], at: int | None) -> None:
    """State and words of each row, seen from the row where the recordings part."""
    for place, row in enumerate(rows):
        differs = any(one.weight >= Weight.MATTERS for one in row.changes)
        alone = row.good is None or row.bad is None
        if place == at and row.decides is not None:
            row.state = "parts"
            row.told = "The two part here."
        elif at is not None and place > at and (differs or alone):
            row.state = "follows"
            row.told = _only(row) if alone else _FOLLOWS
        elif differs or alone:
            row.state = "differs"
            row.told = _only(row) if alone else f"{_what(row)}, without effect here"
        else:
            row.told = "same"


def _only(row: _Row) -> str:
    return "only in the good one" if row.bad is None else "only in the failing one"


def _what(row: _Row) -> str:
    """What differs, in a word or two."""
    words = dict.fromkeys(one.name for one in row.changes if one.weight >= Weight.MATTERS)
    shown = list(words)
    return (
        ", ".join(shown[:2])
        + (f" and {len(shown) - 2} more" if len(shown) > 2 else "")
        + (" differs" if len(shown) == 1 else " differ")
    )


def _folded(rows: list[_Row]) -> list[_Row]:
    """Repetitions, as in a loop or while polling, as one row with a count."""
    kept: list[_Row] = []
    for row in rows:
        like = next((one for one in kept[-_LOOK_BACK:] if row.state != "parts" and _is_like(one, row)), None)
        if like is not None:
            like.count += 1
        else:
            kept.append(row)
    return kept


def _is_like(one: _Row, other: _Row) -> bool:
    def seen(row: _Row) -> tuple[object, ...]:
        halves = [(half.status, half.remark) if half else None for half in (row.good, row.bad)]
        return row.name, row.line, row.state, row.told, *halves

    return seen(one) == seen(other)


def _foreseen(sides: Sides) -> dict[int, str]:
    """For the good recording of another client: what a browser at the asked origin would have done, by exchange."""
    seen = seen_by_browser(sides.good.facts, sides.projector)
    if seen is None:
        return {}
    found = {}
    for call in seen.calls:
        why = f" ({GATES[call.gate]}: {call.told})" if call.gate else ""
        found[call.exchange] = f"a browser at {seen.origin}: {OUTCOMES[call.outcome]}{why}"
    return found


def _step(number: int, row: _Row, foreseen: dict[int, str]) -> StepInfo:
    return StepInfo(
        number,
        row.name,
        row.line,
        row.role,
        row.state,
        row.good,
        row.bad,
        row.told,
        foreseen.get(row.good.exchange, "") if row.good and row.good.status is not None else "",
        [
            ChangeInfo(one.kind, one.weight.name.lower(), one.side, _line_of(one), one.good, one.bad)
            for one in row.changes
            if one.weight >= Weight.MATTERS and one.kind != "finding"
        ],
        row.count,
    )


def _line_of(change: Change) -> str:
    """The line the values stand in."""
    return "set-cookie" if change.kind == "cookie-kept" else change.name


# words


def _headline(rows: list[_Row], number: int | None, state: str, gate: ClosedGate | None) -> str:
    if state == "unrelated":
        return "The two recordings have no step in common: they do not show the same flow."
    if number is None:
        return "No step has another outcome in the failing recording: what differs does not touch the login."
    row = rows[number - 1]
    assert row.decides is not None
    told = row.decides.told.rstrip(".")
    if gate is not None:
        told += f": the browser's gate that closed is {gate.name} ({gate.told})"
    if number == 1:
        return f"They part at the first step: {told}."
    before = rows[number - 2]
    until = f"{before.name.lower()} (step {number - 1})"
    same = "Identical" if all(one.state == "same" for one in rows[: number - 1]) else "The same outcome"
    return f"{same} until {until}; then {told}."


def _difference(rows: list[_Row], number: int | None, gate: ClosedGate | None) -> str:
    """What stands on the two sides of the step where they part."""
    if number is None:
        return ""
    row = rows[number - 1]
    assert row.decides is not None
    if row.decides.kind in {"cookie-kept", "set-cookie"} and row.decides.good and row.decides.bad:
        return _attributes(row.decides.good, row.decides.bad)
    telling = [
        one for one in row.changes if one.weight >= Weight.MATTERS and one.kind not in {"finding", "cookie-kept"}
    ]
    told = [_pair_in_words(one) for one in telling if one is not row.decides or one.kind in {"cors", "token"}]
    asked_alike = row.good and row.bad and not any(one.side == "request" for one in telling)
    if row.decides.kind == "status" and asked_alike and gate is None:
        told.insert(0, "the recorded request is the same on both sides, so what differs lies behind it")
    sentence = "; ".join(told[:_DETAILS])
    return f"{sentence.replace('the recorded', 'The recorded', 1)}." if sentence else ""


def _pair_in_words(change: Change) -> str:
    name = change.name
    if change.bad is None:
        return f"{name} {change.good} in the good one only"
    if change.good is None:
        return f"{name} {change.bad} in the failing one only"
    return f"{name} {change.good} in the good one, {change.bad} in the failing one"


def _attributes(good: str, bad: str) -> str:
    """Attributes of a Set-Cookie line that stand on one side only."""
    one, other = (value.split("; ")[1:] for value in (good, bad))
    only = [part for part in one if part not in other], [part for part in other if part not in one]
    if not only[0] and not only[1]:
        return "The lines have the same attributes: the browsers, the pages or what came before differ."
    words = [" and ".join(parts) or f"no {_attribute_name(others)}" for parts, others in (only, only[::-1])]
    return f"{words[0]} in the good one, {words[1]} in the failing one."


def _attribute_name(parts: list[str]) -> str:
    return " or ".join(part.partition("=")[0] for part in parts)


def _notes(sides: Sides, alignment: Alignment, number: int | None) -> Iterator[str]:
    good, bad, projector = sides.good, sides.bad, sides.projector
    if good.verdict.state is State.FAULT and bad.verdict.state is not State.FAULT:
        yield "By their own reports the first recording fails and the second does not: they may be the wrong way round."
    elif good.verdict.state is State.FAULT:
        yield f"The recording given as good shows a fault itself: {projector.say(good.verdict.headline)}"
    if not sides.compares_cookies:
        which = [word for word, side in (("good", good), ("failing", bad)) if not side.facts.quality.records_cookies]
        yield f"The {' and the '.join(which)} recording holds no cookies: cookies were not compared."
    if number is None and bad.verdict.state is State.FAULT:
        yield f"The failing recording's own report says: {projector.say(bad.verdict.headline)}"
    if alignment.cut:
        yield f"The last {alignment.cut} steps of the longer recording were not laid side by side."


_GROUPS: Final = {
    "dates": frozenset(("date", "expires", "age", "last-modified", "retry-after")),
    "validators": frozenset(("etag", "if-none-match", "if-modified-since")),
    "sizes": frozenset(("content-length", "content-encoding", "transfer-encoding", "accept-ranges")),
    "the browser's own headers": frozenset(
        (
            "user-agent",
            "accept",
            "accept-language",
            "accept-encoding",
            "priority",
            "dnt",
            "te",
            "pragma",
            "connection",
            "postman-token",
        )
    ),
}


def _minor(rows: list[_Row], alignment: Alignment) -> dict[str, int]:
    """Counts of differences that do not matter, by what they are."""
    counts: Counter[str] = Counter()
    for row in rows:
        for change in row.changes:
            if change.weight is Weight.MINOR:
                counts[_group(change)] += 1
    if alignment.crossed:
        counts["order of calls"] = alignment.crossed
    return dict(counts.most_common())


def _group(change: Change) -> str:
    if change.kind == "status":
        return "answers from a cache"
    if change.name.startswith("sec-"):
        return "the browser's own headers"
    return next((group for group, names in _GROUPS.items() if change.name in names), "other headers")


def _side(analysis: Analysis, projector: Projector) -> SideInfo:
    verdict = analysis.verdict
    return SideInfo(capture_info(analysis.facts, projector), verdict.state.value, projector.say(verdict.headline))


def _summary(headline: str, difference: str, owner: str | None, sides: list[SideInfo], steps: list[StepInfo]) -> str:
    names = [f"{side.capture.name or 'recording'} ({side.capture.browser or side.capture.creator})" for side in sides]
    who = next((words for one, words in OWNERS.items() if one.value == owner), "")
    lines = [headline, f"The difference: {difference}" if difference else "", f"Who must act: {who}." if who else ""]
    lines += [f"Works: {names[0]}. Fails: {names[1]}.", ""]
    for state, group in groupby(steps[:40], key=lambda one: one.state):
        for step in group:
            halves = [_half_words(half) for half in (step.good, step.bad)]
            sign = {"parts": ">", "follows": " "}.get(state, " ")
            lines.append(f"{sign} {step.number}. {step.name}, {step.line}: {halves[0]} | {halves[1]}")
    return "\n".join(line for place, line in enumerate(lines) if line or place > 2) + "\n"


def _half_words(half: Half | None) -> str:
    if half is None:
        return "-"
    status = "" if half.status is None else f" {half.status or 'no answer'}"
    return f"#{half.exchange}{status}{f' {half.remark}' if half.remark else ''}"
