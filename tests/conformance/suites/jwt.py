"""Signatures and claims of JWTs."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

from haranalyze.protocol.jws import ClaimReason, Outcome, judge_claims, verify
from haranalyze.protocol.jwt import read_jwt

_CLAIMS = {"not-yet-valid": ClaimReason.NOT_YET_VALID, "expired": ClaimReason.EXPIRED}
_OF_THE_KEY = "About the quality or the choice of the key"


def differences(vector: dict[str, Any]) -> Iterator[str]:
    judge = _jws if vector["given"]["kind"] == "jws" else _jwt
    yield from judge(vector["given"], vector["then"], vector.get("note", ""))


def _jws(given: dict[str, Any], then: dict[str, Any], note: str) -> Iterator[str]:
    found = verify(given["token"], given["key"])
    if found.verified and not then["valid"]:
        if not (note.startswith(_OF_THE_KEY) and found.warnings):  # an analyzer warns of such keys
            yield "verified"
    elif then["valid"] and not found.verified:
        yield f"{found.outcome}: {found.reason}"


def _jwt(given: dict[str, Any], then: dict[str, Any], _note: str) -> Iterator[str]:
    faults = set(_faults(given))
    if then["valid"]:
        if faults:
            yield f"faults: {sorted(faults)}"
        elif (jwt := read_jwt(given["token"])) is None or jwt.claims != then["payload"]:
            yield "other claims"
    elif then["reason"] not in faults:
        yield f"faults: {sorted(faults)}, not {then['reason']}"


def _faults(given: dict[str, Any]) -> Iterator[str]:
    """Reasons in the words of the vectors."""
    options = given["options"]
    secret = urlsafe_b64encode(given["secret"].encode()).decode().rstrip("=")
    if options.get("verify_signature", True):
        found = verify(given["token"], {"kty": "oct", "k": secret})
        if found.outcome is not Outcome.VERIFIED:
            yield str(found.reason)
    jwt = read_jwt(given["token"])
    if jwt is None or jwt.problems:
        yield "malformed"
        return
    for fault in judge_claims(
        jwt.claims,
        now=given["now"],
        leeway=given["leeway"],
        audience=_several(given.get("audience")),
        issuer=_several(given.get("issuer")),
        subject=given.get("subject"),
        required=options.get("require", ()),
    ):
        if not options.get(f"verify_{fault.claim}", True):
            continue
        if fault.reason is ClaimReason.MISSING and fault.claim in options.get("require", ()):
            yield "missing-claim"
        else:
            yield next((word for word, reason in _CLAIMS.items() if reason is fault.reason), fault.claim)


def _several(value: str | list[str] | None) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else value
