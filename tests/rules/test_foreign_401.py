"""foreign-401: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    FOREIGN,
    PAGE,
    TRY_REFRESH,
    call,
    jwt,
    marked,
    refresh,
    renewed,
    sign_in,
)

RULE = "foreign-401"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/legacy", COOKIE)
        + FOREIGN.replace("< 401\n", "< 401   # want: in the words of Django\n", 1)
        + refresh(COOKIE, marked(renewed(jwt(number=1)), "< 200", "the refresh succeeds"))
        + call("/api/legacy", COOKIE)
        + marked(FOREIGN, "< 401", "the same answer with the renewed session")
        + refresh(COOKIE, renewed(jwt(number=2)))
        + call("/api/legacy", COOKIE)
        + marked(FOREIGN, "< 401", "the same answer with the renewed session"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + "".join(
                call("/api/legacy", COOKIE) + TRY_REFRESH + refresh(COOKIE, renewed(jwt(number=n))) for n in range(3)
            )
            + call("/api/legacy", COOKIE)
            + TRY_REFRESH,
            id="the session system's own words",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + "".join(
                call("/api/legacy", COOKIE) + "< 401\n" + refresh(COOKIE, renewed(jwt(number=n))) for n in range(3)
            )
            + call("/api/legacy", COOKIE)
            + "< 401\n",
            id="nobody known refuses",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/legacy", COOKIE) + FOREIGN, id="no loop"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
