"""auth-header-lost-upstream: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    FOREIGN,
    NO_TOKEN,
    PAGE,
    TRY_REFRESH,
    UNAUTHORISED,
    asks,
    bearer_call,
    bearer_sign_in,
    jwt,
    sign_in,
)

RULE = "auth-header-lost-upstream"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN, setting=f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n", mode="header")
        + asks(
            "GET",
            "/api/me",
            "> st-auth-mode: header",
            "> rid: anti-csrf",
            f"> Authorization: Bearer {TOKEN}   # want: well-formed, unexpired token",
        )
        + UNAUTHORISED,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + sign_in(TOKEN, setting=f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n", mode="header")
            + asks("GET", "/api/me", "> st-auth-mode: header", "> rid: anti-csrf", f"> Authorization: Bearer {TOKEN}")
            + TRY_REFRESH,
            id="a token that is not acceptable",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN, setting=f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n", mode="header")
            + asks("GET", "/api/me", "> st-auth-mode: header", "> rid: anti-csrf", f"> Authorization: Bearer {TOKEN}")
            + FOREIGN,
            id="another system answers",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN, setting=f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n", mode="header")
            + asks("GET", "/api/me", "> st-auth-mode: header")
            + UNAUTHORISED,
            id="no header sent",
        ),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call("Bearer null", NO_TOKEN), id="malformed"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
