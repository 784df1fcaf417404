"""gateway-5xx-other: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    jwt,
    refresh,
    sign_in,
)

RULE = "gateway-5xx-other"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/report", COOKIE)
        + "< 502\n< Server: nginx/1.22.1\n< Content-Type: text/html\n<\n< <html><head><title>502 Bad Gateway</title></head></html>   # want: not by the application\n",
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + refresh("> Accept: */*", UNAUTHORISED)
            + asks("POST", "/auth/signin", "> st-auth-mode: cookie")
            + "< 502\n< Server: nginx/1.22.1\n< Content-Type: text/html\n<\n< <title>502 Bad Gateway</title>\n",
            id="only sign-in fails",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="accepted"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + UNAUTHORISED, id="refused"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
