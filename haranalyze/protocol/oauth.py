"""OAuth 2.0 and OpenID Connect as they stand on the wire: parameters, error codes, PKCE, and what answers say.

Sources: RFC 6749 sections 4.1.1 to 5.2, RFC 7636 (PKCE), RFC 9101 (request objects), OpenID Connect Core sections
3.1.2.1 and 3.1.2.6, OAuth 2.0 Form Post Response Mode, the list of AADSTS codes of Microsoft Entra.
"""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl

_LARGEST: Final = 256 * 1024  # characters of a query, a form or a page that are read
_MOST: Final = 200  # parameters of one message
_LONGEST_VERIFIER: Final = 4_096


class Trouble(StrEnum):
    """What an answer on the way of a sign-in says is wrong; the values are names of this project."""

    STATE_MISSING = "state-missing"  # the client's own note of the attempt did not come back with the callback
    STATE_MISMATCH = "state-mismatch"
    REDIRECT_URI = "redirect-uri"
    CLIENT = "client"
    CODE_USED = "code-used"
    CODE_EXPIRED = "code-expired"
    GRANT = "grant"  # invalid_grant without a word on why
    VERIFIER = "verifier"
    NONCE = "nonce"
    LOGIN = "login-required"
    INTERACTION = "interaction-required"
    CONSENT = "consent-required"
    DENIED = "access-denied"
    OTHER = "other"


ERROR_CODES: Final = {
    "access_denied": Trouble.DENIED,
    "account_selection_required": Trouble.INTERACTION,
    "consent_required": Trouble.CONSENT,
    "interaction_required": Trouble.INTERACTION,
    "invalid_client": Trouble.CLIENT,
    "invalid_grant": Trouble.GRANT,
    "invalid_request": Trouble.OTHER,
    "invalid_request_object": Trouble.OTHER,
    "invalid_request_uri": Trouble.OTHER,
    "invalid_scope": Trouble.OTHER,
    "login_required": Trouble.LOGIN,
    "registration_not_supported": Trouble.OTHER,
    "request_not_supported": Trouble.OTHER,
    "request_uri_not_supported": Trouble.OTHER,
    "server_error": Trouble.OTHER,
    "temporarily_unavailable": Trouble.OTHER,
    "unauthorized_client": Trouble.CLIENT,
    "unsupported_grant_type": Trouble.OTHER,
    "unsupported_response_type": Trouble.OTHER,
    # not standardised, but what large providers send
    "deleted_client": Trouble.CLIENT,
    "disabled_client": Trouble.CLIENT,
    "redirect_mismatch": Trouble.REDIRECT_URI,
    "redirect_uri_mismatch": Trouble.REDIRECT_URI,
    "invalid_redirect_uri": Trouble.REDIRECT_URI,
    "bad_verification_code": Trouble.GRANT,
    "user_cancelled_login": Trouble.DENIED,
    "user_cancelled_authorize": Trouble.DENIED,
    "user_denied": Trouble.DENIED,
    "immediate_failed": Trouble.LOGIN,
}
"""Codes of the ``error`` parameter: RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core 3.1.2.6, and providers'."""

_AADSTS: Final = {
    "50011": Trouble.REDIRECT_URI,
    "500112": Trouble.REDIRECT_URI,
    "50058": Trouble.LOGIN,
    "50133": Trouble.INTERACTION,
    "50076": Trouble.INTERACTION,
    "50079": Trouble.INTERACTION,
    "50148": Trouble.VERIFIER,
    "501481": Trouble.VERIFIER,
    "9002325": Trouble.VERIFIER,
    "54005": Trouble.CODE_USED,
    "70008": Trouble.CODE_EXPIRED,
    "70000": Trouble.GRANT,
    "65001": Trouble.CONSENT,
    "65004": Trouble.DENIED,
    "16000": Trouble.INTERACTION,
    "160021": Trouble.INTERACTION,
    "700016": Trouble.CLIENT,
    "7000112": Trouble.CLIENT,
    "7000215": Trouble.CLIENT,
    "7000218": Trouble.CLIENT,
    "7000222": Trouble.CLIENT,
    "700025": Trouble.CLIENT,
}
_ENTRA = re.compile(r"AADSTS([0-9]{5,7})(?![0-9])")

# Words of servers and libraries in lower case, the most telling first. What only names a subject ("redirect_uri")
# stands after what names a fault of another one.
_WORDS: Final = (
    ("state cookie was missing", Trouble.STATE_MISSING),
    ("state cookie not found", Trouble.STATE_MISSING),
    ("state cookie is missing", Trouble.STATE_MISSING),
    ("missing state cookie", Trouble.STATE_MISSING),
    ("checks.state argument is missing", Trouble.STATE_MISSING),
    ("correlation failed", Trouble.STATE_MISSING),
    ("authorization_request_not_found", Trouble.STATE_MISSING),
    ("unable to find a valid csrf token", Trouble.STATE_MISSING),
    ("unable to verify authorization request state", Trouble.STATE_MISSING),
    ("did not find expected authorization request details in session", Trouble.STATE_MISSING),
    ("pkce code_verifier cookie was missing", Trouble.STATE_MISSING),
    ("nonce cookie was missing", Trouble.STATE_MISSING),
    ("state mismatch", Trouble.STATE_MISMATCH),
    ("state_mismatch", Trouble.STATE_MISMATCH),
    ("mismatching_state", Trouble.STATE_MISMATCH),
    ("invalid_state", Trouble.STATE_MISMATCH),
    ("invalid state", Trouble.STATE_MISMATCH),
    ("state does not match", Trouble.STATE_MISMATCH),
    ("state not equal in request and response", Trouble.STATE_MISMATCH),
    ('unexpected "state"', Trouble.STATE_MISMATCH),
    ("redirect_uri_mismatch", Trouble.REDIRECT_URI),
    ("callback url mismatch", Trouble.REDIRECT_URI),
    ("mismatching redirect uri", Trouble.REDIRECT_URI),
    ("invalid redirect_uri", Trouble.REDIRECT_URI),
    ("invalid redirect uri", Trouble.REDIRECT_URI),
    ("invalid_redirect_uri", Trouble.REDIRECT_URI),
    ("invalid parameter: redirect_uri", Trouble.REDIRECT_URI),
    ("incorrect redirect_uri", Trouble.REDIRECT_URI),
    ("redirect_uri does not match", Trouble.REDIRECT_URI),
    ("redirect uri does not match", Trouble.REDIRECT_URI),
    ("redirect_uri did not match", Trouble.REDIRECT_URI),
    ("redirect_uri must match", Trouble.REDIRECT_URI),
    ("redirect_uri is not associated", Trouble.REDIRECT_URI),
    ("redirect_uri is not registered", Trouble.REDIRECT_URI),
    ("'redirect_uri' parameter must be", Trouble.REDIRECT_URI),
    ("redirect_uri' parameter does not match", Trouble.REDIRECT_URI),
    ("code_verifier", Trouble.VERIFIER),
    ("code verifier", Trouble.VERIFIER),
    ("pkce verification failed", Trouble.VERIFIER),
    ("code challenge does not match", Trouble.VERIFIER),
    ("nonce mismatch", Trouble.NONCE),
    ("invalid nonce", Trouble.NONCE),
    ("invalid_nonce", Trouble.NONCE),
    ("nonce does not match", Trouble.NONCE),
    ("idx21323", Trouble.NONCE),
    ("idx21326", Trouble.NONCE),
    ("code has already been used", Trouble.CODE_USED),
    ("code already used", Trouble.CODE_USED),
    ("code was already used", Trouble.CODE_USED),
    ("code was already redeemed", Trouble.CODE_USED),
    ("already been redeemed", Trouble.CODE_USED),
    ("already redeemed", Trouble.CODE_USED),
    ("code has been used", Trouble.CODE_USED),
    ("code is expired", Trouble.CODE_EXPIRED),
    ("code expired", Trouble.CODE_EXPIRED),
    ("code has expired", Trouble.CODE_EXPIRED),
    ("expired authorization code", Trouble.CODE_EXPIRED),
    ("client not found", Trouble.CLIENT),
    ("unknown client", Trouble.CLIENT),
    ("client was not found", Trouble.CLIENT),
    ("invalid client_id", Trouble.CLIENT),
    ("invalid client id", Trouble.CLIENT),
    ("invalid client secret", Trouble.CLIENT),
    ("client authentication failed", Trouble.CLIENT),
    ("client is disabled", Trouble.CLIENT),
)
_CODE = re.compile(r"\b(" + "|".join(sorted(ERROR_CODES, key=len, reverse=True)) + r")\b")


def parameters(encoded: str) -> dict[str, str]:
    """The first value of each parameter of a query, a fragment or a form body; empty when too large to be one."""
    if not encoded or len(encoded) > _LARGEST:
        return {}
    found: dict[str, str] = {}
    try:
        for name, value in parse_qsl(encoded, keep_blank_values=True, errors="replace", max_num_fields=_MOST):
            found.setdefault(name, value)
    except ValueError:
        return {}
    return found


def entra_code(text: str) -> str:
    """The code of a Microsoft Entra error (``"AADSTS50011"``) when it is one of those told apart here, else ``""``."""
    for found in _ENTRA.finditer(text[:_LARGEST]):
        known = next((code for code in _AADSTS if code == found[1]), None)
        if known is not None:
            return f"AADSTS{known}"
    return ""


def trouble_in(text: str) -> Trouble | None:
    """What a page, a JSON body or an error description says is wrong; None when it speaks of nothing known here.

    Not for pages that merely mention a word: ask only of answers that are an error already.
    """
    if code := entra_code(text):
        return _AADSTS[code.removeprefix("AADSTS")]
    low = text[:_LARGEST].lower()
    for words, trouble in _WORDS:
        if words in low:
            return trouble
    codes = [ERROR_CODES[found[1]] for found in _CODE.finditer(low)]
    return next((code for code in codes if code is not Trouble.OTHER), codes[0] if codes else None)


def trouble_of(error: str, description: str = "") -> Trouble | None:
    """What an error answer means by its ``error`` and ``error_description``; None without an ``error``.

    The description refines a code that leaves the cause open (``invalid_request``, ``invalid_grant``), never one
    that names it. A code not listed anywhere is :attr:`Trouble.OTHER`.
    """
    if not error:
        return None
    known = ERROR_CODES.get(error.lower())
    if known is not None and known not in (Trouble.OTHER, Trouble.GRANT, Trouble.INTERACTION, Trouble.CLIENT):
        return known
    told = trouble_in(description) if description else None
    if told is None and known is None:
        told = trouble_in(error)
    return told if told not in (None, Trouble.OTHER) else known or Trouble.OTHER


def base64_text(value: str) -> str:
    """The readable characters of a base64url value (Google packs its error so); ``""`` when it is none."""
    if not value or len(value) > _LARGEST:
        return ""
    try:
        return urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def challenge_of(verifier: str, method: str) -> str | None:
    """The code challenge a verifier gives (RFC 7636 section 4.2); None for an unknown method or no verifier."""
    if not verifier or len(verifier) > _LONGEST_VERIFIER or not verifier.isascii():
        return None
    if method in ("", "plain"):
        return verifier
    if method != "S256":
        return None
    return urlsafe_b64encode(sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")


def is_authorization(given: dict[str, str]) -> bool:
    """Whether parameters ask an authorization server for a code or a token (RFC 6749 section 4.1.1).

    ``response_type`` is required there, but some providers do without it where a scope or a state shows the same.
    """
    if not given.get("client_id"):
        return False
    if "response_type" in given or "request_uri" in given:
        return True
    return "redirect_uri" in given and ("scope" in given or "state" in given)
