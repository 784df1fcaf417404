"""WebSocket handshakes: what they carried, and whether the server took them (RFC 6455 section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_REFUSED: Final = frozenset((401, 403))
_CARRIERS: Final = ("authorization", "x-api-key", "x-access-token", "x-auth-token", "x-session-token")
_PARAMETERS: Final = ("token", "auth", "ticket", "jwt", "key", "session", "sid", "signature")
_RELOADERS: Final = ("webpack-hmr", "sockjs-node", "/@vite", "livereload", "browser-sync")
_MOST: Final = 100  # handshakes looked at


@dataclass(frozen=True, slots=True)
class BareHandshake:
    """A handshake of our session without any credentials, made while the user was signed in.

    ``refused``: the server answered 401 or 403; False where the recording shows no answer (DevTools exports refused
    handshakes with status 0). ``hidden``: the recording leaves out what could have carried them.
    """

    exchange: Exchange
    refused: bool
    hidden: bool


def is_handshake(exchange: Exchange) -> bool:
    """Whether a request opens a WebSocket."""
    if exchange.resource_type == "websocket" or exchange.request.url.scheme in {"ws", "wss"}:
        return True
    return (exchange.request.raw("upgrade") or "").lower() == "websocket"


def bare_handshakes(facts: Facts) -> tuple[BareHandshake, ...]:
    """Handshakes without credentials that did not lead to a connection, in client order."""
    found = []
    for exchange in facts.exchanges:
        if not (exchange.failed or exchange.response.status in _REFUSED) or not is_handshake(exchange):
            continue
        if not facts.session.is_ours(exchange) or not facts.session.signed_in_before(exchange):
            continue
        if _carries_anything(facts, exchange) or (exchange.failed and not _concerns_the_session(facts, exchange)):
            continue
        shown = all(facts.quality.shows_absence(exchange, name) for name in ("cookie", "authorization"))
        found.append(BareHandshake(exchange, exchange.response.status in _REFUSED, not shown))
        if len(found) >= _MOST:
            break
    return tuple(found)


def _concerns_the_session(facts: Facts, exchange: Exchange) -> bool:
    """Of handshakes without an answer only those to hosts of the session, and no reload channel of a dev server."""
    url = exchange.request.url
    return url.host in facts.session.hosts and not any(part in url.path for part in _RELOADERS)


def _carries_anything(facts: Facts, exchange: Exchange) -> bool:
    """A cookie of any name, a token wherever one can be, or a parameter or subprotocol that may stand for one."""
    request = exchange.request
    if any(request.has(name) for name in (*_CARRIERS, "cookie", "sec-websocket-protocol")):
        return True
    if facts.quality.carries_hidden_credentials(exchange) or facts.tokens.sent_with(exchange):
        return True
    try:
        names = [name.lower() for name, _ in parse_qsl(request.url.query, max_num_fields=100)]
    except ValueError:
        return True
    return any(part in name for name in names for part in _PARAMETERS)
