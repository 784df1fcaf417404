"""Traits of a JWT: what its key, claims and times say of it."""

from typing import Any

import pytest

from haranalyze.facts import Facts
from haranalyze.facts.token_traits import (
    begins_in,
    fits_the_server_clock,
    is_identity_token,
    key_kind,
    valid_by_the_client,
    wants_anti_csrf,
)
from haranalyze.facts.tokens import Token
from haranalyze.testing import facts_of
from tests.rules.stories import ACCEPTED, NOW, PAGE, _part, bearer_call, bearer_sign_in, jwt

BEHIND = ACCEPTED.replace("< 200\n", "< 200\n< Date: Sun, 22 Nov 2026 02:24:24 GMT\n", 1)


def carried(claims: dict[str, Any], header: dict[str, Any] | None = None) -> tuple[Facts, Token]:
    token = f"{_part({'alg': 'RS256'} | (header or {}))}.{_part(claims)}.c2lnbmF0dXJl"
    facts = facts_of(PAGE + bearer_call(f"Bearer {token}", BEHIND))
    return facts, facts.tokens.all[0]


@pytest.mark.parametrize(("kid", "kind"), [("d-1", "dynamic"), ("s-1", "static"), ("x-1", ""), (7, ""), (None, "")])
def test_the_kind_of_key(kid: object, kind: str) -> None:
    assert key_kind(carried({"sub": "u"}, {"kid": kid})[1]) == kind


@pytest.mark.parametrize(
    ("claims", "identity"),
    [({"nonce": "n"}, True), ({"token_use": "id"}, True), ({"typ": "ID"}, True), ({"token_use": "access"}, False)],
)
def test_tokens_that_say_who_signed_in(claims: dict[str, Any], identity: bool) -> None:
    assert is_identity_token(carried(claims)[1]) is identity


def test_the_proof_of_a_session_is_a_text() -> None:
    assert wants_anti_csrf(carried({"antiCsrfToken": "p"})[1])
    assert not wants_anti_csrf(carried({"antiCsrfToken": None})[1])


def test_times_by_both_clocks() -> None:
    facts, token = carried({"iat": NOW, "exp": NOW + 60})
    call = facts.exchanges[-1]
    begins, valid = begins_in(facts, token, call), valid_by_the_client(facts, token, call)
    assert begins is not None
    assert valid is not None
    assert 595_000 < begins < 602_000
    assert 55_000 < valid < 60_001


def test_unknown_times_stay_unknown() -> None:
    facts, token = carried({"sub": "u"})
    call = facts.exchanges[-1]
    assert (begins_in(facts, token, call), valid_by_the_client(facts, token, call)) == (None, None)


def test_a_proxys_clock_is_not_the_issuers() -> None:
    ahead = "< 200\n< Date: Sun, 22 Nov 2026 02:44:24 GMT\n"
    for issued, fits in ((0, False), (600, True)):
        story = PAGE + bearer_sign_in(jwt(issued=issued)).replace("< 200\n", ahead, 1)
        facts = facts_of(story)
        (token,) = facts.tokens.all
        assert fits_the_server_clock(facts, token) is fits
