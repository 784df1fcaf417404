"""anti-csrf-missing: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    PAGE,
    TRY_REFRESH,
    asks,
    jwt,
    sign_in,
)

RULE = "anti-csrf-missing"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
OLD = jwt(issued=-7200)


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN).replace("< front-token", "< anti-csrf: proof\n    < front-token")
        + asks("POST", "/api/save   # want: lacks the anti-csrf header", COOKIE)
        + TRY_REFRESH,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + sign_in(TOKEN).replace("< front-token", "< anti-csrf: proof\n    < front-token")
            + asks("GET", "/api/me", COOKIE)
            + TRY_REFRESH,
            id="it only reads",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN).replace("< front-token", "< anti-csrf: proof\n    < front-token")
            + asks("POST", "/api/save", COOKIE, "> anti-csrf: proof", "> rid: anti-csrf")
            + TRY_REFRESH,
            id="the proof is there",
        ),
        pytest.param(
            PAGE + sign_in(OLD) + asks("POST", "/api/save", f"> Cookie: sAccessToken={OLD}") + TRY_REFRESH,
            id="the token is expired",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
