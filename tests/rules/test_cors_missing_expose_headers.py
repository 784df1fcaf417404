"""cors-missing-expose-headers: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    call,
    jwt,
    marked,
    sign_in,
)

RULE = "cors-missing-expose-headers"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + marked(sign_in(TOKEN), "< front-token", "sent, but hidden from the app").replace(
            "< Access-Control-Expose-Headers: front-token, st-access-token, st-refresh-token, anti-csrf",
            "< Access-Control-Expose-Headers: x-total   # want: does not name it",
        ),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="exposed"),
        pytest.param(
            (PAGE + sign_in(TOKEN))
            .replace("api.example.com", "app.example.com")
            .replace("Expose-Headers: front-token", "Expose-Headers: x"),
            id="same origin",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + call("/api/me", COOKIE)
            + "< 200\n< Access-Control-Allow-Origin: https://app.example.com\n< Access-Control-Allow-Credentials: true\n",
            id="no session header",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
