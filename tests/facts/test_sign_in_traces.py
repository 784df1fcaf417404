"""Sign-ins and sign-outs by their traces; the rules' own tests tell the stories."""

import pytest

from haranalyze.facts.sign_in_traces import asks_to_sign_in, lasting_sessions, silent_sign_ins
from haranalyze.testing import facts_of
from tests.rules.test_logout_does_not_clear import BEFORE, OUT, after
from tests.rules.test_secure_cookie_not_emitted import EXPRESS, OTHER, orders, signs_in


@pytest.mark.parametrize(
    ("method", "path", "asks"),
    [("POST", "/login", True), ("POST", "/auth/signin", True), ("GET", "/login", False), ("POST", "/orders", False)],
)
def test_a_sign_in_is_told_by_its_path(method: str, path: str, asks: bool) -> None:
    facts = facts_of(f"* page: https://a.example/\n> {method} https://a.example{path}\n* type: fetch\n< 401\n")
    assert asks_to_sign_in(facts, facts.exchanges[0]) is asks


def test_what_followed_a_silent_sign_in() -> None:
    (one,) = silent_sign_ins(facts_of(OTHER + signs_in(EXPRESS) + orders() + orders()))
    assert [exchange.index for exchange in one.refused] == [2, 3]


def test_the_calls_around_a_sign_out() -> None:
    (one,) = lasting_sessions(facts_of(BEFORE + OUT + after()))
    assert (one.before.index, one.sign_out.index, one.after.index, one.cleared) == (0, 1, 2, False)
