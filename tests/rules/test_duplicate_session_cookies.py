"""duplicate-session-cookies: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    TRY_REFRESH,
    call,
    jwt,
    marked,
    refresh,
    renewed,
    sign_in,
)

RULE = "duplicate-session-cookies"
TOKEN = jwt()
CLEARS = "The request contains multiple session cookies. We are clearing the cookie from olderCookieDomain. Session will be refreshed in the next refresh call."
ONLY_CLEARS = f'< 200\n{CORS}\n< Set-Cookie: sAccessToken=; Path=/; Max-Age=0\n<\n< {{"message": "{CLEARS}"}}\n'
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/me", COOKIE + "; sAccessToken=older   # want: twice")
        + marked(TRY_REFRESH, "< 401", "sent with both cookies"),
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
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + call("/api/me", COOKIE + "; sAccessToken=older")
            + TRY_REFRESH
            + refresh(COOKIE + "; sAccessToken=older", ONLY_CLEARS),
            id="the server clears the old cookie itself",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + refresh(COOKIE + "; sAccessToken=older", renewed(jwt(number=1))),
            id="the refresh works all the same",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_a_refresh_that_breaks_on_both_cookies_counts() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + refresh(COOKIE + "; sAccessToken=older   # want: twice", "< 500   # related: sent with both cookies\n"),
    )
