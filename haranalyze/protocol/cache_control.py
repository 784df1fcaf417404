"""Cache-Control, its targeted forms, HTTP dates and Age (RFC 9111 section 5, RFC 9213, RFC 9110 section 5.6.7)."""

from __future__ import annotations

import re
from collections import UserString
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

MAX_SECONDS: Final = 10**15  # larger numbers mean "for ever" (RFC 9111 section 1.2.2 asks for 2^31 at least)
_MEMO: Final = 4_096  # characters; longer fields are rare and not kept

# One member of the list: commas inside a quoted string do not end it. Possessive, so linear.
_MEMBER = re.compile(r'(?:[^,"]++|"(?:[^"\\]++|\\.)*+(?:"|\\?+\Z))*+', re.DOTALL)
_NAMED = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]++)[ \t]*+(=?)[ \t]*+(.*)", re.DOTALL)
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_NUMBER = re.compile(r"[0-9]++", re.ASCII)

_MONTHS: Final = {m: n for n, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
_MONTH = "|".join(_MONTHS)
_FORMS: Final = (
    re.compile(rf"(?:mon|tue|wed|thu|fri|sat|sun), (\d\d) ({_MONTH}) (\d{{4}}) (\d\d):(\d\d):(\d\d) gmt", re.ASCII),
    re.compile(
        rf"(?:mon|tues|wednes|thurs|fri|satur|sun)day, (\d\d)-({_MONTH})-(\d\d) (\d\d):(\d\d):(\d\d) gmt", re.ASCII
    ),
)
_ASCTIME = re.compile(rf"(?:mon|tue|wed|thu|fri|sat|sun) ({_MONTH}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{{4}})", re.ASCII)


class Side(StrEnum):
    """Whose field it is: the two sides know different directives."""

    REQUEST = "request"
    RESPONSE = "response"


class Fault(StrEnum):
    """What is wrong with a member of the field. Caches skip over it or over its argument; none refuses the field."""

    NOT_A_DIRECTIVE = "not-a-directive"
    MISSING_COMMA = "missing-comma"  # "no-store no-transform": browsers read neither
    OPEN_QUOTE = "open-quote"  # the string runs to the end of the field
    NO_ARGUMENT = "no-argument"
    NOT_SECONDS = "not-seconds"
    NEEDLESS_ARGUMENT = "needless-argument"
    CONFLICT = "conflict"  # given twice, with different arguments


# RFC 9111 sections 5.2.1 and 5.2.2, RFC 5861, RFC 8246
_SECONDS: Final = {
    Side.REQUEST: frozenset(("max-age", "min-fresh", "stale-if-error")),
    Side.RESPONSE: frozenset(("max-age", "s-maxage", "stale-while-revalidate", "stale-if-error")),
}
_BARE: Final = {
    Side.REQUEST: frozenset(("no-cache", "no-store", "no-transform", "only-if-cached")),
    Side.RESPONSE: frozenset(
        ("no-store", "no-transform", "public", "must-revalidate", "proxy-revalidate", "must-understand", "immutable")
    ),
}


@dataclass(frozen=True, slots=True)
class Directive:
    """One directive: ``name`` in lower case, ``argument`` without quotes, None when there is no ``=``."""

    name: str
    argument: str | None


@dataclass(frozen=True, slots=True)
class CacheControl:
    """A whole field as caches read it: directives in order, repeats kept, and what is wrong with it."""

    directives: tuple[Directive, ...] = ()
    faults: tuple[tuple[Fault, str], ...] = ()  # (what, name of the directive or "")

    def __contains__(self, name: str) -> bool:
        return any(one.name == name for one in self.directives)

    def __bool__(self) -> bool:
        return bool(self.directives)

    def argument(self, name: str) -> str | None:
        """Argument of the first directive with this name; None without one."""
        return next((one.argument for one in self.directives if one.name == name), None)

    def seconds(self, name: str) -> int | None:
        """The first argument of ``name`` that is a number of seconds, as browsers choose; None without one."""
        for one in self.directives:
            if one.name == name and (number := parse_delta_seconds(one.argument)) is not None:
                return number
        return None

    def fields(self, name: str) -> frozenset[str]:
        """Field names (lower case) that ``no-cache="a, b"`` or ``private="a"`` lists; empty for the plain form."""
        arguments = [one.argument for one in self.directives if one.name == name and one.argument]
        names = (part.strip(" \t").lower() for argument in arguments for part in argument.split(","))
        return frozenset(name for name in names if name)

    def plain(self, name: str) -> bool:
        """Whether ``name`` stands without a list of fields, so that it is about the whole response."""
        return any(one.name == name and not one.argument for one in self.directives)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Directives that are given twice with different arguments, in order."""
        return tuple(name for fault, name in self.faults if fault is Fault.CONFLICT)


EMPTY: Final = CacheControl()


def read_cache_control(values: tuple[str, ...], side: Side = Side.RESPONSE) -> CacheControl:
    """All lines of a Cache-Control field as one list (RFC 9110 section 5.3). Never raises. Memoised."""
    if not values:
        return EMPTY
    return _read(values, side) if sum(map(len, values)) <= _MEMO else _read.__wrapped__(values, side)


@lru_cache(8_192)
def _read(values: tuple[str, ...], side: Side) -> CacheControl:
    directives: list[Directive] = []
    faults: list[tuple[Fault, str]] = []
    for value in values:
        position = 0
        while position <= len(value):
            found = _MEMBER.match(value, position)
            member = found[0] if found else ""
            position += len(member) + 1
            if member := member.strip(" \t\r\n"):
                _read_member(member, side, directives, faults)
    first: dict[str, str | None] = {}
    for one in directives:
        if first.setdefault(one.name, one.argument) != one.argument and (Fault.CONFLICT, one.name) not in faults:
            faults.append((Fault.CONFLICT, one.name))
    return CacheControl(tuple(directives), tuple(faults))


def _read_member(member: str, side: Side, directives: list[Directive], faults: list[tuple[Fault, str]]) -> None:
    found = _NAMED.fullmatch(member)
    if found is None:
        faults.append((Fault.NOT_A_DIRECTIVE, ""))
        return
    name, equals, rest = found[1].lower(), found[2], found[3]
    if not equals:
        if rest:
            faults.append((Fault.MISSING_COMMA, name))
            return
        directives.append(Directive(name, None))
        if name in _SECONDS[side]:
            faults.append((Fault.NO_ARGUMENT, name))
        return
    argument = rest
    if rest.startswith('"'):
        quoted = _QUOTED.match(rest)
        if quoted is None:
            faults.append((Fault.OPEN_QUOTE, name))
            argument = rest[1:]
        else:
            argument = _ESCAPE.sub(r"\1", quoted[1])
            if quoted.end() < len(rest):
                faults.append((Fault.MISSING_COMMA, name))
    directives.append(Directive(name, argument))
    if name in _BARE[side]:
        faults.append((Fault.NEEDLESS_ARGUMENT, name))
    elif (name in _SECONDS[side] or name == "max-stale") and parse_delta_seconds(argument) is None:
        faults.append((Fault.NOT_SECONDS if argument else Fault.NO_ARGUMENT, name))


def read_targeted_cache_control(values: tuple[str, ...]) -> CacheControl | None:
    """A targeted field such as CDN-Cache-Control (RFC 9213): a structured dictionary.

    Returns:
        None when it is absent, empty or no dictionary: then Cache-Control decides.
    """
    return _read_targeted(values) if values and sum(map(len, values)) <= _MEMO else None


@lru_cache(1_024)
def _read_targeted(values: tuple[str, ...]) -> CacheControl | None:
    from http_sf import parse

    try:
        members = parse(", ".join(values).encode("ascii"), tltype="dictionary")
    except ValueError:  # StructuredFieldError and UnicodeEncodeError are both
        return None
    if not isinstance(members, dict):
        return None
    found = [Directive(name, _bare_item(member)) for name, member in members.items() if not _is_false(member)]
    return CacheControl(tuple(found)) if members else None


def _is_false(member: object) -> bool:
    return isinstance(member, tuple) and member[0] is False


def _bare_item(member: object) -> str | None:
    """The value of a dictionary member as an argument; None for a boolean, ``""`` for what no directive knows."""
    value = member[0] if isinstance(member, tuple) else member
    if value is True:
        return None
    return str(value) if isinstance(value, int | str | UserString) else ""  # a token is a UserString


def parse_cache_control(values: Iterable[str]) -> Mapping[str, str | None]:
    """Directives in lower case with their argument (None without one); the first of a repeated one stands."""
    directives: dict[str, str | None] = {}
    for one in read_cache_control(tuple(values)).directives:
        directives.setdefault(one.name, one.argument)
    return directives


@lru_cache(8_192)
def parse_http_date(value: str) -> float | None:
    """IMF-fixdate, RFC 850 or asctime date in ms since the epoch, None for anything else. Memoised.

    Letter case does not matter (caches are no stricter); another zone than GMT, a year of two digits where four
    belong, doubled spaces and hours of one digit do (RFC 9110 section 5.6.7). The weekday is not checked.
    """
    value = value[:64].strip(" \t").lower()
    for form in _FORMS:
        if found := form.fullmatch(value):
            day, month, year, hour, minute, second = found.groups()
            return _instant(_full_year(year), _MONTHS[month], int(day), int(hour), int(minute), int(second))
    if found := _ASCTIME.fullmatch(value):
        month, day, hour, minute, second, year = found.groups()
        return _instant(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second))
    return None


def _full_year(year: str) -> int:
    """RFC 850 years of two digits: 70 to 99 are of the last century (no clock to compare with here)."""
    if len(year) == 4:
        return int(year)
    return int(year) + (1900 if int(year) >= 70 else 2000)


def _instant(year: int, month: int, day: int, hour: int, minute: int, second: int) -> float | None:
    try:
        return datetime(year, month, day, hour, minute, 59 if second == 60 else second, tzinfo=UTC).timestamp() * 1000
    except (ValueError, OverflowError):
        return None


def parse_delta_seconds(value: str | None) -> int | None:
    """A non-negative whole number of seconds up to ``MAX_SECONDS``, None for anything else (RFC 9111 section 1.2.2)."""
    if value is None:
        return None
    value = value.strip(" \t")
    if not _NUMBER.fullmatch(value):
        return None
    digits = value.lstrip("0")
    return min(int(digits or "0"), MAX_SECONDS) if len(digits) < 20 else MAX_SECONDS


def parse_age(values: Iterable[str]) -> int | None:
    """The Age of a response in seconds: the first member of the first line, None when that is no number.

    RFC 9111 section 5.1: a list is a mistake whose first member counts; an invalid value is ignored.
    """
    for value in values:
        return parse_delta_seconds(value.partition(",")[0])
    return None
