"""Traits of a JWT that some rules ask for: the kind of its key, its audience, when it begins to count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from haranalyze.facts.tokens import Carrier, Token, TokenUse

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_AGREES: Final = 60_000.0  # ms between two clocks that are one
_KINDS: Final = {"d-": "dynamic", "s-": "static"}


def key_kind(token: Token) -> str:
    """Which kind of signing key the ``kid`` names (supertokens-core: ``d-`` dynamic, ``s-`` static); ``""`` another."""
    if token.jwt is None:
        return ""
    name = token.jwt.header.get("kid")
    return _KINDS.get(name[:2], "") if isinstance(name, str) else ""


def wants_anti_csrf(token: Token) -> bool:
    """Whether the session was made with an anti-CSRF token of its own (SuperTokens ``VIA_TOKEN``)."""
    return token.jwt is not None and isinstance(token.jwt.raw_claim("antiCsrfToken"), str)


def is_refresh_token_sent(facts: Facts, call: Exchange) -> bool:
    """Whether Authorization carries a refresh token: one the recording shows being handed out as such, or by its
    build one of SuperTokens (three parts, the last ``V0`` to ``V2``; supertokens-core)."""
    if any(
        token.use is TokenUse.REFRESH and sighting.carrier is Carrier.AUTHORIZATION
        for token, sighting in facts.tokens.sent_with(call)
    ):
        return True
    sent = facts.tokens.authorization(call)
    parts = sent[0].raw_token.split(".") if sent is not None else []
    return len(parts) == 3 and parts[2] in {"V0", "V1", "V2"}


def is_identity_token(token: Token) -> bool:
    """Whether a JWT says of itself that it tells an application who signed in, and is no key to an API.

    OpenID Connect Core section 2: ``nonce``, ``at_hash`` and ``c_hash`` stand in ID tokens only; Cognito writes
    ``token_use``, Keycloak ``typ``.
    """
    if token.jwt is None:
        return False
    claims = token.jwt.claims
    if claims.get("token_use") == "id" or claims.get("typ") == "ID":
        return True
    return any(name in claims for name in ("at_hash", "c_hash", "nonce"))


def begins_in(facts: Facts, token: Token, exchange: Exchange) -> float | None:
    """Milliseconds until the token begins to count, by the clock of the server it was sent to.

    From ``nbf`` (RFC 7519 section 4.1.5), else ``iat``. Negative where it counts already, None where unknown. Date
    headers and claims count whole seconds: the figure is good to about a second and a half.
    """
    if token.jwt is None:
        return None
    skew = facts.tokens.clock_skew(exchange.request.host)
    begins = token.jwt.not_before if token.jwt.not_before is not None else token.jwt.issued_at
    if begins is None or skew is None:
        return None
    return begins * 1000 - (facts.timeline.wall(facts.timeline.sent(exchange)) + skew)


def fits_the_server_clock(facts: Facts, token: Token) -> bool:
    """Whether the Date headers of the host that issued the token agree with its ``iat``; True where nobody saw it
    issued. A proxy with a clock of its own writes Date headers that say nothing about the program behind it."""
    if token.issued is None or token.issued_at is None:
        return True
    exchange = token.issued.exchange
    skew = facts.tokens.clock_skew(exchange.request.host)
    if skew is None:
        return True
    return abs(facts.timeline.wall(token.issued.at) + skew - token.issued_at) < _AGREES


def valid_by_the_client(facts: Facts, token: Token, exchange: Exchange) -> float | None:
    """Milliseconds the token was still valid by the client's own clock when it was sent; None unknown."""
    if token.expires is None:
        return None
    return token.expires - facts.timeline.wall(facts.timeline.sent(exchange))
