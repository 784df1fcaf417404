"""permission-denied: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    NO_TOKEN,
    PAGE,
    asks,
    bearer_call,
    bearer_sign_in,
    call,
    jwt,
    sign_in,
)

RULE = "permission-denied"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
CLAIM = f"< 403\n{CORS}\n<\n< " + '{"message": "invalid claim", "claimValidationErrors": [{"id": "st-ev"}]}\n'


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + bearer_sign_in(TOKEN)
        + asks("DELETE", "/orders", f"> Authorization: Bearer {TOKEN}")
        + f"< 403\n{CORS}\n"
        + '< WWW-Authenticate: Bearer error="insufficient_scope"   # want: the right is missing\n',
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(None, NO_TOKEN), id="no token"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + CLAIM, id="a claim to confirm"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="accepted"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
