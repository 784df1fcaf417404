"""transport-defaulted-to-header: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import ACCEPTED, CORS, PAGE, UNAUTHORISED, asks, cookies, front, jwt, marked

RULE = "transport-defaulted-to-header"
TOKEN = jwt()
IN_HEADER = f"    < st-access-token: {TOKEN}\n"
BARE = ("> rid: emailpassword", "> fdi-version: 4.1")


def signs_in(*lines: str, answer: str = IN_HEADER, mark: str = "") -> str:
    head = asks("POST", "/auth/signin" + mark, *lines)
    return head + f'< 200\n{CORS}\n    < front-token: {front()}\n{answer}<\n< {{"status": "OK"}}\n'


def test_a_sign_in_that_does_not_ask_for_cookies() -> None:
    check_rule(
        RULE,
        PAGE
        + signs_in(
            *BARE,
            mark="   # want: without the st-auth-mode header",
            answer=marked(IN_HEADER, "< st-access", "comes in a header"),
        )
        + asks("GET", "/api/me")
        + marked(UNAUTHORISED, "< 401", "without a token"),
    )


REFUSED = asks("GET", "/api/me") + UNAUTHORISED


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + signs_in(*BARE, "> st-auth-mode: header") + REFUSED, id="headers were asked for"),
        pytest.param(PAGE + signs_in(*BARE, answer=cookies(TOKEN)) + REFUSED, id="cookies came all the same"),
        pytest.param(PAGE + signs_in(*BARE, answer=cookies(TOKEN) + IN_HEADER) + REFUSED, id="both came"),
        pytest.param(
            PAGE + signs_in(*BARE) + asks("GET", "/api/me", f"> Authorization: Bearer {TOKEN}") + ACCEPTED,
            id="the app keeps the token itself",
        ),
        pytest.param(
            PAGE + signs_in(*BARE) + asks("GET", "/api/me", f"> Authorization: Bearer {TOKEN}") + ACCEPTED + REFUSED,
            id="one call without it",
        ),
        pytest.param(PAGE + signs_in(*BARE), id="nothing is refused"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
