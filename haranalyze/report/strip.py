"""The login strip: four to eight boxes of the session's life, with the joint that broke."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.capture.model import Exchange
from haranalyze.facts import Facts
from haranalyze.facts.session import RefreshResult, Role, SignInResult
from haranalyze.redaction import Projector
from haranalyze.verdict import State

MOST = 8


class Box(msgspec.Struct, frozen=True, gc=False):
    """One step. ``state`` is ok, broken, follows or unknown; ``exchange`` the first of ``count`` equal steps."""

    name: str
    line: str
    status: int
    exchange: int
    count: int
    remark: str
    state: str


@dataclass(slots=True)
class _Step:
    name: str
    exchange: Exchange
    remark: str
    count: int = 1


def strip(analysis: Analysis, projector: Projector) -> list[Box]:
    """The boxes in client order; empty for a recording without a session."""
    steps = _collapsed(_steps(analysis.facts))
    broken = _broken(analysis, steps)
    steps = _chosen(steps, broken)
    boxes = []
    for step in steps:
        exchange = step.exchange
        boxes.append(
            Box(
                step.name if step.count == 1 else f"{step.name} ×{step.count}",
                f"{projector.show(exchange.method)} {_tail(projector.show(exchange.path))}",
                exchange.response.status,
                exchange.index,
                step.count,
                step.remark,
                _state(analysis, step, broken),
            )
        )
    return boxes


def _steps(facts: Facts) -> list[_Step]:
    session, steps = facts.session, []
    sign_ins = {one.exchange.index: one for one in session.sign_ins}
    sign_outs = {one.index for one in session.sign_outs}
    page = first_call = False
    for exchange in facts.exchanges:
        role = session.role(exchange)
        refresh = session.refresh(exchange)
        if role is Role.PAGE and not page:
            page = True
            steps.append(_Step("Page opens", exchange, "the app loads"))
        elif exchange.index in sign_ins:
            result = sign_ins[exchange.index].result
            steps.append(_Step("Sign in", exchange, _SIGN_IN[result]))
        elif refresh is not None:
            name = "Session check" if refresh.result is RefreshResult.NO_SESSION else "Refresh"
            steps.append(_Step(name, exchange, _REFRESH[refresh.result]))
        elif exchange.index in sign_outs:
            steps.append(_Step("Sign out", exchange, "the session ends"))
        elif role is Role.SESSION_CALL:
            refused = session.refusal(exchange) is not None or exchange.failed
            name = "Call" if first_call else "First call"
            first_call = True
            steps.append(_Step(name, exchange, "refused" if refused else "answered"))
    return steps


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


def _collapsed(steps: list[_Step]) -> list[_Step]:
    """Runs of equal steps as one; a loop of two alternating steps as two boxes with counts."""
    merged: list[_Step] = []
    for step in steps:
        known = next(
            (
                one
                for one in merged[-2:]
                if (one.name, one.remark) == (step.name, step.remark)
                or (one.name in _CALLS and step.name in _CALLS and one.remark == step.remark)
            ),
            None,
        )
        if known is not None:
            known.count += step.count
        else:
            merged.append(step)
    return merged


_CALLS = frozenset(("First call", "Call"))


def _broken(analysis: Analysis, steps: list[_Step]) -> int | None:
    """Exchange of the step where it breaks: the leading finding's own, else the nearest step it touches."""
    root, facts = analysis.verdict.root, analysis.facts
    if root is None or analysis.verdict.state is not State.FAULT or not steps:
        return None
    shown = {step.exchange.index for step in steps}
    if root.match.at.exchange in shown:
        return root.match.at.exchange
    for index in root.exchanges:
        if index in shown:
            return index
    at = facts.timeline.position(facts.timeline.exchange(root.match.at.exchange))
    later = [step for step in steps if facts.timeline.position(step.exchange) >= at]
    return (later or steps)[0 if later else -1].exchange.index


def _chosen(steps: list[_Step], broken: int | None) -> list[_Step]:
    """At most eight: those around the break, the first and the last."""
    if len(steps) <= MOST:
        return steps
    at = next((number for number, step in enumerate(steps) if step.exchange.index == broken), len(steps) - 1)
    start = min(max(at - 4, 1), len(steps) - (MOST - 1))
    return [steps[0], *steps[start : start + MOST - 1]]


def _state(analysis: Analysis, step: _Step, broken: int | None) -> str:
    position = analysis.facts.timeline.position
    if step.exchange.index in analysis.verdict.in_question:
        return "unknown"
    if broken is None:
        return "ok"
    if step.exchange.index == broken:
        return "broken"
    return "follows" if position(step.exchange) > position(analysis.facts.timeline.exchange(broken)) else "ok"


def _tail(path: str) -> str:
    """The last part of a path, as the box has room for."""
    last = path.rstrip("/").rpartition("/")[2]
    return f"…/{last}" if last and path.count("/") > 1 else path
