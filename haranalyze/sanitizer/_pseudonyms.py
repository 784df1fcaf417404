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
_SHAPES: Final = str.maketrans(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "0" * 10 + "a" * 26 + "A" * 26
)
_HEX: Final = "0123456789abcdef"
_HEX_UPPER: Final = _HEX.upper()
_SMALL: Final = 6  # atoms up to this length may run out of strings of their shape
_ENDLESS: Final = 1 << 62


class Pseudonyms(dict[str, str]):
    """The table of one call: atoms of all its captures with their replacements, made when they are first asked for.

    Args:
        known: whether a word is one that is shown where words may be; no replacement may be such a word.
    """

    def __init__(self, known: Callable[[str], bool]) -> None:
        self._known = known
        self._counts: dict[str, int] = {}

    def __missing__(self, atom: str) -> str:
        made = self[atom] = self._next(atom)
        return made

    def _next(self, atom: str) -> str:
        shape = shape_of(atom)
        number = self._counts.get(shape, 0)
        last = _space(shape) - 1 if len(shape) <= _SMALL else _ENDLESS
        while True:
            made = _nth(shape, min(number, last)) if number else shape.translate(_FIRST)
            number += 1
            if "ggg" in made or "GGG" in made or number > last:
                break  # letters beyond f are not hexadecimal, and no word that is shown has three of them in a row
            if ("f" in shape or "F" in shape or shape_of(made) == shape) and not self._would_be_shown(made, atom):
                break
        self._counts[shape] = number
        return made

    def _would_be_shown(self, made: str, atom: str) -> bool:
        return self._known(made) and (len(atom) > 2 or not self._known(atom))


def shape_of(atom: str) -> str:
    """One character for each character: digit, lower or upper case, hexadecimal digit, or bytes in UTF-8."""
    if not atom.isascii():
        return "".join(_shape_of_character(character) for character in atom)
    shape = atom.translate(_SHAPES)
    if "a" not in shape and "A" not in shape:
        return "N" + shape[1:] if len(atom) > 1 and atom[0] != "0" else shape
    if "0" in shape:
        if "A" not in shape:
            return shape if atom.strip(_HEX) else shape.replace("a", "f")
        if "a" not in shape:
            return shape if atom.strip(_HEX_UPPER) else shape.replace("A", "F")
    return shape


def _shape_of_character(character: str) -> str:
    point = ord(character)
    if point < 0x80:
        return character.translate(_SHAPES)
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
