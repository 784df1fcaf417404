"""Reading tokens out of requests and answers: which places are looked at, of which hosts, and what is kept.

Hosts that a session system guards are read by the system's names. Beside that, requests and answers of first parties
and identity providers are read for tokens in any place a token can stand; other hosts are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from haranalyze.capture.body import read_json
from haranalyze.facts._answers import members
from haranalyze.facts._front_token import number, read_front_token
from haranalyze.facts._named_calls import named_call
from haranalyze.facts._survey import Survey
from haranalyze.facts._token_model import (
    SHORTEST,
    Carrier,
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
from haranalyze.facts._token_places import (
    SUBPROTOCOL,
    Found,
    answer_tokens,
    cookie_tokens,
    form_tokens,
    json_tokens,
    may_hold,
    may_hold_inside,
    posted_form_tokens,
    subprotocol_tokens,
    url_tokens,
)
from haranalyze.protocol.cache_control import parse_http_date
from haranalyze.protocol.jwt import looks_like_jwt, read_jwt
from haranalyze.protocol.set_cookie import SetCookie, parse_set_cookie
from haranalyze.systems import SessionSystem, path_ends
from haranalyze.text import Kind, Text

if TYPE_CHECKING:
    from haranalyze.capture.body import Body
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_TOKEN_SCHEMES: Final = ("bearer", "token", "jwt", "dpop", "")
_RESPONSE_HEADERS: Final = ("x-access-token", "x-auth-token", "authorization")
_REQUEST_HEADERS: Final = ("x-access-token", "x-auth-token", "x-session-token", "x-id-token")
_LARGEST_BODY = 256 * 1024  # bytes of a body that is parsed
_FORM = "application/x-www-form-urlencoded"


class TokenReader:
    """Reads exchange by exchange in order of time and keeps what it finds.

    Attributes:
        by_value: tokens in order of first appearance; sent, issued: by index of the exchange.
        learnt: token cookies under names of the project's own.
    """

    def __init__(self, facts: Facts, survey: Survey) -> None:
        self._timeline = facts.timeline
        self._survey = survey
        self.by_value: dict[str, Token] = {}
        self.sent: dict[int, list[tuple[Token, Sighting]]] = {}
        self.issued: dict[int, list[tuple[Token, Sighting]]] = {}
        self.learnt: dict[str, TokenUse] = {}
        self._own: dict[str, bool] = {}
        self._speakers: dict[str, SessionSystem | None] = {}
        self._bearer = next((s for s in facts.systems if s.generic and s.transport == "bearer"), None)
        self._handing_headers = {system.id: _handing_headers(system) for system in facts.systems}

    def read_all(self) -> None:
        """Read the whole capture, requests and answers in the order in which they happened."""
        moments = []
        for exchange in self._survey.interesting:
            ours = self._is_own(self._survey.host(exchange))
            if ours or exchange.request.has("authorization"):
                moments.append((self._timeline.sent(exchange), 1, exchange))
            if ours:
                moments.append((self._timeline.answered(exchange), 0, exchange))
        moments.sort(key=lambda moment: (moment[0], moment[1], moment[2].index))
        for at, is_request, exchange in moments:
            if is_request:
                self._read_request(exchange, at)
            else:
                self._read_response(exchange, at)

    # which exchanges

    def _is_own(self, host: str) -> bool:
        """Whether the host is guarded, a first party or an identity provider on the way."""
        known = self._own.get(host)
        if known is None:
            survey = self._survey
            known = host in survey.guards or survey.is_first_party(host) or host in survey.provider_hosts
            self._own[host] = known
        return known

    def _may_issue(self, exchange: Exchange) -> bool:
        if exchange.request.method != "POST" or self._bearer is None:
            return False
        paths = self._bearer.sign_in_paths + self._bearer.refresh_paths
        return bool(path_ends(self._survey.path(exchange), paths))

    def _system(self, exchange: Exchange) -> SessionSystem | None:
        host = exchange.request.host
        if host not in self._speakers:
            self._speakers[host] = self._survey.speaker(host)
        return self._speakers[host]

    def _naming(self, exchange: Exchange) -> SessionSystem | None:
        """The system by whose names the tokens in a body are told: that of the host, where it adds to the usual."""
        system = self._system(exchange)
        return system if system is not None and system.token_members else self._bearer

    # requests

    def _read_request(self, exchange: Exchange, at: float) -> None:
        request = exchange.request
        system = self._system(exchange)
        is_refresh = self._is_refresh_path(exchange, system)
        value = request.raw("authorization")
        if value is not None:
            read = credentials(value)
            if read.scheme in _TOKEN_SCHEMES and is_token(read) and (read.scheme or looks_like_jwt(read.raw_token)):
                use = TokenUse.REFRESH if is_refresh and system and not system.plain else TokenUse.ACCESS
                self._seen(read.raw_token, use, sent_sighting(exchange, Carrier.AUTHORIZATION, "authorization", at))
        if not self._is_own(request.host):
            return
        cookie = request.raw("cookie") or ""
        plain_tokens = 0
        if system is not None:
            if system.anti_csrf_header and (value := request.raw(system.anti_csrf_header)):
                sighting = sent_sighting(exchange, Carrier.HEADER, system.anti_csrf_header, at)
                self._seen(value, TokenUse.ANTI_CSRF, sighting)
            if cookie and self._may_hold_token(cookie, system):
                plain_tokens = self._read_cookies(exchange, system, at)
            if is_refresh and system.plain and request.body.present and request.method == "POST":
                self._read_refresh_body(exchange, at)
        if may_hold_inside(cookie) and _holds_more(cookie, plain_tokens):
            self._carry(exchange, cookie_tokens(request.raw_cookie_pairs()), Carrier.COOKIE, at)
        self._read_wider_request(exchange, at)

    def _is_refresh_path(self, exchange: Exchange, system: SessionSystem | None) -> bool:
        if exchange.request.method == "GET" or system is None:
            return False
        path = self._survey.path(exchange)
        if system.calls and (call := named_call(exchange, path, system)) is not None:
            return call.does == "refresh"
        return bool(path_ends(path, (*system.refresh_paths, "/oauth/token", "/token")))

    def _may_hold_token(self, cookie: str, system: SessionSystem) -> bool:
        if "eyJ" in cookie:
            return True
        if self.learnt and any(name in cookie for name in self.learnt):
            return True
        return not system.plain and any(name in cookie for name in system.access_cookies + system.refresh_cookies)

    def _read_cookies(self, exchange: Exchange, system: SessionSystem, at: float) -> int:
        """Returns how many cookies are tokens as they stand."""
        count = 0
        for name, value in exchange.request.raw_cookie_pairs():
            use = cookie_use(name, value, system) or self.learnt.get(name)
            if use is not None and value:
                count += 1
                self._seen(decoded(value), use, sent_sighting(exchange, Carrier.COOKIE, name, at))
        return count

    def _read_refresh_body(self, exchange: Exchange, at: float) -> None:
        naming = self._naming(exchange)
        if naming is None or (exchange.request.body.size or 0) > _LARGEST_BODY:
            return
        table = exchange.request.body.json()
        for member in naming.refresh_members:
            for value in members(table, member):
                if isinstance(value, str) and len(value) >= SHORTEST:
                    self._seen(value, TokenUse.REFRESH, sent_sighting(exchange, Carrier.BODY, member, at))
                    return

    def _read_wider_request(self, exchange: Exchange, at: float) -> None:
        """Places beside Authorization and cookies: URL, further headers, bodies."""
        request = exchange.request
        url = request.raw_url
        is_socket = exchange.resource_type == "websocket" or url.startswith(("ws:", "wss:"))
        if may_hold(url):
            self._read_url(exchange, is_socket=is_socket, at=at)
        if is_socket and (value := request.raw(SUBPROTOCOL)):
            self._carry(exchange, subprotocol_tokens(value), Carrier.HEADER, at)
        for name in _REQUEST_HEADERS if request.has_any(_REQUEST_HEADERS) else ():
            if (value := request.raw(name)) and looks_like_jwt(token := credentials(value).raw_token):
                use = TokenUse.ID if name == "x-id-token" else TokenUse.ACCESS
                self._carry(exchange, (Found(name, token, use),), Carrier.HEADER, at)
        if request.method in ("POST", "PUT", "PATCH"):
            self._carry(exchange, self._in_posted(exchange), Carrier.BODY, at)

    def _read_url(self, exchange: Exchange, *, is_socket: bool, at: float) -> None:
        query, fragment = url_tokens(exchange.request.raw_url)
        if is_socket:  # a page can set no header for it, so whatever is called a token is one
            query = tuple(
                Found(one.name, one.value, TokenUse.ACCESS) if one.name in ("token", "auth", "authorization") else one
                for one in query
            )
        self._carry(exchange, query, Carrier.URL, at)
        for one in fragment:  # not sent: the page was handed it
            token = self._token(one.value, one.use)
            if token.issued is None and not token.uses:
                token.issued = sent_sighting(exchange, Carrier.URL, one.name, at)

    def _in_posted(self, exchange: Exchange) -> tuple[Found, ...]:
        mime_type = (exchange.request.raw("content-type") or "").lower()
        if mime_type and "json" not in mime_type and _FORM not in mime_type:
            return ()
        body = exchange.request.body
        text = _small_text(body)
        if not may_hold(text):
            return ()
        if _FORM in (mime_type or body.raw_mime_type):
            return form_tokens(text)
        return json_tokens(read_json(text)) if "eyJ" in text else ()

    def _carry(self, exchange: Exchange, found: Iterable[Found], carrier: Carrier, at: float) -> None:
        seen = {id(token) for token, _ in self.sent.get(exchange.index, ())}
        for one in found:
            token = self._token(one.value, one.use)
            if id(token) not in seen:
                seen.add(id(token))
                self._seen(one.value, one.use, sent_sighting(exchange, carrier, one.name, at))

    # answers

    def _read_response(self, exchange: Exchange, at: float) -> None:
        response = exchange.response
        system = self._system(exchange)
        handed: list[Token] = []
        if system is not None and not system.plain:
            handed += self._read_headers(exchange, system, at)
        if response.has("set-cookie") and system is not None:
            handed += self._read_set_cookies(exchange, system, at)
        names_tokens = system is not None and (system.plain or bool(system.token_members))
        if names_tokens or (system is None and self._may_issue(exchange)):
            for name in _RESPONSE_HEADERS if exchange.request.method == "POST" else ():
                value = response.raw(name)
                token = credentials(value).raw_token if value else ""
                if looks_like_jwt(token):
                    sighting = answered_sighting(exchange, Carrier.HEADER, name, at)
                    handed.append(self._handed_out(token, TokenUse.ACCESS, sighting))
            handed += self._read_token_answer(exchange, at)
        handed += self._read_wider_response(exchange, at)
        if len(handed) > 1:
            share_session([token for token in handed if token.use is not TokenUse.UNKNOWN])

    def _read_headers(self, exchange: Exchange, system: SessionSystem, at: float) -> list[Token]:
        response = exchange.response
        handed = []
        names = self._handing_headers[system.id]
        for name, use in names.items() if response.has_any(names) else ():
            value = response.raw(name)
            if value and value.strip() != system.removed_value:
                sighting = answered_sighting(exchange, Carrier.HEADER, name, at)
                handed.append(self._handed_out(value.strip(), use, sighting))
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
            self.learnt[parsed.name] = use
        return use

    def _read_token_answer(self, exchange: Exchange, at: float) -> list[Token]:
        """JSON members of sign-in, refresh and token answers."""
        naming, body = self._naming(exchange), exchange.response.body
        if naming is None or exchange.request.method not in ("POST", "PUT") or not body.present:
            return []
        status = exchange.response.status
        if not 200 <= status < 300 or (body.size or 0) > _LARGEST_BODY or not may_be_json(body.raw_mime_type):
            return []
        handed: list[Token] = []
        table = body.json()
        for use, names in (
            (TokenUse.ID, naming.id_members),
            (TokenUse.ACCESS, naming.token_members),
            (TokenUse.REFRESH, naming.refresh_members),
        ):
            for member in names:
                value = next(members(table, member), None)
                if not isinstance(value, str) or len(value) < SHORTEST or " " in value:
                    continue
                if use is TokenUse.ACCESS and member in naming.id_members:
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

    def _read_wider_response(self, exchange: Exchange, at: float) -> list[Token]:
        """Tokens in a redirect, in JSON or chunks in cookies, in any JSON answer, and in a page that posts itself."""
        response = exchange.response
        handed: list[Token] = []
        if 300 <= response.status < 400 and may_hold(location := response.raw_redirect_url):
            query, fragment = url_tokens(location)
            given = (one for one in (*query, *fragment) if not one.name.endswith("_hint"))
            handed += self._hand_out(exchange, given, Carrier.URL, at)
        if response.has("set-cookie"):
            handed += self._hand_out(exchange, _in_set_cookies(exchange), Carrier.COOKIE, at)
        if 200 <= response.status < 300 and exchange.request.method != "OPTIONS":
            handed += self._hand_out(exchange, _in_answer(exchange), Carrier.BODY, at)
        return handed

    def _hand_out(self, exchange: Exchange, found: Iterable[Found], carrier: Carrier, at: float) -> list[Token]:
        """Tokens an answer holds beside those that its system hands out."""
        known = {id(token) for token, _ in self.issued.get(exchange.index, ())}
        handed = []
        for one in found:
            token = self._token(one.value, one.use)
            if id(token) not in known:
                known.add(id(token))
                sighting = answered_sighting(exchange, carrier, one.name, at, one.position)
                handed.append(self._handed_out(one.value, token.use, sighting))
        return handed

    # keeping

    def _token(self, value: str, use: TokenUse) -> Token:
        token = self.by_value.get(value)
        if token is not None:
            if token.use is TokenUse.UNKNOWN:
                token.use = use
            return token
        token = Token(len(self.by_value) + 1, Text(value, Kind.TOKEN), use, None)
        if use is TokenUse.FRONT:
            if (front := read_front_token(value)) is not None:
                token.subject, token.session = token_text(front.subject), token_text(front.session)
                token.expires, token.issued_at = front.expires, front.issued_at
        elif looks_like_jwt(value) and (jwt := read_jwt(value)) is not None:
            token.jwt = jwt
            read_claims(token, jwt)
        self.by_value[value] = token
        return token

    def _seen(self, value: str, use: TokenUse, sighting: Sighting) -> None:
        token = self._token(value, use)
        if token.uses is None:
            token.uses = []
        token.uses.append(sighting)
        self.sent.setdefault(sighting.exchange.index, []).append((token, sighting))

    def _handed_out(self, value: str, use: TokenUse, sighting: Sighting) -> Token:
        token = self._token(value, use)
        if token.issued is None and self._was_new(token, sighting.exchange):
            token.issued = sighting
        self.issued.setdefault(sighting.exchange.index, []).append((token, sighting))
        return token

    def _was_new(self, token: Token, exchange: Exchange) -> bool:
        """Whether no request carried the token before the one answered with it: stamps of some exporters let
        an answer seem to end after the next request began."""
        if not token.uses:
            return True
        first = token.uses[0]
        return first.exchange is not exchange and first.at > self._timeline.started(exchange)


def _holds_more(cookie: str, plain_tokens: int) -> bool:
    """Whether a Cookie header can hold more than the plain tokens that were read from it: most do not."""
    if "{" in cookie or "%7B" in cookie or "base64-" in cookie or '"eyJ' in cookie:
        return True
    return cookie.count("=eyJ") > plain_tokens


def _in_set_cookies(exchange: Exchange) -> tuple[Found, ...]:
    lines = exchange.response.raw_set_cookies()
    if not any(may_hold_inside(line) for line in lines):
        return ()
    read = [parse_set_cookie(line) for line in lines]
    return cookie_tokens(tuple(("", "") if one is None else (one.name, one.value) for one in read))


def _in_answer(exchange: Exchange) -> tuple[Found, ...]:
    if not exchange.response.raw_body_may_contain("eyJ"):
        return ()
    body = exchange.response.body
    text = _small_text(body) if may_be_json(body.raw_mime_type) or body.raw_mime_type == "text/html" else ""
    if "eyJ" not in text:
        return ()
    return posted_form_tokens(text) if body.raw_mime_type == "text/html" else answer_tokens(read_json(text))


def _small_text(body: Body) -> str:
    if not body.present or (body.size or 0) > _LARGEST_BODY:
        return ""
    return (body.raw_text() or "")[:_LARGEST_BODY]


def _handing_headers(system: SessionSystem) -> dict[str, TokenUse]:
    named = [(name, TokenUse.ACCESS) for name in system.access_headers]
    named += [(name, TokenUse.REFRESH) for name in system.refresh_headers]
    named += [(system.front_token_header, TokenUse.FRONT), (system.anti_csrf_header, TokenUse.ANTI_CSRF)]
    return {name: use for name, use in named if name}
