"""csrf-token-mismatch: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.facts.forgery_checks import forgery_refusals, token_differs
from haranalyze.testing import check_rule, facts_of
from tests.rules.forgery_stories import DJANGO, LARAVEL, form, page, plain, refused

RULE = "csrf-token-mismatch"
OLD, NEW = "a" * 32, "b" * 32
SET = f"< Set-Cookie: csrftoken={NEW}; Path=/; Secure; SameSite=Lax"
WITH = f"> Cookie: csrftoken={NEW}"
MISMATCH = (
    page(SET + "   # related: the cookie as last set")
    + form("POST", "/save", WITH + "   # related: the cookie it brings", f"> X-CSRFToken: {OLD}   # want: does not fit")
    + refused(403, DJANGO, "names the check")
)


def test_a_token_of_an_older_page() -> None:
    check_rule(RULE, MISMATCH)


def test_two_values_are_told_where_one_is_copied() -> None:
    (one,) = forgery_refusals(facts_of(MISMATCH))
    assert token_differs(one)


@pytest.mark.parametrize("header", [NEW, "c" * 64, ""])
def test_equal_masked_and_missing_values_are_no_difference(header: str) -> None:
    (one,) = forgery_refusals(facts_of(MISMATCH.replace(OLD, header)))
    assert not token_differs(one)


def test_the_servers_words_are_enough() -> None:
    check_rule(
        RULE,
        page("< Content-Type: text/html")
        + form("POST", "/save   # want: does not fit", body="a=1")
        + refused(403, "CSRF token from POST incorrect.", "names the check"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(page(SET) + form("POST", "/save", WITH) + refused(403, DJANGO), id="no token"),
        pytest.param(
            page(SET) + form("POST", "/save", "> Cookie: a=1", f"> X-CSRFToken: {OLD}") + refused(403, DJANGO),
            id="no cookie",
        ),
        pytest.param(
            page(SET) + form("POST", "/save", WITH, f"> X-CSRFToken: {OLD}") + refused(403, '{"detail": "No."}'),
            id="another refusal",
        ),
        pytest.param(page(SET) + form("POST", "/save", WITH) + refused(419, LARAVEL), id="Laravel without a token"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, plain(transcript))
