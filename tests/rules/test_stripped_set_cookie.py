"""stripped-set-cookie: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    jwt,
    sign_in,
)

RULE = "stripped-set-cookie"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN, setting="").replace(
            "< 200\n\n    < Access", "< 200   # want: without a single Set-Cookie\n    < Access"
        )
        + call("/api/me", "> Cookie: theme=dark")
        + UNAUTHORISED,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN), id="the cookies are there"),
        pytest.param(
            PAGE
            + sign_in(TOKEN, setting=f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n", mode="header")
            + call("/api/me", "> Cookie: theme=dark")
            + ACCEPTED,
            id="tokens in headers",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + asks("POST", "/auth/signout", COOKIE) + f"< 200\n{CORS}\n< front-token: remove\n",
            id="the session ends",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
