"""api-base-path-mismatch: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    asks,
    call,
    jwt,
    sign_in,
)

RULE = "api-base-path-mismatch"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + asks("POST", "/api/auth/session/refresh", "> st-auth-mode: cookie", "> rid: session", "> fdi-version: 4.1")
        + "< 404   # want: is not served\n"
        + asks("POST", "/api/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword", "> fdi-version: 4.1")
        + "< 404   # related: the same\n",
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="served"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/nothing", COOKIE) + "< 404\n", id="another call is unknown"),
        pytest.param(
            PAGE + asks("POST", "/auth/signin", "> st-auth-mode: cookie") + "< 502\n", id="the server is down"
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
