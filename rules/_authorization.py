"""What the rules about Authorization share: the header against the ones the API accepts in this capture."""

from __future__ import annotations

from haranalyze.facts import Exchange, Facts
from haranalyze.protocol.auth import Authorization, Credential

NEVER_A_TOKEN = frozenset((Credential.EMPTY, Credential.PLACEHOLDER, Credential.TEMPLATE))
_NO_TOKEN_SCHEMES = frozenset(("basic", "digest", "negotiate", "ntlm"))


def accepted_header(facts: Facts, call: Exchange) -> Authorization | None:
    """The Authorization header of the nearest call like this one that the API accepted; None without one."""
    like = facts.session.accepted_like(call)
    sent = facts.tokens.authorization(like) if like is not None else None
    return sent[0] if sent is not None else None


def has_other_scheme(sent: Authorization, accepted: Authorization | None) -> bool:
    """Whether the API wants another scheme (or none), by a header it accepts."""
    return accepted is not None and accepted.shape not in NEVER_A_TOKEN and accepted.scheme != sent.scheme


def is_password(sent: Authorization) -> bool:
    """Whether the scheme carries a name and password, which an API that asks for a token does not look at."""
    return sent.scheme in _NO_TOKEN_SCHEMES
