"""URLs as browsers read them (WHATWG URL), origins, and sites (public suffix list, private rules too)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_DEFAULT_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
# A plain URL needs no full parser: lower-case scheme and host, no userinfo, nothing to normalise in the path.
_PLAIN = re.compile(
    r"(https?|wss?)://([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*\.?[a-z]+)(?::(\d{1,5}))?(/[A-Za-z0-9/_~%!$&'()*+,;=:@-]*(?:\.[A-Za-z0-9_~-][A-Za-z0-9/_~%!$&'()*+,;=:@-]*)*)(?:\?([^#'\"<>\s]*))?(?:#.*)?"
)


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


@lru_cache(65_536)
def parse_url(raw: str, base: str | None = None) -> Url:
    """Parse ``raw`` (against ``base`` when relative). Never raises; see ``Url.ok``. Memoised."""
    plain = _PLAIN.fullmatch(raw) if "xn--" not in raw else None
    if plain:
        scheme, host, port_text, path, query = plain.groups()
        default = _DEFAULT_PORTS[scheme]
        port = int(port_text) if port_text else default
        if port < 65_536:
            origin = f"{scheme}://{host}" + ("" if port == default else f":{port}")
            return Url(scheme, host, port, path, query or "", origin)
    return _parse_fully(raw, base)


def _parse_fully(raw: str, base: str | None) -> Url:
    from ada_url import URL

    try:
        url = URL(raw, base) if base else URL(raw)
    except (ValueError, UnicodeError):
        return Url("", "", None, raw.partition("?")[0] if raw.startswith("/") else "", "", "null", ok=False)
    scheme = url.protocol[:-1]
    host = url.hostname.strip("[]")
    port = int(url.port) if url.port else _DEFAULT_PORTS.get(scheme)
    return Url(scheme, host, port, url.pathname, url.search[1:], url.origin or "null")


@lru_cache(4_096)
def registrable_domain(host: str) -> str:
    """eTLD+1 by the public suffix list with private rules; the host itself for IPs, localhost and suffixes."""
    if "." not in host or is_ip(host):
        return host
    return _suffixes().privatesuffix(host) or host


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
