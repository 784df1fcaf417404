"""The timeline's rows: every exchange that matters, the rest folded with a count."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.capture.model import Exchange
from haranalyze.facts.session import Role
from haranalyze.redaction import Projector
from haranalyze.timeline import Timeline

EVERY = 2_000  # up to here every exchange is a row; beyond it this many rows at most, and those findings name
MOST_HOSTS = 500  # hosts of folded exchanges listed by name
NEAR = 10  # exchanges before and after one that a finding names


class Row(msgspec.Struct, frozen=True, gc=False):
    """One exchange. ``at`` and ``took`` in ms, ``at`` after the first exchange; ``findings`` by id."""

    exchange: int
    role: str
    method: str
    host: str
    path: str
    status: int
    at: float
    sent: float
    answered: float
    took: float
    failure: str
    source: str
    bytes: int | None
    findings: list[str]


_FOLDED = frozenset((Role.STATIC, Role.THIRD_PARTY))


def rows(analysis: Analysis, projector: Projector) -> tuple[list[Row], dict[str, int]]:
    """Rows in client order, and how many exchanges of which host are folded away."""
    facts, timeline = analysis.facts, analysis.facts.timeline
    pins: dict[int, list[str]] = {}
    for finding in analysis.findings:
        for index in finding.exchanges[:500]:
            pins.setdefault(index, []).append(finding.id)
    if len(facts.exchanges) <= EVERY:
        return [_row(analysis, exchange, pins.get(exchange.index, []), projector) for exchange in facts.exchanges], {}
    near = _near(timeline, pins, len(facts.exchanges))
    room = EVERY - len(near)
    listed: list[Row] = []
    folded: dict[str, int] = {}
    for position, exchange in enumerate(facts.exchanges):
        if position in near:
            listed.append(_row(analysis, exchange, pins.get(exchange.index, []), projector))
        elif room > 0 and facts.session.role(exchange) not in _FOLDED:
            room -= 1
            listed.append(_row(analysis, exchange, [], projector))
        else:
            host = exchange.request.url.host
            folded[host] = folded.get(host, 0) + 1
    return listed, _named(folded, projector)


def _named(folded: dict[str, int], projector: Projector) -> dict[str, int]:
    """Counts by the host's shown name, highest first; hosts that look alike when shown are counted together."""
    named: dict[str, int] = {}
    for place, (host, count) in enumerate(sorted(folded.items(), key=lambda item: -item[1])):
        shown = (projector.host(host) or "no host") if place < MOST_HOSTS else "other hosts"
        named[shown] = named.get(shown, 0) + count
    return named


def _near(timeline: Timeline, pins: Collection[int], end: int) -> set[int]:
    """Positions of the exchanges that findings name, and around them while there is room."""
    positions = sorted(timeline.position(timeline.exchange(index)) for index in pins)
    near = set(positions)
    for position in positions:
        if len(near) >= EVERY:
            break
        near.update(range(max(position - NEAR, 0), min(position + NEAR + 1, end)))
    return near


def _row(analysis: Analysis, exchange: Exchange, findings: list[str], projector: Projector) -> Row:
    timeline = analysis.facts.timeline
    started = timeline.started(exchange)
    return Row(
        exchange.index,
        analysis.facts.session.role(exchange).value,
        projector.show(exchange.method),
        projector.show(exchange.host),
        projector.show(exchange.path),
        exchange.response.status,
        round(started, 1),
        round(timeline.sent(exchange), 1),
        round(timeline.answered(exchange), 1),
        round(timeline.ended(exchange) - started, 1),
        projector.show(exchange.failure) if exchange.failure else "",
        exchange.source.value,
        exchange.response.transfer_size,
        findings,
    )
