"""Tokens, their sightings, and how single values are read; public through ``facts.tokens``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from haranalyze.facts._front_token import number, word
from haranalyze.protocol.auth import Authorization, Credential, parse_authorization
from haranalyze.protocol.jwt import Jwt, looks_like_jwt
from haranalyze.systems import SessionSystem, name_matches
from haranalyze.text import Kind, Place, Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange

SHORTEST: Final = 8  # characters below which a value is no token
_ENOUGH_SHAPES = 16_384


class TokenUse(StrEnum):
    """What a token is for."""

    ACCESS = "access"
    REFRESH = "refresh"
    ID = "id"
    FRONT = "front"  # SuperTokens front-token
    ANTI_CSRF = "anti-csrf"
    UNKNOWN = "unknown"


class Carrier(StrEnum):
    """Where in an exchange a token sits."""

    AUTHORIZATION = "authorization"
    COOKIE = "cookie"
    HEADER = "header"
    BODY = "body"
    URL = "url"


class Sighting:
    """One appearance of a token. ``name`` is the header, cookie or JSON member; ``at`` ms on the timeline.

    ``place`` is found when asked for: a token may be carried by thousands of requests.
    """

    __slots__ = ("_in_response", "_position", "at", "carrier", "exchange", "name")

    def __init__(
        self,
        exchange: Exchange,
        carrier: Carrier,
        name: Text,
        at: float,
        *,
        in_response: bool,
        position: int = 0,
    ) -> None:
        self.exchange = exchange
        self.carrier = carrier
        self.name = name
        self.at = at
        self._in_response = in_response
        self._position = position  # of its line among the Set-Cookie lines

    @property
    def place(self) -> Place:
        """Where it stands: the URL, the header, the Set-Cookie line or the body."""
        message = self.exchange.response if self._in_response else self.exchange.request
        if self.carrier is Carrier.BODY:
            return message.body.place
        if self.carrier is Carrier.URL:
            return message.place("location") if self._in_response else self.exchange.url_place
        if self.carrier is not Carrier.COOKIE:
            return message.place(raw(self.name))
        if not self._in_response:
            return message.place("cookie")
        places = message.places("set-cookie")
        return places[self._position] if self._position < len(places) else message.place("set-cookie")


@dataclass(slots=True, eq=False)
class Token:
    """One token value and its life.

    Attributes:
        ordinal: 1, 2, ... in order of first appearance ("token 2"); value: for tagging only.
        issued: where the capture shows it being handed out (None: before the recording).
        uses: requests that carried it, in order of sending.
        replaced_by: the token of the same use and session issued next; replaced_at: ms on the timeline.
        issued_at, expires: ms since the epoch from its claims (server clock), None unknown.
        subject, session: ``sub``/``userId`` and session handle as captured (compare only), None unknown.
    """

    ordinal: int
    value: Text
    use: TokenUse
    jwt: Jwt | None
    issued: Sighting | None = None
    uses: list[Sighting] | None = None
    replaced_by: Token | None = None
    replaced_at: float | None = None
    issued_at: float | None = None
    expires: float | None = None
    subject: Text | None = None
    session: Text | None = None


@dataclass(frozen=True, slots=True)
class FrontToken:
    """A decoded ``front-token`` header: user, access-token expiry (ms), payload issue time (ms)."""

    removed: bool
    subject: Text | None
    session: Text | None
    expires: float | None
    issued_at: float | None
    place: Place


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A refusal of a token that was in order, and a later call the same host accepted with it. ``same_call``:
    both have one method and path."""

    refused: Exchange
    accepted: Exchange
    same_call: bool


@lru_cache(maxsize=4096)
def credentials(value: str) -> Authorization:
    """A read Authorization value, memoised."""
    return parse_authorization(value)


def is_token(read: Authorization) -> bool:
    """Whether there is a token in it: neither empty nor a placeholder or template."""
    if len(read.raw_token) < SHORTEST:
        return False
    return read.shape in (
        Credential.WELL_FORMED,
        Credential.NO_SCHEME,
        Credential.DOUBLED_SCHEME,
        Credential.QUOTED,
    )


@lru_cache(maxsize=_ENOUGH_SHAPES)
def decoded(value: str) -> str:
    """A cookie value as the server meant it: backends percent-encode the token in it."""
    value = value.strip('"')
    return unquote(value) if "%" in value else value


def cookie_use(name: str, value: str, system: SessionSystem) -> TokenUse | None:
    """What a cookie of a session host is for, by its name, else by what it holds; None for no token."""
    if not value:
        return None
    if not system.plain:
        return _use_by_name(name, system.access_cookies, system.refresh_cookies)
    if name_matches(name, system.refresh_cookies):
        return TokenUse.REFRESH
    if not looks_like_jwt(value):
        return None
    return (
        TokenUse.REFRESH
        if "refresh" in name.lower()
        else TokenUse.ID
        if "id_token" in name.lower()
        else TokenUse.ACCESS
    )


@lru_cache(maxsize=4096)
def _use_by_name(name: str, access: tuple[str, ...], refresh: tuple[str, ...]) -> TokenUse | None:
    if name_matches(name, access):
        return TokenUse.ACCESS
    return TokenUse.REFRESH if name_matches(name, refresh) else None


def sent_sighting(exchange: Exchange, carrier: Carrier, name: str, at: float) -> Sighting:
    """A token on a request."""
    return Sighting(exchange, carrier, _named(name, carrier), at, in_response=False)


def answered_sighting(exchange: Exchange, carrier: Carrier, name: str, at: float, position: int = 0) -> Sighting:
    """A token in an answer; ``position``: of its line among the Set-Cookie lines."""
    return Sighting(exchange, carrier, _named(name, carrier), at, in_response=True, position=position)


@lru_cache(maxsize=1024)
def _named(name: str, carrier: Carrier) -> Text:
    kinds = {
        Carrier.COOKIE: Kind.COOKIE_NAME,
        Carrier.BODY: Kind.PARAMETER_NAME,
        Carrier.URL: Kind.PARAMETER_NAME,
    }
    return Text(name, kinds.get(carrier, Kind.HEADER_NAME))


def may_be_json(mime_type: str) -> bool:
    """Whether a body of this type is worth parsing as JSON."""
    return not mime_type or "json" in mime_type or mime_type == "text/plain"


def token_text(value: str | None) -> Text | None:
    """A captured claim for comparing only."""
    return None if value is None else Text(value, Kind.TOKEN)


def _first_word(claims: dict[str, Any], *names: str) -> str | None:
    return next((found for name in names if (found := word(claims.get(name))) is not None), None)


def read_claims(token: Token, jwt: Jwt) -> None:
    """Times, user and session from the claims; SuperTokens versions 1 and 2 write milliseconds."""
    claims = jwt.claims
    token.subject = token_text(_first_word(claims, "sub", "userId", "user_id", "uid"))
    token.session = token_text(_first_word(claims, "sessionHandle", "sid", "session_id", "session_state"))
    expires, issued = number(jwt.expires), number(jwt.issued_at)
    token.expires = expires * 1000 if expires is not None else number(claims.get("expiryTime"))
    token.issued_at = issued * 1000 if issued is not None else number(claims.get("timeCreated"))


def share_session(handed: list[Token]) -> None:
    """Opaque tokens belong to the session of the tokens handed out with them."""
    known = next((token for token in handed if token.session is not None), None)
    known = known or next((token for token in handed if token.subject is not None), None)
    if known is None:
        return
    for token in handed:
        if token.session is None and token.subject is None:
            token.session, token.subject = known.session, known.subject
