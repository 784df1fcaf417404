"""Members of JSON that somebody else wrote: decoded late, and of the type that is wanted or nothing."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from typing import Any, Final

import msgspec

EMPTY: Final = msgspec.Raw()  # a member the source does not have
BEYOND: Final = 1e300  # larger numbers are no sizes and times, and some no floats


def late(value: Any) -> Any:
    """Decode a member that was left undecoded; None when it is absent or cannot be read."""
    data = b"" if value is EMPTY else bytes(value)
    if not data:
        return None
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        try:
            return json.loads(data.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return None


def as_text(value: Any) -> str:
    """A member that should be text: text as it is, numbers and booleans spelled, everything else empty."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) else ""


def as_size(value: Any) -> int | None:
    """A member that should be a size in bytes; None for -1, null and whatever is no number."""
    return int(value) if is_amount(value) else None


def as_duration(value: Any) -> float | None:
    """A member that should be milliseconds; None for negative values, null and whatever is no number."""
    return float(value) if is_amount(value) else None


def as_status(value: Any) -> int:
    """A member that should be a status code; 0 for whatever is none."""
    return int(value) if isinstance(value, int | float) and 100 <= value < 1000 else 0


def as_object(value: Any, *names: str) -> dict[str, Any]:
    """The object at the end of these members of ``value``; empty where one on the way is missing or none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def as_bytes(base64: str | bytes) -> bytes:
    """The bytes of a base64 text, line breaks in it left out; empty where it is none."""
    try:
        return b64decode(base64)
    except (binascii.Error, ValueError):
        return b""


def is_amount(value: Any) -> bool:
    """Whether it is a number from 0 on; NaN, infinity and integers beyond a float's range are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < BEYOND


def is_deeper(value: Any, most: int) -> bool:
    """Whether objects and arrays of a JSON value are nested deeper than ``most``; one level after the other."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        level = [
            one
            for within in level
            for one in (within.values() if isinstance(within, dict) else within)
            if isinstance(one, dict | list)
        ]
        if not level:
            return False
    return bool(level)
