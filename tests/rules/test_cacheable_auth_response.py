"""cacheable-auth-response: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    CORS,
    PAGE,
    call,
    front,
    jwt,
    sign_in,
)

RULE = "cacheable-auth-response"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/me", COOKIE)
        + f"< 200\n{CORS}\n< Cache-Control: max-age=300   # want: allows\n< front-token: {front()}\n",
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + call("/api/me", COOKIE)
            + f"< 200\n{CORS}\n< Cache-Control: no-store\n< front-token: {front()}\n",
            id="no-store",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + f"< 200\n{CORS}\n< Cache-Control: max-age=300\n",
            id="no session in the answer",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + f"< 200\n{CORS}\n< front-token: {front()}\n",
            id="says nothing",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + call("/api/me", COOKIE)
            + f"< 200\n{CORS}\n< Cache-Control: max-age=0\n< front-token: {front()}\n",
            id="must be asked for again before each use",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
