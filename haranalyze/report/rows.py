"""The timeline's rows: every exchange that matters, the rest folded with a count."""

from __future__ import annotations

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.facts.session import Role
from haranalyze.redaction import Projector

EVERY = 2_000  # up to here every exchange is a row
AROUND = 2_000  # rows at most beyond it


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
    facts = analysis.facts
    pins: dict[int, list[str]] = {}
    for finding in analysis.findings:
        for index in finding.exchanges[:500]:
            pins.setdefault(index, []).append(finding.id)
    fold = len(facts.exchanges) > EVERY
    listed: list[Row] = []
    folded: dict[str, int] = {}
    role_of, timeline = facts.session.role, facts.timeline
    for exchange in facts.exchanges:
        role = role_of(exchange)
        index = exchange.index
        if fold and index not in pins and (role in _FOLDED or len(listed) >= AROUND):
            host = exchange.request.url.host
            folded[host] = folded.get(host, 0) + 1
            continue
        sent, answered, ended = timeline.sent(exchange), timeline.answered(exchange), timeline.ended(exchange)
        started = timeline.started(exchange)
        listed.append(
            Row(
                index,
                role.value,
                projector.show(exchange.method),
                projector.show(exchange.host),
                projector.show(exchange.path),
                exchange.response.status,
                round(started, 1),
                round(sent, 1),
                round(answered, 1),
                round(ended - started, 1),
                projector.show(exchange.failure) if exchange.failure else "",
                exchange.source.value,
                exchange.response.transfer_size,
                pins.get(index, []),
            )
        )
    return listed, {
        projector.host(host): count for host, count in sorted(folded.items(), key=lambda item: -item[1])[:500]
    }
