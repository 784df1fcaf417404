"""legacy-session-cookie: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import ACCEPTED, PAGE, TRY_REFRESH, call, jwt, marked, refresh, renewed, sign_in

RULE = "legacy-session-cookie"
TOKEN, OLD = jwt(), jwt(issued=-7200)
BOTH = f"> Cookie: sAccessToken={TOKEN}; sIdRefreshToken=1c2d3e4f"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/me", BOTH + "   # want: a cookie of an old SDK")
        + marked(TRY_REFRESH, '< {"message', "although the token is valid")
        + refresh("> Accept: */*", renewed(TOKEN))
        + call("/api/me", BOTH)
        + marked(TRY_REFRESH, "< 401", "the same, with the old cookie"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + call("/api/me", BOTH)
            + TRY_REFRESH
            + refresh("> Accept: */*", renewed(TOKEN))
            + call("/api/me", f"> Cookie: sAccessToken={TOKEN}")
            + ACCEPTED,
            id="the refresh removes it",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + (call("/api/me", BOTH) + ACCEPTED) * 2, id="accepted"),
        pytest.param(
            PAGE
            + sign_in(OLD)
            + (call("/api/me", f"> Cookie: sAccessToken={OLD}; sIdRefreshToken=1c2d3e4f") + TRY_REFRESH) * 2,
            id="the token is expired",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + (call("/api/me", f"> Cookie: sAccessToken={TOKEN}") + TRY_REFRESH) * 2,
            id="no old cookie",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
