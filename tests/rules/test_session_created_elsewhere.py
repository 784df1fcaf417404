"""session-created-elsewhere: fires where the creating call is recorded, asks where only its traces are."""

import pytest

from haranalyze.findings import Confidence, Outcome
from haranalyze.testing import check_outcome, check_rule
from tests.rules.oauth_stories import COOKIE, SIGNED_IN, TOKENS, asks, callback, leaves, returns, spa, token_call
from tests.rules.server_stories import BROWSER, MITM, NODE, REFUSED
from tests.rules.stories import front, jwt

RULE = "session-created-elsewhere"
TOKEN = jwt()


def made(agent: str) -> str:
    """A SuperTokens sign-in by some client."""
    return f"""
    > POST https://api.example.com/auth/signinup
    {agent}
    > st-auth-mode: cookie
    < 200
    < front-token: {front()}
    < Set-Cookie: sAccessToken={TOKEN}; Path=/; HttpOnly; Secure
    <
    < {{"status": "OK"}}
    """


def used(answer: str, *lines: str) -> str:
    """The browser's own call of the API."""
    extra = "\n".join(lines)
    return f"""
    > GET https://api.example.com/api/me
    {BROWSER}
    > Sec-Fetch-Mode: cors
    > Referer: https://app.example.com/
    > rid: anti-csrf
    > st-auth-mode: cookie
    {extra}
    {answer}
    """


def test_the_answer_with_the_session_goes_to_a_server() -> None:
    story = (
        MITM + made(NODE + "   # want: made by a server") + used(REFUSED.replace("401", "401   # related: no session"))
    )
    check_rule(RULE, story, confidence=Confidence.LIKELY)


BACK = leaves() + asks(answer=returns()) + callback("< 302\n< Location: /\n", COOKIE)
LANDED = "> GET https://app.example.com/\n* type: document\n< 200\n"
BARE = """
    > GET https://app.example.com/api/me
    * type: fetch
    > Referer: https://app.example.com/
    < 401
    < WWW-Authenticate: Bearer
    <
    < {"message": "No authorization token was found"}
"""


def test_a_user_who_comes_back_and_gets_no_session_is_a_question() -> None:
    check_rule(RULE, BACK + LANDED + BARE)
    check_outcome(RULE, BACK + LANDED + BARE, Outcome.QUESTION)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(MITM + made(BROWSER) + used(REFUSED), id="the browser signs in"),
        pytest.param(MITM + made(NODE) + used("< 200\n", f"> Cookie: sAccessToken={TOKEN}"), id="handed on"),
        pytest.param(MITM + made(NODE), id="a server for itself"),
        pytest.param(leaves() + asks(answer=returns()) + callback(SIGNED_IN, COOKIE) + BARE, id="a cookie was set"),
        pytest.param(spa(token_call(TOKENS)) + BARE, id="a single-page app fetched its tokens"),
        pytest.param(leaves() + asks(answer=returns()) + callback("< 400\n", COOKIE) + BARE, id="the callback fails"),
        pytest.param(LANDED + BARE, id="nobody came back"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
    check_outcome(RULE, transcript, Outcome.PASS)
