"""URL parsing and hosts (WHATWG URL standard), with and without the fast path."""

from collections.abc import Iterator
from typing import Any

from haranalyze.protocol.url import Url, parse_url

_PORTS = {"http:": 80, "https:": 443, "ws:": 80, "wss:": 443, "ftp:": 21}


def differences(vector: dict[str, Any]) -> Iterator[str]:
    given, then = vector["given"], vector["then"]
    if given["kind"] == "host-to-ascii":
        yield from _host(given["input"], then["host"])
        return
    url = parse_url(given["input"], given["base"])
    if then.get("failure"):
        if url.ok:
            yield f"read as {url}"
        return
    if not url.ok:
        yield "refused"
        return
    for name, expected in _parts(then).items():
        if (found := getattr(url, name)) != expected:
            yield f"{name} is {found!r}, not {expected!r}"


def _host(given: str, expected: str | None) -> Iterator[str]:
    url: Url = parse_url(f"https://{given}/x")
    if url.ok != (expected is not None):
        yield f"read as {url}" if url.ok else "refused"
    elif expected is not None and url.host != expected:
        yield f"host is {url.host!r}, not {expected!r}"


def _parts(then: dict[str, Any]) -> dict[str, Any]:
    """What our parts should be, of those the URL API shows."""
    parts: dict[str, Any] = {
        "scheme": then["protocol"].removesuffix(":"),
        "host": then["hostname"].removeprefix("[").removesuffix("]"),
        "port": int(then["port"]) if then["port"] else _PORTS.get(then["protocol"]),
        "path": then["pathname"],
        "query": then["search"].removeprefix("?"),
    }
    if then.get("origin") is not None:
        parts["origin"] = then["origin"]
    return parts
