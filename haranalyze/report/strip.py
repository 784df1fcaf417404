"""The login strip: four to eight boxes of the session's life, with the joint that broke."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.capture.model import Exchange
from haranalyze.facts import Facts
from haranalyze.facts.session import RefreshResult, Role, SignInResult
from haranalyze.findings import Finding
from haranalyze.redaction import Projector
from haranalyze.text import Kind, Text
from haranalyze.verdict import State

MOST = 8
_LONGEST_REMARK = 44  # characters that fit a box in two lines


class Box(msgspec.Struct, frozen=True, gc=False):
    """One step.

    ``state`` is ok, broken, follows, unknown (the evidence is not in the recording) or trouble (what the user
    suffers from although the session is fine); ``exchange`` the first of ``count`` equal steps; ``status`` None
    for a step that is not an exchange of its own, such as a cookie the browser refuses.
    """

    name: str
    line: str
    status: int | None
    exchange: int
    count: int
    remark: str
    state: str


@dataclass(slots=True)
class _Step:
    name: str
    exchange: Exchange
    remark: str
    weight: int  # heavier steps stay when there are too many
    count: int = 1
    line: str = ""  # instead of method and path
    at_fault: bool = False


def strip(analysis: Analysis, projector: Projector) -> list[Box]:
    """The boxes in client order; empty for a recording without a session."""
    steps = list(_steps(analysis))
    _mark_fault(analysis, steps, projector)
    steps = _chosen(_collapsed(steps))
    broken = next((place for place, step in enumerate(steps) if step.at_fault), None)
    return [
        Box(
            step.name if step.count == 1 else f"{step.name} ×{step.count}",
            step.line or f"{projector.show(step.exchange.method)} {_tail(projector.show(step.exchange.path))}",
            None if step.line else step.exchange.response.status,
            step.exchange.index,
            step.count,
            "reason not recorded" if (state := _state(analysis, step, place, broken)) == "unknown" else step.remark,
            state,
        )
        for place, step in enumerate(steps)
    ]


_QUIET = frozenset((Role.STATIC, Role.THIRD_PARTY))


def _steps(analysis: Analysis) -> Iterator[_Step]:
    facts, session = analysis.facts, analysis.facts.session
    root = analysis.verdict.root
    wanted = {*analysis.verdict.in_question[:4], *([root.match.at.exchange] if root else ())}
    sign_ins = {one.exchange.index: one for one in session.sign_ins}
    sign_outs = {one.index for one in session.sign_outs}
    renewed = session.renewed_calls
    told = {*wanted, *sign_ins, *sign_outs, *(one.exchange.index for one in session.refreshes)}
    page = called = False
    for exchange in facts.exchanges:
        role, index = session.role(exchange), exchange.index
        if role in _QUIET and index not in told:
            continue
        if role is Role.PAGE and not page:
            page = True
            yield _Step("Page opens", exchange, "the app loads" if exchange.response.status < 400 else "", 2)
        elif index in sign_ins:
            yield _Step("Sign in", exchange, _SIGN_IN[sign_ins[index].result], 4)
        elif (refresh := session.refresh(exchange)) is not None:
            name = "Session check" if refresh.result is RefreshResult.NO_SESSION else "Refresh"
            yield _Step(name, exchange, _REFRESH[refresh.result], 3)
        elif index in sign_outs:
            yield _Step("Sign out", exchange, "the session ends", 3)
        elif role is Role.SESSION_CALL:
            step = _call(facts, exchange, renewed, first=not called)
            if index in wanted or (step.weight and not (sign_ins and _is_anonymous(facts, exchange))):
                called = True
                yield step
        elif index in wanted:
            yield _Step(_ROLES[role], exchange, "not allowed" if role is Role.PREFLIGHT else "", 4)


def _call(facts: Facts, exchange: Exchange, renewed: frozenset[int], *, first: bool) -> _Step:
    """A call of the app: accepted, refused and renewed, or refused."""
    if exchange.index in renewed:
        return _Step("Token expires", exchange, "normal, renewed next", 2)
    if exchange.failed:
        remark = "no answer"
    elif facts.session.refusal(exchange) is not None:
        remark = "refused"
    else:
        remark = "answered" if exchange.response.status < 400 else "not answered well"
    return _Step("First call" if first else "Call", exchange, remark, 2 if first else 1)


def _is_anonymous(facts: Facts, exchange: Exchange) -> bool:
    """Refused because nobody was signed in: normal, and no step of a login that comes later."""
    refused = facts.session.refusal(exchange) is not None
    return refused and not facts.session.signed_in_before(exchange)


_SIGN_IN = {
    SignInResult.OK: "accepted",
    SignInResult.WRONG_CREDENTIALS: "wrong password",
    SignInResult.REFUSED: "refused",
    SignInResult.FAILED: "no good answer",
}
_REFRESH = {
    RefreshResult.OK: "renewed",
    RefreshResult.NO_SESSION: "normal, first visit",
    RefreshResult.REFUSED: "refused",
    RefreshResult.THEFT: "token reuse",
    RefreshResult.CLEARED_DUPLICATES: "old cookies cleared",
    RefreshResult.NOT_API: "not the session API",
    RefreshResult.FAILED: "no good answer",
}
_ROLES = {
    Role.PAGE: "Page",
    Role.SIGN_IN: "Sign in",
    Role.SIGN_OUT: "Sign out",
    Role.SESSION_CALL: "Call",
    Role.REFRESH: "Refresh",
    Role.PREFLIGHT: "Preflight",
    Role.REDIRECT: "Redirect",
    Role.AUTH_PAGE: "Login page",
    Role.THIRD_PARTY: "Other site",
    Role.STATIC: "File",
}


def _mark_fault(analysis: Analysis, steps: list[_Step], projector: Projector) -> None:
    """Mark the step the leading finding is about; a cookie that is refused becomes a step of its own."""
    root = analysis.verdict.root
    if root is None or not steps:
        return
    place = _place_of_fault(analysis, steps, root)
    step = steps[place]
    if _is_about_set_cookie(root) and step.exchange.index == root.match.at.exchange:
        refused = root.match.at.text is not None
        name = root.match.subject
        line = projector.show(name) if isinstance(name, Text) and name else "Set-Cookie"
        step = _Step("Cookie refused" if refused else "Cookie missing", step.exchange, "", 9, line=line)
        steps.insert(place + 1, step)
    step.at_fault, step.weight = True, 9
    if step.exchange.index == root.match.at.exchange:
        said = projector.say(root.match.caption).removeprefix("decides it: ").removeprefix("missing: ")
        step.remark = said if len(said) <= _LONGEST_REMARK else step.remark


def _is_about_set_cookie(root: Finding) -> bool:
    at = root.match.at
    if "/response/" not in at.pointer:
        return False
    return at.text.kind is Kind.SET_COOKIE if at.text is not None else root.match.subject == "set-cookie"


def _place_of_fault(analysis: Analysis, steps: list[_Step], root: Finding) -> int:
    """The finding's own exchange, else the first one it touches."""
    places = {step.exchange.index: place for place, step in reversed(list(enumerate(steps)))}
    for index in (root.match.at.exchange, *root.exchanges):
        if index in places:
            return places[index]
    position = analysis.facts.timeline.position
    at = position(analysis.facts.timeline.exchange(root.match.at.exchange))
    return next((place for place, step in enumerate(steps) if position(step.exchange) >= at), len(steps) - 1)


def _collapsed(steps: list[_Step]) -> list[_Step]:
    """Runs of equal steps as one; steps that alternate, as in a loop, as two or three boxes with counts."""
    merged: list[_Step] = []
    for step in steps:
        known = next((one for one in merged[-2:] if _is_like(one, step)), None)
        if known is None and len(merged) > 2 and merged[-3].name == step.name and _is_like(merged[-3], step):
            known = merged[-3]
        if known is None:
            merged.append(step)
        else:
            known.count += step.count
    return merged


def _is_like(one: _Step, other: _Step) -> bool:
    """Whether ``other`` repeats ``one``: a call that was refused repeats the one at fault, whatever is said there."""
    if other.at_fault or one.line or other.line:
        return False
    if one.name in _CALLS and other.name in _CALLS:
        return (one.remark == other.remark and not one.at_fault) or (
            one.at_fault
            and one.exchange.response.status == other.exchange.response.status
            and one.exchange.request.url.path == other.exchange.request.url.path
        )
    return one.name == other.name and (one.remark == other.remark or one.at_fault)


_CALLS = frozenset(("First call", "Call"))


def _chosen(steps: list[_Step]) -> list[_Step]:
    """At most eight: the lightest go first, of equal ones those farthest from the fault, or from the end."""
    fault = next((place for place, step in enumerate(steps) if step.at_fault), len(steps) - 1)
    kept = sorted(enumerate(steps), key=lambda item: (-item[1].weight, abs(item[0] - fault)))[:MOST]
    return [step for _, step in sorted(kept, key=lambda item: item[0])]


def _state(analysis: Analysis, step: _Step, place: int, broken: int | None) -> str:
    verdict = analysis.verdict
    if step.exchange.index in verdict.in_question:
        return "unknown"
    if verdict.state is State.FAULT and broken is not None and place >= broken:
        return "broken" if step.at_fault else "follows"
    if verdict.state is State.OTHER_TROUBLE and (step.at_fault or step.exchange.response.status >= 500):
        return "trouble"
    return "ok"


def _tail(path: str) -> str:
    """The last part of a path, as the box has room for."""
    last = path.rstrip("/").rpartition("/")[2]
    return f"…/{last}" if last and path.count("/") > 1 else path
