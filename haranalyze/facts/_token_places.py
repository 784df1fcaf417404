"""Where tokens hide in single values: cookies with JSON or in chunks, forms, JSON, URLs, WebSocket subprotocols.

Each function gives ``Found`` values in order of appearance and never raises. What a value is for comes from the name
it stands under; a JWT under an unknown name is still a token, of unknown use.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from haranalyze.capture.body import read_json
from haranalyze.facts._token_model import SHORTEST, TokenUse
from haranalyze.protocol.jwt import MAX_TOKEN, looks_like_jwt

SUBPROTOCOL: Final = "sec-websocket-protocol"
MOST: Final = 20  # tokens read from one value
_MOST_NODES: Final = 20_000  # of a JSON value that are looked at
_MOST_FIELDS: Final = 200  # of a form or query
_LONGEST_FORM: Final = 256 * 1024  # characters
_USES: Final = {
    **dict.fromkeys(("access_token", "accesstoken", "auth_token", "authtoken", "jwt"), TokenUse.ACCESS),
    **dict.fromkeys(("id_token", "idtoken", "id_token_hint"), TokenUse.ID),
    **dict.fromkeys(("refresh_token", "refreshtoken"), TokenUse.REFRESH),
}
_NESTED: Final = ("access_token", "refresh_token", "id_token", "accessToken", "refreshToken", "idToken")
_CHUNK = re.compile(r"(.+?)(\.|C)([0-9]{1,2})")  # Supabase, Auth.js, iron-session: name.0; ASP.NET Core: nameC1
_K8S: Final = "base64url.bearer.authorization.k8s.io."
_BEFORE_TOKEN: Final = frozenset(("access_token", "bearer", "authorization", "token", "jwt", "auth"))
_FORM_FIELD = re.compile(r"<input\b[^<>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(name|value)\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A token in a value: the name it stands under (parameter, cookie or last JSON member) and its use."""

    name: str
    value: str
    use: TokenUse
    position: int = 0  # of the cookie among those given


def use_of(name: str) -> TokenUse:
    """What a parameter or member of this name is for, UNKNOWN when the name does not tell."""
    return _USES.get(name.replace("-", "_").lower(), TokenUse.UNKNOWN)


def may_hold(text: str) -> bool:
    """Cheap test: whether a URL, cookie or form can hold a token at all."""
    return "eyJ" in text or "oken" in text


def cookie_tokens(pairs: Iterable[tuple[str, str]]) -> tuple[Found, ...]:
    """Tokens inside cookies: of JSON (plain, percent-encoded, base64url behind ``base64-`` or not), of chunks that only
    together make a value, and JWTs under any name, whose use the name of a cookie does not tell."""
    found: list[Found] = []
    for position, name, value, joined in _whole_cookies(pairs):
        for inner, token, use in _inside_cookie(value):
            told = use_of(name) if joined and not inner else use
            found.append(Found(name, token, told, position))
    return tuple(found[:MOST])


@lru_cache(maxsize=4_096)
def _inside_cookie(value: str) -> tuple[tuple[str, str, TokenUse], ...]:
    """Member ("" for the value itself), token and use."""
    value = _plain(value)
    if is_jwt(value):
        return (("", value, TokenUse.UNKNOWN),)
    return tuple((one.name or "0", one.value, one.use) for one in json_tokens(_json_of(value), named=True))


def _whole_cookies(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[int, str, str, bool]]:
    """Position, name, value, and whether it was put together of chunks (``name.0``, ``name.1``; ``nameC1``), of the
    cookies that can hold a token."""
    chunks: dict[tuple[str, str], dict[int, tuple[int, str]]] = {}
    for position, (name, value) in enumerate(pairs):
        chunk = _CHUNK.fullmatch(name) if name[-1:].isdigit() else None
        if chunk is not None:
            chunks.setdefault((chunk[1], chunk[2]), {}).setdefault(int(chunk[3]), (position, value))
        elif may_hold_inside(value):
            yield position, name, value, False
    for (name, mark), parts in chunks.items():
        first = 0 if mark == "." else 1
        count = next((number for number in range(first, 100) if number not in parts), 100)
        whole = "".join(parts[number][1] for number in range(first, count))
        if may_hold_inside(whole):
            yield parts[first][0], name, whole, True


def may_hold_inside(cookie: str) -> bool:
    """Cheap test: whether a cookie, or a header or line of cookies, can hold a JWT, or JSON or chunks with a token."""
    return "eyJ" in cookie or "base64-" in cookie or "%7B" in cookie or "{" in cookie


def _plain(value: str) -> str:
    value = value.strip('"')
    return unquote(value) if "%" in value else value


def _json_of(value: str) -> Any:
    """The JSON in a cookie's value, however it is wrapped; None when there is none."""
    value = value.removeprefix("j:")  # cookie-parser of Express
    if value[:1] in ("{", "["):
        return read_json(value)
    encoded = value.removeprefix("base64-")
    if len(encoded) > MAX_TOKEN or "." in encoded:
        return None
    try:
        data = urlsafe_b64decode(encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4)).decode("utf-8")
    except ValueError:
        return None
    return read_json(data) if data[:1] in ("{", "[") else None


def json_tokens(table: Any, *, named: bool = False) -> tuple[Found, ...]:
    """JWTs anywhere in a JSON value, and with ``named`` opaque strings under names that only tokens bear."""
    found: list[Found] = []
    left: list[tuple[str, Any]] = [("", table)]
    for _ in range(_MOST_NODES):
        if not left or len(found) >= MOST:
            break
        name, value = left.pop()
        if isinstance(value, dict):
            left += [(key if isinstance(key, str) else "", inner) for key, inner in reversed(value.items())]
        elif isinstance(value, list):
            left += [(name, inner) for inner in reversed(value)]
        elif isinstance(value, str) and (is_jwt(value) or (named and name in _NESTED and is_opaque(value))):
            found.append(Found(name, value, use_of(name)))
    return tuple(found)


def answer_tokens(table: Any) -> tuple[Found, ...]:
    """Tokens of a JSON answer. One with ``token_type`` is a token answer, whose members have a fixed meaning (RFC 6749
    section 5.1). In others a name such as ``token`` may as well be a pass for a chat or a map: only ID tokens are
    taken by their name there, and a JWT shows its use when it is sent."""
    is_token_answer = isinstance(table, dict) and isinstance(table.get("token_type"), str)
    found = []
    for one in json_tokens(table, named=is_token_answer):
        keeps = one.use is TokenUse.ID or (is_token_answer and table.get(one.name) == one.value)
        found.append(one if keeps else Found(one.name, one.value, TokenUse.UNKNOWN))
    return tuple(found)


def form_tokens(text: str) -> tuple[Found, ...]:
    """Tokens in an ``application/x-www-form-urlencoded`` text or a query. A parameter ``token`` of a revocation or
    introspection request has the use its ``token_type_hint`` says (RFC 7009 section 2.1)."""
    if not may_hold(text) or len(text) > _LONGEST_FORM:
        return ()
    try:
        pairs = parse_qsl(text, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return ()
    hint = use_of(dict(pairs).get("token_type_hint", ""))
    found = []
    for name, written in pairs:
        use, value = hint if name == "token" else use_of(name), written.removeprefix("Bearer ")
        if is_jwt(value) or (use is not TokenUse.UNKNOWN and is_opaque(value)):
            found.append(Found(name, value, use))
    return tuple(found[:MOST])


def url_tokens(url: str) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    """Tokens in the query and in the fragment of a URL."""
    before, _, fragment = url.partition("#")
    _, _, query = before.partition("?")
    return form_tokens(query), form_tokens(fragment.rpartition("?")[2])


def subprotocol_tokens(value: str) -> tuple[Found, ...]:
    """Tokens that a page sends as WebSocket subprotocols, because it can set no other header (Kubernetes:
    ``base64url.bearer.authorization.k8s.io.<token>``; others: a word such as ``access_token``, then the token)."""
    found = []
    before = ""
    for item in (part.strip() for part in value[:MAX_TOKEN].split(",")):
        is_encoded = item.startswith(_K8S)
        token = _decoded(item.removeprefix(_K8S)) if is_encoded else item[max(item.find("eyJ"), 0) :]
        if is_jwt(token) or ((is_encoded or before.lower() in _BEFORE_TOKEN) and is_opaque(token)):
            found.append(Found(SUBPROTOCOL, token, TokenUse.ACCESS))
        before = item
    return tuple(found[:MOST])


def posted_form_tokens(html: str) -> tuple[Found, ...]:
    """Tokens in the hidden fields of a page that posts itself (OAuth 2.0 Form Post Response Mode, section 2)."""
    found = []
    for field in _FORM_FIELD.findall(html[:_LONGEST_FORM])[:_MOST_FIELDS]:
        attributes = {name.lower(): value for name, value in _ATTRIBUTE.findall(field)}
        name, value = attributes.get("name", ""), attributes.get("value", "")
        if is_jwt(value) or (use_of(name) is not TokenUse.UNKNOWN and is_opaque(value)):
            found.append(Found(name, value, use_of(name)))
    return tuple(found[:MOST])


def is_jwt(value: str) -> bool:
    """Whether a value has the form of a signed JWT and a length a token may have."""
    return looks_like_jwt(value) and len(value) <= MAX_TOKEN and value.isascii() and " " not in value


def is_opaque(value: str) -> bool:
    """Whether a value under a token's name can be one: long enough, one word."""
    return 2 * SHORTEST <= len(value) <= MAX_TOKEN and value.isascii() and not any(map(str.isspace, value))


def _decoded(encoded: str) -> str:
    try:
        return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode("ascii")
    except ValueError:
        return ""
