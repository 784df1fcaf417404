"""Authentication calls that the server behind the session cannot serve: named defects, crashes, rate limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from haranalyze.facts._answers import fault_answer
from haranalyze.facts._survey import survey_of
from haranalyze.facts.session import Role
from haranalyze.systems import ServerFault, SessionSystem, path_ends
from haranalyze.text import Kind, Place, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_AUTH_ROLES: Final = frozenset((Role.SIGN_IN, Role.SIGN_OUT, Role.REFRESH, Role.AUTH_PAGE))
_MOST: Final = 200  # failing answers of one capture that are read for a defect's words


@dataclass(frozen=True, slots=True)
class NamedFault:
    """An answer that names a defect of the set-up in the words of its session system.

    ``means`` is the kebab-case word of the system's data file (``core-unreachable``, ``tenant-not-found``, ...).
    """

    exchange: Exchange
    means: str
    system: SessionSystem
    place: Place


def named_faults(facts: Facts) -> tuple[NamedFault, ...]:
    """Refusing and failing answers of our session hosts that name a defect, in client order."""
    found: list[NamedFault] = []
    left = _MOST
    for exchange in facts.derive(survey_of).interesting:
        system = facts.session.system_of(exchange)
        if exchange.response.status < 400 or system is None or not system.faults:
            continue
        left -= 1
        if left < 0:
            break
        answer = fault_answer(exchange, system)
        if answer is not None and isinstance(answer.phrase, ServerFault):
            found.append(NamedFault(exchange, answer.phrase.means, system, answer.place))
    return tuple(found)


def is_auth_route(facts: Facts, exchange: Exchange) -> bool:
    """Whether a call makes, renews or ends a session, or is another route of the host's session system."""
    if exchange.request.method == "OPTIONS" or not facts.session.is_ours(exchange):
        return False
    if facts.session.role(exchange) in _AUTH_ROLES:
        return True
    system = facts.session.system_of(exchange)
    return system is not None and bool(path_ends(exchange.request.url.path, system.auth_paths + system.callback_paths))


def crashed_auth_calls(facts: Facts) -> tuple[Exchange, ...]:
    """Authentication calls that the application itself answered 5xx without naming a reason, in client order."""
    named = {one.exchange.index for one in facts.derive(named_faults)}
    of_proxies = {one.exchange.index for one in facts.header_budget.proxy_errors}
    return tuple(
        exchange
        for exchange in facts.derive(survey_of).interesting
        if exchange.response.status >= 500
        and exchange.index not in named | of_proxies
        and not exchange.response.has("x-amzn-errortype")
        and is_auth_route(facts, exchange)
    )


def rate_limited_auth_calls(facts: Facts) -> tuple[Exchange, ...]:
    """Authentication calls answered 429 (RFC 6585 section 4), in client order."""
    return tuple(
        exchange
        for exchange in facts.derive(survey_of).interesting
        if exchange.response.status == 429 and is_auth_route(facts, exchange)
    )


@dataclass(frozen=True, slots=True)
class TenantReading:
    """A path segment that the backend took for a tenant.

    ``segment`` is the path segment before the route, ``cookie_path`` the place of a refresh cookie whose Path shows
    the backend's base without that segment (None unknown), ``served`` a call of the same route that another or no
    tenant answered well.
    """

    fault: NamedFault
    segment: Text
    is_route_word: bool
    cookie_path: Place | None
    served: Exchange | None


_ROUTE_WORDS: Final = frozenset(("auth", "api", "authentication", "login", "rest", "backend", "server", "session"))


def tenant_readings(facts: Facts) -> tuple[TenantReading, ...]:
    """Answers that say "tenant not found", with what the capture shows about the segment before the route."""
    return tuple(_reading(facts, one) for one in facts.derive(named_faults) if one.means == "tenant-not-found")


def _reading(facts: Facts, fault: NamedFault) -> TenantReading:
    system = fault.system
    base, segment, route = _split(fault.exchange, system)
    plain = segment.lower()
    is_version = plain[:1] == "v" and plain[1:].isdigit()
    return TenantReading(
        fault,
        Text(segment, Kind.PATH),
        plain in _ROUTE_WORDS or is_version,
        _cookie_without(facts, fault, base),
        _served(facts, fault, base, route),
    )


def _split(exchange: Exchange, system: SessionSystem) -> tuple[str, str, str]:
    """The path as base, the segment before the route, and the route of the system (``""`` for an unknown one)."""
    path = exchange.request.url.path.rstrip("/")
    route = path_ends(path, _routes(system))
    base, _, segment = path[: len(path) - len(route)].rpartition("/")
    return base, segment, route


def _routes(system: SessionSystem) -> tuple[str, ...]:
    return system.auth_paths + system.sign_in_paths + system.sign_up_paths + system.refresh_paths


def _cookie_without(facts: Facts, fault: NamedFault, base: str) -> Place | None:
    """A refresh cookie whose Path is the base alone with the refresh route behind it."""
    wanted = {base + route for route in fault.system.refresh_paths}
    names = fault.system.refresh_cookies
    for event in facts.cookie_jar.events:
        path = event.raw_parsed.path
        if event.raw_parsed.name in names and path in wanted:
            return event.place
    return None


def _served(facts: Facts, fault: NamedFault, base: str, route: str) -> Exchange | None:
    """A call of the same route under the same base that was answered well for another tenant, or for none."""
    host = fault.exchange.request.host
    for exchange in facts.derive(survey_of).interesting if route else ():
        url = exchange.request.url
        path = url.path.rstrip("/")
        if url.host != host or not 200 <= exchange.response.status < 300 or not path.lower().endswith(route):
            continue
        rest = path[: len(path) - len(route)]
        if rest == base or rest.rpartition("/")[0] == base:
            return exchange
    return None
