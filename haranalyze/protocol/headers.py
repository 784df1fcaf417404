"""Ordered header lists: order, repeats and spelling are kept, names compare without case (RFC 9110 section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Header(NamedTuple):
    """One field line as recorded; ``position`` is its index in the source's list."""

    name: str
    value: str
    position: int


class Headers:
    """A header list. Iterates over :class:`Header` in wire order."""

    __slots__ = ("_items",)

    def __init__(self, items: tuple[Header, ...]) -> None:
        self._items = items

    def __iter__(self) -> Iterator[Header]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def all(self, name: str) -> tuple[Header, ...]:
        """Field lines with this name (lower case), in order."""
        return tuple(item for item in self._items if item.name.lower() == name)


def split_list(value: str) -> tuple[str, ...]:
    """Members of a comma-separated list (RFC 9110 section 5.6.1), trimmed, empty ones dropped, case kept."""
    return tuple(part for part in (piece.strip(" \t") for piece in value.split(",")) if part)
