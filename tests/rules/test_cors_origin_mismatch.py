"""cors-origin-mismatch: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    asks,
    call,
    jwt,
)

RULE = "cors-origin-mismatch"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
PREFLIGHT = """
    > OPTIONS https://api.example.com/api/me
    > Origin: https://app.example.com
    > Access-Control-Request-Method: GET
    > Access-Control-Request-Headers: rid,st-auth-mode
    * type: preflight
    * initiator: preflight
    < 204
    < Access-Control-Allow-Origin: http://app.example.com   # want: names another origin
    < Access-Control-Allow-Credentials: true
    < Access-Control-Allow-Headers: rid, st-auth-mode
"""
GOOD = """
    > OPTIONS https://api.example.com/api/me
    > Origin: https://app.example.com
    > Access-Control-Request-Method: GET
    > Access-Control-Request-Headers: rid,st-auth-mode
    * type: preflight
    < 204
    < Access-Control-Allow-Origin: https://app.example.com
    < Access-Control-Allow-Credentials: true
    < Access-Control-Allow-Headers: rid, st-auth-mode
"""
BLOCKED = "* error: net::ERR_FAILED\n"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(RULE, PAGE + PREFLIGHT + call() + BLOCKED)


def test_a_value_that_is_no_origin_is_another_one_too() -> None:
    story = PREFLIGHT.replace("http://app.example.com   # want: names another", "app.example.com   # want: is no")
    check_rule(RULE, PAGE + story + call() + BLOCKED)


def test_a_development_origin_that_is_not_allowed() -> None:
    page = PAGE.replace("https://app.example.com", "http://localhost:3000")
    asked = PREFLIGHT.replace("Origin: https://app.example.com", "Origin: http://localhost:3000")
    asked = asked.replace("Origin: http://app.example.com", "Origin: https://app.example.com")
    check_rule(RULE, page + asked + call().replace("https://app.example.com", "http://localhost:3000") + BLOCKED)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + GOOD + call("/api/me", COOKIE) + ACCEPTED, id="everything allowed"),
        pytest.param(PAGE + GOOD + call() + BLOCKED, id="the network failed"),
        pytest.param(PAGE + asks("GET", "/public") + "< 200\n< Access-Control-Allow-Origin: *\n", id="a wildcard"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
