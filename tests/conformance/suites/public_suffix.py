"""Public suffixes and registrable domains, with the list of the vector where it brings one."""

from collections.abc import Iterator
from functools import cache, partial
from typing import Any
from unittest.mock import patch

from publicsuffixlist import PublicSuffixList

from haranalyze.protocol import url as engine


def differences(vector: dict[str, Any]) -> Iterator[str]:
    given, then = vector["given"], vector["then"]
    rules = tuple((rule["rule"], rule["section"]) for rule in given.get("rules", ()))
    with patch.object(
        engine, "_suffixes", partial(_list_of, rules, tuple(given["sections"]), given.get("default_rule", True))
    ):
        yield from _JUDGES[given["kind"]](given, then)


def _registrable(given: dict[str, Any], then: dict[str, Any]) -> Iterator[str]:
    host = _host(given["domain"])
    expected = then["registrable_domain"]
    found = engine.registrable_domain.__wrapped__(host)
    if found != (host if expected is None else _host(expected)):
        yield f"registrable domain is {found!r}, not {expected!r}"


def _suffix(given: dict[str, Any], then: dict[str, Any]) -> Iterator[str]:
    """The engine tells suffixes by what is left of a registrable domain without its first label."""
    host = given["domain"]
    found = engine.registrable_domain.__wrapped__(host)
    if not engine.is_ip(host) and not engine.is_public_suffix.__wrapped__(host):
        found = found.partition(".")[2]
    if found != then["public_suffix"]:
        yield f"public suffix is {found!r}, not {then['public_suffix']!r}"


def _is_suffix(given: dict[str, Any], then: dict[str, Any]) -> Iterator[str]:
    host = _host(given["domain"].removeprefix("."))
    found = engine.is_public_suffix.__wrapped__(host)
    if found != then["public_suffix"]:
        yield "is a public suffix" if found else "is no public suffix"


def _cookie_domain(given: dict[str, Any], then: dict[str, Any]) -> Iterator[str]:
    """RFC 6265bis section 5.7: no public suffix but the host itself, and the host within the domain."""
    host, domain = given["host"], given["domain_attribute"]
    within = host == domain or (host.endswith("." + domain) and not engine.is_ip(host))
    found = within and (host == domain or not engine.is_public_suffix.__wrapped__(domain))
    if found != then["acceptable"]:
        yield "acceptable" if found else "not acceptable"


def _same_site(given: dict[str, Any], then: dict[str, Any]) -> Iterator[str]:
    one, other = (engine.registrable_domain.__wrapped__(engine.parse_url(url).host) for url in given["urls"])
    if (one == other) != then["same"]:
        yield f"{one!r} and {other!r}"


def _host(domain: str) -> str:
    """As hosts reach the engine: out of the URL parser, where that can read them."""
    url = engine.parse_url(f"https://{domain}/")
    return url.host if url.ok else domain


@cache
def _list_of(rules: tuple[tuple[str, str], ...], sections: tuple[str, ...], accept_unknown: bool) -> PublicSuffixList:
    if not rules:
        return PublicSuffixList(accept_unknown=accept_unknown)
    lines = [
        "// ===BEGIN ICANN DOMAINS===",
        *(rule for rule, section in rules if section == "icann"),
        "// ===END ICANN DOMAINS===",
        "// ===BEGIN PRIVATE DOMAINS===",
        *(rule for rule, section in rules if section == "private"),
        "// ===END PRIVATE DOMAINS===",
    ]
    return PublicSuffixList(lines, accept_unknown=accept_unknown, only_icann="private" not in sections)


_JUDGES = {
    "registrable-domain": _registrable,
    "public-suffix": _suffix,
    "is-public-suffix": _is_suffix,
    "cookie-domain": _cookie_domain,
    "same-site-schemeless": _same_site,
}
