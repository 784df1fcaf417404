"""URLs as browsers read them (WHATWG URL), origins, and sites (public suffix list, private rules too)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

DEFAULT_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
_SPECIAL: Final = frozenset(("http", "https", "ws", "wss"))
# A plain URL needs no full parser: lower-case scheme and host, no userinfo, nothing to normalise. Each part is
# matched by a character class of its own, so that a long URL costs linear time.
_AUTHORITY = re.compile(r"([a-z](?:[a-z0-9.-]*[a-z])?)(?::([0-9]{1,5}))?")
_REST = re.compile(r"([!$%&'()*+,./0-9:;=@A-Z_a-z~-]*)(?:\?([!$-&(-;=?-~]*))?(?:#.*)?")
_DOTS = re.compile(r"/(?:\.|%2[eE]){1,2}(?:/|$)")
_MEMO: Final = 8_192  # characters; longer URLs are rare and not kept


@dataclass(frozen=True, slots=True)
class Url:
    """A parsed absolute URL. ``origin`` is ``null`` for opaque ones; ``port`` is the effective port or None.

    ``ok`` is False when no browser could parse it: then only ``path`` may hold something.
    """

    scheme: str
    host: str  # lower case, IPv6 without brackets
    port: int | None
    path: str
    query: str  # without "?"
    origin: str  # scheme://host[:port]
    ok: bool = True

    @property
    def is_trustworthy(self) -> bool:
        """Potentially trustworthy origin: https, wss, localhost, loopback (W3C Secure Contexts section 3.1)."""
        if self.scheme in {"https", "wss", "file"}:
            return True
        return _is_loopback(self.host)


def parse_url(raw: str, base: str | None = None) -> Url:
    """Parse ``raw`` (against ``base`` when relative). Never raises; see ``Url.ok``. Memoised."""
    return _parse(raw, base) if len(raw) <= _MEMO else _parse.__wrapped__(raw, base)


@lru_cache(65_536)
def _parse(raw: str, base: str | None) -> Url:
    scheme, colon, rest = raw.partition("://")
    if colon and scheme in _SPECIAL:
        slash = rest.find("/")
        if slash > 0 and (known := _origin(scheme, rest[:slash])) is not None:
            found = _REST.fullmatch(rest, slash)
            if found and not _DOTS.search(found[1]):
                host, port, origin = known
                return Url(scheme, host, port, found[1], found[2] or "", origin)
    return _parse_fully(raw, base)


@lru_cache(4_096)
def host_of(origin: str) -> str:
    """Host of an origin as written at the start of a URL, lower case; ``""`` when there is none. Memoised."""
    return parse_url(origin).host


@lru_cache(4_096)
def path_of(address: str) -> str:
    """Path of an absolute URL without query. Memoised."""
    return parse_url(address).path


@lru_cache(4_096)
def _origin(scheme: str, authority: str) -> tuple[str, int, str] | None:
    """Host, port and origin of a plain authority, None where only the full parser can tell."""
    found = _AUTHORITY.fullmatch(authority) if len(authority) < 260 else None
    if found is None or "xn--" in authority or ".." in authority or ".0x" in authority:
        return None
    default = DEFAULT_PORTS[scheme]
    port = int(found[2]) if found[2] else default
    if port > 65_535:
        return None
    origin = f"{scheme}://{found[1]}" + ("" if port == default else f":{port}")
    return found[1], port, origin


def _parse_fully(raw: str, base: str | None) -> Url:
    from ada_url import URL

    try:
        url = URL(raw, base) if base else URL(raw)
    except (ValueError, UnicodeError):
        return Url("", "", None, raw.partition("?")[0] if raw.startswith("/") else "", "", "null", ok=False)
    scheme = url.protocol[:-1]
    host = url.hostname.strip("[]")
    port = int(url.port) if url.port else DEFAULT_PORTS.get(scheme)
    return Url(scheme, host, port, url.pathname, url.search[1:], url.origin or "null")


@lru_cache(4_096)
def registrable_domain(host: str) -> str:
    """eTLD+1 by the public suffix list with private rules; the host itself for IPs, localhost and suffixes.

    A final dot stays, as in browsers: ``example.com.`` is another site than ``example.com``.
    """
    if "." not in host or is_ip(host):
        return host
    found = _suffixes().privatesuffix(host.lstrip("."))
    if not found:
        return host
    return found + "." if host[-1] == "." else found


@lru_cache(4_096)
def is_public_suffix(host: str) -> bool:
    """Whether ``host`` is itself a public suffix (private rules included). Never for IPs and localhost."""
    if host == "localhost" or host.endswith(".localhost") or is_ip(host):
        return False
    return bool(_suffixes().is_public(host))


def site(url: Url) -> str:
    """Schemeful site: ``scheme://registrable-domain`` (HTML standard, "site"); ws counts as http."""
    scheme = {"ws": "http", "wss": "https"}.get(url.scheme, url.scheme)
    return f"{scheme}://{registrable_domain(url.host)}"


def same_site(one: Url, other: Url) -> bool:
    """Whether both have the same schemeful site."""
    return site(one) == site(other)


@lru_cache(4_096)
def is_ip(host: str) -> bool:
    """Whether the host is an IP address literal."""
    if not host or not (host[-1].isdigit() or ":" in host):
        return False
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return is_ip(host) and ip_address(host).is_loopback


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
