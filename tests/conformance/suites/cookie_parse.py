"""One Set-Cookie or Cookie header, read on its own (RFC 6265bis sections 5.6 and 5.7)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from haranalyze.protocol.cookie_store import CookieStore, Reason, cookie_domain
from haranalyze.protocol.set_cookie import SameSite, SetCookie, default_path, parse_cookie_header, parse_set_cookie
from haranalyze.protocol.url import parse_url

_NOW = 1_780_272_000_000.0  # 2026-06-01
# Creating a cookie does not look yet at who sets it.
_LATER = frozenset(
    (Reason.SECURE_ONLY, Reason.SAME_SITE_NONE_INSECURE, Reason.HTTP_ONLY, Reason.OVERWRITE_SECURE, None)
)


def differences(vector: dict[str, Any]) -> Iterator[str]:
    given, then = vector["given"], vector["then"]
    if "cookie" in given:
        pairs = [list(pair) for line in given["cookie"] for pair in parse_cookie_header(line)]
        if not then.get("error") and pairs != then["pairs"]:
            yield f"pairs {pairs}, not {then['pairs']}"
        return
    cookie = parse_set_cookie(given["set_cookie"])
    refused = cookie is None or cookie.pair_bytes > 4096
    if cookie is not None and given.get("step") == "create":
        reason = CookieStore(epoch=_NOW).refusal(cookie, parse_url(given["url"]), 0.0)
        refused = refused or reason not in _LATER or (reason is not None and cookie.name.startswith("__"))
    if then["outcome"] == "rejected":
        if not refused:
            yield "taken, not refused"
    elif refused or cookie is None:
        yield "refused"
    else:
        yield from _other(cookie, given, then)


def _other(cookie: SetCookie, given: dict[str, Any], then: dict[str, Any]) -> Iterator[str]:
    for member in ("name", "value"):
        if member in then and getattr(cookie, member) != then[member]:
            yield f"{member} {getattr(cookie, member)!r}, not {then[member]!r}"
    found = {
        "secure": cookie.secure,
        "httponly": cookie.http_only,
        "partitioned": cookie.partitioned,
        "samesite": None if cookie.same_site is SameSite.UNSET else cookie.same_site.value,
        "max_age": cookie.max_age,
        "expires": cookie.expires,
        "path": cookie.path,
        "domain": cookie.domain,
    }
    if "url" in given:
        url = parse_url(given["url"])
        kept = cookie_domain(url.host, cookie.domain_attribute)
        expiry = cookie.expiry(_NOW)
        found |= {"path": cookie.path or default_path(url.path), "persistent": expiry is not None}
        found["expired_at_once"] = expiry is not None and expiry <= _NOW
        if not isinstance(kept, Reason):
            found |= {"domain": kept[0], "host_only": kept[1]}
    wanted = {**then.get("attributes", {})}
    for member in ("domain", "path", "host_only", "persistent", "expired_at_once"):
        if member in then:
            wanted[member] = then[member]
    if wanted.get("expires"):
        wanted["expires"] = datetime.fromisoformat(wanted["expires"]).timestamp() * 1000
    if wanted.get("domain"):
        wanted["domain"] = wanted["domain"].removeprefix(".")
    for member, value in wanted.items():
        if found[member] != value:
            yield f"{member} {found[member]!r}, not {value!r}"
