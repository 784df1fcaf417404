"""request-header-too-large: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    UNAUTHORISED,
    call,
    jwt,
    sign_in,
)

RULE = "request-header-too-large"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/me", "> Cookie: big=" + "x" * 9000 + "   # related: bytes of cookies")
        + "< 400\n< Server: nginx/1.22.1\n< Content-Type: text/html\n<\n< <html><head><title>400 Request Header Or Cookie Too Large</title></head></html>   # want: bytes of headers\n",
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + "< 400\n< Server: nginx/1.22.1\n", id="a plain 400"
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", "> Cookie: big=" + "x" * 6000) + ACCEPTED, id="large and accepted"
        ),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + UNAUTHORISED, id="refused for its credentials"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
