"""Captured text: a type that cannot be formatted, and the only ways out of it.

Every string in a capture was written by a stranger and may be a live secret. ``Text`` carries such a string
from where it was read to where evidence is cut. It can be compared, measured and searched, but not printed:
``str()``, f-strings, ``%``, ``join`` and templates raise ``TypeError``. Two ways lead out:

* :func:`raw` for the layers that analyse traffic (``protocol``, ``capture``, ``timeline``, ``facts``,
  ``systems``) and for ``redaction``; a test forbids it everywhere else;
* ``redaction.Projector.show``, which decides what of it a reader may see.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NoReturn


class Kind(StrEnum):
    """What a piece of captured text is; decides how it is shown (``redaction``)."""

    METHOD = "method"
    HOST = "host"  # host name or origin
    URL = "url"  # absolute or relative reference: shown as host, templated path, parameter names
    PATH = "path"
    HEADER_NAME = "header-name"
    HEADER_VALUE = "header"  # Text.name holds the lower-cased header name
    COOKIE_NAME = "cookie-name"
    COOKIE_VALUE = "cookie"  # Text.name holds the cookie's name
    SET_COOKIE = "set-cookie"  # a whole Set-Cookie line: name, attributes and length are shown
    TOKEN = "token"  # noqa: S105 - the kind of text, not a secret
    PARAMETER_NAME = "parameter-name"
    BODY = "body"  # a body: type, size, listed keys and phrases are shown
    PHRASE = "phrase"  # an error phrase or code from a body or header: shown when on the list
    FAILURE = "failure"  # browser's failure text: ``net::ERR_...`` is shown
    STATUS = "status"  # a status code: digits are shown
    SIZE = "size"  # never shown: only its length


class Text:
    """A captured string. Equal to another ``Text`` or ``str`` with the same characters; hashable.

    Args:
        value: the captured characters.
        kind: what they are.
        name: the header, cookie or parameter they belong to (captured too), where the kind needs one.
    """

    __slots__ = ("_value", "kind", "name")

    def __init__(self, value: str, kind: Kind, name: str = "") -> None:
        self._value: Final = value
        self.kind: Final = kind
        self.name: Final = name

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Text):
            return self._value == other._value
        return self._value == other if isinstance(other, str) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value)

    def __len__(self) -> int:
        return len(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __contains__(self, part: str) -> bool:
        return part in self._value

    def __iter__(self) -> Iterator[str]:
        self._refuse()

    def startswith(self, prefix: str | tuple[str, ...]) -> bool:
        """Whether the text starts with ``prefix`` (case matters)."""
        return self._value.startswith(prefix)

    def endswith(self, suffix: str | tuple[str, ...]) -> bool:
        """Whether the text ends with ``suffix`` (case matters)."""
        return self._value.endswith(suffix)

    def same_word(self, word: str) -> bool:
        """Whether the text equals ``word``, case ignored (header names, schemes)."""
        return self._value.lower() == word.lower()

    def __repr__(self) -> str:
        return f"<Text {self.kind.value}, {len(self._value)} characters>"

    def __str__(self) -> str:  # noqa: PLE0307 - it never returns
        self._refuse()

    def __format__(self, spec: str) -> str:
        self._refuse()

    def __reduce__(self) -> NoReturn:
        raise TypeError("captured text is not pickled; send the report document instead")

    def _refuse(self) -> NoReturn:
        raise TypeError("captured text cannot be formatted; let redaction.Projector show it")


def raw(text: Text) -> str:
    """The captured characters, for analysis only (see the module docstring for who may call this)."""
    return text._value


Value = Text | int | float | StrEnum | str
"""What may fill a placeholder of a :class:`Sentence`. A plain ``str`` must be our own words, never captured."""


@dataclass(frozen=True, slots=True, init=False)
class Sentence:
    """Our own words with placeholders for captured text, e.g. ``Sentence("{name} is not stored", name=cookie)``.

    ``template`` is always a literal of this project in ``str.format`` syntax with plain ``{field}`` placeholders
    only; ``redaction.Projector.say`` turns it into a string.
    """

    template: str
    values: dict[str, Value]

    def __init__(self, template: str, /, **values: Value) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "values", values)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the source: ``exchange`` is the 0-based index in the file, ``pointer`` a JSON Pointer (RFC 6901).

    ``text`` is what stands there and may be quoted (projected), or None where the place shows an absence.
    """

    exchange: int
    pointer: str
    text: Text | None = None
