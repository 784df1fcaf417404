"""refresh-not-api: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    CORS,
    PAGE,
    UNAUTHORISED,
    jwt,
    refresh,
    renewed,
    sign_in,
)

RULE = "refresh-not-api"
from json import dumps  # noqa: E402

TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + refresh(
            "> Accept: */*",
            "< 200\n< Content-Type: text/html\n<\n< <!doctype html><title>App</title>   # want: not by the session API\n",
        ),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + refresh(COOKIE, renewed(TOKEN)), id="the session API answers"),
        pytest.param(PAGE + refresh("> Accept: */*", UNAUTHORISED), id="a first visit"),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + refresh(
                COOKIE,
                f"< 200\n{CORS}\n< Set-Cookie: sAccessToken=; Path=/; Max-Age=0\n<\n< "
                + dumps(
                    {
                        "message": "The request contains multiple session cookies. We are clearing the cookie from olderCookieDomain. Session will be refreshed in the next refresh call."
                    }
                )
                + "\n",
            ),
            id="it only clears old cookies",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
