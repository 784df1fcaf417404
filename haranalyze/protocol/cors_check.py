"""The CORS protocol's checks (Fetch standard, sections 2.2, 3.3 and 4.8 to 4.10): pure, one refusal with its step.

Header lines are given as a function from a lower-case header name to its values in order (``Response.raw_all``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from haranalyze.protocol.url import parse_url

Lines = Callable[[str], Sequence[str]]


class CorsStep(StrEnum):
    """The step of the algorithm that refused."""

    PREFLIGHT_STATUS = "preflight-status"
    PREFLIGHT_REDIRECT = "preflight-redirect"
    ALLOW_ORIGIN_MISSING = "allow-origin-missing"
    ALLOW_ORIGIN_MULTIPLE = "allow-origin-multiple"
    ALLOW_ORIGIN_WILDCARD = "allow-origin-wildcard"  # * with credentials
    ALLOW_ORIGIN_INVALID = "allow-origin-invalid"  # no origin at all
    ALLOW_ORIGIN_MISMATCH = "allow-origin-mismatch"
    ALLOW_CREDENTIALS = "allow-credentials"
    ALLOW_METHODS_INVALID = "allow-methods-invalid"  # no list of tokens
    ALLOW_METHODS = "allow-methods"
    ALLOW_HEADERS_INVALID = "allow-headers-invalid"
    ALLOW_HEADERS = "allow-headers"
    PRIVATE_NETWORK = "private-network"
    REDIRECT_URL = "redirect-url"  # no URL, or not http(s)
    REDIRECT_CREDENTIALS = "redirect-credentials"  # user:password@ in Location
    REDIRECT_LIMIT = "redirect-limit"
    SAME_ORIGIN_MODE = "same-origin-mode"


PREFLIGHT_STEPS: Final = frozenset(
    (
        CorsStep.PREFLIGHT_STATUS,
        CorsStep.PREFLIGHT_REDIRECT,
        CorsStep.ALLOW_METHODS_INVALID,
        CorsStep.ALLOW_METHODS,
        CorsStep.ALLOW_HEADERS_INVALID,
        CorsStep.ALLOW_HEADERS,
    )
)
"""Steps that only the answer to a preflight can refuse."""
CHROMIUM_STEPS: Final = {
    "MissingAllowOriginHeader": CorsStep.ALLOW_ORIGIN_MISSING,
    "MultipleAllowOriginValues": CorsStep.ALLOW_ORIGIN_MULTIPLE,
    "WildcardOriginNotAllowed": CorsStep.ALLOW_ORIGIN_WILDCARD,
    "InvalidAllowOriginValue": CorsStep.ALLOW_ORIGIN_INVALID,
    "AllowOriginMismatch": CorsStep.ALLOW_ORIGIN_MISMATCH,
    "InvalidAllowCredentials": CorsStep.ALLOW_CREDENTIALS,
    "InvalidStatus": CorsStep.PREFLIGHT_STATUS,
    "DisallowedRedirect": CorsStep.PREFLIGHT_REDIRECT,
    "DisallowedByMode": CorsStep.SAME_ORIGIN_MODE,
    "InvalidAllowMethodsPreflightResponse": CorsStep.ALLOW_METHODS_INVALID,
    "MethodDisallowedByPreflightResponse": CorsStep.ALLOW_METHODS,
    "InvalidAllowHeadersPreflightResponse": CorsStep.ALLOW_HEADERS_INVALID,
    "HeaderDisallowedByPreflightResponse": CorsStep.ALLOW_HEADERS,
    "RedirectContainsCredentials": CorsStep.REDIRECT_CREDENTIALS,
    "CorsDisabledScheme": CorsStep.REDIRECT_URL,
    "InsecurePrivateNetwork": CorsStep.PRIVATE_NETWORK,
    "InsecureLocalNetwork": CorsStep.PRIVATE_NETWORK,
    "LocalNetworkAccessPermissionDenied": CorsStep.PRIVATE_NETWORK,
}
"""Chromium's names (services/network/public/mojom/cors.mojom), a leading ``Preflight`` taken off."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a browser refuses.

    Attributes:
        step: the step that refused.
        header: lower-case name of the response header that decides; ``""`` for the status.
        sent: what the server sent there, lines joined by ``", "``; None when the header is not there.
        needed: what would have passed this step.
        missing: methods or request headers (lower case, as asked) that are not allowed.
    """

    step: CorsStep
    header: str
    sent: str | None
    needed: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CorsProfile:
    """What browsers do differently with CORS.

    Attributes:
        name: for people.
        longest_max_age: seconds a preflight's answer is kept at most, None without a limit.
        wildcard_covers_authorization: ``Access-Control-Allow-Headers: *`` allows Authorization too.
    """

    name: str
    longest_max_age: int | None = None
    wildcard_covers_authorization: bool = False


STANDARD: Final = CorsProfile("Fetch standard")
PROFILES: Final = {
    # services/network/cors/preflight_result.cc: two hours; the check for Authorization only reports
    "Chromium": CorsProfile("Chromium", 7_200, wildcard_covers_authorization=True),
    "Firefox": CorsProfile("Firefox", 86_400),  # netwerk/protocol/http/nsCORSListenerProxy.cpp: a day
    "Safari": CorsProfile("Safari", 600),  # WebCore/loader/CrossOriginPreflightResultCache.cpp: ten minutes
}
DEFAULT_MAX_AGE: Final = 5  # seconds, Fetch standard section 4.9, step 7.8

SAFELISTED_METHODS: Final = frozenset(("GET", "HEAD", "POST"))
SAFELISTED_RESPONSE_HEADERS: Final = frozenset(
    ("cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma")
)
FORBIDDEN_RESPONSE_HEADERS: Final = frozenset(("set-cookie", "set-cookie2"))
_NORMALISED: Final = frozenset(("DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"))
_FORBIDDEN_METHODS: Final = frozenset(("CONNECT", "TRACE", "TRACK"))
_FORBIDDEN_HEADERS: Final = frozenset(
    """
    accept-charset accept-encoding access-control-request-headers access-control-request-method
    access-control-request-private-network connection content-length cookie cookie2 date dnt expect host keep-alive
    origin referer set-cookie te trailer transfer-encoding upgrade via
    """.split()
)
_OVERRIDES: Final = frozenset(("x-http-method", "x-http-method-override", "x-method-override"))
_FORM_TYPES: Final = frozenset(("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"))
_LONGEST: Final = 128  # bytes of one safelisted value
_LONGEST_TOGETHER: Final = 1_024  # bytes of all of them
_SPACE: Final = "\t\n\r "  # HTTP whitespace
_MEMO: Final = 2_048  # characters; longer lines are rare and not kept
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSAFE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\"():<>?@\[\\\]{}\x7f]")  # CORS-unsafe request-header byte
_LANGUAGES: Final = re.compile(r"[0-9A-Za-z *,.;=-]*")
_RANGE: Final = re.compile(r"bytes=([0-9]+)-([0-9]*)")


# the request


def normalise_method(method: str) -> str:
    """The method as it is sent: six well-known names in upper case, any other as given (section 2.2.1)."""
    upper = method.upper()
    return upper if upper in _NORMALISED else method


def is_forbidden_method(method: str) -> bool:
    """Whether a page may not use the method at all."""
    return method.upper() in _FORBIDDEN_METHODS


def is_forbidden_header(name: str, value: str = "") -> bool:
    """Whether a page may not set the request header: it is the browser's own (section 2.2.2)."""
    low = name.lower()
    if low in _FORBIDDEN_HEADERS or low.startswith(("proxy-", "sec-")):
        return True
    return low in _OVERRIDES and any(is_forbidden_method(part.strip(_SPACE)) for part in value.split(","))


def is_safelisted_header(name: str, value: str) -> bool:
    """Whether a page may send the header to any origin unasked (CORS-safelisted request-header)."""
    if _size(value) > _LONGEST:
        return False
    low = name.lower()
    if low == "accept":
        return not _UNSAFE.search(value)
    if low in ("accept-language", "content-language"):
        return bool(_LANGUAGES.fullmatch(value))
    if low == "content-type":
        return not _UNSAFE.search(value) and _essence(value) in _FORM_TYPES
    return low == "range" and _is_simple_range(value)


def unsafe_header_names(headers: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Names a preflight has to ask for: lower case, sorted, each once (CORS-unsafe request-header names)."""
    unsafe: set[str] = set()
    safe: set[str] = set()
    together = 0
    for name, value in headers:
        if is_safelisted_header(name, value):
            safe.add(name.lower())
            together += _size(value)
        else:
            unsafe.add(name.lower())
    return tuple(sorted(unsafe | safe if together > _LONGEST_TOGETHER else unsafe))


def needs_preflight(method: str, headers: Iterable[tuple[str, str]]) -> bool:
    """Whether a cross-origin request with these headers of the page asks with OPTIONS first."""
    return normalise_method(method) not in SAFELISTED_METHODS or bool(unsafe_header_names(headers))


def _size(value: str) -> int:
    return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))


def _essence(value: str) -> str:
    """Type and subtype of a media type, lower case; ``""`` for what is none (MIME Sniffing section 4.4)."""
    kind, slash, rest = value.strip(_SPACE).partition("/")
    subtype = rest.partition(";")[0].rstrip(_SPACE)
    if not slash or not _TOKEN.fullmatch(kind) or not _TOKEN.fullmatch(subtype):
        return ""
    return f"{kind}/{subtype}".lower()


def _is_simple_range(value: str) -> bool:
    """A single range with a first byte (Fetch, "parse a single range header value", no whitespace)."""
    found = _RANGE.fullmatch(value)
    if found is None:
        return False
    return not found[2] or int(found[1]) <= int(found[2])


# the answer


def header_members(values: Sequence[str]) -> tuple[str, ...] | None:
    """Members of a list of tokens over all lines; None where the grammar is broken (section 2.2.2, "extract")."""
    found: list[str] = []
    for value in values:
        members = _members(value) if len(value) <= _MEMO else _members.__wrapped__(value)
        if members is None:
            return None
        found += members
    return tuple(found)


@lru_cache(1_024)  # servers repeat their lists from answer to answer
def _members(value: str) -> tuple[str, ...] | None:
    found = []
    for piece in value.split(","):
        member = piece.strip(" \t")
        if not member:
            continue
        if not _TOKEN.fullmatch(member):
            return None
        found.append(member)
    return tuple(found)


def cors_refusal(origin: str, lines: Lines, *, credentialed: bool) -> Refusal | None:
    """The CORS check (section 4.10) of one answer, None when it passes.

    Args:
        origin: as the browser serialises it in ``Origin`` (``null`` after a tainted redirect).
        lines: the answer's headers.
        credentialed: whether the credentials mode is "include".
    """
    values = lines("access-control-allow-origin")
    sent = _together(values)
    if sent == "*" and not credentialed:
        return None
    if sent != origin:
        return Refusal(_origin_step(sent, len(values)), "access-control-allow-origin", sent, origin)
    if credentialed:
        allowed = _together(lines("access-control-allow-credentials"))
        if allowed != "true":
            return Refusal(CorsStep.ALLOW_CREDENTIALS, "access-control-allow-credentials", allowed, "true")
    return None


def _together(values: Sequence[str]) -> str | None:
    """The value of a header of one or more lines (Fetch standard section 2.2.2, "get"), None where it has none."""
    if len(values) == 1:
        return values[0].strip(_SPACE)
    return ", ".join(value.strip(_SPACE) for value in values) if values else None


def _origin_step(sent: str | None, count: int) -> CorsStep:
    """Which fault the value has, as Chromium tells them apart (services/network/public/cpp/cors/cors.cc)."""
    if sent is None:
        return CorsStep.ALLOW_ORIGIN_MISSING
    if sent == "*":
        return CorsStep.ALLOW_ORIGIN_WILDCARD
    if count > 1 or " " in sent or "," in sent:
        return CorsStep.ALLOW_ORIGIN_MULTIPLE
    is_origin = sent == "null" or parse_url(sent).ok
    return CorsStep.ALLOW_ORIGIN_MISMATCH if is_origin else CorsStep.ALLOW_ORIGIN_INVALID


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a preflight's answer allows. ``headers`` are lower case; ``max_age`` in seconds, capped by the browser."""

    methods: frozenset[str]
    headers: frozenset[str]
    max_age: int
    raw_methods: str | None = None  # as sent
    raw_headers: str | None = None


def read_allowed(lines: Lines, profile: CorsProfile = STANDARD) -> Allowed | Refusal:
    """The lists of a preflight's answer, or the refusal where one of them is no list of tokens (section 4.9)."""
    together = {}
    members = {}
    for name, step in (
        ("access-control-allow-methods", CorsStep.ALLOW_METHODS_INVALID),
        ("access-control-allow-headers", CorsStep.ALLOW_HEADERS_INVALID),
    ):
        values = lines(name)
        together[name] = ", ".join(values) if values else None
        listed = header_members(values)
        if listed is None:
            return Refusal(step, name, together[name], "a comma-separated list of names")
        members[name] = listed
    return Allowed(
        frozenset(members["access-control-allow-methods"]),
        frozenset(name.lower() for name in members["access-control-allow-headers"]),
        max_age(lines, profile),
        together["access-control-allow-methods"],
        together["access-control-allow-headers"],
    )


def max_age(lines: Lines, profile: CorsProfile = STANDARD) -> int:
    """Seconds a preflight's answer may be kept: 5 without a usable ``Access-Control-Max-Age``, capped."""
    values = lines("access-control-max-age")
    value = values[0].strip(_SPACE) if len(values) == 1 else ""
    digits = value.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        found = DEFAULT_MAX_AGE
    else:
        found = 0 if value.startswith("-") else int(digits)
    return found if profile.longest_max_age is None else min(found, profile.longest_max_age)


def unlisted(
    allowed: Allowed, method: str, names: Iterable[str], *, credentialed: bool, profile: CorsProfile = STANDARD
) -> Refusal | None:
    """The method or the headers (as Access-Control-Request-Headers names them) that the answer does not allow.

    ``*`` stands for all without credentials, and for Authorization only where the browser says so.
    """
    wild = not credentialed
    if method not in SAFELISTED_METHODS and method not in allowed.methods and not (wild and "*" in allowed.methods):
        return Refusal(CorsStep.ALLOW_METHODS, "access-control-allow-methods", allowed.raw_methods, method, (method,))
    any_name = wild and "*" in allowed.headers
    lacking = tuple(
        name
        for name in names
        if name.lower() not in allowed.headers
        and not (any_name and (name.lower() != "authorization" or profile.wildcard_covers_authorization))
    )
    if lacking:
        listed = ", ".join(lacking)
        return Refusal(CorsStep.ALLOW_HEADERS, "access-control-allow-headers", allowed.raw_headers, listed, lacking)
    return None


def preflight_refusal(
    origin: str,
    status: int,
    lines: Lines,
    method: str,
    names: Iterable[str],
    *,
    credentialed: bool,
    profile: CorsProfile = STANDARD,
) -> Refusal | None:
    """The check of a preflight's answer (section 4.9, step 7): origin, status, method, headers; None when it passes.

    Redirects are refused before anything else: a preflight does not follow them.
    """
    if status in REDIRECTS:
        return Refusal(CorsStep.PREFLIGHT_REDIRECT, "", str(status), "200 to 299")
    if refusal := cors_refusal(origin, lines, credentialed=credentialed):
        return refusal
    if not 200 <= status <= 299:
        return Refusal(CorsStep.PREFLIGHT_STATUS, "", str(status), "200 to 299")
    allowed = read_allowed(lines, profile)
    if isinstance(allowed, Refusal):
        return allowed
    return unlisted(allowed, method, names, credentialed=credentialed, profile=profile)


REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))


def is_readable(name: str, lines: Lines, *, credentialed: bool) -> bool:
    """Whether a script may read the header (lower case) of a cross-origin answer that passed the CORS check.

    A broken list exposes nothing; ``*`` stands for all without credentials, for a header of that name with them
    (sections 2.2.6 and 4.4, CORS-exposed header-name list).
    """
    if name in FORBIDDEN_RESPONSE_HEADERS:
        return False
    if name in SAFELISTED_RESPONSE_HEADERS:
        return True
    listed = header_members(lines("access-control-expose-headers"))
    if not listed:
        return False
    return ("*" in listed and not credentialed) or name in {member.lower() for member in listed}
