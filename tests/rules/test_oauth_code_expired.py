"""oauth-code-expired: the words of an old code, and the neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.oauth_stories import GOOD, TOKENS, asks, callback, returns, spa, token_call

RULE = "oauth-code-expired"
OLD = '<\n< {"error": "invalid_grant", "error_description": "The authorization code has expired"}\n'
WANT = "   # want: the answer says so\n"


def test_the_token_endpoint_says_so() -> None:
    check_rule(RULE, spa(token_call("< 400" + WANT + OLD), back="   # related: brings the code"))


def test_the_callback_says_so() -> None:
    page = "<\n< <p>AADSTS70008: The provided authorization code or refresh token has expired</p>\n"
    check_rule(RULE, asks(answer=returns()) + callback("< 500" + WANT + page, mark="   # related: brings the code"))


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(GOOD, id="a good sign-in"),
        pytest.param(spa(token_call('< 400\n<\n< {"error": "invalid_grant"}\n')), id="no word on why"),
        pytest.param(spa(token_call("< 400\n" + OLD) + token_call(TOKENS)), id="tokens came after all"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
