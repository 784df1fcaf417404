"""cors-preflight-failed: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    call,
    jwt,
)

RULE = "cors-preflight-failed"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
PREFLIGHT = """
    > OPTIONS https://api.example.com/api/me
    > Origin: https://app.example.com
    > Access-Control-Request-Method: GET
    > Access-Control-Request-Headers: rid,st-auth-mode
    * type: preflight
    * initiator: preflight
    < 401   # want: not answered with a success status
    < Access-Control-Allow-Origin: https://app.example.com
    < Access-Control-Allow-Credentials: true
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


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + GOOD + call("/api/me", COOKIE) + ACCEPTED, id="everything allowed"),
        pytest.param(PAGE + GOOD + call() + BLOCKED, id="the network failed"),
        pytest.param(
            PAGE + GOOD.replace("rid, st-auth-mode", "content-type") + call() + BLOCKED,
            id="only its headers are at fault",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
