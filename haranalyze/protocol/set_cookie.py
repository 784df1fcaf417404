"""Set-Cookie and Cookie as browsers read them (RFC 6265bis sections 5.6 and 5.7), dates included."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from haranalyze.protocol.url import is_ip

MAX_PAIR = 4_096  # bytes of name + value (RFC 6265bis section 5.6)
MAX_ATTRIBUTE = 1_024  # bytes of one attribute value
_MAX_AGE: Final = 400 * 86_400_000.0  # ms: no cookie is kept longer (RFC 6265bis section 5.5)
_MEMO: Final = 4_096  # characters; longer lines are rare and not kept
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_MONTHS: Final = {m: n for n, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
_DATE_TOKEN = re.compile(r"[^\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D.*)?", re.DOTALL)
_DAY = re.compile(r"(\d{1,2})(?:\D.*)?", re.DOTALL)
_YEAR = re.compile(r"(\d{2,4})(?:\D.*)?", re.DOTALL)


class SameSite(StrEnum):
    """The SameSite attribute; UNSET is the default enforcement."""

    UNSET = "unset"
    NONE = "none"
    LAX = "lax"
    STRICT = "strict"


class Priority(StrEnum):
    """The Priority attribute of Chromium, which says what goes first when a site has too many cookies."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One parsed Set-Cookie line. Values are raw captured characters.

    ``domain`` is lower case without a leading dot or None, ``domain_attribute`` as written or None when empty;
    ``path`` None when absent or not absolute; ``expires`` ms since the epoch or None; ``max_age`` seconds or None;
    ``pair_bytes`` length of name + value; ``expires_early``: Expires names a year before 1601, which only some browsers
    read as a date; ``bare``: there is no ``=``, so that the value has no name.
    """

    name: str
    value: str
    domain: str | None
    path: str | None
    expires: float | None
    max_age: int | None
    secure: bool
    http_only: bool
    same_site: SameSite
    partitioned: bool
    pair_bytes: int
    domain_attribute: str | None = None
    priority: Priority = Priority.MEDIUM
    expires_early: bool = False
    bare: bool = False

    def expiry(self, now: float, server_time: float | None = None, *, early: bool = False) -> float | None:
        """When it expires (ms since the epoch), Max-Age before Expires, 400 days at most; None for a session cookie.

        Args:
            now: ms since the epoch.
            server_time: the Date of the answer; Chromium reads Expires by the clock of the server.
            early: whether a year before 1601 is long past and no fault of the date.
        """
        if self.max_age is not None:
            return now + min(self.max_age * 1000.0, _MAX_AGE) if self.max_age > 0 else float("-inf")
        if self.expires is None:
            return float("-inf") if early and self.expires_early else None
        skew = 0.0 if server_time is None else now - server_time
        return min(self.expires + skew, now + _MAX_AGE)

    def is_deletion(self, now: float, *, early: bool = False) -> bool:
        """Whether storing it at ``now`` (ms since the epoch) removes the cookie; ``early`` as in :meth:`expiry`."""
        expiry = self.expiry(now, early=early)
        return expiry is not None and expiry <= now


def parse_set_cookie(line: str) -> SetCookie | None:
    """Parse one Set-Cookie line, None where browsers ignore the whole line (RFC 6265bis section 5.6). Memoised."""
    return _read_line(line) if len(line) <= _MEMO else _read_line.__wrapped__(line)


def with_attributes(line: str, changes: Mapping[str, str | None]) -> str:
    """The Set-Cookie line with other attributes, the rest as it stands.

    Args:
        line: as recorded.
        changes: by lower-case name, what to write in its place (``{"samesite": "SameSite=None"}``); None takes it out.
    """
    pair, *attributes = line.split(";")
    kept, missing = [pair.rstrip(" \t")], dict(changes)
    for attribute in attributes:
        name = attribute.partition("=")[0].strip(" \t").lower()
        if name not in changes:
            kept.append(attribute.strip(" \t"))
        elif (new := missing.pop(name, None)) is not None:
            kept.append(new)
    return "; ".join([*kept, *(new for new in missing.values() if new is not None)])


@lru_cache(16_384)
def _read_line(line: str) -> SetCookie | None:
    if _CONTROL.search(line):
        return None
    pair, *attributes = line.split(";")
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair
    name, value = name.strip(" \t"), value.strip(" \t")
    pair_bytes = _wire_bytes(name) + _wire_bytes(value)
    if not name and not value:
        return None
    found: dict[str, str] = {}
    for attribute in attributes:
        key, _, content = attribute.partition("=")
        key, content = key.strip(" \t").lower(), content.strip(" \t")
        if _wire_bytes(content) <= MAX_ATTRIBUTE:
            _note(found, key, content)
    path = found.get("path")
    expires = found.get("expires")
    max_age = found.get("max-age")
    return SetCookie(
        name,
        value,
        found.get("domain", "").removeprefix(".").lower() or None,
        path if path and path.startswith("/") else None,
        parse_cookie_date(expires) if expires is not None else None,
        int(max_age[:12]) if max_age is not None else None,
        "secure" in found,
        "httponly" in found,
        SameSite(found.get("samesite", "unset")),
        "partitioned" in found,
        pair_bytes,
        found.get("domain") or None,
        Priority(found.get("priority", "medium")),
        expires is None and "early" in found,
        not equals,
    )


def _wire_bytes(text: str) -> int:
    """Bytes on the wire: exporters show each byte as a character of Latin-1; others have decoded UTF-8."""
    try:
        return len(text.encode("latin-1"))
    except UnicodeEncodeError:
        return len(text.encode("utf-8", "replace"))


def _note(found: dict[str, str], key: str, content: str) -> None:
    """Keep an attribute where browsers would: the last one stands, ill-formed ones do not count."""
    if key == "expires":
        if parse_cookie_date(content) is not None:
            found[key] = content
        elif parse_cookie_date(content, early=True) is not None:
            found["early"] = content
    elif key == "max-age":
        if re.fullmatch(r"[+-]?\d+", content, re.ASCII):
            found[key] = content
    elif key == "samesite":
        low = content.lower()
        found[key] = low if low in {"none", "lax", "strict"} else "unset"
    elif key == "priority":
        low = content.lower()
        found[key] = low if low in {"low", "high"} else "medium"
    elif key in {"domain", "path", "secure", "httponly", "partitioned"}:
        found[key] = content


def parse_cookie_header(value: str) -> tuple[tuple[str, str], ...]:
    """(name, value) pairs of a Cookie header in order, repeats kept. Memoised."""
    return _read_pairs(value) if len(value) <= _MEMO else _read_pairs.__wrapped__(value)


@lru_cache(16_384)
def _read_pairs(value: str) -> tuple[tuple[str, str], ...]:
    pairs = []
    for part in value.split(";"):
        piece = part.strip(" \t")
        if piece:
            name, equals, content = piece.partition("=")
            pairs.append((name.rstrip(" \t"), content.lstrip(" \t")) if equals else ("", piece))
    return tuple(pairs)


@lru_cache(8_192)
def parse_cookie_date(value: str, *, early: bool = False) -> float | None:
    """Cookie date (RFC 6265bis section 5.1.1) in ms since the epoch, or None.

    ``early``: a year before 1601 is taken for 1601, as Chromium does (SaturatedTimeFromUTCExploded in
    net/cookies/cookie_util.cc), and does not make the date void.
    """
    time: tuple[int, int, int] | None = None
    day = month = year = None
    for token in _DATE_TOKEN.findall(value[:500]):
        if time is None and (found := _TIME.fullmatch(token)):
            time = (int(found[1]), int(found[2]), int(found[3]))
        elif day is None and (found := _DAY.fullmatch(token)):
            day = int(found[1])
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS[token[:3].lower()]
        elif year is None and (found := _YEAR.fullmatch(token)):
            year = int(found[1])
    if time is None or day is None or month is None or year is None:
        return None
    if 70 <= year <= 99:
        year += 1900
    elif 0 <= year <= 69:
        year += 2000
    try:
        if year < 1601 and not early:
            return None
        year = max(year, 1601)
        return datetime(year, month, day, *time, tzinfo=UTC).timestamp() * 1000
    except (ValueError, OverflowError):
        return None


def default_path(path: str) -> str:
    """Default-path of a URL path (RFC 6265bis section 5.1.4)."""
    if not path.startswith("/") or path.count("/") == 1:
        return "/"
    return path[: path.rindex("/")]


def path_matches(request_path: str, cookie_path: str) -> bool:
    """Path-match (RFC 6265bis section 5.1.4)."""
    if request_path == cookie_path:
        return True
    if cookie_path == "/":
        return request_path.startswith("/")
    return request_path.startswith(cookie_path) and (
        cookie_path.endswith("/") or request_path[len(cookie_path) : len(cookie_path) + 1] == "/"
    )


def domain_matches(host: str, domain: str) -> bool:
    """Domain-match (RFC 6265bis section 5.1.3); both lower case, no leading dot."""
    return host == domain or (host.endswith("." + domain) and not is_ip(host))
