"""duplicate-session-cookies: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    TRY_REFRESH,
    call,
    jwt,
    sign_in,
)

RULE = "duplicate-session-cookies"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE, PAGE + sign_in(TOKEN) + call("/api/me", COOKIE + "; sAccessToken=older   # want: twice") + TRY_REFRESH
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE + "; sAccessToken=older") + ACCEPTED,
            id="accepted all the same",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE + "; theme=a; theme=b") + TRY_REFRESH,
            id="another cookie twice",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + TRY_REFRESH, id="once"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
