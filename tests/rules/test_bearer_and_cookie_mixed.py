"""bearer-and-cookie-mixed: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import ACCEPTED, PAGE, TRY_REFRESH, asks, call, jwt, marked, refresh, renewed, sign_in

RULE = "bearer-and-cookie-mixed"
GOOD, DEAD = jwt(), jwt(issued=-90_000)
OLD = f"> Cookie: sAccessToken={DEAD}"
BEARER = f"> Authorization: Bearer {GOOD}"
SIGN_IN = ("> rid: emailpassword", "> fdi-version: 4.1", "> st-auth-mode: header")


def test_a_dead_cookie_keeps_the_user_from_signing_in() -> None:
    check_rule(
        RULE,
        PAGE
        + asks("POST", "/auth/signin", *SIGN_IN, OLD + "   # want: signs in with an expired session")
        + marked(TRY_REFRESH, '< {"message', "refused"),
    )


def test_a_dead_cookie_beside_a_good_header() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(GOOD, setting=f"< st-access-token: {GOOD}\n", mode="header")
        + asks(
            "GET",
            "/api/me",
            BEARER + "   # related: the token in the header is another",
            OLD + "   # want: beside another one",
        )
        + marked(TRY_REFRESH, '< {"message', "refused"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + asks("GET", "/api/me", BEARER, OLD) + ACCEPTED, id="accepted"),
        pytest.param(
            PAGE + asks("GET", "/api/me", BEARER, f"> Cookie: sAccessToken={GOOD}") + TRY_REFRESH, id="one session"
        ),
        pytest.param(
            PAGE + call("/api/me", OLD) + TRY_REFRESH + refresh("> Accept: */*", renewed(GOOD)), id="an expired cookie"
        ),
        pytest.param(
            PAGE
            + asks("POST", "/auth/signin", *SIGN_IN, OLD)
            + TRY_REFRESH
            + refresh("> Cookie: sRefreshToken=r-1-aaaaaaaa", renewed(GOOD)),
            id="a refresh heals it",
        ),
        pytest.param(PAGE + asks("GET", "/api/me", f"> Authorization: Bearer {DEAD}") + TRY_REFRESH, id="one carrier"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
