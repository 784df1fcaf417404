"""aws-missing-auth-token: fires on the real thing and stays quiet on its neighbours."""

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
    jwt,
)

RULE = "aws-missing-auth-token"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + bearer_sign_in(TOKEN)
        + asks("GET", "/stage/orders", f"> Authorization: Bearer {TOKEN}")
        + f"< 403\n{CORS}\n< x-amzn-errortype: MissingAuthenticationTokenException   # want: no such path\n< x-amzn-requestid: 1\n<\n< "
        + '{"message": "Missing Authentication Token"}\n',
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", "< 403\n"), id="a plain 403"),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(None, NO_TOKEN), id="no token"),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", ACCEPTED), id="accepted"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
