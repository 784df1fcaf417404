"""cors-missing-allow-headers: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    call,
    fix_lines,
    jwt,
)

RULE = "cors-missing-allow-headers"
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
    < Access-Control-Allow-Origin: https://app.example.com
    < Access-Control-Allow-Credentials: true
    < Access-Control-Allow-Headers: content-type   # want: a header is not in
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


def test_a_gateway_with_a_list_of_its_own() -> None:
    gateway = PREFLIGHT.replace("< 204", "< 204\n    < x-amz-apigw-id: 1\n    < x-amzn-requestid: 2")
    check_rule(RULE, PAGE + gateway + call() + BLOCKED)
    assert "getAllCORSHeaders" in fix_lines(RULE, PAGE + gateway + call() + BLOCKED)


def test_a_list_without_commas_allows_nothing() -> None:
    broken = "rid st-auth-mode   # want: not a list of header names"
    story = PREFLIGHT.replace("content-type   # want: a header is not in", broken)
    check_rule(RULE, PAGE + story + call() + BLOCKED)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + GOOD + call("/api/me", COOKIE) + ACCEPTED, id="everything allowed"),
        pytest.param(PAGE + GOOD + call() + BLOCKED, id="the network failed"),
        pytest.param(
            PAGE + GOOD.replace("rid, st-auth-mode", "RID, ST-Auth-Mode") + call("/api/me", COOKIE) + ACCEPTED,
            id="another spelling",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
