"""The words the session's story is told in; public through ``facts.session``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from haranalyze.systems import SessionSystem
from haranalyze.text import Place, Sentence

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts.tokens import Token


class Role(StrEnum):
    """What an exchange does in the life of the session; colours the timeline."""

    PAGE = "page"
    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    SESSION_CALL = "session-call"  # an API call on a session host
    REFRESH = "refresh"
    PREFLIGHT = "preflight"
    REDIRECT = "redirect"
    AUTH_PAGE = "auth-page"  # identity provider pages and callbacks
    THIRD_PARTY = "third-party"
    STATIC = "static"


@dataclass(frozen=True, slots=True)
class DetectedSystem:
    """A session system the capture shows. ``confidence`` 0 to 1; ``evidence`` places with our words."""

    system: SessionSystem
    confidence: float
    evidence: tuple[tuple[Place, Sentence], ...]
    hosts: frozenset[str]


class SignInResult(StrEnum):
    """What a sign-in attempt came to."""

    OK = "ok"
    WRONG_CREDENTIALS = "wrong-credentials"
    REFUSED = "refused"  # other refusal the server explains
    FAILED = "failed"  # 5xx, no answer, blocked


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in attempt."""

    exchange: Exchange
    result: SignInResult
    system: SessionSystem | None


class RefreshResult(StrEnum):
    """What a refresh call came to."""

    OK = "ok"  # new tokens or state
    NO_SESSION = "no-session"  # 401 before any sign-in: normal on a first visit
    REFUSED = "refused"  # 401 although a session had been made
    THEFT = "theft"
    CLEARED_DUPLICATES = "cleared-duplicates"  # SuperTokens 200 that only expires old-domain cookies
    NOT_API = "not-api"  # 2xx that is not the session system's (HTML, no tokens)
    FAILED = "failed"  # other 4xx/5xx, no answer


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh call. ``after`` is the refused call that made the client refresh, ``retry`` the call repeated
    after it, None where there is none. ``new_token`` the access token it handed out."""

    exchange: Exchange
    result: RefreshResult
    system: SessionSystem | None
    after: Exchange | None
    retry: Exchange | None
    new_token: Token | None


class Says(StrEnum):
    """What a refusing answer says about the credentials it saw, by the words of the system that answered."""

    NO_CREDENTIALS = "no-credentials"  # "unauthorised", "No authorization token was found", ...
    EXPIRED = "expired"  # "The incoming token has expired", "jwt expired"
    RENEW = "renew"  # SuperTokens "try refresh token": a token came but is not acceptable
    MALFORMED = "malformed"  # "jwt malformed", "invalid token"
    AUDIENCE = "audience"  # a sound token for another audience or from another issuer
    THEFT = "theft"
    CSRF = "csrf"
    PERMISSION = "permission"  # authenticated, not allowed
    ROUTING = "routing"  # an authentication-looking answer for a wrong path (AWS)
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that refuses a call for its credentials (401, 403 and the systems' own codes, 419, 440).

    ``by`` is the session system or server whose words the answer uses, None when unknown; ``foreign`` is True
    only where the session system in use is identified and the answer bears the marks of another one.
    ``evidence`` is the body, header or status that says so.
    """

    exchange: Exchange
    says: Says
    by: SessionSystem | None
    foreign: bool
    evidence: Place


@dataclass(frozen=True, slots=True)
class Loop:
    """A refused call repeated after refreshes that succeeded.

    The order is ``calls[0]``, ``refreshes[0]``, ``calls[1]``, ...; ``rounds`` complete cycles of call,
    refresh, same call. ``new_tokens`` whether each refresh gave a new token. ``same_answer`` whether the
    refusals are byte for byte the same (False also where a body is not in the recording).
    """

    calls: tuple[Exchange, ...]
    refreshes: tuple[Exchange, ...]
    rounds: int
    new_tokens: bool
    same_answer: bool


@dataclass(frozen=True, slots=True)
class RedirectLoop:
    """A navigation that keeps returning to the same URLs: ``rounds`` complete rounds of ``period`` exchanges.

    ``gave_up`` whether the browser stopped (ERR_TOO_MANY_REDIRECTS); otherwise the recording ends there.
    """

    exchanges: tuple[Exchange, ...]
    period: int
    rounds: int
    gave_up: bool


@dataclass(frozen=True, slots=True)
class Span:
    """One life of a session: from its sign-in (or first use) to sign-out or loss; ms on the timeline."""

    began: float
    ended: float | None
    sign_in: Exchange | None
    sign_out: Exchange | None
    lost: Exchange | None
    system: SessionSystem | None
