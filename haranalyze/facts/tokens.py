"""Tokens have a life: issued where, carried by whom, replaced by what, contradicted by which answer."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from haranalyze.capture.model import Source
from haranalyze.facts._answers import members
from haranalyze.facts._front_token import number, read_front_token
from haranalyze.facts._survey import Survey, survey_of
from haranalyze.facts._token_model import (
    SHORTEST,
    Carrier,
    FrontToken,
    Sighting,
    Token,
    TokenUse,
    answered_sighting,
    cookie_use,
    credentials,
    decoded,
    is_token,
    may_be_json,
    read_claims,
    sent_sighting,
    share_session,
    token_text,
)
from haranalyze.protocol.auth import Authorization, parse_authorization
from haranalyze.protocol.cache_control import parse_http_date
from haranalyze.protocol.jwt import looks_like_jwt, read_jwt
from haranalyze.protocol.set_cookie import SetCookie, parse_set_cookie
from haranalyze.systems import SessionSystem, name_matches, path_ends
from haranalyze.text import Kind, Place, Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

__all__ = ["Carrier", "FrontToken", "Sighting", "Token", "TokenUse", "Tokens", "tokens_in"]

_TOKEN_SCHEMES: Final = ("bearer", "token", "jwt", "dpop", "")
_RESPONSE_HEADERS: Final = ("x-access-token", "x-auth-token", "authorization")
_LARGEST_BODY = 256 * 1024  # bytes of a token answer that is parsed
_DATE_SAMPLES = 200  # Date headers per host used for its clock


class Tokens:
    """All tokens of a capture, in order of first appearance."""

    all: tuple[Token, ...]

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._timeline = facts.timeline
        self._survey: Survey = facts.derive(survey_of)
        self._by_value: dict[str, Token] = {}
        self._sent: dict[int, list[tuple[Token, Sighting]]] = {}
        self._issued: dict[int, list[tuple[Token, Sighting]]] = {}
        self._skew: dict[str, float | None] = {}
        self._learnt: dict[str, TokenUse] = {}  # session cookies under names of the project's own
        self._bearer = next((s for s in facts.systems if s.generic and s.transport == "bearer"), None)
        self._handing_headers = {system.id: _handing_headers(system) for system in facts.systems}
        moments = []
        for exchange in self._survey.interesting:
            host = self._survey.host(exchange)
            ours = host in self._survey.guards
            if ours or exchange.request.has("authorization"):
                moments.append((self._timeline.sent(exchange), 1, exchange))
            if ours or (self._may_issue(exchange) and self._is_own(host)):
                moments.append((self._timeline.answered(exchange), 0, exchange))
        moments.sort(key=lambda moment: (moment[0], moment[1], moment[2].index))
        for at, is_request, exchange in moments:
            if is_request:
                self._read_request(exchange, at)
            else:
                self._read_response(exchange, at)
        self.all = tuple(self._by_value.values())
        self._link_lineage()

    # asking

    def sent_with(self, exchange: Exchange) -> tuple[tuple[Token, Sighting], ...]:
        """Tokens the request carried."""
        return tuple(self._sent.get(exchange.index, ()))

    def issued_by(self, exchange: Exchange) -> tuple[tuple[Token, Sighting], ...]:
        """Tokens the response handed out."""
        return tuple(self._issued.get(exchange.index, ()))

    def access_token(self, exchange: Exchange) -> Token | None:
        """The access token the request carried (Authorization before cookie), None without one."""
        found: Token | None = None
        for token, sighting in self._sent.get(exchange.index, ()):
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

    def clock_skew(self, host: str) -> float | None:
        """Server clock minus client clock in ms (median over Date headers), None when the host sends no Date.

        Date is cut to whole seconds, so half a second is added: the figure is good to about one second.
        """
        if host not in self._skew:
            self._skew[host] = self._measure_skew(host)
        return self._skew[host]

    # reading

    def _is_own(self, host: str) -> bool:
        return self._survey.is_first_party(host) or host in self._survey.provider_hosts

    def _may_issue(self, exchange: Exchange) -> bool:
        if exchange.request.method != "POST" or self._bearer is None:
            return False
        paths = self._bearer.sign_in_paths + self._bearer.refresh_paths
        return bool(path_ends(self._survey.path(exchange), paths))

    def learnt_cookies(self) -> frozenset[Text]:
        """Names of token cookies that are in no data file and were recognised by what they hold."""
        return frozenset(Text(name, Kind.COOKIE_NAME) for name in self._learnt)

    def cookies_seen(self, system: SessionSystem) -> frozenset[Text]:
        """Names of the system's own token cookies that the capture shows."""
        names = system.access_cookies + system.refresh_cookies
        found = {sighting.name for sightings in self._carried() for sighting in sightings}
        return frozenset(name for name in found if name_matches(raw(name), names))

    def _carried(self) -> Iterator[list[Sighting]]:
        for token in self.all:
            sightings = [*(token.uses or ()), *((token.issued,) if token.issued else ())]
            yield [sighting for sighting in sightings if sighting.carrier is Carrier.COOKIE]

    def _system(self, exchange: Exchange) -> SessionSystem | None:
        return self._survey.guards.get(self._survey.host(exchange))

    def _read_request(self, exchange: Exchange, at: float) -> None:
        request = exchange.request
        system = self._system(exchange)
        is_refresh = self._is_refresh_path(exchange, system)
        value = request.raw("authorization")
        if value is not None:
            read = credentials(value)
            if read.scheme in _TOKEN_SCHEMES and is_token(read) and (read.scheme or looks_like_jwt(read.raw_token)):
                use = TokenUse.REFRESH if is_refresh and system and not system.generic else TokenUse.ACCESS
                self._seen(read.raw_token, use, sent_sighting(exchange, Carrier.AUTHORIZATION, "authorization", at))
        if system is None:
            return
        if system.anti_csrf_header and (value := request.raw(system.anti_csrf_header)):
            self._seen(
                value,
                TokenUse.ANTI_CSRF,
                sent_sighting(exchange, Carrier.HEADER, system.anti_csrf_header, at),
            )
        cookie = request.raw("cookie")
        if cookie and self._may_hold_token(cookie, system):
            self._read_cookies(exchange, system, at)
        if is_refresh and system.generic and request.body.present and request.method == "POST":
            self._read_refresh_body(exchange, at)

    def _is_refresh_path(self, exchange: Exchange, system: SessionSystem | None) -> bool:
        if exchange.request.method == "GET" or system is None:
            return False
        return bool(path_ends(self._survey.path(exchange), (*system.refresh_paths, "/oauth/token", "/token")))

    def _may_hold_token(self, cookie: str, system: SessionSystem) -> bool:
        if "eyJ" in cookie:
            return True
        if self._learnt and any(name in cookie for name in self._learnt):
            return True
        return not system.generic and any(name in cookie for name in system.access_cookies + system.refresh_cookies)

    def _read_cookies(self, exchange: Exchange, system: SessionSystem, at: float) -> None:
        for name, value in exchange.request.raw_cookie_pairs():
            use = cookie_use(name, value, system) or self._learnt.get(name)
            if use is not None and value:
                self._seen(decoded(value), use, sent_sighting(exchange, Carrier.COOKIE, name, at))

    def _read_refresh_body(self, exchange: Exchange, at: float) -> None:
        if self._bearer is None or (exchange.request.body.size or 0) > _LARGEST_BODY:
            return
        table = exchange.request.body.json()
        for member in self._bearer.refresh_members:
            for value in members(table, member):
                if isinstance(value, str) and len(value) >= SHORTEST:
                    self._seen(value, TokenUse.REFRESH, sent_sighting(exchange, Carrier.BODY, member, at))
                    return

    def _read_response(self, exchange: Exchange, at: float) -> None:
        response = exchange.response
        system = self._system(exchange)
        handed: list[Token] = []
        if system is not None and not system.generic:
            handed += self._read_headers(exchange, system, at)
        if response.has("set-cookie") and system is not None:
            handed += self._read_set_cookies(exchange, system, at)
        if system is None or system.generic:
            for name in _RESPONSE_HEADERS if exchange.request.method == "POST" else ():
                value = response.raw(name)
                token = credentials(value).raw_token if value else ""
                if looks_like_jwt(token):
                    handed.append(
                        self._handed_out(token, TokenUse.ACCESS, answered_sighting(exchange, Carrier.HEADER, name, at))
                    )
            handed += self._read_token_answer(exchange, at)
        if len(handed) > 1:
            share_session(handed)

    def _read_headers(self, exchange: Exchange, system: SessionSystem, at: float) -> list[Token]:
        response = exchange.response
        handed = []
        for name, use in self._handing_headers[system.id]:
            value = response.raw(name)
            if value and value.strip() != system.removed_value:
                handed.append(
                    self._handed_out(value.strip(), use, answered_sighting(exchange, Carrier.HEADER, name, at))
                )
        return handed

    def _read_set_cookies(self, exchange: Exchange, system: SessionSystem, at: float) -> list[Token]:
        handed = []
        marked = any(exchange.response.has(name) for name in system.response_marks)
        for position, line in enumerate(exchange.response.raw_set_cookies()):
            parsed = parse_set_cookie(line)
            if parsed is None or len(parsed.value) < SHORTEST:
                continue
            use = cookie_use(parsed.name, parsed.value, system)
            if use is None and marked and parsed.http_only:
                use = self._learn(parsed, system)
            if use is not None:
                sighting = answered_sighting(exchange, Carrier.COOKIE, parsed.name, at, position)
                handed.append(self._handed_out(decoded(parsed.value), use, sighting))
        return handed

    def _learn(self, parsed: SetCookie, system: SessionSystem) -> TokenUse | None:
        """Backends may rename their cookies: next to a front-token, an HttpOnly JWT is the access token and
        an HttpOnly cookie for the refresh path the refresh token."""
        use = TokenUse.ACCESS if looks_like_jwt(parsed.value) else None
        if use is None and parsed.path and path_ends(parsed.path, system.refresh_paths):
            use = TokenUse.REFRESH
        if use is not None:
            self._learnt[parsed.name] = use
        return use

    def _read_token_answer(self, exchange: Exchange, at: float) -> list[Token]:
        """JSON members of sign-in, refresh and token answers; other bodies are not parsed."""
        bearer, body = self._bearer, exchange.response.body
        if bearer is None or exchange.request.method not in ("POST", "PUT") or not body.present:
            return []
        status = exchange.response.status
        if not 200 <= status < 300 or (body.size or 0) > _LARGEST_BODY or not may_be_json(body.raw_mime_type):
            return []
        handed: list[Token] = []
        table = body.json()
        for use, names in (
            (TokenUse.ID, bearer.id_members),
            (TokenUse.ACCESS, bearer.token_members),
            (TokenUse.REFRESH, bearer.refresh_members),
        ):
            for member in names:
                value = next(members(table, member), None)
                if not isinstance(value, str) or len(value) < SHORTEST or " " in value:
                    continue
                if use is TokenUse.ACCESS and member in bearer.id_members:
                    continue
                token = self._handed_out(value, use, answered_sighting(exchange, Carrier.BODY, member, at))
                if token.use is TokenUse.ACCESS and token.expires is None:
                    self._expires_in(token, table, exchange)
                handed.append(token)
                break
        return handed

    def _expires_in(self, token: Token, table: Any, exchange: Exchange) -> None:
        seconds = number(next(members(table, "expires_in"), None))
        date = exchange.response.raw("date")
        issued = parse_http_date(date) if date else None
        if seconds is not None and issued is not None and 0 < seconds < 1e9:
            token.issued_at, token.expires = issued, issued + seconds * 1000

    # keeping

    def _token(self, value: str, use: TokenUse) -> Token:
        token = self._by_value.get(value)
        if token is not None:
            if token.use is TokenUse.UNKNOWN:
                token.use = use
            return token
        token = Token(len(self._by_value) + 1, Text(value, Kind.TOKEN), use, None)
        if use is TokenUse.FRONT:
            if (front := read_front_token(value)) is not None:
                token.subject, token.session = token_text(front.subject), token_text(front.session)
                token.expires, token.issued_at = front.expires, front.issued_at
        elif looks_like_jwt(value) and (jwt := read_jwt(value)) is not None:
            token.jwt = jwt
            read_claims(token, jwt)
        self._by_value[value] = token
        return token

    def _seen(self, value: str, use: TokenUse, sighting: Sighting) -> None:
        token = self._token(value, use)
        if token.uses is None:
            token.uses = []
        token.uses.append(sighting)
        self._sent.setdefault(sighting.exchange.index, []).append((token, sighting))

    def _handed_out(self, value: str, use: TokenUse, sighting: Sighting) -> Token:
        token = self._token(value, use)
        if token.issued is None and self._was_new(token, sighting.exchange):
            token.issued = sighting
        self._issued.setdefault(sighting.exchange.index, []).append((token, sighting))
        return token

    def _was_new(self, token: Token, exchange: Exchange) -> bool:
        """Whether no request carried the token before the one answered with it: stamps of some exporters let
        an answer seem to end after the next request began."""
        if not token.uses:
            return True
        first = token.uses[0]
        return first.exchange is not exchange and first.at > self._timeline.started(exchange)

    def _link_lineage(self) -> None:
        """Replace a token by the next one issued for the same use and session (else user, else carrier)."""
        latest: dict[tuple[TokenUse, str, object], Token] = {}
        issued = [token for token in self.all if token.issued is not None]
        issued.sort(key=lambda token: (token.issued.at if token.issued else 0.0, token.ordinal))
        for token in issued:
            sighting = token.issued
            assert sighting is not None
            key = (token.use, *self._lineage(token, sighting))
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

    def _measure_skew(self, host: str) -> float | None:
        differences: list[float] = []
        for exchange in self._timeline.exchanges:
            if exchange.started is None or self._survey.host(exchange) != host:
                continue
            response = exchange.response
            if exchange.source is not Source.NETWORK or not response.status or response.has("age"):
                continue
            date = parse_http_date(response.raw("date") or "")
            if date is not None:
                differences.append(date + 500 - self._timeline.wall(self._timeline.answered(exchange)))
                if len(differences) >= _DATE_SAMPLES:
                    break
        return median(differences) if differences else None


def _handing_headers(system: SessionSystem) -> tuple[tuple[str, TokenUse], ...]:
    named = [(name, TokenUse.ACCESS) for name in system.access_headers]
    named += [(name, TokenUse.REFRESH) for name in system.refresh_headers]
    named += [(system.front_token_header, TokenUse.FRONT), (system.anti_csrf_header, TokenUse.ANTI_CSRF)]
    return tuple((name, use) for name, use in named if name)


def tokens_in(tokens: Tokens, exchange: Exchange, use: TokenUse) -> Iterator[Token]:
    """Tokens of one use that the response handed out."""
    for token, _ in tokens.issued_by(exchange):
        if token.use is use:
            yield token
