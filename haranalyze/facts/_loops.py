"""Loops: a refused call repeated after good refreshes, and navigations that return to the same URLs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from haranalyze.facts._session_model import Loop, RedirectLoop, Refresh, RefreshResult
from haranalyze.facts.tokens import TokenUse
from haranalyze.timeline import CLOCK_STEP, RETRY_WINDOW

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts.tokens import Tokens
    from haranalyze.timeline import Timeline

ROUNDS: Final = 2  # complete cycles that make a loop: once may be an expired token
TOO_MANY: Final = "TOO_MANY_REDIRECTS"
_HOPS: Final = 10  # hops of a chain without a repeated URL that the browser gave up on


def refresh_loops(
    timeline: Timeline,
    tokens: Tokens,
    calls: Sequence[Exchange],
    refused: frozenset[int],
    refreshes: Sequence[Refresh],
) -> tuple[Loop, ...]:
    """Cycles of {call refused, refresh OK, same call refused}, at least two in a row.

    Args:
        calls: session calls in client order, refused and accepted; refused: indexes of the refused ones.

    A call is the same when method, URL without query and status are. Calls in flight together count as one,
    an accepted one between ends the row, and a refusal without a new refresh before it starts a new row.
    """
    right = [refresh.exchange for refresh in refreshes if refresh.result is RefreshResult.OK]
    renewals = [(exchange, timeline.sent(exchange), timeline.answered(exchange)) for exchange in right]
    if len(renewals) < ROUNDS:
        return ()
    rows: dict[tuple[str, str], list[Exchange]] = {}
    for call in calls:
        rows.setdefault((call.request.method, call.request.raw_url.partition("?")[0]), []).append(call)
    loops: list[Loop] = []
    for row in rows.values():
        if sum(call.index in refused for call in row) > ROUNDS:
            loops += _loops_in(timeline, tokens, row, refused, renewals)
    return tuple(sorted(loops, key=lambda loop: timeline.position(loop.calls[0])))


def _loops_in(
    timeline: Timeline,
    tokens: Tokens,
    row: list[Exchange],
    refused: frozenset[int],
    renewals: list[tuple[Exchange, float, float]],
) -> list[Loop]:
    found: list[Loop] = []
    chain: list[Exchange] = []
    between: list[Exchange] = []

    def close() -> None:
        if len(between) >= ROUNDS:
            found.append(_loop(tokens, chain, between))

    place = 0
    for call in row:
        if call.index not in refused:
            if call.response.status and chain and timeline.sent(call) >= timeline.answered(chain[-1]):
                close()
                chain, between = [], []
            continue
        if not chain:
            chain, between = [call], []
            continue
        last = chain[-1]
        begun, until = timeline.answered(last) - CLOCK_STEP, timeline.sent(call) + CLOCK_STEP
        while place < len(renewals) and renewals[place][1] < begun:
            place += 1
        renewal = renewals[place] if place < len(renewals) and renewals[place][2] <= until else None
        in_time = timeline.started(call) - timeline.answered(last) <= RETRY_WINDOW
        if renewal is not None and in_time and call.response.status == last.response.status:
            between.append(renewal[0])
            chain.append(call)
        elif timeline.sent(call) < timeline.answered(last):
            continue  # in flight together with the call before
        else:
            close()
            chain, between = [call], []
    close()
    return found


def _loop(tokens: Tokens, calls: list[Exchange], refreshes: list[Exchange]) -> Loop:
    answers = {(call.response.body.size, call.response.body.raw_text()) for call in calls}
    shown = all(call.response.body.present for call in calls)
    return Loop(
        tuple(calls),
        tuple(refreshes),
        len(refreshes),
        _each_new(tokens, refreshes),
        shown and len(answers) == 1,
    )


def _each_new(tokens: Tokens, refreshes: list[Exchange]) -> bool:
    """Whether every refresh handed out a new access token (else a new readable header)."""
    for use in (TokenUse.ACCESS, TokenUse.FRONT):
        values = [{t.ordinal for t, _ in tokens.issued_by(e) if t.use is use} for e in refreshes]
        if all(values):
            seen: set[int] = set()
            for value in values:
                if value <= seen:
                    return False
                seen |= value
            return True
    return False


def redirect_loops(timeline: Timeline, starts: Sequence[Exchange]) -> tuple[RedirectLoop, ...]:
    """Chains of redirects that come back to the same URL (query left out) at least twice and never arrive.

    Args:
        starts: exchanges answered with a redirect, in client order.
    """
    found: list[RedirectLoop] = []
    seen: set[int] = set()
    for start in starts:
        if start.index in seen or timeline.redirected_from(start) is not None:
            continue
        chain = [start]
        while (after := timeline.redirected_to(chain[-1])) is not None and after.index not in seen:
            seen.add(after.index)
            chain.append(after)
        if (loop := _redirect_loop(chain)) is not None:
            found.append(loop)
    return tuple(found)


def _redirect_loop(chain: list[Exchange]) -> RedirectLoop | None:
    last = chain[-1]
    gave_up = TOO_MANY in last.raw_error.upper()
    if not gave_up and 200 <= last.response.status < 300:
        return None
    places: dict[str, list[int]] = {}
    for position, exchange in enumerate(chain):
        places.setdefault(exchange.request.raw_url.partition("?")[0], []).append(position)
    repeated = [at for at in places.values() if len(at) > ROUNDS]
    if repeated:
        at = max(repeated, key=len)
        return RedirectLoop(tuple(chain), at[1] - at[0], len(at) - 1, gave_up)
    if gave_up and len(chain) >= _HOPS:
        return RedirectLoop(tuple(chain), len(chain), 1, True)
    return None
