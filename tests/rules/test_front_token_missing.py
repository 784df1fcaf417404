"""front-token-missing: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    asks,
    call,
    cookies,
    jwt,
    marked,
    refresh,
    sign_in,
)

RULE = "front-token-missing"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + marked(sign_in(TOKEN, fronted=""), "< Set-Cookie: sAccessToken", "the session cookies are set").replace(
            "< 200\n\n    < Access", "< 200   # want: has no front-token\n    < Access"
        )
        + refresh(COOKIE, f"< 200\n{CORS}\n{cookies(TOKEN)}<\n< {{}}\n"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN), id="it is there"),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + asks("POST", "/auth/signout", COOKIE)
            + f"< 200\n{CORS}\n"
            + "< Set-Cookie: sAccessToken=; Path=/; Max-Age=0\n",
            id="cookies are cleared",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="no session answer"),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + refresh(COOKIE, f"< 200\n{CORS}\n< Set-Cookie: sAccessToken=; Path=/; Max-Age=0\n<\n< {{}}\n"),
            id="the refresh only removes the old cookies",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + refresh(COOKIE, f"< 200\n{CORS}\n< Set-Cookie: theme=dark; Path=/\n<\n< {{}}\n"),
            id="another cookie is set",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_a_refresh_that_lost_it_is_called_a_refresh() -> None:
    answer = marked(f"< 200\n{CORS}\n{cookies(TOKEN)}<\n< {{}}\n", "< 200", "The refresh works for the API", "want")
    check_rule(
        RULE,
        PAGE + sign_in(TOKEN) + refresh(COOKIE, marked(answer, "< Set-Cookie: sAccess", "session cookies are set")),
    )
