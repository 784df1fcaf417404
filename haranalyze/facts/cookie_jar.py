"""The browser's cookie jar, replayed (RFC 6265bis): stored, refused and why, sent, left out and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haranalyze.text import Place, Sentence, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts
    from haranalyze.protocol.set_cookie import SetCookie


class Reason(StrEnum):
    """Why a cookie was not stored or not sent, under Chromium's names (CookieInclusionStatus)."""

    DOMAIN_MISMATCH = "DomainMismatch"
    PUBLIC_SUFFIX = "InvalidDomain"  # Domain is a public suffix
    NOT_ON_PATH = "NotOnPath"
    SECURE_ONLY = "SecureOnly"
    OVERWRITE_SECURE = "OverwriteSecure"
    SAME_SITE_STRICT = "SameSiteStrict"
    SAME_SITE_LAX = "SameSiteLax"
    SAME_SITE_UNSPECIFIED = "SameSiteUnspecifiedTreatedAsLax"
    SAME_SITE_NONE_INSECURE = "SameSiteNoneInsecure"
    INVALID_PREFIX = "InvalidPrefix"
    INVALID_PARTITIONED = "InvalidPartitioned"
    TOO_LARGE = "NameValuePairExceedsMaxSize"
    DISALLOWED_CHARACTER = "DisallowedCharacter"
    NO_COOKIE_CONTENT = "NoCookieContent"
    EXPIRED = "Expired"
    CREDENTIALS_OMITTED = "CredentialsOmitted"  # not Chromium's: fetch credentials mode
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class SetCookieEvent:
    """One Set-Cookie line and what the browser did with it.

    ``parsed`` is raw (analysis only); ``refused`` None when stored or a deletion; ``contradicted``: the profile
    predicts a refusal but a later request shows the cookie was stored (then ``refused`` is None).
    """

    exchange: Exchange
    place: Place  # text is the SET_COOKIE line
    name: Text
    parsed: SetCookie
    at: float
    refused: Reason | None
    is_deletion: bool
    contradicted: bool = False


@dataclass(frozen=True, slots=True)
class JarCookie:
    """A stored cookie. ``by`` is the line that set it, None when learnt from a request (before the recording or
    written by JavaScript)."""

    name: Text
    value: Text
    domain: Text
    path: Text
    by: SetCookieEvent | None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A cookie in the jar that did not go with a request, with the reason the engine finds."""

    cookie: JarCookie
    reason: Reason


@dataclass(frozen=True, slots=True)
class Step:
    """One step of "why was it (not) sent": outcome ok / stop / info / follows, check, finding, source, place."""

    outcome: str
    check: Sentence
    finding: Sentence
    source: str
    place: Place | None


class CookieJar:
    """What the browser kept and sent."""

    events: tuple[SetCookieEvent, ...]  # in order of arrival

    def __init__(self, facts: Facts) -> None:
        raise NotImplementedError

    def set_by(self, exchange: Exchange) -> tuple[SetCookieEvent, ...]:
        """The Set-Cookie lines of this response with their fate."""
        raise NotImplementedError

    def refused(self, *reasons: Reason) -> tuple[SetCookieEvent, ...]:
        """Lines the browser did not store, for any of these reasons (none given: all), deletions left out."""
        raise NotImplementedError

    def stored(self, name: str, exchange: Exchange) -> tuple[JarCookie, ...]:
        """Cookies of this name in the jar, for any host, when the request was sent."""
        raise NotImplementedError

    def predicted(self, exchange: Exchange) -> tuple[JarCookie, ...]:
        """Cookies a browser would send with this request, in order; empty when the jar does not apply."""
        raise NotImplementedError

    def left_out(self, exchange: Exchange) -> tuple[LeftOut, ...]:
        """Cookies set for the request's host (or its domain) that would not go with it, each with its reason."""
        raise NotImplementedError

    def missing(self, exchange: Exchange) -> tuple[JarCookie, ...]:
        """Cookies that should have been sent and, as the recording proves, were not."""
        raise NotImplementedError

    def duplicates(self, exchange: Exchange) -> tuple[tuple[Text, int], ...]:
        """Cookie names sent more than once in this request, with their count."""
        raise NotImplementedError

    def why(self, name: str, exchange: Exchange) -> tuple[Step, ...]:
        """Why the cookie was or was not sent with this request, step by step, ending at the request."""
        raise NotImplementedError
