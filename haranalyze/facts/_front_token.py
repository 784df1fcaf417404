"""The readable session header: base64 of JSON with user, expiry and payload."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class ReadableSession:
    """What the header says: user, session handle, expiry and issue time of the payload in ms; raw values."""

    subject: str | None
    session: str | None
    expires: float | None
    issued_at: float | None


@lru_cache(maxsize=4096)
def read_front_token(value: str) -> ReadableSession | None:
    """Decode a front-token value (``{"uid", "ate", "up"}``, ms); None when it is not one. Never raises."""
    text = value.strip()
    if len(text) > 1_000_000:
        return None
    try:
        decoded = b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
        table = json.loads(decoded)
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(table, dict) or not ("uid" in table or "ate" in table):
        return None
    payload = table.get("up")
    if not isinstance(payload, dict):
        payload = {}
    issued = number(payload.get("iat"))
    return ReadableSession(
        word(table.get("uid")),
        word(payload.get("sessionHandle")),
        number(table.get("ate")),
        None if issued is None else issued * 1000,
    )


def number(value: Any) -> float | None:
    """A finite JSON number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if abs(result) < 1e16 else None


def word(value: Any) -> str | None:
    """A JSON string or whole number as text, or None."""
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18 else None
