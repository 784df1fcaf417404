"""Tokens have a life: issued where, carried by whom, replaced by what, contradicted by which answer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING

from haranalyze.capture.model import Source
from haranalyze.facts._cache_marks import hit_headers
from haranalyze.facts._front_token import read_front_token
from haranalyze.facts._survey import Survey, survey_of
from haranalyze.facts._token_keys import KeySets
from haranalyze.facts._token_model import (
    Carrier,
    Contradiction,
    FrontToken,
    Sighting,
    Token,
    TokenUse,
    token_text,
)
from haranalyze.facts._token_reader import TokenReader
from haranalyze.protocol.auth import Authorization, parse_authorization
from haranalyze.protocol.cache_control import parse_http_date
from haranalyze.protocol.jws import ClaimFault, Verification, judge_claims
from haranalyze.systems import SessionSystem, name_matches
from haranalyze.text import Kind, Place, Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

__all__ = [
    "Carrier",
    "ClaimFault",
    "Contradiction",
    "FrontToken",
    "Sighting",
    "Token",
    "TokenUse",
    "Tokens",
    "Verification",
    "tokens_in",
]

_SURELY_VALID = 2_000.0  # ms a token has left at least where a refusal contradicts it: stamps count whole seconds
_CONTRADICTED = frozenset(("expired", "renew", "malformed"))  # what a refusal says of a token that is in order
_DATE_SAMPLES = 200  # Date headers per host used for its clock


class Tokens:
    """All tokens of a capture, in order of first appearance."""

    all: tuple[Token, ...]

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._timeline = facts.timeline
        self._survey: Survey = facts.derive(survey_of)
        self._skew: dict[str, float | None] = {}
        self._reader = TokenReader(facts, self._survey)
        self._reader.read_all()
        self.all = tuple(self._reader.by_value.values())
        self._has_unknown = any(token.use is TokenUse.UNKNOWN for token in self.all)
        self._link_lineage()

    # asking

    def sent_with(self, exchange: Exchange) -> tuple[tuple[Token, Sighting], ...]:
        """Tokens the request carried, those of unknown use left out."""
        return self._known(self._reader.sent.get(exchange.index))

    def issued_by(self, exchange: Exchange) -> tuple[tuple[Token, Sighting], ...]:
        """Tokens the response handed out, those of unknown use left out."""
        return self._known(self._reader.issued.get(exchange.index))

    def _known(self, seen: list[tuple[Token, Sighting]] | None) -> tuple[tuple[Token, Sighting], ...]:
        if not seen:
            return ()
        return tuple(one for one in seen if one[0].use is not TokenUse.UNKNOWN) if self._has_unknown else tuple(seen)

    def access_token(self, exchange: Exchange) -> Token | None:
        """The access token the request carried (Authorization before cookie), None without one."""
        found: Token | None = None
        for token, sighting in self._reader.sent.get(exchange.index, ()):
            if token.use is not TokenUse.ACCESS and not (
                token.use is TokenUse.UNKNOWN and sighting.carrier is Carrier.AUTHORIZATION
            ):
                continue
            if sighting.carrier is Carrier.AUTHORIZATION:
                return token
            found = found or token
        return found

    def authorization(self, exchange: Exchange) -> tuple[Authorization, Place] | None:
        """The read Authorization header and its place, None when the request records none."""
        value = exchange.request.raw("authorization")
        return None if value is None else (parse_authorization(value), exchange.request.place("authorization"))

    def front_token(self, exchange: Exchange) -> FrontToken | None:
        """The response's front-token, None without one or when it cannot be decoded."""
        for system in self._facts.systems:
            name = system.front_token_header
            value = exchange.response.raw(name) if name else None
            if value is None:
                continue
            place = exchange.response.place(name)
            if value.strip() == system.removed_value:
                return FrontToken(True, None, None, None, None, place)
            if (read := read_front_token(value)) is not None:
                return FrontToken(
                    False,
                    token_text(read.subject),
                    token_text(read.session),
                    read.expires,
                    read.issued_at,
                    place,
                )
        return None

    def remaining(self, token: Token, exchange: Exchange) -> float | None:
        """Milliseconds the token was still valid, by the server's clock, when the request was sent, or None.

        Date headers and token claims count whole seconds: within 1,000 ms of zero it may be either.
        """
        if token.expires is None:
            return None
        skew = self.clock_skew(self._survey.host(exchange)) or 0.0
        return token.expires - (self._timeline.wall(self._timeline.sent(exchange)) + skew)

    def claim_faults(self, token: Token, exchange: Exchange) -> tuple[ClaimFault, ...]:
        """Everything wrong with the claims of a JWT by the server's clock when the request was sent, all at once:
        expired, not yet valid, of a wrong type. One second is allowed for whole seconds. Empty for other tokens."""
        if token.jwt is None:
            return ()
        skew = self.clock_skew(self._survey.host(exchange)) or 0.0
        now = (self._timeline.wall(self._timeline.sent(exchange)) + skew) / 1000
        return judge_claims(token.jwt.claims, now=now, leeway=1)

    def clock_skew(self, host: str) -> float | None:
        """Server clock minus client clock in ms (median over Date headers), None when the host sends no Date.

        Date is cut to whole seconds, so half a second is added: the figure is good to about one second.
        """
        if host not in self._skew:
            self._skew[host] = self._measure_skew(host)
        return self._skew[host]

    def verified(self, token: Token) -> Verification | None:
        """What keys in the capture say of the token's signature, None when it is no JWT or its key is not there.

        The key sets are answers with ``{"keys": [...]}``. Times are not judged: see :meth:`remaining`.
        """
        return self._key_sets.verified(token)

    def reused_after_replacement(self, token: Token) -> tuple[Sighting, ...]:
        """Requests that began after the answer with the token's successor had come, and still carried the token."""
        if token.replaced_at is None or not token.uses:
            return ()
        later = bisect_right(token.uses, token.replaced_at, key=lambda use: use.at)
        return tuple(use for use in token.uses[later:] if self._timeline.started(use.exchange) > token.replaced_at)

    def contradicted_by(self, token: Token) -> Contradiction | None:
        """A refusal of the token as expired or invalid that cannot be right: by the server's clock it had at least two
        seconds left, and the same host accepted it in a call that began after the refusal.

        None where nothing contradicts it, or its expiry is not known. An accepted call of another path may be one
        that needs no token: ``same_call`` tells.
        """
        if token.expires is None or not token.uses:
            return None
        refused = [use.exchange for use in token.uses if self._is_refused_though_valid(token, use.exchange)]
        if not refused:
            return None
        last_accepted: dict[tuple[str, ...], Exchange] = {}
        for use in token.uses:
            call = use.exchange
            if 200 <= call.response.status < 300 and call.source is Source.NETWORK:
                for key in self._call_and_host(call):
                    known = last_accepted.get(key)
                    if known is None or self._timeline.started(known) < self._timeline.started(call):
                        last_accepted[key] = call
        for same_call in (True, False):
            for call in refused:
                accepted = last_accepted.get(self._call_and_host(call)[0 if same_call else 1])
                if accepted is not None and self._timeline.started(accepted) >= self._timeline.answered(call):
                    return Contradiction(call, accepted, same_call)
        return None

    def _is_refused_though_valid(self, token: Token, call: Exchange) -> bool:
        refusal = self._facts.session.refusal(call)
        if refusal is None or refusal.says not in _CONTRADICTED:
            return False
        remaining = self.remaining(token, call)
        return remaining is not None and remaining >= _SURELY_VALID

    def _call_and_host(self, exchange: Exchange) -> tuple[tuple[str, ...], tuple[str, ...]]:
        host = self._survey.host(exchange)
        return (exchange.request.method, host, self._survey.path(exchange)), (host,)

    @cached_property
    def _key_sets(self) -> KeySets:
        return KeySets(self._survey)

    def learnt_cookies(self) -> frozenset[Text]:
        """Names of token cookies that are in no data file and were recognised by what they hold."""
        return frozenset(Text(name, Kind.COOKIE_NAME) for name in self._reader.learnt)

    def cookies_seen(self, system: SessionSystem) -> frozenset[Text]:
        """Names of the system's own token cookies that the capture shows."""
        names = system.access_cookies + system.refresh_cookies
        found = {sighting.name for sightings in self._carried() for sighting in sightings}
        return frozenset(name for name in found if name_matches(raw(name), names))

    def _carried(self) -> Iterator[list[Sighting]]:
        for token in self.all:
            sightings = [*(token.uses or ()), *((token.issued,) if token.issued else ())]
            yield [sighting for sighting in sightings if sighting.carrier is Carrier.COOKIE]

    # lineage and clocks

    def _link_lineage(self) -> None:
        """Replace a token by the next one issued for the same use, audience and session (else user, else carrier).
        Tokens whose use is not known replace nothing."""
        latest: dict[tuple[TokenUse, str, object, str], Token] = {}
        issued = [token for token in self.all if token.issued is not None and token.use is not TokenUse.UNKNOWN]
        issued.sort(key=lambda token: (token.issued.at if token.issued else 0.0, token.ordinal))
        for token in issued:
            sighting = token.issued
            assert sighting is not None
            key = (token.use, *self._lineage(token, sighting), _audience(token))
            before = latest.get(key)
            if before is not None and before.issued is not None and before.issued.exchange is not sighting.exchange:
                before.replaced_by, before.replaced_at = token, sighting.at
            latest[key] = token

    def _lineage(self, token: Token, sighting: Sighting) -> tuple[str, object]:
        if token.session is not None:
            return "session", token.session
        if token.subject is not None:
            return "subject", token.subject
        return "carrier", (self._survey.host(sighting.exchange), sighting.name)

    @cached_property
    def _by_host(self) -> dict[str, list[Exchange]]:
        """Exchanges with a known time by their host, so that the clocks of all hosts cost one pass."""
        found: dict[str, list[Exchange]] = {}
        for exchange in self._timeline.exchanges:
            if exchange.started is not None:
                found.setdefault(self._survey.host(exchange), []).append(exchange)
        return found

    def _measure_skew(self, host: str) -> float | None:
        differences: list[float] = []
        for exchange in self._by_host.get(host, ()):
            response = exchange.response
            if exchange.source is not Source.NETWORK or not response.status or response.has("age"):
                continue
            date = parse_http_date(response.raw("date") or "")
            if date is not None and not any(hit_headers(response)):  # the Date of a hit is as old as the answer
                differences.append(date + 500 - self._timeline.wall(self._timeline.answered(exchange)))
                if len(differences) >= _DATE_SAMPLES:
                    break
        return median(differences) if differences else None


def _audience(token: Token) -> str:
    """Whom a JWT is for, so that a token for one API does not replace the one for another; ``""`` unknown."""
    if token.jwt is None:
        return ""
    meant = token.jwt.raw_claim("aud")
    return " ".join(sorted(one for one in (meant if isinstance(meant, list) else [meant]) if isinstance(one, str)))


def tokens_in(tokens: Tokens, exchange: Exchange, use: TokenUse) -> Iterator[Token]:
    """Tokens of one use that the response handed out."""
    for token, _ in tokens.issued_by(exchange):
        if token.use is use:
            yield token
