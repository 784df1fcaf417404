"""cookie-not-sent: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    jwt,
    marked,
    sign_in,
)

RULE = "cookie-not-sent"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + asks("GET", "/api/me   # want: no cookie at all", "> st-auth-mode: cookie", "> rid: anti-csrf")
        + marked(UNAUTHORISED, "< 401", "the answer says that no session came"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + UNAUTHORISED, id="sent"),
        pytest.param(PAGE + call("/api/me") + UNAUTHORISED, id="nobody signed in"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="accepted"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
