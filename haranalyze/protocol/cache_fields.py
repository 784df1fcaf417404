"""Header fields as caches compare, send, update and drop them: Vary, validators, 304, invalidation (RFC 9111)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from haranalyze.protocol.cache_control import CacheControl, parse_http_date
from haranalyze.protocol.headers import split_list
from haranalyze.protocol.url import parse_url

Fields = Mapping[str, tuple[str, ...]]
"""Field values by lower-case name, lines in wire order."""

SAFE_METHODS: Final = frozenset(
    ("GET", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "SEARCH", "QUERY")
)  # IANA HTTP method registry; methods nobody knows count as unsafe
_HOP_BY_HOP: Final = frozenset(
    "connection keep-alive proxy-connection te transfer-encoding upgrade trailer proxy-authenticate "
    "proxy-authentication-info proxy-authorization".split()
)  # RFC 9111 section 3.1, RFC 9110 section 7.6.1
# A browser keeps these as first stored: they describe the stored content (net/http/http_response_headers.cc).
_KEPT_BY_BROWSERS: Final = frozenset(
    "www-authenticate content-location content-md5 etag content-encoding content-range content-type "
    "x-frame-options x-xss-protection".split()
)
_KEPT_PREFIXES: Final = ("x-content-", "x-webkit-")


def fields_of(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Fields from (name, value) pairs in wire order."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        low = name.lower()
        found[low] = (*found.get(low, ()), value)
    return found


def first(fields: Fields, name: str) -> str | None:
    """The first line of a field, None when it is absent."""
    values = fields.get(name)
    return values[0] if values else None


def date_in(fields: Fields, name: str) -> float | None:
    """The first line of a field as a date in ms since the epoch, None when it is absent or no date."""
    value = first(fields, name)
    return None if value is None else parse_http_date(value)


def absolute(reference: str, base: str) -> str:
    """``reference`` against ``base`` as one comparable string, without fragment."""
    url = parse_url(reference, base)
    if not url.ok:
        return reference
    return f"{url.origin}{url.path}?{url.query}" if url.query else url.origin + url.path


# Vary (RFC 9111 section 4.1)


def vary_names(fields: Fields) -> tuple[str, ...]:
    """Field names that Vary lists, in lower case; ``*`` among them means that nothing ever matches."""
    return tuple(name.lower() for value in fields.get("vary", ()) for name in split_list(value))


def same_variant(stored: Fields, presented: Fields, response: Fields) -> bool:
    """Whether two requests agree in what the response varies by (``stored`` is the request that got it)."""
    names = vary_names(response)
    return "*" not in names and all(_agree(name, stored, presented, response) for name in names)


def _agree(name: str, stored: Fields, presented: Fields, response: Fields) -> bool:
    one, other = stored.get(name), presented.get(name)
    if one is None or other is None:
        return one is other
    if one == other or _normal(one) == _normal(other):
        return True
    if name != "accept-language":
        return False
    wanted = _languages(other)
    if _languages(one) == wanted:
        return True
    given = (first(response, "content-language") or "").lower()
    return bool(given) and bool(wanted) and [tag for tag, weight in wanted if weight == wanted[0][1]] == [given]


def _normal(values: tuple[str, ...]) -> str:
    """Lines combined and white space around commas removed: the same list (RFC 9110 section 5.3)."""
    return ",".join(part for value in values for part in split_list(value))


def _languages(values: tuple[str, ...]) -> list[tuple[str, str]]:
    """(language, weight) of Accept-Language, heaviest first; equal weights by name, so their order does not count."""
    found = []
    for part in _normal(values).lower().split(","):
        tag, _, rest = part.partition(";")
        weight = rest.strip().removeprefix("q=").strip() or "1"
        found.append((tag.strip(), weight.rstrip("0").rstrip(".") if "." in weight else weight))
    return sorted(found, key=lambda one: (-_weight(one[1]), one[0]))


def _weight(text: str) -> float:
    return float(text) if len(text) <= 5 and text.isascii() and text.replace(".", "", 1).isdigit() else 0.0


# validators (RFC 9111 section 4.3, RFC 9110 section 13)


def conditions(stored: Fields, presented: Fields) -> dict[str, tuple[str, ...]]:
    """Conditional fields of a request that asks whether the stored response still holds (section 4.3.1).

    The client's own conditions stay, so that an answer to them can be passed on.
    """
    asked: dict[str, tuple[str, ...]] = {}
    tags = list(split_list(", ".join(presented.get("if-none-match", ()))))
    tag = first(stored, "etag")
    if tag and tag not in tags:
        tags.append(tag)
    if tags:
        asked["if-none-match"] = (", ".join(tags),)
    since = first(stored, "last-modified") or first(presented, "if-modified-since")
    if since:
        asked["if-modified-since"] = (since,)
    return asked


def can_be_asked_about(stored: Fields) -> bool:
    """Whether the response has a validator to ask with."""
    return bool(first(stored, "etag") or first(stored, "last-modified"))


def is_conditional(presented: Fields) -> bool:
    """Whether the client itself asks only for what it has not yet."""
    return "if-none-match" in presented or "if-modified-since" in presented


def client_is_current(presented: Fields, stored: Fields) -> bool:
    """Whether the client's own copy is the stored one, so that 304 answers it (section 4.3.2)."""
    if "if-none-match" in presented:
        tags = {_weak(tag) for tag in split_list(", ".join(presented["if-none-match"]))}
        tag = first(stored, "etag")
        return "*" in tags or (tag is not None and _weak(tag) in tags)
    since = date_in(presented, "if-modified-since")
    if since is None:
        return False
    changed = date_in(stored, "last-modified")
    if changed is None:
        changed = date_in(stored, "date")
    return changed is not None and changed <= since


def confirms(stored: Fields, not_modified: Fields) -> bool:
    """Whether a 304 is about the stored response (section 4.3.4): its validators, if any, are the same."""
    old, new = first(stored, "etag"), first(not_modified, "etag")
    if new is not None:
        return old is not None and (old == new if _is_strong(new) else _weak(old) == _weak(new))
    old, new = first(stored, "last-modified"), first(not_modified, "last-modified")
    return new is None or old is None or old == new


def _is_strong(tag: str) -> bool:
    return not tag.startswith(("W/", "w/"))


def _weak(tag: str) -> str:
    return tag if _is_strong(tag) else tag[2:]


# storing, updating and sending fields (RFC 9111 sections 3.1 and 3.2)


def kept(fields: Fields, control: CacheControl, *, shared: bool) -> dict[str, tuple[str, ...]]:
    """The fields that a cache stores: not those of one connection, nor in a shared cache those said to be private."""
    dropped = _of_connection(fields) | (control.fields("private") if shared else frozenset())
    return {name: values for name, values in fields.items() if name not in dropped}


def freshened(stored: Fields, newer: Fields, *, browser: bool) -> dict[str, tuple[str, ...]]:
    """Stored fields after a 304, or after a HEAD that freshens (sections 3.2, 4.3.4 and 4.3.5).

    Args:
        browser: keep what describes the stored content as it was, as Chromium does; RFC 9111 itself only keeps
            Content-Length.
    """
    dropped = _of_connection(newer) | {"content-length"} | (_KEPT_BY_BROWSERS if browser else frozenset())
    taken = {
        name: values
        for name, values in newer.items()
        if name not in dropped and not (browser and name.startswith(_KEPT_PREFIXES))
    }
    return {**stored, **taken}


def _of_connection(fields: Fields) -> frozenset[str]:
    listed = (name.lower() for value in fields.get("connection", ()) for name in split_list(value))
    return _HOP_BY_HOP.union(listed)


def served(stored: Fields, control: CacheControl, age: float) -> dict[str, tuple[str, ...]]:
    """Fields of an answer from the cache: with Age, without what ``no-cache="..."`` lists (sections 4 and 5.2.2.4)."""
    withheld = control.fields("no-cache")
    answer = {name: values for name, values in stored.items() if name not in withheld}
    answer["age"] = (str(int(age)),)
    return answer


# invalidation (RFC 9111 section 4.4)


def invalidated(method: str, url: str, status: int, fields: Fields) -> tuple[str, ...]:
    """URLs whose stored responses may no longer be used after this answer: target, Location, Content-Location.

    Only an unsafe method that succeeded (2xx, 3xx) invalidates, and only within its own origin.
    """
    if method in SAFE_METHODS or not 200 <= status < 400:
        return ()
    target = absolute("", url)
    origin = parse_url(url).origin
    others = [
        absolute(reference, url)
        for name in ("location", "content-location")
        if (reference := first(fields, name)) is not None and parse_url(reference, url).origin == origin
    ]
    return tuple(dict.fromkeys((target, *others)))
