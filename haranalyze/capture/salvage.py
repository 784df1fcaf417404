"""Files that msgspec refuses: cut off, NaN, lone surrogates, bad UTF-8, trailing commas, text after the end.

The standard library reads them, checked and slower: a whole value where there is one, else every complete
exchange before the damage.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from haranalyze.capture.model import Note
from haranalyze.capture.values import is_deeper
from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits

_ENTRIES = re.compile(r'"entries"\s*:\s*\[')
_SURROGATE = re.compile("[\ud800-\udfff]")
_GAP = re.compile(r"[\s,]*")
_HUGE: Final = 4_000  # digits of one number


@dataclass(slots=True)
class Salvaged:
    """What could be read: the ``log`` without its entries, the entries, notes, and whether the end is missing."""

    log: dict[str, Any]
    entries: list[Any]
    cut: bool = False
    notes: list[Note] = field(default_factory=list)


def salvage(data: bytes, limits: Limits) -> Salvaged:
    """Read what can be read of a HAR that is not sound JSON.

    Raises:
        CaptureError: not one exchange and no HAR frame can be read; names the byte where JSON ends.
        LimitError: values are nested deeper than ``max_depth``.
    """
    notes: list[Note] = []
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = data.decode("utf-8", "replace")
        notes.append(Note("not-utf-8", f"the file is not UTF-8 from byte {error.start} on", ""))
    decoder = json.JSONDecoder(
        parse_constant=lambda _: None, parse_int=_whole_number, object_pairs_hook=_object_of(notes)
    )
    start = len(text) - len(text.lstrip())
    try:
        value, end = decoder.raw_decode(text, start)
    except RecursionError as error:
        raise _too_deep(limits) from error
    except ValueError as error:
        return _before_the_damage(text, decoder, getattr(error, "pos", 0), notes, data)
    if text[end:].strip(" \t\r\n\x00;"):
        byte = len(text[:end].encode("utf-8", "replace"))
        notes.append(Note("trailing-data", f"there is more text after the recording, from byte {byte} on", ""))
    if is_deeper(value, limits.max_depth):
        raise _too_deep(limits)
    return _whole(_clean(value), notes)


def _too_deep(limits: Limits) -> LimitError:
    return LimitError(f"values are nested deeper than max_depth allows ({limits.max_depth})")


def _whole(value: Any, notes: list[Note]) -> Salvaged:
    log = value.get("log") if isinstance(value, dict) else None
    if not isinstance(log, dict) or not ("entries" in log or "creator" in log or "version" in log):
        raise CaptureError("this is JSON but no HAR: it has no /log/entries")
    entries = log.pop("entries", None)
    if not isinstance(entries, list):
        notes.append(Note("entries-missing", "the recording has no list of exchanges", "/log/entries"))
        entries = []
    if not notes:
        notes.append(Note("odd-json", "the file holds numbers or characters that JSON does not allow", ""))
    return Salvaged(log, entries, False, notes)


def _before_the_damage(text: str, decoder: json.JSONDecoder, position: int, notes: list[Note], data: bytes) -> Salvaged:
    """Every complete exchange before the place where the text stops being JSON."""
    found = _ENTRIES.search(text)
    byte = len(text[:position].encode("utf-8", "replace"))
    if found is None:
        raise CaptureError(f"this is not a HAR file: it stops being JSON at byte {byte} of {len(data)}")
    head = {name: _member(text[: found.start()], decoder, name) for name in ("version", "creator", "browser", "pages")}
    entries: list[Any] = []
    at = found.end()
    while True:
        gap = _GAP.match(text, at)
        at = gap.end() if gap else at
        if text[at : at + 1] != "{":
            break
        try:
            entry, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        entries.append(_clean(entry))
    closed = text[at : at + 1] == "]"
    where = len(text[:at].encode("utf-8", "replace"))
    message = (
        f"the file is damaged at byte {byte} of {len(data)}; the {len(entries)} exchanges are complete"
        if closed
        else f"the file is cut off or damaged at byte {byte} of {len(data)}; "
        f"the {len(entries)} complete exchanges before byte {where} were read"
    )
    if not entries and not any(head.values()):
        raise CaptureError(f"this is not a HAR file: it stops being JSON at byte {byte} of {len(data)}")
    notes.append(Note("cut-off" if not closed else "damaged", message, f"/log/entries/{len(entries)}"))
    return Salvaged(head, entries, not closed, notes)


def _member(head: str, decoder: json.JSONDecoder, name: str) -> Any:
    found = re.search(rf'"{name}"\s*:\s*', head)
    if found is None:
        return None
    try:
        return _clean(decoder.raw_decode(head, found.end())[0])
    except (ValueError, RecursionError):
        return None


def _whole_number(digits: str) -> int | None:
    return int(digits) if len(digits) < _HUGE else None


def _object_of(notes: list[Note]) -> Any:
    """An object hook that keeps the last of repeated members and notes the first repetition."""

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs) and not any(note.code == "duplicate-members" for note in notes):
            notes.append(Note("duplicate-members", "an object names a member twice; the last one counts", ""))
        return made

    return build


def _clean(value: Any) -> Any:
    """The value with lone surrogates replaced, so that it can be written as UTF-8 again (iterative: any depth)."""
    root = [value]
    todo: list[Any] = [root]
    while todo:
        item = todo.pop()
        places = enumerate(item) if isinstance(item, list) else list(item.items())
        for key, inner in places:
            if isinstance(inner, str):
                if _SURROGATE.search(inner):
                    item[key] = _SURROGATE.sub("\ufffd", inner)
            elif isinstance(inner, list | dict):
                todo.append(inner)
            elif isinstance(inner, int) and not isinstance(inner, bool) and abs(inner) >= 2**63:
                item[key] = float(inner) if abs(inner) < 10**300 else None
        if isinstance(item, dict):
            for key in [key for key in item if _SURROGATE.search(key)]:
                item[_SURROGATE.sub("\ufffd", key)] = item.pop(key)
    return root[0]
