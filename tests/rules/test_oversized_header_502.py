"""oversized-header-502: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    jwt,
    refresh,
    sign_in,
)

RULE = "oversized-header-502"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
BAD_GATEWAY = "< 502\n< Server: nginx/1.22.1\n< Content-Type: text/html\n<\n< <html><head><title>502 Bad Gateway</title></head></html>\n"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + refresh("> Accept: */*", UNAUTHORISED)
        + asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword")
        + BAD_GATEWAY.replace("<\n<", "<\n<", 1).replace("</html>", "</html>   # want: hands out the session"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + call("/api/me")
            + BAD_GATEWAY
            + refresh("> Accept: */*", BAD_GATEWAY)
            + asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword")
            + BAD_GATEWAY,
            id="everything fails",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/report", COOKIE) + BAD_GATEWAY, id="a call that sets no session"
        ),
        pytest.param(
            PAGE
            + refresh("> Accept: */*", UNAUTHORISED)
            + asks("POST", "/auth/signin", "> st-auth-mode: cookie")
            + BAD_GATEWAY.replace("502", "504"),
            id="too late, not too large",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
