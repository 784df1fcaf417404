"""What the headers of an answer say of the shared cache that made it: a hit or not, and which cache."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from haranalyze.protocol.headers import split_list

if TYPE_CHECKING:
    from haranalyze.capture.message import Response

_HIT_HEADERS: Final = (
    "x-cache",
    "x-cache-status",
    "cf-cache-status",
    "cache-status",
    "x-proxy-cache",
    "x-vercel-cache",
    "x-nextjs-cache",
    "cdn-cache",
    "x-varnish-cache",
    "x-varnish",
    "x-nginx-cache",
    "x-drupal-cache",
    "x-cache-hits",
)
# A word of its own: "TCP_HIT", "RefreshHit", not "whitney". What follows " from " names the cache.
_HIT: Final = re.compile(r"(?<![a-z])(?:refresh)?(?:hit|stale|updating)(?![a-z])")
_HIT_PARAMETER: Final = re.compile(r";\s*hit\s*(?:;|=\s*\?1|$)")
"""The parameter ``hit`` of Cache-Status (RFC 9211 section 2.1); ``fwd=stale`` says the contrary."""
_PRODUCTS: Final = {  # header that only one product writes
    "cf-cache-status": "Cloudflare",
    "x-vercel-cache": "Vercel",
    "x-nextjs-cache": "Next.js",
    "cdn-cache": "bunny.net",
    "x-varnish": "Varnish",
    "x-varnish-cache": "Varnish",
    "x-nginx-cache": "nginx",
    "x-drupal-cache": "Drupal",
}
_MOST = 8  # members of a list read: no real chain of caches is longer


def hit_headers(response: Response) -> Iterator[str]:
    """Names of the headers that say a shared cache made this answer."""
    if not response.has_any(_HIT_HEADERS):
        return
    for name in _HIT_HEADERS:
        value = response.raw(name)
        if value is not None and _says_hit(name, value):
            yield name


def named_cache(response: Response) -> tuple[str, str, str]:
    """Product, node and the header that names them, of the shared cache that made an answer known to be a hit.

    ``""`` stands for what no header proves. X-Served-By lists Fastly's nodes from the origin to the client, member by
    member as X-Cache does, so the last hit of X-Cache is the node that answered (Fastly's pages on both headers).
    Squid and CloudFront write "Hit from NAME" into X-Cache. Via names hops, not caches (RFC 9110 section 7.6.3): it
    counts last, and only where it names a single hop.
    """
    hits = tuple(hit_headers(response))
    if "x-cache" in hits:
        told = split_list(response.raw("x-cache") or "")[:_MOST]
        position = max((at for at, one in enumerate(told) if _says_hit("x-cache", one)), default=-1)
        _, _, maker = told[position].partition(" from ") if position >= 0 else ("", "", "")
        maker = maker.split(" ", 1)[0]
        if maker.lower() == "cloudfront":
            return "CloudFront", "", "x-cache"
        if maker.lower().endswith(".akamaitechnologies.com"):
            return "Akamai", maker, "x-cache"
        nodes = split_list(response.raw("x-served-by") or "")[: _MOST + 1]
        if position >= 0 and len(nodes) == len(told):
            node = nodes[position]
            return "Fastly" if node.startswith("cache-") else "", node, "x-served-by"
        if maker:
            return "", maker, "x-cache"
    for name in hits:
        if name in _PRODUCTS:
            return _PRODUCTS[name], "", name
    hops = [hop for value in response.raw_all("via") for hop in split_list(value)]
    parts = hops[0].split() if len(hops) == 1 else []
    return ("", parts[1], "via") if len(parts) > 1 else ("", "", "")


def _says_hit(name: str, value: str) -> bool:
    low = value.lower()
    if name == "x-cache-hits":
        return any(part.strip().isdigit() and int(part) > 0 for part in low.split(",")[:8] if len(part) < 12)
    if name == "x-varnish":  # Varnish names the request it answers, and after it the one that filled the cache
        return len(low.split()) == 2
    members = split_list(low)[:_MOST]
    if name == "cache-status":
        return any(_HIT_PARAMETER.search(one) for one in members)
    return any(_HIT.search(one.partition(" from ")[0]) for one in members)
