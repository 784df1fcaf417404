"""Tokens are verified with keys in the capture; reuse after a replacement and contradictory refusals are told."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jwt as pyjwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from haranalyze.facts import Facts
from haranalyze.facts.tokens import Token
from haranalyze.protocol.jws import ClaimReason, Outcome, Reason
from haranalyze.text import raw
from tests.facts.counting import lines_run
from tests.facts.test_token_places import PAGE, call
from tests.facts.test_tokens import START, facts_of
from tests.facts.test_tokens import jwt as unsigned

ISSUER = "https://id.example.com/tenant"
JWKS = f"{ISSUER}/discovery/keys"
JSON = "Content-Type: application/json"


@cache
def key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public(name: str, kid: str) -> dict[str, Any]:
    return {**json.loads(ECAlgorithm.to_jwk(key(name).public_key())), "kid": kid, "key_ops": ["verify"]}


@cache
def signed(name: str, kid: str = "1", issuer: str = ISSUER) -> str:
    return pyjwt.encode({"sub": "u1", "iss": issuer}, key(name), algorithm="ES256", headers={"kid": kid})


def key_set(*keys: dict[str, Any], url: str = JWKS) -> str:
    return call(f"GET {url}", got=JSON, body=json.dumps({"keys": keys}))


def discovery(uri: str = JWKS, issuer: str = ISSUER) -> str:
    body = json.dumps({"issuer": issuer, "jwks_uri": uri})
    return call(f"GET {issuer}/.well-known/openid-configuration", got=JSON, body=body)


def with_token(token: str, story: str) -> tuple[Facts, Token]:
    facts = facts_of(PAGE + call("GET https://api.example.com/me", sent=f"Authorization: Bearer {token}") + story)
    return facts, next(one for one in facts.tokens.all if raw(one.value) == token)


@pytest.mark.parametrize("url", [JWKS, f"{ISSUER}/.well-known/jwks.json", "https://keys.cdn.net/oauth2/v3/certs"])
def test_a_token_is_verified_by_a_key_set_in_the_capture(url: str) -> None:
    facts, token = with_token(signed("a"), key_set(public("b", "2"), public("a", "1"), url=url))
    found = facts.tokens.verified(token)
    assert found is not None
    assert (found.outcome, found.key) == (Outcome.VERIFIED, 1)
    assert facts.tokens.verified(token) is found


def test_without_its_key_nothing_is_said() -> None:
    for story in ("", key_set(public("a", "2")), key_set(), call(f"GET {JWKS}", got=JSON, body='{"keys":"none"}')):
        facts, token = with_token(signed("a"), story)
        assert facts.tokens.verified(token) is None
    facts, token = with_token("an-opaque-token-0123456789", key_set(public("a", "1")))
    assert facts.tokens.verified(token) is None


def test_the_issuers_own_keys_refuse_a_token_of_another_key() -> None:
    facts, token = with_token(signed("forged"), key_set(public("a", "1")))
    found = facts.tokens.verified(token)
    assert found is not None
    assert (found.outcome, found.reason) == (Outcome.REFUSED, Reason.SIGNATURE)


def test_a_discovery_document_tells_whose_keys_they_are() -> None:
    elsewhere = "https://keys.cdn.net/tenant/jwks"
    story = discovery(elsewhere) + key_set(public("a", "1"), url=elsewhere)
    facts, token = with_token(signed("forged"), story)
    found = facts.tokens.verified(token)
    assert found is not None
    assert found.reason is Reason.SIGNATURE
    facts, token = with_token(signed("forged", issuer="https://id.example.com/other"), story + discovery())
    assert facts.tokens.verified(token) is None


@pytest.mark.parametrize("issuer", ["https://other.example.com/", "not a URL", ""])
def test_keys_of_somebody_else_refuse_nothing(issuer: str) -> None:
    facts, token = with_token(signed("other", issuer=issuer), key_set(public("a", "1")))
    assert facts.tokens.verified(token) is None


def test_rotated_keys_are_all_tried() -> None:
    for story in (
        key_set(public("old", "1")) + key_set(public("a", "1")),
        key_set(public("a", "1")) + key_set(public("old", "1")),
    ):
        facts, token = with_token(signed("a"), story)
        found = facts.tokens.verified(token)
        assert found is not None
        assert found.verified


FIRST, SECOND = (
    unsigned(sub="u1", iat=START, exp=START + 3600),
    unsigned(sub="u1", iat=START + 60, exp=START + 3660),
)


def handed(token: str, at: int = 200) -> str:
    body = json.dumps({"token_type": "Bearer", "access_token": token})
    return f"* +{at} ms\n" + call("POST https://api.example.com/oauth/token", got=f"{JSON}\nDate: {DATE}", body=body)


DATE = "Sun, 22 Nov 2026 02:34:23 GMT"


def sent(token: str, path: str = "/me", *, status: int = 200, body: str = "{}", at: int = 400) -> str:
    return f"* +{at} ms\n" + call(
        f"GET https://api.example.com{path}", sent=f"Authorization: Bearer {token}", got=JSON, status=status, body=body
    )


def test_claims_are_judged_by_the_servers_clock_all_at_once() -> None:
    ahead = unsigned(sub=5, iat=START + 60, nbf=START + 60, exp=START + 120)
    facts = facts_of(PAGE + handed(ahead) + sent(ahead) + sent(ahead, at=90_000) + sent(ahead, at=200_000))
    token = named(facts, ahead)
    told = [
        {(fault.claim, fault.reason) for fault in facts.tokens.claim_faults(token, exchange)}
        for exchange in facts.exchanges[2:]
    ]
    number = ("sub", ClaimReason.WRONG_TYPE)
    early = {("iat", ClaimReason.NOT_YET_VALID), ("nbf", ClaimReason.NOT_YET_VALID)}
    assert told == [{number} | early, {number}, {number, ("exp", ClaimReason.EXPIRED)}]


def test_an_opaque_token_has_no_claims() -> None:
    facts, token = with_token("an-opaque-token-0123456789", "")
    assert facts.tokens.claim_faults(token, facts.exchanges[1]) == ()


EXPIRED = '{"message":"jwt expired"}'


def named(facts: Facts, value: str) -> Token:
    return next(token for token in facts.tokens.all if raw(token.value) == value)


def test_uses_after_the_replacement_are_told() -> None:
    before, after = handed(FIRST) + sent(FIRST) + handed(SECOND, 600), sent(SECOND, at=800) + sent(FIRST, at=900)
    facts = facts_of(PAGE + before + after)
    reused = facts.tokens.reused_after_replacement(named(facts, FIRST))
    assert [use.exchange.index for use in reused] == [5]
    assert facts.tokens.reused_after_replacement(named(facts, SECOND)) == ()


def test_a_request_that_was_on_its_way_is_no_reuse() -> None:
    facts = facts_of(PAGE + handed(FIRST) + handed(SECOND, 600) + sent(FIRST, at=601))
    assert facts.tokens.reused_after_replacement(named(facts, FIRST)) == ()


def test_a_refusal_of_a_valid_token_that_is_accepted_afterwards_is_a_contradiction() -> None:
    refused = sent(FIRST, status=401, body=EXPIRED)
    facts = facts_of(PAGE + handed(FIRST) + refused + sent(FIRST, "/other", at=600) + sent(FIRST, at=900))
    found = facts.tokens.contradicted_by(named(facts, FIRST))
    assert found is not None
    assert (found.refused.index, found.accepted.index, found.same_call) == (2, 4, True)


def test_another_path_may_need_no_token() -> None:
    facts = facts_of(PAGE + handed(FIRST) + sent(FIRST, status=401, body=EXPIRED) + sent(FIRST, "/public", at=600))
    found = facts.tokens.contradicted_by(named(facts, FIRST))
    assert found is not None
    assert not found.same_call


@pytest.mark.parametrize(
    "story",
    [
        sent(FIRST) + sent(FIRST, status=401, body=EXPIRED, at=600),  # revoked in between
        sent(FIRST, status=401, body=EXPIRED) + sent(SECOND, at=600),  # another token
        sent(FIRST, status=401, body='{"message":"jwt audience invalid"}') + sent(FIRST, "/me", at=600),
        sent(FIRST, status=403, body='{"error":"insufficient_scope"}') + sent(FIRST, at=600),
        sent(FIRST, status=401, body=EXPIRED, at=3_599_000) + sent(FIRST, at=3_599_500),  # it is expiring
    ],
)
def test_what_is_no_contradiction(story: str) -> None:
    facts = facts_of(PAGE + handed(FIRST) + story)
    assert facts.tokens.contradicted_by(named(facts, FIRST)) is None


def test_a_token_without_known_expiry_is_never_contradicted() -> None:
    token = unsigned(sub="u1")
    facts = facts_of(PAGE + handed(token) + sent(token, status=401, body=EXPIRED) + sent(token, at=600))
    assert facts.tokens.contradicted_by(named(facts, token)) is None


def lines_of(calls: int) -> int:
    """Lines that run for a token that many hosts refuse again and again, with an accepted call before each refusal."""
    story = "".join(
        (
            sent(FIRST, "/ok", at=400 + 200 * number)
            + sent(FIRST, "/me", status=401, body=EXPIRED, at=500 + 200 * number)
        ).replace("api.example.com", f"h{number}.example.com")
        for number in range(calls)
    )
    facts = facts_of(PAGE + handed(FIRST) + story)
    token = named(facts, FIRST)
    assert len(token.uses or ()) == 2 * calls
    facts.session  # noqa: B018 - computed beforehand, counted elsewhere

    def work() -> None:
        facts.tokens.contradicted_by(token)
        for number in range(calls):
            facts.tokens.clock_skew(f"h{number}.example.com")

    return lines_run(work)


def test_twice_the_calls_cost_twice_the_work() -> None:
    lines_of(2)  # what is read once per process
    assert lines_of(120) < 2.5 * lines_of(60)
