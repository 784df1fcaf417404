"""cookie-secure-over-http: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    jwt,
    marked,
    sign_in,
)

RULE = "cookie-secure-over-http"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        (
            PAGE
            + sign_in(
                TOKEN,
                setting=f"< Set-Cookie: sAccessToken={TOKEN}; Path=/; HttpOnly; Secure   # want: was set over http\n",
            )
            + marked(call("/api/me", "> Accept: */*"), "> GET", "sent without it, answered 401")
            + UNAUTHORISED
        ).replace("https://", "http://"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="right attributes"),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + asks("POST", "/auth/signout", COOKIE)
            + f"< 200\n{CORS}\n< Set-Cookie: sAccessToken=; Max-Age=0; Path=/; HttpOnly; Secure\n",
            id="a deletion",
        ),
        pytest.param(
            (PAGE + sign_in(TOKEN)).replace("https://api.example.com", "http://localhost:3001"), id="localhost"
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
