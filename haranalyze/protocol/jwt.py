"""JWTs: decoded with PyJWT, and read leniently to explain what PyJWT refuses (RFC 7519, RFC 7515)."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Any, Final

_ALGORITHMS: Final = frozenset(
    "none HS256 HS384 HS512 RS256 RS384 RS512 ES256 ES384 ES512 ES256K PS256 PS384 PS512 EdDSA".split()
)
_MEMO: Final = 8_192  # characters; longer tokens are rare and not kept
MAX_TOKEN = 65_536  # characters; longer values are no tokens of a browser session


@dataclass(frozen=True, slots=True)
class Jwt:
    """A token that has the form of a JWT.

    ``header`` and ``claims`` are the decoded JSON objects (raw captured values: analysis only). Times are
    seconds since the epoch as written, None where absent or not a number. ``problems`` are our own words,
    all at once ("signature part is empty", "claims are not a JSON object").
    """

    header: dict[str, Any]
    claims: dict[str, Any]
    algorithm: str  # the alg header if it is a registered name, else ""
    issued_at: float | None
    not_before: float | None
    expires: float | None
    signature_bytes: int
    problems: tuple[str, ...]

    def raw_claim(self, name: str) -> Any:
        """A claim's raw value or None."""
        return self.claims.get(name)


def looks_like_jwt(token: str) -> bool:
    """Cheap test before :func:`read_jwt`: ``eyJ`` start and two dots."""
    return token.startswith("eyJ") and token.count(".") == 2


def read_jwt(token: str) -> Jwt | None:
    """Read a compact JWS; None when it is not one (three dot-separated parts, JSON object header). Memoised."""
    if len(token) > MAX_TOKEN or token.count(".") != 2:
        return None
    return _read(token) if len(token) <= _MEMO else _read.__wrapped__(token)


@lru_cache(4_096)
def _read(token: str) -> Jwt | None:
    parts = token.split(".")
    header, _ = _decode_part(parts[0])
    if not isinstance(header, dict):
        return None
    claims, problems = _claims(token, parts[1])
    written = header.get("alg")
    algorithm = written if isinstance(written, str) and written in _ALGORITHMS else ""
    if not algorithm:
        problems = (*problems, "its algorithm is not a registered one")
    if not parts[2]:
        problems = (*problems, "its signature is empty")
    return Jwt(
        header,
        claims,
        algorithm,
        _time(claims.get("iat")),
        _time(claims.get("nbf")),
        _time(claims.get("exp")),
        len(parts[2]) * 3 // 4,
        problems,
    )


def _claims(token: str, part: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    from jwt import decode
    from jwt.exceptions import PyJWTError

    try:
        return decode(token, options={"verify_signature": False}), ()
    except (PyJWTError, ValueError, RecursionError):
        claims, problems = _decode_part(part)
        if isinstance(claims, dict):
            return claims, problems
        return {}, (*problems, "its claims are not a JSON object")


def _decode_part(part: str) -> tuple[Any, tuple[str, ...]]:
    """The JSON value of a base64url part, leniently, and what was odd about it."""
    try:
        data = urlsafe_b64decode(part + "=" * (-len(part) % 4))
        return json.loads(data), ()
    except (binascii.Error, ValueError, RecursionError):
        return None, ("one of its parts is not base64url of JSON",)


def _time(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None
