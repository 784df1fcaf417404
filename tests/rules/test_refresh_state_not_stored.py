"""refresh-state-not-stored: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    TRY_REFRESH,
    UNAUTHORISED,
    call,
    jwt,
    marked,
    refresh,
    renewed,
    sign_in,
)

RULE = "refresh-state-not-stored"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
SHORT = jwt(lives=5)


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + refresh(COOKIE, renewed(jwt(number=1)).replace("< 200\n", "< 200   # want: renewed 2 times\n", 1))
        + call("/api/me", COOKIE)
        + ACCEPTED
        + refresh(COOKIE, marked(renewed(jwt(number=2)), "< 200", "renewed again, without need"))
        + call("/api/me", COOKIE)
        + ACCEPTED,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE + sign_in(TOKEN) + refresh(COOKIE, renewed(jwt(number=1))) + call("/api/me", COOKIE) + ACCEPTED,
            id="once",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + "".join(
                call("/api/legacy", COOKIE) + TRY_REFRESH + refresh(COOKIE, renewed(jwt(number=n))) for n in range(3)
            )
            + call("/api/legacy", COOKIE)
            + ACCEPTED,
            id="after refusals",
        ),
        pytest.param(
            PAGE
            + sign_in(SHORT)
            + refresh(f"> Cookie: sAccessToken={SHORT}", renewed(jwt(lives=5, number=1)))
            + refresh(COOKIE, renewed(jwt(lives=5, number=2))),
            id="tokens about to expire",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + refresh(COOKIE, UNAUTHORISED) * 3,
            id="renewals that are refused",
        ),
        pytest.param(
            (
                PAGE
                + sign_in(TOKEN)
                + refresh(COOKIE, renewed(jwt(number=1)))
                + call("/api/me", COOKIE)
                + ACCEPTED
                + refresh(COOKIE, renewed(jwt(number=2)))
            ).replace("Expose-Headers: front-token,", "Expose-Headers: x-total,"),
            id="the app may not read the header",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
