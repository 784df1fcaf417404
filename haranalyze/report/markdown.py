"""Words for Markdown: names as code, everything else without meaning to Markdown or to a tracker.

Written for GitHub Flavored Markdown and plain CommonMark alike.
"""

from __future__ import annotations

import re
from typing import Final

from haranalyze.redaction import visible_but_chips
from haranalyze.report.prose import parts

_LONGEST_PIECE: Final = 4_000  # of one sentence or line
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&$^])")
# What a tracker turns into a link, a mention or a reference wherever it stands outside of code.
_LINKED: Final = ("@", "://", "www.")
_REFERRED = re.compile(r"(?:\b[A-Za-z]{1,10}-|[#!%])\d{1,20}|\b[0-9a-f]{7,64}\b")
_SPACE = re.compile(r"(\s+)")
_TICKS = re.compile(r"`+")


def prose(sentence: str) -> str:
    """A sentence with its names as code, and everything else without meaning to Markdown or to a tracker."""
    out = []
    for kind, part in parts(_short(visible_but_chips(sentence))):
        out.append(plain(part) if kind == "words" else code(part))
    return "".join(out)


def plain(text: str) -> str:
    """Words that stay words: special characters escaped, anything a tracker would link as code."""
    out: list[str] = []
    for word in _SPACE.split(_short(visible_but_chips(text))):
        if any(sign in word for sign in _LINKED):
            out.append(code(word))
            continue
        at = 0
        for found in _REFERRED.finditer(word):
            out += [_escaped(word[at : found.start()]), code(found.group())]
            at = found.end()
        out.append(_escaped(word[at:]))
    return "".join(out)


def _escaped(words: str) -> str:
    return _SPECIAL.sub(r"\\\1", words)


def code(text: str) -> str:
    """A code span that ends where it should, whatever it holds (CommonMark 0.31, section 6.1)."""
    text = _short(visible_but_chips(text))
    fence = "`" * (max((len(run) for run in _TICKS.findall(text)), default=0) + 1)
    gap = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{fence}{gap}{text}{gap}{fence}"


def fenced(language: str, lines: list[str]) -> str:
    """A code block whose fence nothing inside can close (CommonMark 0.31, section 4.5)."""
    shown = [_short(visible_but_chips(line)) for line in lines]
    longest = max((len(run) for line in shown for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(longest + 1, 3)
    return "\n".join([f"{fence}{language}", *shown, fence])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_PIECE else text[: _LONGEST_PIECE - 1] + "…"
