"""anti-csrf-missing: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    TRY_REFRESH,
    UNAUTHORISED,
    asks,
    jwt,
    marked,
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
        + marked(TRY_REFRESH, "< 401", "the answer asks for a renewed session"),
        confidence=Confidence.LIKELY,
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
        pytest.param(
            PAGE + sign_in(TOKEN) + asks("POST", "/api/save", COOKIE, "> rid: anti-csrf") + TRY_REFRESH,
            id="nothing in the capture uses the proof",
        ),
        pytest.param(
            PAGE
            + sign_in(
                TOKEN,
                setting=f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n< anti-csrf: proof\n",
                mode="header",
            )
            + asks("POST", "/api/save", f"> Authorization: Bearer {TOKEN}")
            + TRY_REFRESH,
            id="the token travels in a header",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN).replace("< front-token", "< anti-csrf: proof\n    < front-token")
            + asks("POST", "/api/save", COOKIE)
            + UNAUTHORISED,
            id="the answer saw no session at all",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_a_reading_call_that_is_accepted_makes_it_certain() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN).replace("< front-token", "< anti-csrf: proof\n    < front-token")
        + asks("GET", "/api/me", COOKIE)
        + marked(ACCEPTED, "< 200", "accepted with the same session")
        + asks("POST", "/api/save   # want: lacks the anti-csrf header", COOKIE)
        + marked(TRY_REFRESH, "< 401", "asks for a renewed session"),
        confidence=Confidence.CERTAIN,
    )
