"""cookie-samesite-none-insecure: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    cookies,
    jwt,
    marked,
    sign_in,
)

RULE = "cookie-samesite-none-insecure"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(
            TOKEN,
            setting=f"< Set-Cookie: sAccessToken={TOKEN}; Path=/; HttpOnly; SameSite=None   # want: None needs Secure\n",
        )
        + marked(call("/api/me", "> Accept: */*"), "> GET", "sent without it, answered 401")
        + UNAUTHORISED,
    )


def test_the_server_itself_refuses_to_make_such_a_session() -> None:
    words = "Since your API and website domain are different, for sessions to work, please use https on your apiDomain"
    asked = asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword")
    check_rule(RULE, PAGE + asked + f"< 500\n{CORS}\n<\n< {words}   # want: without https\n")


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="right attributes"),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + asks("POST", "/auth/signout", COOKIE)
            + f"< 200\n{CORS}\n< Set-Cookie: sAccessToken=; Max-Age=0; Path=/; HttpOnly; SameSite=None\n",
            id="a deletion",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN, setting=cookies(TOKEN, attributes="; Path=/; Secure; SameSite=None")),
            id="None and Secure",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
