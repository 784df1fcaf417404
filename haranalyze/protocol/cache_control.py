"""Cache-Control, HTTP dates and Age (RFC 9111 sections 5.1 and 5.2, RFC 9110 section 5.6.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_DIRECTIVE = re.compile(r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?\s*(?:,|$)')
_MONTHS: Final = {m: n for n, m in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)}
_MONTH = "|".join(_MONTHS)
_FORMS: Final = (
    re.compile(rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ({_MONTH}) (\d{{4}}) (\d\d):(\d\d):(\d\d) GMT"),
    re.compile(rf"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\d\d)-({_MONTH})-(\d\d) (\d\d):(\d\d):(\d\d) GMT"),
)
_ASCTIME = re.compile(rf"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ({_MONTH}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{{4}})")


def parse_cache_control(values: Iterable[str]) -> Mapping[str, str | None]:
    """Directives in lower case with their argument (None without one); the first of a repeated one stands."""
    directives: dict[str, str | None] = {}
    for value in values:
        position = 0
        while position < len(value):
            found = _DIRECTIVE.match(value, position)
            if found is None:
                position = value.find(",", position) + 1 or len(value)
                continue
            name, quoted, plain = found.groups()
            directives.setdefault(name.lower(), quoted if quoted is not None else plain)
            position = found.end()
    return directives


@lru_cache(8_192)
def parse_http_date(value: str) -> float | None:
    """IMF-fixdate, RFC 850 or asctime date in ms since the epoch, None for anything else. Memoised."""
    value = value.strip(" \t")
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
    """A non-negative whole number of seconds, None for anything else (RFC 9111 section 1.2.2)."""
    if value is None or not (value.isascii() and value.isdigit()):
        return None
    return min(int(value), 2**31) if len(value) < 20 else 2**31
