"""interceptor-missing: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    FOREIGN,
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    jwt,
    marked,
    sign_in,
)

RULE = "interceptor-missing"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + marked(sign_in(TOKEN), "> st-auth-mode", "other calls carry it")
        + asks("GET", "/api/me   # want: none of the headers")
        + UNAUTHORISED,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call() + UNAUTHORISED, id="the client made it"),
        pytest.param(PAGE + sign_in(TOKEN) + asks("GET", "/api/legacy", COOKIE) + FOREIGN, id="another system refuses"),
        pytest.param(PAGE + asks("GET", "/api/me") + UNAUTHORISED + sign_in(TOKEN), id="before signing in"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
