"""missing-auth-header: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    NO_TOKEN,
    PAGE,
    UNAUTHORISED,
    asks,
    bearer_call,
    bearer_sign_in,
    call,
    jwt,
    sign_in,
)

RULE = "missing-auth-header"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + bearer_sign_in(TOKEN)
        + bearer_call(f"Bearer {TOKEN}", ACCEPTED)
        + asks("GET", "/orders").replace("/orders", "/orders   # want: carries no Authorization")
        + NO_TOKEN,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + bearer_call(None, NO_TOKEN), id="before anybody signed in"),
        pytest.param(PAGE + sign_in(TOKEN) + call() + UNAUTHORISED, id="a cookie session"),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", NO_TOKEN), id="the header is there"),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(None, ACCEPTED), id="accepted"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
