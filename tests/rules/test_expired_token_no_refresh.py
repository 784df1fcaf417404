"""expired-token-no-refresh: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence, Outcome
from haranalyze.testing import check_outcome, check_rule
from tests.rules.stories import (
    CORS,
    PAGE,
    TRY_REFRESH,
    asks,
    front,
    jwt,
    marked,
    sign_in,
)

RULE = "expired-token-no-refresh"
OLD = jwt(issued=-7200)
NEW = jwt(issued=1, number=1)


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(OLD, setting=f"< st-access-token: {OLD}\n< st-refresh-token: r.n.V2\n", mode="header")
        + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {OLD}")
        + TRY_REFRESH.replace('refresh token"}', 'refresh token"}   # want: no refresh is tried')
        + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {OLD}")
        + marked(TRY_REFRESH, "< 401", "the same expired token"),
    )


ONCE = (
    PAGE
    + sign_in(OLD, setting=f"< st-access-token: {OLD}\n< st-refresh-token: r.n.V2\n", mode="header")
    + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {OLD}")
    + TRY_REFRESH
)


def test_once_is_enough_where_the_client_goes_on_without_a_refresh() -> None:
    check_outcome(RULE, ONCE, Outcome.CANNOT_TELL)
    wanted = ONCE.rstrip().removesuffix("}") + "}   # want: no refresh is tried\n"
    check_rule(RULE, wanted + "* +20000 ms\n" + asks("GET", "/api/public") + "< 200\n", confidence=Confidence.LIKELY)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + sign_in(OLD, setting=f"< st-access-token: {OLD}\n< st-refresh-token: r.n.V2\n", mode="header")
            + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {OLD}")
            + TRY_REFRESH
            + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {OLD}")
            + TRY_REFRESH
            + asks(
                "POST",
                "/auth/session/refresh",
                "> st-auth-mode: header",
                "> rid: session",
                "> Authorization: Bearer r.n.V2",
            )
            + f"< 200\n{CORS}\n< front-token: {front(issued=1)}\n< st-access-token: {NEW}\n< st-refresh-token: r2.n.V2\n<\n< {{}}\n",
            id="it is renewed",
        ),
        pytest.param(
            PAGE
            + sign_in(NEW, setting=f"< st-access-token: {NEW}\n< st-refresh-token: r.n.V2\n", mode="header")
            + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {NEW}")
            + TRY_REFRESH
            + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {NEW}")
            + TRY_REFRESH,
            id="still valid",
        ),
        pytest.param(
            PAGE
            + sign_in(OLD, setting=f"< st-access-token: {OLD}\n< st-refresh-token: r.n.V2\n", mode="header")
            + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {OLD}")
            + TRY_REFRESH,
            id="once",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
