"""anonymous-401: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    UNAUTHORISED,
    call,
    jwt,
    refresh,
    sign_in,
)

RULE = "anonymous-401"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE, PAGE + refresh("> Accept: */*", UNAUTHORISED.replace("< 401", "< 401   # want: nobody is signed in"))
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + UNAUTHORISED, id="a session exists"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="accepted"),
        pytest.param(PAGE, id="nothing refused"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
