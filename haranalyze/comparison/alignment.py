"""Two recordings of one flow side by side: which exchange of one is which of the other."""

from __future__ import annotations

from dataclasses import dataclass

from haranalyze.capture.model import Exchange
from haranalyze.facts import Facts
from haranalyze.facts.flow import Flow
from haranalyze.text import Text

MOST_STEPS = 5_000  # of one recording; the rest is not laid side by side


@dataclass(frozen=True, slots=True)
class Pair:
    """One step: the exchange of the good and of the failing recording, None where one of them has no such step.

    ``moved``: the step is the same, but its address is another (the path begins differently).
    """

    good: Exchange | None
    bad: Exchange | None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """Steps in the order of the good recording, those only in the failing one where they happen there.

    ``crossed``: pairs that stand in another order; ``cut``: steps of the longer recording that were left out.
    """

    pairs: tuple[Pair, ...]
    crossed: int
    cut: int


def align(good: Facts, bad: Facts) -> Alignment:
    """Pair the n-th call of a kind after the n-th sign-in with its like. Linear in the number of exchanges."""
    flows = good.derive(Flow), bad.derive(Flow)
    shared = flows[0].hosts & flows[1].hosts
    wanted = {flow.key(step, shared) for flow in flows for step in flow.steps}
    sides = [_steps(facts, flow, shared, wanted) for facts, flow in zip((good, bad), flows, strict=True)]
    partner = _partners(sides[0][:MOST_STEPS], sides[1][:MOST_STEPS])
    # Whatever sign-in they come after: one recording may not show the sign-in as one.
    partner |= _partners(*([(step, key, 0) for step, key, _ in side] for side in _alone(sides, partner)))
    moved = _moved(sides, partner, flows)
    partner |= moved
    pairs, crossed = _in_order(sides, partner, frozenset(moved))
    return Alignment(tuple(pairs), crossed, max(0, *(len(side) - MOST_STEPS for side in sides)))


_Step = tuple[Exchange, Text, int]  # with its key and its chapter


def _steps(facts: Facts, flow: Flow, shared: frozenset[str], wanted: set[Text]) -> list[_Step]:
    """Exchanges that are a step in at least one of the recordings: what one takes for a stranger may be an API."""
    chapters = flow.chapters()
    keyed = ((exchange, flow.key(exchange, shared)) for exchange in facts.exchanges)
    return [(exchange, key, chapters[exchange.index]) for exchange, key in keyed if key in wanted]


def _partners(good: list[_Step], bad: list[_Step]) -> dict[int, Exchange]:
    """Exchange of the failing recording by the index of its like in the good one."""
    waiting: dict[tuple[Text, int], list[Exchange]] = {}
    for exchange, key, chapter in reversed(bad):
        waiting.setdefault((key, chapter), []).append(exchange)
    found = {}
    for exchange, key, chapter in good:
        if same := waiting.get((key, chapter)):
            found[exchange.index] = same.pop()
    return found


def _alone(sides: list[list[_Step]], partner: dict[int, Exchange]) -> tuple[list[_Step], list[_Step]]:
    """Steps of either recording that have no partner yet."""
    taken = {exchange.index for exchange in partner.values()}
    return (
        [step for step in sides[0][:MOST_STEPS] if step[0].index not in partner],
        [step for step in sides[1][:MOST_STEPS] if step[0].index not in taken],
    )


def _moved(sides: list[list[_Step]], partner: dict[int, Exchange], flows: tuple[Flow, Flow]) -> dict[int, Exchange]:
    """Steps without their like that end alike and follow the same step on both sides."""
    good, bad = _alone(sides, partner)
    waiting: dict[tuple[Text, int], list[Exchange]] = {}
    for exchange, _, chapter in reversed(bad):
        waiting.setdefault((flows[1].tail(exchange), chapter), []).append(exchange)
    found = {}
    for exchange, _, chapter in good:
        if same := waiting.get((flows[0].tail(exchange), chapter)):
            found[exchange.index] = same.pop()
    return found


def _in_order(sides: list[list[_Step]], partner: dict[int, Exchange], moved: frozenset[int]) -> tuple[list[Pair], int]:
    good, bad = (side[:MOST_STEPS] for side in sides)
    place = {exchange.index: position for position, (exchange, *_) in enumerate(good)}
    by_bad = {other.index: place[index] for index, other in partner.items()}
    rows = [
        ((float(position), -1), Pair(exchange, partner.get(exchange.index), exchange.index in moved))
        for position, (exchange, *_) in enumerate(good)
    ]
    reached, crossed = -1, 0
    for position, (exchange, *_) in enumerate(bad):
        if exchange.index not in by_bad:
            rows.append(((reached + 0.5, position), Pair(None, exchange)))
        elif by_bad[exchange.index] < reached:
            crossed += 1
        else:
            reached = by_bad[exchange.index]
    rows.sort(key=lambda row: row[0])
    return [pair for _, pair in rows], crossed
