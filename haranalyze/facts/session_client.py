"""How the calls of a page were made: by the session client, around it, or by two clients at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from haranalyze.facts._survey import path_of, survey_of
from haranalyze.facts.session import Refresh, RefreshResult, Refusal, Says
from haranalyze.systems import SessionSystem, path_ends
from haranalyze.text import Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_SOON: Final = 3_000.0  # ms in which a client repeats a call after its refresh
_AT_ONCE: Final = 1_000.0  # ms between two refreshes that nothing but two clients makes
_NOT_OURS: Final = frozenset((RefreshResult.THEFT, RefreshResult.REFUSED, RefreshResult.FAILED))
_MOST: Final = 200  # refused calls looked at


def has_marks(exchange: Exchange, system: SessionSystem) -> bool:
    """Whether the request bears one of the headers that only the client of the session system adds."""
    names = (system.transport_header, system.custom_csrf_header, *system.request_marks)
    return any(exchange.request.has(name) for name in names if name)


@dataclass(frozen=True, slots=True)
class BareCall:
    """A refused call without the marks of the session client.

    ``marked`` is a call that bears them: of the same host if there is one, else of another.
    """

    refusal: Refusal
    system: SessionSystem
    marked: Exchange | None


def bare_calls(facts: Facts) -> tuple[BareCall, ...]:
    """Calls refused in the session system's own words, made while a session existed and around its client."""
    found = []
    for refusal in facts.session.refusals[:_MOST]:
        call, system = refusal.exchange, facts.session.system_of(refusal.exchange)
        if system is None or not system.transport_header or refusal.foreign or facts.session.refresh(call):
            continue
        if refusal.says not in {Says.NO_CREDENTIALS, Says.RENEW} or not facts.session.signed_in_before(call):
            continue
        names = (system.transport_header, system.custom_csrf_header)
        if not any(call.request.has(name) for name in names if name):
            found.append(BareCall(refusal, system, _marked_call(facts, call, system)))
    return tuple(found)


def _marked_call(facts: Facts, call: Exchange, system: SessionSystem) -> Exchange | None:
    """The first call with the marks on the same host, else on any."""
    by_host = facts.derive(_marked_by_host).get(system.transport_header, {})
    return by_host.get(call.request.host) or next(iter(by_host.values()), None)


def _marked_by_host(facts: Facts) -> dict[str, dict[str, Exchange]]:
    """For each header that a session client adds, the first call of each host that bears it."""
    names = {one.transport_header for one in facts.systems if one.transport_header}
    found: dict[str, dict[str, Exchange]] = {name: {} for name in names}
    for exchange in facts.derive(survey_of).interesting:
        for name in names:
            if exchange.request.has(name):
                found[name].setdefault(exchange.request.host, exchange)
    return found


def never_marked(facts: Facts) -> tuple[Exchange, ...]:
    """Calls of a browser refused in the system's words where no call of the recording bears the client's marks and
    none is a refresh: the client may never have been started. Empty with fewer than two of them."""
    found = []
    for refusal in facts.session.refusals[:_MOST]:
        system = facts.session.system_of(refusal.exchange)
        if system is not None and system.transport_header and not refusal.foreign and refusal.by is system:
            found.append((refusal.exchange, system))
    if len(found) < 2 or facts.session.refreshes or not facts.quality.is_browser:
        return ()
    system = found[0][1]
    if any(has_marks(one, system) for one in facts.exchanges):
        return ()
    return tuple(exchange for exchange, _ in found)


@dataclass(frozen=True, slots=True)
class ForgottenRetry:
    """A call that was refused, for which the client renewed the session, and that was not repeated as it should:
    ``retry`` is the repetition without the client's marks, None where there was none."""

    refresh: Refresh
    call: Exchange
    retry: Exchange | None


def forgotten_retries(facts: Facts) -> tuple[ForgottenRetry, ...]:
    """Refused calls of the session client that were not repeated after a good refresh, or repeated around it.

    Left out where the page was left meanwhile, where the recording does not go on, and where the call itself broke off.
    """
    found = []
    calls = [one for one in facts.derive(survey_of).interesting if facts.session.is_ours(one)]
    for refresh in facts.session.refreshes:
        call, system = refresh.after, refresh.system
        if refresh.result is not RefreshResult.OK or call is None or system is None or not system.transport_header:
            continue
        refusal = facts.session.refusal(call)
        if refusal is None or refusal.foreign or not call.request.has(system.transport_header):
            continue
        if refusal.says not in {Says.NO_CREDENTIALS, Says.RENEW}:
            continue
        done = facts.timeline.answered(refresh.exchange)
        if refresh.retry is not None:
            soon = facts.timeline.started(refresh.retry) - done < _SOON
            if soon and not has_marks(refresh.retry, system) and facts.session.refusal(refresh.retry) is not None:
                found.append(ForgottenRetry(refresh, call, refresh.retry))
        elif _page_stays(facts, calls, call, done):
            found.append(ForgottenRetry(refresh, call, None))
    return tuple(found)


def _page_stays(facts: Facts, calls: list[Exchange], call: Exchange, done: float) -> bool:
    """Whether the same page went on calling the API after the refresh, and was not left in between."""
    goes_on = False
    for one in calls:
        at = facts.timeline.started(one)
        if at < facts.timeline.started(call) or one is call:
            continue
        if one.is_page and at < done + _SOON:
            return False
        same_page = one.raw_page_id == call.raw_page_id
        goes_on = goes_on or (at > done + _SOON and same_page and 200 <= one.response.status < 300)
    return goes_on


@dataclass(frozen=True, slots=True)
class TwoRefreshes:
    """Two refreshes at once, one by the session client and one around it, and the one that was refused."""

    by_client: Exchange
    around: Exchange
    refused: Exchange


def overlapping_refreshes(facts: Facts) -> tuple[TwoRefreshes, ...]:
    """Refreshes of the session client that the app's own refresh met within a second, of which one was refused."""
    found = []
    refreshes = facts.session.refreshes
    for one, other in pairwise(refreshes):
        system = one.system
        if system is None or not system.request_marks or other.system is not system:
            continue
        if facts.timeline.sent(other.exchange) - facts.timeline.sent(one.exchange) > _AT_ONCE:
            continue
        marks = has_marks(one.exchange, system), has_marks(other.exchange, system)
        refused = next((each.exchange for each in (one, other) if each.result in _NOT_OURS), None)
        if marks[0] != marks[1] and refused is not None:
            by_client, around = (one, other) if marks[0] else (other, one)
            found.append(TwoRefreshes(by_client.exchange, around.exchange, refused))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class UnknownRecipe:
    """A route of the session system that its host does not serve, beside one that it does."""

    missed: Exchange
    served: Exchange
    named: Text | None  # the recipe id the client sent


def unknown_recipes(facts: Facts) -> tuple[UnknownRecipe, ...]:
    """Recipe calls answered 404 on a host where other routes of the system are served, in client order."""
    missed: list[tuple[Exchange, SessionSystem]] = []
    served: dict[str, Exchange] = {}
    for exchange in facts.derive(survey_of).interesting:
        system = facts.session.system_of(exchange)
        if system is None or not system.auth_paths or exchange.request.method == "OPTIONS":
            continue
        routes = system.auth_paths + system.sign_in_paths + system.sign_up_paths
        if not path_ends(path_of(exchange.request.raw_url), routes) or not has_marks(exchange, system):
            continue
        if exchange.response.status in {404, 405}:
            missed.append((exchange, system))
        elif 200 <= exchange.response.status < 300:
            served.setdefault(exchange.request.host, exchange)
    return tuple(
        UnknownRecipe(one, served[one.request.host], one.request.get(system.custom_csrf_header))
        for one, system in missed
        if one.request.host in served
    )
