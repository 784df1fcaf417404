"""wrong-credentials: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    CORS,
    PAGE,
    asks,
    jwt,
    sign_in,
)

RULE = "wrong-credentials"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword", "> fdi-version: 4.1")
        + f"< 200\n{CORS}\n<\n< "
        + '{"status": "WRONG_CREDENTIALS_ERROR"}   # want: not right\n',
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN), id="signed in"),
        pytest.param(
            PAGE + asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> fdi-version: 4.1") + "< 500\n",
            id="a broken server",
        ),
        pytest.param(PAGE, id="no sign-in"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
