"""Large JSON read member by member: what nobody asks for stays an undecoded slice of the file."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw

from haranalyze.capture.values import late

_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_ITEMS = msgspec.json.Decoder(list[Raw])
_REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError, TypeError)


def members_of(written: Any) -> dict[str, Raw]:
    """The members of a JSON object, undecoded; empty when it is none or cannot be read."""
    try:
        return _MEMBERS.decode(written)
    except _REFUSED:
        value = late(written)
        return {name: _raw(one) for name, one in value.items()} if isinstance(value, dict) else {}


def items_of(written: Any) -> list[Raw]:
    """The items of a JSON list, undecoded; empty when it is none or cannot be read."""
    try:
        return _ITEMS.decode(written)
    except _REFUSED:
        value = late(written)
        return [_raw(one) for one in value] if isinstance(value, list) else []


def value_of(written: Any) -> Any:
    """The decoded value of a member, None where it is absent or cannot be read."""
    return None if written is None else late(written)


def object_of(written: Any) -> dict[str, Any]:
    """The decoded value of a member (any buffer) that should be an object; empty when it is none."""
    value = value_of(written)
    return value if isinstance(value, dict) else {}


class MemberLater:
    """Gives the bytes of a text inside nested objects when it is asked for; what holds it stays undecoded."""

    __slots__ = ("_path", "_written")

    def __init__(self, written: Any, path: tuple[str, ...]) -> None:
        self._written, self._path = written, path

    def __call__(self) -> bytes:
        """The text as UTF-8, empty when it is none."""
        holder = self._written
        for name in self._path:
            holder = members_of(holder).get(name)
            if holder is None:
                return b""
        found = value_of(holder)
        return found.encode("utf-8", "replace") if isinstance(found, str) else b""


def _raw(value: Any) -> Raw:
    try:
        return Raw(msgspec.json.encode(value))
    except (*_REFUSED, OverflowError):
        return Raw(b"null")
