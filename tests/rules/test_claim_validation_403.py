"""claim-validation-403: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    TRY_REFRESH,
    bearer_call,
    bearer_sign_in,
    call,
    jwt,
    sign_in,
)

RULE = "claim-validation-403"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
CLAIM = f"< 403\n{CORS}\n<\n< " + '{"message": "invalid claim", "claimValidationErrors": [{"id": "st-ev"}]}\n'


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE, PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + CLAIM.replace("]}", "]}   # want: does not hold yet")
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", "< 403\n"), id="a missing role"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + TRY_REFRESH, id="refused session"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="accepted"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
