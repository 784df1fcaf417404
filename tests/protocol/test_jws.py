"""Tokens are verified with the key that is meant for them and with no other; their claims are judged all at once."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from functools import cache
from math import prod
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from haranalyze.protocol.jws import (
    ClaimFault,
    ClaimReason,
    KeyWarning,
    Outcome,
    Reason,
    judge_claims,
    strict_base64url,
    verify,
)

SECRET = b"a secret of more than thirty-two bytes for HS256"


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


@cache
def private(kind: str) -> Any:
    if kind.startswith("RSA"):
        return rsa.generate_private_key(65537, int(kind[3:]))
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key({"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1()}[kind])


def public(kind: str, **members: Any) -> dict[str, Any]:
    writer: Any = RSAAlgorithm if kind.startswith("RSA") else OKPAlgorithm if kind == "Ed25519" else ECAlgorithm
    jwk = json.loads(writer.to_jwk(private(kind).public_key()))
    jwk.pop("key_ops", None)
    return {**jwk, **members}


def secret(value: bytes = SECRET, **members: Any) -> dict[str, Any]:
    return {"kty": "oct", "k": encoded(value), **members}


def signed(algorithm: str, kind: str = "", **header: Any) -> str:
    key = private(kind) if kind else SECRET
    return pyjwt.encode({"sub": "u1"}, key, algorithm=algorithm, headers=header or None)


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [("RS256", "RSA2048"), ("PS512", "RSA2048"), ("ES256", "P-256"), ("ES384", "P-384"), ("EdDSA", "Ed25519")],
)
def test_a_token_is_verified_with_the_public_key_of_its_signer(algorithm: str, kind: str) -> None:
    token = signed(algorithm, kind, kid="one")
    found = verify(token, {"keys": [public("RSA2048", kid="other"), public(kind, kid="one", use="sig")]})
    assert (found.outcome, found.reason, found.key, found.warnings) == (Outcome.VERIFIED, None, 1, ())


def test_a_token_without_kid_is_held_against_all_keys_of_its_family() -> None:
    keys = {"keys": [public("P-384"), public("P-256", kid="x"), public("RSA2048")]}
    assert verify(signed("ES256", "P-256"), keys).key == 1
    other = verify(signed("RS256", "RSA3072"), keys)
    assert (other.outcome, other.reason, other.key) == (Outcome.REFUSED, Reason.SIGNATURE, 2)


@pytest.mark.parametrize("keys", [{"keys": []}, {"keys": "none"}, {"keys": [5, None]}, {}])
def test_a_set_without_a_key_for_it_says_nothing(keys: dict[str, Any]) -> None:
    outcome = verify(signed("RS256", "RSA2048"), keys).outcome
    assert outcome is (Outcome.NO_KEY if isinstance(keys.get("keys"), list) else Outcome.REFUSED)


def test_a_key_of_another_kid_says_nothing() -> None:
    token = signed("RS256", "RSA2048", kid="new")
    assert verify(token, {"keys": [public("RSA2048", kid="old")]}).outcome is Outcome.NO_KEY
    assert verify(token, public("RSA2048", kid="old")).outcome is Outcome.NO_KEY


def test_hmac_with_a_public_key_is_refused() -> None:
    key = public("RSA2048", kid="one")
    found = verify(signed("HS256", kid="one"), {"keys": [key]})
    assert (found.outcome, found.reason) == (Outcome.REFUSED, Reason.ALGORITHM_CONFUSION)
    assert verify(signed("HS256"), key).reason is Reason.ALGORITHM_CONFUSION


def test_a_secret_of_the_servers_own_is_no_confusion_with_keys_of_others() -> None:
    assert verify(signed("HS256"), {"keys": [public("RSA2048", kid="provider")]}).outcome is Outcome.NO_KEY


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
def test_none_is_refused_with_and_without_a_signature(algorithm: str) -> None:
    head = encoded(json.dumps({"alg": algorithm}).encode())
    for signature in ("", encoded(b"x" * 32)):
        assert verify(f"{head}.{encoded(b'{}')}.{signature}", secret()).reason is Reason.UNSIGNED


def test_an_empty_signature_is_none() -> None:
    assert verify(signed("HS256").rpartition(".")[0] + ".", secret()).reason is Reason.UNSIGNED


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"use": "enc"}, Reason.KEY_USE),
        ({"key_ops": ["encrypt"]}, Reason.KEY_USE),
        ({"key_ops": "verify"}, Reason.KEY_USE),
        ({"alg": "PS256"}, Reason.KEY_ALGORITHM),
        ({"n": "***"}, Reason.BAD_KEY),
        ({"n": 5}, Reason.BAD_KEY),
        ({"n": "A" * 5_000}, Reason.BAD_KEY),
        ({"e": ""}, Reason.BAD_KEY),
        ({"kty": "EC"}, Reason.KEY_TYPE),
        ({"kty": 7}, Reason.KEY_TYPE),
    ],
)
def test_a_key_for_something_else_is_refused(members: dict[str, Any], reason: Reason) -> None:
    found = verify(signed("RS256", "RSA2048"), public("RSA2048") | members)
    assert (found.outcome, found.reason) == (Outcome.REFUSED, reason)


@pytest.mark.parametrize("members", [{"key_ops": ["verify"]}, {"use": "sig", "alg": "RS256"}, {"alg": None}])
def test_a_key_for_verifying_is_taken(members: dict[str, Any]) -> None:
    assert verify(signed("RS256", "RSA2048"), public("RSA2048") | members).verified


def test_the_curve_belongs_to_the_algorithm() -> None:
    assert verify(signed("ES256", "P-256"), public("P-256", crv="P-384")).reason is Reason.WRONG_CURVE
    assert verify(signed("ES256", "P-256"), public("P-384")).reason is Reason.WRONG_CURVE


def test_keys_in_the_tokens_own_header_are_not_used() -> None:
    token = signed("RS256", "RSA3072", jwk=public("RSA3072"), jku="https://evil.example/jwks")
    assert verify(token, {"keys": []}).outcome is Outcome.NO_KEY
    assert verify(token, public("RSA2048")).reason is Reason.SIGNATURE


def test_a_critical_header_is_refused() -> None:
    assert verify(signed("HS256", crit=["b64"], b64=True), secret()).reason is Reason.CRITICAL_HEADER


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")  # of PyJWT, when it signs
def test_questionable_keys_are_warned_of() -> None:
    small = verify(signed("RS256", "RSA1024"), public("RSA1024"))
    assert (small.verified, small.warnings) == (True, (KeyWarning.SHORT_RSA_KEY,))
    short = verify(pyjwt.encode({}, b"secret", algorithm="HS256"), secret(b"secret"))
    assert (short.verified, short.warnings) == (True, (KeyWarning.SHORT_HMAC_KEY,))
    twins = {"keys": [secret(SECRET[::-1], kid="one"), secret(kid="one"), public("P-256", kid="two")]}
    mixed = verify(signed("HS256", kid="one"), twins)
    assert (mixed.verified, mixed.key) == (True, 1)
    assert set(mixed.warnings) == {KeyWarning.DUPLICATE_KID, KeyWarning.MIXED_KEYS}
    whole = json.loads(RSAAlgorithm.to_jwk(private("RSA2048")))
    assert verify(signed("RS256", "RSA2048"), whole | {"key_ops": ["sign"]}).warnings == (KeyWarning.PRIVATE_KEY,)


def test_a_modulus_of_the_faulty_generator_is_known() -> None:
    product = prod(number for number in range(3, 168) if all(number % below for below in range(2, number)))
    modulus = pow(65537, 12345, product) + (product << 1900)
    key = {"kty": "RSA", "n": encoded(modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")), "e": "AQAB"}
    assert KeyWarning.ROCA_KEY in verify(signed("RS256", "RSA2048"), key).warnings
    assert KeyWarning.ROCA_KEY not in verify(signed("RS256", "RSA2048"), public("RSA2048")).warnings


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        "e30.e30.e30",
        "eyJhbGciOjV9.e30.eA",
        "eyJhbGciOiJIUzI1NiJ9.e3 0.eA",
        "W10.e30.eA",
    ],
)
def test_what_is_no_token_is_malformed(token: str) -> None:
    assert verify(token, secret()).reason is Reason.MALFORMED


def test_a_header_that_says_two_things_is_malformed() -> None:
    head = encoded(b'{"alg":"none","alg":"HS256"}')
    assert verify(f"{head}.e30.eA", secret()).reason is Reason.MALFORMED


@pytest.mark.parametrize(("part", "data"), [("", b""), ("QQ", b"A"), ("QUI", b"AB"), ("QUJD", b"ABC")])
def test_base64url_has_one_right_spelling(part: str, data: bytes) -> None:
    assert strict_base64url(part) == data


@pytest.mark.parametrize("part", ["QR", "QUJ", "Q", "QQ==", "Q Q", "QQ\n", "+A", "/A", "\u00e9\u00e9"])
def test_base64url_in_other_spellings_is_refused(part: str) -> None:
    assert strict_base64url(part) is None


TOKENS = st.sampled_from([("HS256", ""), ("RS256", "RSA2048"), ("ES256", "P-256"), ("EdDSA", "Ed25519")])


@given(TOKENS, st.data())
def test_a_changed_character_is_never_verified(made: tuple[str, str], data: st.DataObject) -> None:
    algorithm, kind = made
    token = signed(algorithm, kind)
    key = public(kind) if kind else secret()
    position = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda character: character != token[position]))
    assert verify(token, key).verified
    assert not verify(token[:position] + other + token[position + 1 :], key).verified


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
JWKS = st.dictionaries(st.sampled_from(["kty", "k", "n", "e", "x", "y", "crv", "alg", "use", "key_ops", "kid"]), JSON)


@given(st.text() | st.from_regex(r"[\w-]{0,9}\.[\w-]{0,9}\.[\w-]{0,9}", fullmatch=True), JWKS | JSON)
def test_nothing_makes_it_raise(token: str, key: Any) -> None:
    keys = key if isinstance(key, dict) else {"keys": key}
    assert not verify(token, keys).verified
    assert not verify(token, {"keys": [key]}).verified


@given(st.sampled_from(["HS256", "RS256", "ES256", "EdDSA"]), st.sampled_from(["oct", "RSA", "EC", "OKP"]), JWKS)
def test_odd_keys_do_not_make_it_raise(algorithm: str, family: str, key: dict[str, Any]) -> None:
    head = encoded(json.dumps({"alg": algorithm}).encode())
    curve = {"EC": "P-256", "OKP": "Ed25519"}.get(family, "")
    key = {"k": "AAAA", "n": "AAAA", "e": "AQAB", "x": "AAAA", "y": "AAAA"} | key | {"kty": family, "crv": curve}
    assert not verify(f"{head}.e30.AAAA", key).verified


NOW = 1_000_000.0


def test_all_faults_of_the_claims_are_told_at_once() -> None:
    claims = {"exp": NOW - 1, "nbf": NOW + 9, "iat": NOW + 9, "aud": "a", "iss": "i", "sub": 5}
    faults = judge_claims(claims, now=NOW, leeway=1, audience=["b"], issuer=["j"], required=["jti"])
    assert set(faults) == {
        ClaimFault("exp", ClaimReason.EXPIRED),
        ClaimFault("nbf", ClaimReason.NOT_YET_VALID),
        ClaimFault("iat", ClaimReason.NOT_YET_VALID),
        ClaimFault("aud", ClaimReason.OTHER),
        ClaimFault("iss", ClaimReason.OTHER),
        ClaimFault("sub", ClaimReason.WRONG_TYPE),
        ClaimFault("jti", ClaimReason.MISSING),
    }


def test_sound_claims_have_no_fault() -> None:
    claims = {"exp": NOW + 1, "nbf": NOW, "iat": NOW, "aud": ["a", "b"], "iss": "i", "sub": "s"}
    assert judge_claims(claims, now=NOW, audience=["b"], issuer=["i"], subject="s", required=["exp"]) == ()


@pytest.mark.parametrize(("leeway", "expired"), [(0, True), (0.5, True), (1, True), (1.5, False)])
def test_a_token_ends_when_its_time_and_the_leeway_are_over(leeway: float, expired: bool) -> None:
    assert bool(judge_claims({"exp": NOW - 1}, now=NOW, leeway=leeway)) is expired


@pytest.mark.parametrize("value", ["soon", True, None, [], 10**400])
def test_a_time_that_is_no_number_is_a_fault(value: Any) -> None:
    assert judge_claims({"exp": value}, now=NOW) == (ClaimFault("exp", ClaimReason.WRONG_TYPE),)


@pytest.mark.parametrize(
    ("name", "options"), [("aud", {"audience": ["a"]}), ("iss", {"issuer": ["a"]}), ("sub", {"subject": "a"})]
)
def test_a_claim_that_is_expected_and_not_there_is_missing(name: str, options: dict[str, Any]) -> None:
    assert judge_claims({}, now=NOW, **options) == (ClaimFault(name, ClaimReason.MISSING),)


@given(st.dictionaries(st.sampled_from(["exp", "nbf", "iat", "aud", "iss", "sub", "jti"]), JSON))
def test_odd_claims_do_not_make_it_raise(claims: dict[str, Any]) -> None:
    judge_claims(claims, now=NOW, audience=["a"], issuer=["b"], subject="c")
