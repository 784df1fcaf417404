"""cached-front-token: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    call,
    front,
    jwt,
    sign_in,
)

RULE = "cached-front-token"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/me", COOKIE)
        + f"< 200\n{CORS}\n< X-Cache: HIT\n< front-token: {front('user-2')}   # want: another user\n",
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + f"< 200\n{CORS}\n< front-token: {front()}\n",
            id="the user's own",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + "< 304\n", id="a 304"),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + sign_in(jwt("user-2"), fronted=f"< front-token: {front('user-2')}")
            + call("/api/me", f"> Cookie: sAccessToken={jwt('user-2')}")
            + ACCEPTED,
            id="signed in as somebody else",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
