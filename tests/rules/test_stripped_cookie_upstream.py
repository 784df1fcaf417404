"""stripped-cookie-upstream: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    FOREIGN,
    PAGE,
    TRY_REFRESH,
    UNAUTHORISED,
    call,
    jwt,
    sign_in,
)

RULE = "stripped-cookie-upstream"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
OLD = jwt(issued=-7200)


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(RULE, PAGE + sign_in(TOKEN) + call("/api/me", COOKIE + "   # want: still valid") + UNAUTHORISED)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + TRY_REFRESH, id="a token that is not acceptable"
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE + "; sAccessToken=old") + UNAUTHORISED, id="sent twice"
        ),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + FOREIGN, id="another system answers"),
        pytest.param(
            PAGE + sign_in(OLD) + call("/api/me", f"> Cookie: sAccessToken={OLD}") + UNAUTHORISED, id="expired"
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
