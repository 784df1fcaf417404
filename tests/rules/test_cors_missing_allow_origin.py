"""cors-missing-allow-origin: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence, Outcome
from haranalyze.testing import check_outcome, check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    call,
    fix_lines,
    jwt,
    sign_in,
)

RULE = "cors-missing-allow-origin"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
PREFLIGHT = """
    > OPTIONS https://api.example.com/api/me
    > Origin: https://app.example.com
    > Access-Control-Request-Method: GET
    > Access-Control-Request-Headers: rid,st-auth-mode
    * type: preflight
    * initiator: preflight
    < 204   # want: there is no Access-Control-Allow-Origin
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


def test_answers_that_no_browser_would_hand_over_are_a_question() -> None:
    open_door = call("/api/me", COOKIE) + "< 200\n<\n< {}\n"
    story = PAGE + sign_in(TOKEN) + open_door * 2
    check_rule(RULE, story)
    check_outcome(RULE, story, Outcome.QUESTION)
    check_outcome(RULE, PAGE + sign_in(TOKEN) + open_door, Outcome.PASS)


def test_an_aws_http_api_may_mean_a_header() -> None:
    gateway = PREFLIGHT.replace("< Access-Control-Allow-Headers: rid, st-auth-mode", "< Apigw-Requestid: abc=")
    check_rule(RULE, PAGE + gateway + call() + "* error: net::ERR_FAILED\n", confidence=Confidence.LIKELY)
    lines = fix_lines(RULE, PAGE + gateway + call() + "* error: net::ERR_FAILED\n")
    assert "rid, fdi-version, anti-csrf, st-auth-mode" in lines


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + GOOD + call("/api/me", COOKIE) + ACCEPTED, id="everything allowed"),
        pytest.param(PAGE + GOOD + call() + BLOCKED, id="the network failed"),
        pytest.param(PAGE + GOOD + call("/api/me", COOKIE) + BLOCKED + "< 502\n", id="a gateway's error page"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
