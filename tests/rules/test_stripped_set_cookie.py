"""stripped-set-cookie: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Outcome
from haranalyze.testing import check_outcome, check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    front,
    jwt,
    marked,
    refresh,
    sign_in,
)

RULE = "stripped-set-cookie"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + marked(sign_in(TOKEN, setting=""), "< front-token", "says that a session was made").replace(
            "< 200\n\n    < Access", "< 200   # want: without a single Set-Cookie\n    < Access"
        )
        + call("/api/me", "> Cookie: theme=dark")
        + marked(UNAUTHORISED, "< 401", "no session was sent"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN), id="the cookies are there"),
        pytest.param(
            PAGE
            + sign_in(TOKEN, setting=f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n", mode="header")
            + call("/api/me", "> Cookie: theme=dark")
            + ACCEPTED,
            id="tokens in headers",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + asks("POST", "/auth/signout", COOKIE) + f"< 200\n{CORS}\n< front-token: remove\n",
            id="the session ends",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_a_refresh_that_lost_them_is_called_a_refresh() -> None:
    answer = marked(
        f"< 200\n{CORS}\n< front-token: {front(issued=1)}\n<\n< {{}}\n", "< 200", "The refresh works", "want"
    )
    answer = marked(answer, "< front-token", "says that a session was made")
    check_rule(RULE, PAGE + sign_in(TOKEN) + refresh(COOKIE, answer))


def test_an_export_without_set_cookie_cannot_tell() -> None:
    check_outcome(RULE, PAGE + sign_in(TOKEN, setting="") + (call() + ACCEPTED) * 3, Outcome.CANNOT_TELL)
