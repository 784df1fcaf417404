"""Answers that a service worker gave out of its own store instead of the network's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haranalyze.capture.model import Source
from haranalyze.facts._survey import survey_of
from haranalyze.facts.session import SignInResult
from haranalyze.protocol.cache_control import parse_http_date

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts


@dataclass(frozen=True, slots=True)
class WorkerAnswer:
    """A refusal that a service worker handed to the page after a sign-in.

    ``kept``: the server's own answer that it is, seen before the sign-in, where the recording holds it. ``is_older``:
    by that, or by the Date headers of the same host, it was made before the sign-in; None where neither tells.
    """

    exchange: Exchange
    sign_in: Exchange
    kept: Exchange | None
    is_older: bool | None


def refusals_by_worker(facts: Facts) -> tuple[WorkerAnswer, ...]:
    """Refused calls of our session that a service worker answered after a sign-in on the same host, in client order.

    Left out: refusals that are as young as the sign-in (the worker asked the network).
    """
    good = [one.exchange for one in facts.session.sign_ins if one.result is SignInResult.OK]
    found = []
    for exchange in facts.derive(survey_of).interesting if good else ():
        if exchange.source is not Source.SERVICE_WORKER or exchange.response.status not in {401, 403}:
            continue
        if not facts.session.is_ours(exchange) or _asked_the_network(facts, exchange):
            continue
        before = [
            one
            for one in good
            if one.request.host == exchange.request.host
            and facts.timeline.answered(one) < facts.timeline.started(exchange)
        ]
        if not before:
            continue
        kept = _kept(facts, exchange, before[-1])
        older = True if kept is not None else _is_older(exchange, before[-1])
        if older is not False:
            found.append(WorkerAnswer(exchange, before[-1], kept, older))
    return tuple(found)


def _kept(facts: Facts, exchange: Exchange, sign_in: Exchange) -> Exchange | None:
    """The server's answer to the same call, with the same status and Date, from before the sign-in."""
    made, until, status = _date(exchange), facts.timeline.sent(sign_in), exchange.response.status
    for one in facts.exchanges if made is not None else ():
        if one.source is not Source.NETWORK or one.request.raw_url != exchange.request.raw_url:
            continue
        if one.response.status == status and _date(one) == made and facts.timeline.answered(one) <= until:
            return one
    return None


def _is_older(exchange: Exchange, sign_in: Exchange) -> bool | None:
    """By the Date headers of one host, which count whole seconds."""
    made, signed_in = _date(exchange), _date(sign_in)
    if made is None or signed_in is None or made == signed_in:
        return None
    return made < signed_in


def _asked_the_network(facts: Facts, exchange: Exchange) -> bool:
    """Whether the worker's own request for the same call is in the recording, within the time of the page's."""
    began, done = facts.timeline.started(exchange), facts.timeline.ended(exchange)
    for one in facts.exchanges:
        if one is exchange or one.request.raw_url != exchange.request.raw_url or one.source is not Source.NETWORK:
            continue
        if began - 5.0 <= facts.timeline.started(one) <= done + 5.0:
            return True
    return False


def _date(exchange: Exchange) -> float | None:
    return parse_http_date(exchange.response.raw("date") or "")
