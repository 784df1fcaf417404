"""refresh-failing: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    CORS,
    PAGE,
    UNAUTHORISED,
    asks,
    jwt,
    refresh,
    renewed,
    sign_in,
)

RULE = "refresh-failing"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + refresh(COOKIE, UNAUTHORISED.replace("< 401", "< 401   # want: although a session had been made")),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + refresh("> Accept: */*", UNAUTHORISED), id="a first visit"),
        pytest.param(PAGE + sign_in(TOKEN) + refresh(COOKIE, renewed(TOKEN)), id="it works"),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + asks("POST", "/auth/signout", COOKIE)
            + f"< 200\n{CORS}\n< front-token: remove\n<\n< "
            + '{"status": "OK"}\n'
            + refresh("> Accept: */*", UNAUTHORISED),
            id="after signing out",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
