"""refresh-loop: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
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

RULE = "refresh-loop"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/legacy", COOKIE)
        + FOREIGN.replace("< 401\n", "< 401   # want: is refused 3 times\n", 1)
        + refresh(COOKIE, marked(renewed(jwt(number=1)), "< 200", "the refresh succeeds"))
        + call("/api/legacy", COOKIE)
        + marked(FOREIGN, "< 401", "refused again with the renewed session")
        + refresh(COOKIE, renewed(jwt(number=2)))
        + call("/api/legacy", COOKIE)
        + marked(FOREIGN, "< 401", "refused again with the renewed session"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + call("/api/me", COOKIE)
            + TRY_REFRESH
            + refresh(COOKIE, renewed(jwt(number=1)))
            + call("/api/me", COOKIE)
            + ACCEPTED,
            id="one refresh helps",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + "".join(
                call(f"/api/{name}", COOKIE)
                + TRY_REFRESH
                + refresh(COOKIE, renewed(jwt(number=n)))
                + call(f"/api/{name}", COOKIE)
                + ACCEPTED
                for n, name in enumerate(("a", "b", "c"))
            ),
            id="different calls, once each",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + (call("/api/status", COOKIE) + ACCEPTED) * 15, id="polling"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
