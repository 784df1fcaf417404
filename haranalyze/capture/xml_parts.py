"""XML of strangers, read by expat as a stream: entities are refused, sizes and depth have limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

from haranalyze.errors import CaptureError

_DEEPEST: Final = 50
_CHUNK: Final = 1 << 20


@dataclass(slots=True)
class Element:
    """One element below an item: its text (pieces) and attributes.

    ``span``: the bytes of the document from its start tag to its end tag, which does not belong to it.
    """

    attributes: dict[str, str]
    span: tuple[int, int]
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The character data."""
        return "".join(self.pieces)


class _EntityError(Exception):
    pass


def each_item(data: Any, item: str, give: Callable[[dict[str, Element]], None]) -> dict[str, str]:
    """Hand over the elements below each ``item`` by name (the last one of a name counts); the root's attributes.

    Raises:
        CaptureError: it is no XML, declares an entity, or is nested too deep; names the byte.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    reader = _Reader(item, give, parser)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.EntityDeclHandler = _refuse
    view = memoryview(data)
    try:
        for start in range(0, len(view), _CHUNK):
            parser.Parse(bytes(view[start : start + _CHUNK]), False)
        parser.Parse(b"", True)
    except _EntityError as error:
        raise CaptureError("the XML declares an entity or is nested too deep, which no recording does") from error
    except (expat.ExpatError, ValueError, LookupError) as error:
        if not reader.items:
            raise CaptureError(f"the XML is damaged at byte {parser.ErrorByteIndex}") from error
        reader.root["damaged"] = str(parser.ErrorByteIndex)
    finally:  # parser and reader hold each other, and the parser its buffers
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
    return reader.root


def attributes_of(data: Any, name: str) -> dict[str, str]:
    """The attributes of the first element ``name``; empty when it is missing or the XML cannot be read."""
    found: list[dict[str, str]] = []

    def give(parts: dict[str, Element]) -> None:
        if not found and name in parts:
            found.append(parts[name].attributes)

    try:
        each_item(data, "", give)
    except CaptureError:
        return {}
    return found[0] if found else {}


def _refuse(*_: object) -> None:
    raise _EntityError


class _Reader:
    """Collects the elements below items; with the item ``""`` those below the root."""

    def __init__(self, item: str, give: Callable[[dict[str, Element]], None], parser: expat.XMLParserType) -> None:
        self._item, self._give, self._parser = item, give, parser
        self._parts: dict[str, Element] | None = None
        self._now: Element | None = None
        self._depth = 0
        self.items = 0
        self.root: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _EntityError
        if self._depth == 1:
            self.root = attributes
            if not self._item:
                self._parts = {}
        elif name == self._item and self._parts is None:
            self._parts = {}
        elif self._parts is not None:
            self._now = self._parts[name] = Element(attributes, (self._parser.CurrentByteIndex, 0))

    def end(self, name: str) -> None:
        self._depth -= 1
        if self._parts is not None and (name == self._item or (not self._item and not self._depth)):
            self.items += 1
            self._give(self._parts)
            self._parts = None
        if self._now is not None:
            self._now.span = (self._now.span[0], self._parser.CurrentByteIndex)
        self._now = None

    def text(self, piece: str) -> None:
        if self._now is not None:
            self._now.pieces.append(piece)
