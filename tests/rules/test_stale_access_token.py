"""stale-access-token: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    TRY_REFRESH,
    asks,
    front,
    jwt,
    marked,
    sign_in,
)

RULE = "stale-access-token"
OLD = jwt()
NEW = jwt(issued=1, number=1)


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(OLD, setting=f"< st-access-token: {OLD}\n< st-refresh-token: r.n.V2\n", mode="header")
        + asks(
            "POST",
            "/auth/session/refresh",
            "> st-auth-mode: header",
            "> rid: session",
            "> Authorization: Bearer r.n.V2",
        )
        + f"< 200\n{CORS}\n< front-token: {front(issued=1)}\n< st-access-token: {NEW}   # related: the newer token\n< st-refresh-token: r2.n.V2\n<\n< {{}}\n"
        + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {OLD}   # want: had replaced it")
        + marked(TRY_REFRESH, "< 401", "refused")
        + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {OLD}")
        + marked(TRY_REFRESH, "< 401", "the old token again"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + sign_in(OLD, setting=f"< st-access-token: {OLD}\n< st-refresh-token: r.n.V2\n", mode="header")
            + asks(
                "POST",
                "/auth/session/refresh",
                "> st-auth-mode: header",
                "> rid: session",
                "> Authorization: Bearer r.n.V2",
            )
            + f"< 200\n{CORS}\n< front-token: {front(issued=1)}\n< st-access-token: {NEW}\n< st-refresh-token: r2.n.V2\n<\n< {{}}\n"
            + asks("GET", "/api/me", f"> Authorization: Bearer {NEW}")
            + ACCEPTED,
            id="the new one",
        ),
        pytest.param(
            PAGE
            + sign_in(OLD, setting=f"< st-access-token: {OLD}\n< st-refresh-token: r.n.V2\n", mode="header")
            + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {OLD}")
            + TRY_REFRESH
            + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {OLD}")
            + TRY_REFRESH,
            id="nothing newer",
        ),
        pytest.param(
            PAGE
            + sign_in(OLD, setting=f"< st-access-token: {OLD}\n< st-refresh-token: r.n.V2\n", mode="header")
            + asks(
                "POST",
                "/auth/session/refresh",
                "> st-auth-mode: header",
                "> rid: session",
                "> Authorization: Bearer r.n.V2",
            )
            + f"< 200\n{CORS}\n< front-token: {front(issued=1)}\n< st-access-token: {NEW}\n< st-refresh-token: r2.n.V2\n<\n< {{}}\n"
            + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {OLD}")
            + TRY_REFRESH,
            id="once only",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
