"""What masked text is replaced by: a value of the same shape that holds nothing but its ordinal.

The smallest unit is an *atom*: a run of letters and digits. The n-th different atom of one shape becomes the n-th
string of that shape, so length, kind of characters, case, punctuation around it and equality stay; nothing is derived
from the value, and no key exists. Masking a masked text gives the same text again, because its atoms appear in the
same order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_LOWER: Final = "ghijklmnopqrstuvwxyzabcdef"  # begins beyond f, so that low ordinals do not look like hex
_ALPHABETS: Final = {
    "0": "0123456789",
    "N": "123456789",  # the first digit of a whole number
    "a": _LOWER,
    "A": _LOWER.upper(),
    "f": "abcdef",  # letters of a hexadecimal string
    "F": "ABCDEF",
    # two bytes in UTF-8, letters without upper case
    "é": "".join(one for one in map(chr, range(0x250, 0x2B0)) if one.upper() == one),
    "中": "".join(map(chr, range(0x4E00, 0x9FA0))),  # three
    "😀": "".join(map(chr, range(0x1F300, 0x1F600))),  # four
}
_FIRST: Final = str.maketrans({shape: alphabet[0] for shape, alphabet in _ALPHABETS.items()})
_SHAPES: Final = bytes.maketrans(
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0" * 10 + b"a" * 26 + b"A" * 26
)
_HEX: Final = b"0123456789abcdef"
_HEX_UPPER: Final = _HEX.upper()
_TWO_WORDS: Final = "aaA"  # every string of this shape reads as two words that are shown: ``en``, ``X``
_SMALL: Final = 6  # atoms up to this length may run out of strings of their shape
_ENDLESS: Final = 1 << 62


class Pseudonyms(dict[str, str]):
    """The table of one call: atoms of all its captures with their replacements, made when they are first asked for.

    Args:
        known: whether a word is one that is shown where words may be; no replacement may be such a word.
    """

    def __init__(self, known: Callable[[str], bool]) -> None:
        self._known = known
        self._rows: dict[str, _Row | None] = {}  # None where only the first string of a shape was given

    def __missing__(self, atom: str) -> str:
        made = self[atom] = self._next(atom)
        return made

    def _next(self, atom: str) -> str:
        shape = shape_of(atom)
        if shape not in self._rows:  # most long shapes come once
            self._rows[shape] = None
            made = shape.translate(_FIRST)
            if "ggg" in made or "GGG" in made:
                return (
                    made  # letters beyond f are not hexadecimal, and no word that is shown has three of them in a row
                )
            if (_keeps_shape(shape) or shape_of(made) == shape) and not self._would_be_shown(made, atom, shape):
                return made
        row = self._rows[shape]
        if row is None:
            row = self._rows[shape] = _Row(shape)
        while True:
            made = row.next()
            if "ggg" in made or "GGG" in made or row.number > row.last:
                return made
            if (row.keeps_shape or shape_of(made) == shape) and not self._would_be_shown(made, atom, shape):
                return made

    def _would_be_shown(self, made: str, atom: str, shape: str) -> bool:
        all_known = len(shape) <= 2 or shape == _TWO_WORDS
        return self._known(made) and not (all_known and self._known(atom))


class _Row:
    """The strings of one shape from the second on, in order: a number written with one alphabet for each place.

    Attributes:
        number: how many were given; last: the ordinal of the last one, which is given again and again.
        keeps_shape: whether every string has the shape.
    """

    __slots__ = ("_alphabet", "_begin", "_high", "_shape", "keeps_shape", "last", "number")

    def __init__(self, shape: str) -> None:
        self._shape = shape[:-1]
        self._alphabet = _ALPHABETS[shape[-1]]
        self._high = 0  # what the places before the last one spell, and how
        self._begin = self._shape.translate(_FIRST)
        self.number = 1
        self.last = _space(shape) - 1 if len(shape) <= _SMALL else _ENDLESS
        self.keeps_shape = _keeps_shape(shape)

    def next(self) -> str:
        """The next string."""
        high, digit = divmod(min(self.number, self.last), len(self._alphabet))
        self.number += 1
        if high != self._high:
            self._high, self._begin = high, _nth(self._shape, high)
        return self._begin + self._alphabet[digit]


def _keeps_shape(shape: str) -> bool:
    """Whether every string of a shape has that shape. ``0000`` begins with a zero only up to ``0999``, and letters of
    one case between digits may turn out hexadecimal."""
    if "0" not in shape or "f" in shape or "F" in shape or shape[0] == "N" or shape == "0":
        return True
    return ("a" in shape and "A" in shape) or not shape.isascii()


def shape_of(atom: str) -> str:
    """One character for each character: digit, lower or upper case, hexadecimal digit, or bytes in UTF-8."""
    if not atom.isascii():
        return "".join(_shape_of_character(character) for character in atom)
    written = atom.encode("ascii")
    shape = written.translate(_SHAPES)
    if b"a" not in shape and b"A" not in shape:
        return ("N" + shape[1:].decode("ascii")) if len(atom) > 1 and atom[0] != "0" else shape.decode("ascii")
    if b"0" in shape:
        if b"A" not in shape and not written.translate(None, _HEX):
            shape = shape.replace(b"a", b"f")
        elif b"a" not in shape and not written.translate(None, _HEX_UPPER):
            shape = shape.replace(b"A", b"F")
    return shape.decode("ascii")


def _shape_of_character(character: str) -> str:
    point = ord(character)
    if point < 0x80:
        return character.encode("ascii").translate(_SHAPES).decode("ascii")
    return "é" if point < 0x800 else "中" if point < 0x10000 else "😀"


def _space(shape: str) -> int:
    space = 1
    for character in shape:
        space *= len(_ALPHABETS[character])
    return space


def _nth(shape: str, number: int) -> str:
    """The ``number``-th string of a shape: a number written with one alphabet for each place."""
    end = len(shape)
    tail = ""
    while number and end:
        end -= 1
        alphabet = _ALPHABETS[shape[end]]
        number, digit = divmod(number, len(alphabet))
        tail = alphabet[digit] + tail
    return shape[:end].translate(_FIRST) + tail
