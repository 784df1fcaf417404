"""oauth-code-reused: two uses of one code, and the neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.oauth_stories import COOKIE, GOOD, MISSING, TOKENS, asks, callback, leaves, returns, spa, token_call

RULE = "oauth-code-reused"
REFUSED = '<\n< {"error": "invalid_grant", "error_description": "Bad Request"}\n'
WANT = "   # want: the second use is refused\n"
FIRST = "   # related: the code, used first"


def test_a_script_that_asks_twice() -> None:
    story = spa(token_call(TOKENS, mark=FIRST)) + token_call("< 400" + WANT + REFUSED)
    check_rule(RULE, story)


def test_a_callback_opened_twice_and_refused_for_the_code() -> None:
    story = leaves() + asks(answer=returns()) + callback("< 302\n< Location: /\n", COOKIE, mark=FIRST)
    check_rule(RULE, story + callback("< 500" + WANT + '<\n< {"error": "invalid_grant"}\n'))


def test_the_server_says_so() -> None:
    words = '<\n< {"error": "invalid_grant", "error_description": "AADSTS54005: code was already redeemed"}\n'
    check_rule(RULE, asks(answer=returns()) + callback("< 400" + WANT + words, mark=FIRST))


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(GOOD, id="used once"),
        pytest.param(GOOD + callback("< 400\n" + MISSING), id="opened again, refused for the cookie"),
        pytest.param(spa(token_call(TOKENS)), id="one token request"),
        pytest.param(spa(token_call("< 400\n" + REFUSED)), id="the first use is refused"),
        pytest.param(spa(token_call("< 503\n") + token_call(TOKENS)), id="repeated after a server error"),
        pytest.param(spa(token_call(TOKENS)) + token_call("< 400\n" + REFUSED, code="another-code"), id="another code"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
