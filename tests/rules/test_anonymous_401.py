"""anonymous-401: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    UNAUTHORISED,
    call,
    jwt,
    marked,
    refresh,
    sign_in,
)

RULE = "anonymous-401"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE, PAGE + refresh("> Accept: */*", UNAUTHORISED.replace("< 401", "< 401   # want: nobody is signed in"))
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + UNAUTHORISED, id="a session exists"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="accepted"),
        pytest.param(PAGE, id="nothing refused"),
        pytest.param(
            PAGE + call("/api/me", "> Authorization: Bearer other") + UNAUTHORISED,
            id="a call with credentials, although nobody signed in here",
        ),
        pytest.param(
            PAGE + call("/api/admin") + f'< 403\n{CORS}\n<\n< {{"message": "insufficient scope"}}\n',
            id="refused for a right",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_a_probe_before_anybody_signed_in() -> None:
    check_rule(
        RULE, PAGE + call("/api/me") + marked(UNAUTHORISED, "< 401", "nobody is signed in", "want") + sign_in(TOKEN)
    )


def test_a_call_without_cookies_while_a_session_exists_is_no_visitor() -> None:
    check_rule(RULE, PAGE + sign_in(TOKEN) + call("/api/me") + UNAUTHORISED)
