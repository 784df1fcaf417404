"""wrong-credentials: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.analysis import examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.rulebook import Rulebook
from haranalyze.testing import check_rule
from haranalyze.verdict import State
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    asks,
    call,
    jwt,
    sign_in,
)

RULE = "wrong-credentials"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword", "> fdi-version: 4.1")
        + f"< 200\n{CORS}\n<\n< "
        + '{"status": "WRONG_CREDENTIALS_ERROR"}   # want: not right\n',
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN), id="signed in"),
        pytest.param(
            PAGE + asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> fdi-version: 4.1") + "< 500\n",
            id="a broken server",
        ),
        pytest.param(PAGE, id="no sign-in"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


WRONG = (
    asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword", "> fdi-version: 4.1")
    + f'< 200\n{CORS}\n<\n< {{"status": "WRONG_CREDENTIALS_ERROR"}}\n'
)


def state_of(transcript: str) -> State:
    return examine(read_transcript(transcript), Rulebook.installed()).verdict.state


def test_a_typing_mistake_that_was_put_right_is_no_trouble() -> None:
    signed_in = sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED
    assert state_of(PAGE + WRONG + signed_in) is State.HEALTHY
    assert state_of(PAGE + signed_in + WRONG) is State.OTHER_TROUBLE
    assert state_of(PAGE + WRONG) is State.OTHER_TROUBLE
