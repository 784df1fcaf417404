"""Timestamps of every exporter and Date headers as instants, and spellings of HTTP versions as short names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final

LATEST_MS: Final = 253_402_300_799_999.0  # the last millisecond of year 9999: beyond it no date can be written
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STAMP = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|z|[+-]\d\d:?\d\d|[+-]\d\d)?\s*"
)


def parse_stamp(text: str) -> tuple[float, bool] | None:
    """An ISO 8601 stamp as ms since the epoch, and whether it named its zone (without one UTC is assumed).

    Zero to nine fraction digits, ``Z``, ``+hh:mm``, ``+hhmm``, ``+hh`` or no zone; None for anything else.
    """
    found = _STAMP.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        moment = datetime(
            int(year),
            int(month),
            int(day),
            int(hour),
            int(minute),
            min(int(second or 0), 59),
            tzinfo=_zone(zone),
        )
    except ValueError:
        return None
    milliseconds = int(fraction.ljust(9, "0")) / 1e6 if fraction else 0.0
    return moment.timestamp() * 1000.0 + milliseconds, zone is not None


def _zone(zone: str | None) -> timezone:
    if zone is None or zone in {"Z", "z"}:
        return UTC
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if zone[0] == "-" else offset)


def stamp(moment: float | None, timespec: str = "microseconds") -> str:
    """Milliseconds since the epoch as an ISO 8601 stamp in UTC; ``""`` when unknown or out of range."""
    if moment is None or not 0 <= moment <= LATEST_MS:
        return ""
    return (_EPOCH + timedelta(milliseconds=moment)).isoformat(timespec=timespec).replace("+00:00", "Z")


@lru_cache(1_024)
def parse_http_version(text: str) -> str:
    """``h1``, ``h2``, ``h3`` or ``""`` for the many spellings exporters use."""
    low = text.strip().lower()
    if low in {"h2", "h2c"} or (low.startswith(("http/2", "spdy")) and "quic" not in low):
        return "h2"
    if low.startswith(("h3", "http/3")) or "quic" in low:
        return "h3"
    if low in {"http/1.0", "http/1.1", "1.0", "1.1", "http/0.9", "http1.1"}:
        return "h1"
    return ""


def date_of(headers: Iterable[tuple[str, str]]) -> float | None:
    """The Date header as ms since the epoch, None where it is missing or unreadable."""
    written = next((value for name, value in headers if name.lower() == "date"), "")
    if not written or len(written) > 64:
        return None
    try:
        return parsedate_to_datetime(written).timestamp() * 1000.0
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
