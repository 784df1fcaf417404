"""Calls that never reached a server, and why: an unsafe address, a host without https, a connection that failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from haranalyze.facts._survey import path_of, survey_of
from haranalyze.facts.server_faults import is_auth_route
from haranalyze.facts.session import Role
from haranalyze.facts.sign_in_traces import asks_to_sign_in
from haranalyze.protocol.url import parse_url

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_BLOCKABLE: Final = frozenset(("fetch", "xhr", "eventsource", "websocket", ""))
_FAILURES: Final = (
    "net::ERR_CONNECTION_",
    "net::ERR_NAME_NOT_RESOLVED",
    "net::ERR_ADDRESS_UNREACHABLE",
    "net::ERR_TIMED_OUT",
    "net::ERR_EMPTY_RESPONSE",
    "net::ERR_CERT_",
    "net::ERR_SSL_",
    "net::ERR_BAD_SSL_CLIENT_AUTH_CERT",
    "net::ERR_PROXY_CONNECTION_FAILED",
    "net::ERR_TUNNEL_CONNECTION_FAILED",
    "NS_ERROR_CONNECTION_REFUSED",
    "NS_ERROR_UNKNOWN_HOST",
    "NS_ERROR_NET_TIMEOUT",
    "NS_ERROR_NET_RESET",
)
_BLOCKED: Final = "net::ERR_BLOCKED_BY_CLIENT"
_CALLS: Final = frozenset((Role.SESSION_CALL, Role.SIGN_IN, Role.SIGN_OUT, Role.REFRESH, Role.AUTH_PAGE, Role.PAGE))


def mixed_content(facts: Facts) -> tuple[Exchange, ...]:
    """Calls of our session that an https page makes to a plain http address and that the browser blocks.

    W3C Mixed Content section 5: fetches to origins that are not potentially trustworthy are blocked before they are
    sent. DevTools exports them with status 0, provisional headers and without an error.
    """
    found = []
    for exchange in facts.derive(survey_of).interesting if facts.quality.is_browser else ():
        url = exchange.request.url
        if not exchange.failed or url.scheme not in {"http", "ws"} or url.is_trustworthy:
            continue
        if exchange.resource_type not in _BLOCKABLE or exchange.request.method == "OPTIONS":
            continue
        if exchange.raw_error and "mixed" not in exchange.raw_error.lower():
            continue
        page = parse_url(facts.timeline.page_url(exchange))
        if page.ok and page.scheme == "https" and facts.session.is_ours(exchange):
            found.append(exchange)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A call to http that the browser turned to https by itself, and the request to https that then failed."""

    asked: Exchange
    failed: Exchange


def upgraded_in_vain(facts: Facts) -> tuple[Upgraded, ...]:
    """Calls turned to https by HSTS (RFC 6797 section 8.3) on hosts where no https server answers.

    Chromium records its own answer: 307 with ``Non-Authoritative-Reason: HSTS``.
    """
    found = []
    for exchange in facts.derive(survey_of).interesting:
        if exchange.response.status != 307 or (exchange.response.raw("non-authoritative-reason") or "") != "HSTS":
            continue
        after = facts.timeline.redirected_to(exchange)
        if after is not None and is_connection_failure(after) and facts.session.is_ours(exchange):
            found.append(Upgraded(exchange, after))
    return tuple(found)


def is_connection_failure(exchange: Exchange) -> bool:
    """Whether no server answered: refused, unknown, unreachable, or without a valid certificate."""
    return exchange.failed and exchange.raw_error.startswith(_FAILURES)


def is_blocked_by_client(exchange: Exchange) -> bool:
    """Whether an extension of the browser blocked it."""
    return exchange.failed and exchange.raw_error.startswith(_BLOCKED)


def unanswered_calls(facts: Facts) -> tuple[Exchange, ...]:
    """Calls of our session that got no connection and were not answered later either, in client order.

    Of the calls that an extension blocks only authentication calls count: statistics are blocked on purpose.
    """
    survey, session = facts.derive(survey_of), facts.session
    too_large = {one.exchange.index for one in facts.header_budget.too_large}
    failed = [
        exchange
        for exchange in survey.interesting
        if (is_connection_failure(exchange) or (is_blocked_by_client(exchange) and is_auth_route(facts, exchange)))
        and exchange.index not in too_large
        and exchange.request.method != "OPTIONS"
        and (survey.host(exchange) in session.hosts or is_auth_route(facts, exchange))
        and session.role(exchange) in _CALLS
    ]
    if not failed:
        return ()
    wanted = {_call(one) for one in failed}
    answered: dict[tuple[str, str], float] = {}
    for exchange in survey.interesting:
        if exchange.response.status and (key := _call(exchange)) in wanted:
            answered[key] = max(answered.get(key, 0.0), facts.timeline.sent(exchange))
    return tuple(one for one in failed if facts.timeline.sent(one) >= answered.get(_call(one), -1.0))


def _call(exchange: Exchange) -> tuple[str, str]:
    url = exchange.request.raw_url
    return exchange.request.method, url.partition("?")[0].partition("#")[0]


@dataclass(frozen=True, slots=True)
class LostPost:
    """A sign-in or refresh whose POST a redirect to another spelling of its address turned into a GET."""

    posted: Exchange
    got: Exchange
    spelling: str  # "https", "www", "slash": what the redirect corrects


def lost_posts(facts: Facts) -> tuple[LostPost, ...]:
    """Authentication calls redirected with 301 or 302 to the same path in another spelling, and sent again as GET.

    Fetch standard, HTTP-redirect fetch, step 12: 301 and 302 turn a POST into a GET without a body.
    """
    found = []
    for exchange in facts.derive(survey_of).interesting:
        if exchange.request.method != "POST" or exchange.response.status not in {301, 302}:
            continue
        after = facts.timeline.redirected_to(exchange)
        if after is None or after.request.method != "GET" or not facts.session.is_ours(exchange):
            continue
        spelling = _spelling(exchange, after)
        if spelling and (is_auth_route(facts, exchange) or asks_to_sign_in(facts, exchange)):
            found.append(LostPost(exchange, after, spelling))
    return tuple(found)


def _spelling(exchange: Exchange, after: Exchange) -> str:
    one, other = exchange.request.url, after.request.url
    paths = path_of(exchange.request.raw_url), path_of(after.request.raw_url)
    if paths[0].rstrip("/") != paths[1].rstrip("/"):
        return ""
    if one.scheme == "http" and other.scheme == "https" and one.host == other.host:
        return "https"
    if one.host != other.host:
        return "www" if one.host in {f"www.{other.host}", other.host.removeprefix("www.")} else ""
    return "slash" if paths[0] != paths[1] and one.origin == other.origin else ""
