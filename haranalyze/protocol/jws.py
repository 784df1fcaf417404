"""Signatures of JWTs, verified with keys at hand (RFC 7515, RFC 7517, RFC 7518, RFC 8725), and their claims judged.

PyJWT does the arithmetic, one algorithm at a time: the one the header names, if the key is meant for it. A key in
the token's own header (``jwk``, ``jku``, ``x5c``, ``x5u``) is never used (RFC 8725 section 3.10).
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Final

from haranalyze.protocol.jwt import MAX_TOKEN

# Algorithm -> key type, and for curves the curve (RFC 7518 sections 3.1 and 6.2.1.1, RFC 8037, RFC 8812).
_ALGORITHMS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    **dict.fromkeys(("HS256", "HS384", "HS512"), ("oct", ())),
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", ())),
    "ES256": ("EC", ("P-256",)),
    "ES384": ("EC", ("P-384",)),
    "ES512": ("EC", ("P-521",)),
    "ES256K": ("EC", ("secp256k1",)),
    "EdDSA": ("OKP", ("Ed25519", "Ed448")),
}
_PUBLIC_MEMBERS: Final = {"oct": ("k",), "RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
_PART = re.compile(r"[A-Za-z0-9_-]*")
_LAST_ZERO_BITS: Final = {2: "AQgw", 3: "AEIMQUYcgkosw048"}  # last characters whose unused bits are zero, by length % 4
_LONGEST_MEMBER: Final = 2_800  # characters: 16,384 bits of RSA; longer ones would only cost time
_MOST_KEYS: Final = 100  # of a set that are looked at
_SHORTEST_RSA: Final = 2_048  # bits (RFC 7518 section 3.3)


class Outcome(StrEnum):
    """What became of a verification."""

    VERIFIED = "verified"
    REFUSED = "refused"  # see the reason
    NO_KEY = "no-key"  # nothing in the set was made for this token: nothing is known


class Reason(StrEnum):
    """Why a token was refused."""

    MALFORMED = "malformed"  # not three parts of strict base64url, or the header is no JSON object
    UNSIGNED = "unsigned"  # alg none, or an empty signature
    UNKNOWN_ALGORITHM = "unknown-algorithm"
    CRITICAL_HEADER = "critical-header"  # "crit" names an extension (RFC 7515 section 4.1.11)
    ALGORITHM_CONFUSION = "algorithm-confusion"  # HMAC named where the key is a public one (RFC 8725 section 2.1)
    KEY_TYPE = "key-type"  # the key is of another family than the algorithm
    KEY_ALGORITHM = "key-algorithm"  # the key is marked for another algorithm
    KEY_USE = "key-use"  # the key is marked for encryption, or not for verifying
    WRONG_CURVE = "wrong-curve"
    BAD_KEY = "bad-key"  # the key cannot be read
    SIGNATURE = "signature"  # all fits, the signature does not match


class KeyWarning(StrEnum):
    """What is questionable about the keys, whatever the signature says."""

    SHORT_RSA_KEY = "short-rsa-key"  # below 2,048 bits (RFC 7518 section 3.3)
    ROCA_KEY = "roca-key"  # made by a faulty generator (CVE-2017-15361)
    SHORT_HMAC_KEY = "short-hmac-key"  # shorter than the hash (RFC 7518 section 3.2)
    DUPLICATE_KID = "duplicate-kid"  # several keys of the set bear the token's kid
    MIXED_KEYS = "mixed-keys"  # secrets and public keys in one set
    PRIVATE_KEY = "private-key"  # the key holds its private part


@dataclass(frozen=True, slots=True)
class Verification:
    """Outcome, reason when refused, warnings, and the position of the deciding key in its set (None: no key)."""

    outcome: Outcome
    reason: Reason | None = None
    warnings: tuple[KeyWarning, ...] = ()
    key: int | None = None

    @property
    def verified(self) -> bool:
        """Whether the signature matches a key that is meant for it."""
        return self.outcome is Outcome.VERIFIED


class ClaimReason(StrEnum):
    """What is wrong with a claim."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"  # nbf, or iat, lies ahead
    OTHER = "other"  # another audience, issuer or subject than expected
    MISSING = "missing"
    WRONG_TYPE = "wrong-type"  # not of the type RFC 7519 section 4.1 gives


@dataclass(frozen=True, slots=True)
class ClaimFault:
    """One claim that does not hold; ``claim`` is a registered name (``exp``) or one that was required."""

    claim: str
    reason: ClaimReason


@dataclass(frozen=True, slots=True)
class _Token:
    algorithm: str
    kid: str | None
    signed: bytes
    signature: bytes


@dataclass(slots=True)
class _Findings:
    """Reasons met on the way through the keys, the last one deepest, and the warnings."""

    reason: Reason | None = None
    key: int | None = None
    warnings: list[KeyWarning] = field(default_factory=list)


def verify(token: str, keys: Mapping[str, Any]) -> Verification:
    """Verify a compact JWS with a JWK or a JWK set (``{"keys": [...]}``). Never raises.

    A token with a ``kid`` is held against the keys of that ``kid`` only; one without against all keys of its
    algorithm's family. Times and other claims are not looked at: see :func:`judge_claims`.
    """
    read = _read(token)
    if isinstance(read, Reason):
        return Verification(Outcome.REFUSED, read)
    listed = keys.get("keys")
    is_set = isinstance(listed, list)
    jwks = [key for key in listed[:_MOST_KEYS] if isinstance(key, dict)] if isinstance(listed, list) else [dict(keys)]
    chosen = [(position, key) for position, key in enumerate(jwks) if _is_meant(key, read, alone=not is_set)]
    found = _Findings(warnings=list(_set_warnings(jwks, chosen, read)))
    for position, key in chosen:
        reason = _try_key(read, key, found.warnings)
        if reason is None:
            return Verification(Outcome.VERIFIED, None, tuple(found.warnings), position)
        if found.reason is None or reason is Reason.SIGNATURE:
            found.reason, found.key = reason, position
    if found.reason is None:
        return Verification(Outcome.NO_KEY)
    return Verification(Outcome.REFUSED, found.reason, tuple(found.warnings), found.key)


def judge_claims(
    claims: Mapping[str, Any],
    *,
    now: float,
    leeway: float = 0.0,
    audience: Sequence[str] = (),
    issuer: Sequence[str] = (),
    subject: str | None = None,
    required: Sequence[str] = (),
) -> tuple[ClaimFault, ...]:
    """Everything that is wrong with the claims at once (RFC 7519 section 4.1).

    Args:
        now: seconds since the epoch; leeway: seconds of tolerance for clocks.
        audience, issuer: any of these is right; empty: not judged. subject: None is not judged.
        required: claims that must be there.
    """
    faults = [ClaimFault(name, ClaimReason.MISSING) for name in required if claims.get(name) is None]
    faults += _time_faults(claims, now, leeway)
    for name in ("iss", "sub", "jti"):
        if name in claims and not isinstance(claims[name], str):
            faults.append(ClaimFault(name, ClaimReason.WRONG_TYPE))
    meant = claims.get("aud")
    audiences = [meant] if isinstance(meant, str) else meant
    if meant is not None and not (isinstance(audiences, list) and all(isinstance(one, str) for one in audiences)):
        faults.append(ClaimFault("aud", ClaimReason.WRONG_TYPE))
    elif audience and not set(audience) & set(audiences or ()):
        faults.append(ClaimFault("aud", ClaimReason.MISSING if meant is None else ClaimReason.OTHER))
    for name, right in (("iss", issuer), ("sub", () if subject is None else (subject,))):
        value = claims.get(name)
        if right and value is None:
            faults.append(ClaimFault(name, ClaimReason.MISSING))
        elif right and isinstance(value, str) and value not in right:
            faults.append(ClaimFault(name, ClaimReason.OTHER))
    return tuple(dict.fromkeys(faults))


def _time_faults(claims: Mapping[str, Any], now: float, leeway: float) -> Iterator[ClaimFault]:
    for name in ("exp", "nbf", "iat"):
        if name not in claims:
            continue
        moment = _number(claims[name])
        if moment is None:
            if name != "iat" or not isinstance(claims[name], str):  # servers write it as text, and others read that
                yield ClaimFault(name, ClaimReason.WRONG_TYPE)
        elif name == "exp" and moment <= now - leeway:
            yield ClaimFault(name, ClaimReason.EXPIRED)
        elif name != "exp" and moment > now + leeway:
            yield ClaimFault(name, ClaimReason.NOT_YET_VALID)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


# the token


def _read(token: str) -> _Token | Reason:
    if not isinstance(token, str) or len(token) > MAX_TOKEN or token.count(".") != 2:
        return Reason.MALFORMED
    parts = token.split(".")
    header_bytes, payload, signature = (strict_base64url(part) for part in parts)
    if header_bytes is None or payload is None or signature is None:
        return Reason.MALFORMED
    header = _json_object(header_bytes)
    if header is None:
        return Reason.MALFORMED
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or (kid is not None and not isinstance(kid, str)):
        return Reason.MALFORMED
    if algorithm.lower() == "none" or not signature:
        return Reason.UNSIGNED
    if algorithm not in _ALGORITHMS:
        return Reason.UNKNOWN_ALGORITHM
    if "crit" in header:
        return Reason.CRITICAL_HEADER
    return _Token(algorithm, kid, f"{parts[0]}.{parts[1]}".encode("ascii"), signature)


def strict_base64url(part: str) -> bytes | None:
    """The bytes of unpadded base64url in its one right spelling (RFC 7515 appendix C), None for any other."""
    if not _PART.fullmatch(part) or len(part) % 4 == 1:
        return None
    last = _LAST_ZERO_BITS.get(len(part) % 4)
    if last is not None and part[-1] not in last:
        return None
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _json_object(data: bytes) -> dict[str, Any] | None:
    """A JSON object without repeated members (RFC 7515 section 4)."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is repeated")
    return found


# the keys


def _is_meant(key: dict[str, Any], token: _Token, *, alone: bool) -> bool:
    """Whether the token may be held against the key: by ``kid``, else by the family of its algorithm."""
    kid = key.get("kid")
    if token.kid is not None and kid is not None:
        return bool(kid == token.kid)
    return alone or (token.kid is None and key.get("kty") == _ALGORITHMS[token.algorithm][0])


def _set_warnings(
    jwks: Sequence[dict[str, Any]], chosen: Sequence[tuple[int, dict[str, Any]]], token: _Token
) -> Iterator[KeyWarning]:
    if token.kid is not None and len(chosen) > 1:
        yield KeyWarning.DUPLICATE_KID
    if len({key.get("kty") == "oct" for key in jwks}) > 1:
        yield KeyWarning.MIXED_KEYS


def _try_key(token: _Token, key: dict[str, Any], warnings: list[KeyWarning]) -> Reason | None:
    """None when the signature matches, else why not; adds what is questionable about the key."""
    reason = _unfit(token, key)
    if reason is not None:
        return reason
    family = _ALGORITHMS[token.algorithm][0]
    members = {name: key.get(name) for name in _PUBLIC_MEMBERS[family]}
    if not all(isinstance(value, str) and 0 < len(value) <= _LONGEST_MEMBER for value in members.values()):
        return Reason.BAD_KEY
    warnings += [one for one in _key_warnings(token, key) if one not in warnings]
    return _check(token, {"kty": family, **members})


def _unfit(token: _Token, key: dict[str, Any]) -> Reason | None:
    family, curves = _ALGORITHMS[token.algorithm]
    kind = key.get("kty")
    if kind != family:
        return Reason.ALGORITHM_CONFUSION if family == "oct" and kind in _PUBLIC_MEMBERS else Reason.KEY_TYPE
    if key.get("use", "sig") != "sig":
        return Reason.KEY_USE
    operations = key.get("key_ops")
    if operations is not None and not (isinstance(operations, list) and {"verify", "sign"} & set(map(str, operations))):
        return Reason.KEY_USE
    if curves and key.get("crv") not in curves:
        return Reason.WRONG_CURVE
    if key.get("alg") not in (None, token.algorithm) and not (family == "OKP" and key.get("alg") == key.get("crv")):
        return Reason.KEY_ALGORITHM
    return None


def _key_warnings(token: _Token, key: dict[str, Any]) -> Iterator[KeyWarning]:
    if key.get("d") is not None and key.get("kty") != "oct":
        yield KeyWarning.PRIVATE_KEY
    if key.get("kty") == "RSA" and (modulus := strict_base64url(key["n"])) is not None:
        number = int.from_bytes(modulus, "big")
        if number.bit_length() < _SHORTEST_RSA:
            yield KeyWarning.SHORT_RSA_KEY
        if number > 1 and all(number % prime in powers for prime, powers in _roca_marks()):
            yield KeyWarning.ROCA_KEY
    if key.get("kty") == "oct":
        secret = strict_base64url(key["k"])
        if secret is not None and len(secret) * 8 < int(token.algorithm[2:]):
            yield KeyWarning.SHORT_HMAC_KEY


@cache
def _roca_marks() -> tuple[tuple[int, frozenset[int]], ...]:
    """Small primes with the powers of 65,537 modulo them: a ROCA modulus is such a power for every one of them
    (Nemec, Sys, Svenda, Klinec, Matyas: "The Return of Coppersmith's Attack", 2017, section 3)."""
    primes = [number for number in range(3, 168) if all(number % below for below in range(2, number))]
    return tuple((prime, frozenset(pow(65_537, power, prime) for power in range(prime))) for prime in primes)


def _check(token: _Token, jwk: dict[str, Any]) -> Reason | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from jwt.algorithms import get_default_algorithms
    from jwt.exceptions import PyJWTError

    algorithm = get_default_algorithms().get(token.algorithm)
    if algorithm is None:
        return Reason.UNKNOWN_ALGORITHM
    try:
        key = algorithm.from_jwk(jwk)
    except (PyJWTError, UnsupportedAlgorithm, ValueError, TypeError, OverflowError):
        return Reason.BAD_KEY
    try:
        matches = algorithm.verify(token.signed, key, token.signature)
    except (PyJWTError, UnsupportedAlgorithm, ValueError, TypeError, OverflowError):
        matches = False
    return None if matches else Reason.SIGNATURE
