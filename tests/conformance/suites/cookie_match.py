"""Domain match, path match, default path, canonical host, the Domain attribute (RFC 6265bis sections 5.1 and 5.7)."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from haranalyze.protocol.cookie_store import Reason, cookie_domain
from haranalyze.protocol.set_cookie import default_path, domain_matches, parse_set_cookie, path_matches
from haranalyze.protocol.url import is_ip, parse_url
from tests.conformance.suites.suffixes import suffixes


def differences(vector: dict[str, Any]) -> Iterator[str]:
    given, then = vector["given"], vector["then"]
    answer = _ANSWERS[given["kind"]](given)
    for member, value in then.items():
        if answer.get(member) != value:
            yield f"{member} {answer.get(member)!r}, not {value!r}"


def _domain_match(given: dict[str, Any]) -> dict[str, Any]:
    return {"match": domain_matches(_host(given["host"]), _cookie_domain(given["cookie_domain"]))}


def _applies(given: dict[str, Any]) -> dict[str, Any]:
    host, domain = given["host"], given["cookie_domain"].removeprefix(".")
    return {"match": host == domain if given["host_only"] else domain_matches(host, domain)}


def _attribute(given: dict[str, Any]) -> dict[str, Any]:
    is_suffix, _ = suffixes(given.get("psl_rules"))
    found = cookie_domain(given["host"], given["domain_attribute"], is_suffix)
    if isinstance(found, Reason):
        return {"accepted": False}
    return {"accepted": True, "domain": found[0], "host_only": found[1]}


def _registrable(given: dict[str, Any]) -> dict[str, Any]:
    return {"domain": suffixes(given.get("psl_rules"))[1](given["host"])}


def _host(host: str) -> str:
    """As a URL parser gives it. The list writes some with a port, and takes the dot of the root off."""
    host = re.sub(r"(?<=[^:]|\]):\d+$", "", host).removesuffix(".")
    url = parse_url(f"http://{host}/")
    return url.host if url.ok else host.strip("[]").lower()


def _cookie_domain(value: str) -> str:
    read = parse_set_cookie(f"a=b; Domain={value}")
    return (read.domain if read else None) or ""


_ANSWERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "domain-match": _domain_match,
    "domain-attribute": _attribute,
    "cookie-applies-to-host": _applies,
    "canonical-host": lambda given: {"host": _host(given["host"])},
    "canonical-cookie-domain": lambda given: {"domain": _cookie_domain(given["value"])},
    "default-path": lambda given: {"path": default_path(given["url_path"] or "")},
    "path-match": lambda given: {"match": path_matches(given["request_path"], given["cookie_path"])},
    "is-ip": lambda given: {"ip": is_ip(given["host"])},
    "registrable-or-host": _registrable,
}
