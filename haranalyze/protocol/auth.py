"""Authorization and WWW-Authenticate (RFC 9110 section 11, RFC 6750)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

# IANA HTTP Authentication Scheme registry, and two that APIs use without registration.
_SCHEMES: Final = frozenset(
    """
    basic bearer concealed digest dpop gnap hoba mutual negotiate ntlm oauth privatetoken scram-sha-1 scram-sha-256
    vapid aws4-hmac-sha256 token jwt apikey key
    """.split()
)
_PLACEHOLDERS: Final = frozenset(
    ("undefined", "null", "nan", "none", "[object object]", "[object promise]", "false", "true")
)
TEMPLATE = re.compile(r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|<[^<>]*>|%[A-Za-z_]+%|:[a-z_]*token")
"""A variable that nothing stood in for, in the notation of Postman, shells, manuals and Windows."""
_SEPARATORS = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z/-]*")
# A token, with a value if it is a parameter. A quote that is never closed ends with the header, so that no part of
# it is read twice.
_ITEM = re.compile(
    r"""([!#$%&'*+.^_`|~0-9A-Za-z/-]+)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)(?:"|\\?\Z)|([^\s,"]*)))?""",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LONGEST: Final = 8_192  # characters of WWW-Authenticate looked at


class Credential(StrEnum):
    """Shape of an Authorization header's value."""

    WELL_FORMED = "well-formed"
    EMPTY = "empty"  # header there, nothing after it or after the scheme
    NO_SCHEME = "no-scheme"  # a bare token
    DOUBLED_SCHEME = "doubled-scheme"  # "Bearer Bearer x"
    PLACEHOLDER = "placeholder"  # "Bearer undefined", "null", "[object Object]", "NaN"
    TEMPLATE = "template"  # "Bearer {{token}}", "${token}", "<token>"
    QUOTED = "quoted"  # quotes around the token


@dataclass(frozen=True, slots=True)
class Authorization:
    """A read Authorization value. ``scheme`` lower case if it is a registered one, else ""; ``raw_token`` captured."""

    scheme: str
    raw_token: str
    shape: Credential


@dataclass(frozen=True, slots=True)
class Challenge:
    """One WWW-Authenticate challenge; parameter names in lower case, values raw."""

    scheme: str
    parameters: dict[str, str]


@lru_cache(4_096)
def parse_authorization(value: str) -> Authorization:
    """Read an Authorization header value. Never raises. Memoised."""
    scheme, token = _split_scheme(value.strip())
    if token.lower() in _PLACEHOLDERS:
        return Authorization(scheme, token, Credential.PLACEHOLDER)
    if not token:
        return Authorization(scheme, "", Credential.EMPTY)
    if TEMPLATE.fullmatch(token):
        return Authorization(scheme, token, Credential.TEMPLATE)
    if not scheme:
        return Authorization("", token, Credential.NO_SCHEME)
    second, rest = _split_scheme(token)
    if second == scheme and rest:
        return Authorization(scheme, rest, Credential.DOUBLED_SCHEME)
    if len(token) > 1 and token[0] == token[-1] and token[0] in "\"'":
        return Authorization(scheme, token[1:-1], Credential.QUOTED)
    return Authorization(scheme, token, Credential.WELL_FORMED)


def _split_scheme(value: str) -> tuple[str, str]:
    first, _, rest = value.partition(" ")
    if first.lower() in _SCHEMES:
        return first.lower(), rest.strip()
    return "", value


@lru_cache(4_096)
def parse_challenges(value: str) -> tuple[Challenge, ...]:
    """Read WWW-Authenticate (RFC 9110 section 11.6.1), leniently; several challenges in one value are split."""
    challenges: list[Challenge] = []
    text, position = value[:_LONGEST], 0
    while True:
        between = _SEPARATORS.match(text, position)
        found = _ITEM.match(text, between.end()) if between else None
        if between is None or found is None:
            return tuple(challenges)
        name, quoted, plain = found.groups()
        if quoted is None and plain is None:
            if position == 0 or "," in between[0]:
                challenges.append(Challenge(name.lower(), {}))
        elif challenges:
            content = plain if quoted is None else _ESCAPED.sub(r"\1", quoted)
            challenges[-1].parameters.setdefault(name.lower(), content)
        position = found.end()
