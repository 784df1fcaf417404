"""Sign-in by SAML 2.0: the request that left, the answer that came back, and what the app made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from haranalyze.facts._provider_model import Parameters
from haranalyze.facts._survey import STATIC_TYPES
from haranalyze.facts.cookie_jar import JarCookie, Reason
from haranalyze.protocol.cache_control import parse_http_date
from haranalyze.protocol.cookie_store import SAME_SITE_REASONS
from haranalyze.protocol.oauth import parameters
from haranalyze.protocol.saml import SamlMessage, read_saml
from haranalyze.text import Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_LARGEST_FORM: Final = 1024 * 1024  # characters
_LONGEST_CHAIN: Final = 20  # redirects after the answer
# Whole phrases: pages of errors mention sessions, cookies and timestamps for many reasons.
_TIME_WORDS: Final = (
    "notbefore",
    "notonorafter",
    "not yet valid",
    "no longer valid",
    "assertion has expired",
    "assertion is expired",
    "assertion expired",
    "clock skew",
    "time skew",
)
_STATE_WORDS: Final = ("inresponseto", "relaystate", "relay state", "no session", "session not found", "session cookie")


@dataclass(frozen=True, slots=True)
class SamlSignIn:
    """One answer of a SAML provider at the app's address for it (assertion consumer service).

    Attributes:
        asked: the request it answers (by InResponseTo), None when not recorded or sent unasked.
        returned: the answer; refused: the app answers with an error, or asks the provider once more.
        left_out: cookies of the app that SameSite kept from the provider's form post, with the reason.
        sent_cookies: whether any cookie came along; None where the recording cannot show it.
        early, late: seconds the answer comes before its conditions begin, or after they end; by the app's own clock
            (Date) where ``by_server``, else by the browser's. 0 when within, or when they cannot be read.
        speaks_of_time, speaks_of_state: the app's error names such a cause.
        relay_missing: the request had a RelayState and the answer has none; relay_differs: it has another one.
    """

    asked: Parameters | None
    returned: Parameters
    success: bool
    refused: bool
    again: Exchange | None
    left_out: tuple[tuple[JarCookie, Reason], ...]
    sent_cookies: bool | None
    early: int
    late: int
    by_server: bool
    speaks_of_time: bool
    speaks_of_state: bool
    relay_missing: bool
    relay_differs: bool

    @property
    def exchange(self) -> Exchange:
        """The exchange that brings the answer to the app."""
        return self.returned.exchange

    @property
    def relay_state(self) -> Text | None:
        """The RelayState of the request."""
        return self.asked.get("RelayState") if self.asked is not None else None


def saml_sign_ins(facts: Facts) -> tuple[SamlSignIn, ...]:
    """The answers of SAML providers in client order; linear."""
    asked: dict[str, Parameters] = {}
    found: list[SamlSignIn] = []
    for message, read in _messages(facts):
        if read.kind == "AuthnRequest":
            asked.setdefault(read.id, message)
        elif read.kind == "Response":
            found.append(_sign_in(facts, asked.get(read.in_response_to), message, read))
    return tuple(found)


def _messages(facts: Facts) -> Iterator[tuple[Parameters, SamlMessage]]:
    for exchange in facts.exchanges:
        request = exchange.request
        if exchange.resource_type in STATIC_TYPES:
            continue
        given: dict[str, str] = {}
        place = exchange.url_place
        if "SAMLRe" in request.raw_url:
            given = parameters(request.raw_url.partition("#")[0].partition("?")[2])
        elif request.method == "POST" and exchange.is_page:
            body = request.body
            text = (body.raw_text() or "") if body.present and (body.size or 0) <= _LARGEST_FORM else ""
            if "SAMLRe" in text and len(text) <= _LARGEST_FORM:
                given, place = parameters(text), body.place
        value = given.get("SAMLResponse") or given.get("SAMLRequest")
        read = read_saml(value) if value else None
        if read is not None:
            yield Parameters(exchange, place, given), read


def _sign_in(facts: Facts, asked: Parameters | None, returned: Parameters, read: SamlMessage) -> SamlSignIn:
    exchange = returned.exchange
    again = _asks_again(facts, exchange)
    date = exchange.response.raw("date")
    server = parse_http_date(date) if date else None
    now = server if server is not None else facts.timeline.wall(facts.timeline.sent(exchange))
    early = _seconds(now, read.not_before)
    late = _seconds(read.not_on_or_after, now)
    said = _error_text(facts, exchange)
    before = asked.raw_values.get("RelayState", "") if asked is not None else ""
    after = returned.raw_values.get("RelayState", "")
    return SamlSignIn(
        asked,
        returned,
        read.success,
        exchange.response.status >= 400 or again is not None,
        again,
        tuple(_kept_back(facts, exchange)),
        _carries_cookies(facts, exchange),
        early,
        late,
        server is not None,
        any(word in said for word in _TIME_WORDS),
        any(word in said for word in _STATE_WORDS),
        bool(before) and not after,
        bool(before) and bool(after) and before != after,
    )


def _seconds(earlier: float | None, later: float | None) -> int:
    """Whole seconds from one moment (ms) to a later one; 0 where it is not later, or one is unknown."""
    return max(0, int((later - earlier) / 1000.0)) if earlier is not None and later is not None else 0


def _error_text(facts: Facts, exchange: Exchange) -> str:
    """The error the app answers with, or the page it redirects to, in lower case."""
    after: Exchange | None = exchange
    if exchange.response.status in (301, 302, 303, 307, 308):
        after = facts.timeline.redirected_to(exchange)
    if after is None or after.response.status < 400 or not after.response.body.present:
        return ""
    return (after.response.body.raw_text() or "")[: 64 * 1024].lower()


def _asks_again(facts: Facts, exchange: Exchange) -> Exchange | None:
    """The request that the app sends the browser to the provider with once more, straight after the answer."""
    after = facts.timeline.redirected_to(exchange)
    for _ in range(_LONGEST_CHAIN):
        if after is None:
            return None
        if "SAMLRequest=" in after.request.raw_url:
            return after
        after = facts.timeline.redirected_to(after)
    return None


def _carries_cookies(facts: Facts, exchange: Exchange) -> bool | None:
    if exchange.request.has("cookie"):
        return True
    return False if facts.quality.shows_absence(exchange, "cookie") else None


def _kept_back(facts: Facts, exchange: Exchange) -> Iterator[tuple[JarCookie, Reason]]:
    """HttpOnly cookies that an answer in the recording set and that SameSite keeps from this request."""
    for one in facts.cookie_jar.left_out(exchange):
        if one.reason in SAME_SITE_REASONS and one.cookie.by is not None and one.cookie.by.http_only:
            yield one.cookie, one.reason
