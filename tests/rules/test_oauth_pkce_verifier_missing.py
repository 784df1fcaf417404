"""oauth-pkce-verifier-missing: no verifier, another verifier, and the neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.oauth_stories import CHALLENGE, GOOD, TOKENS, VERIFIER, asks, callback, returns, spa, token_call

RULE = "oauth-pkce-verifier-missing"
PKCE = f"&code_challenge={CHALLENGE}&code_challenge_method=S256"
REFUSED = '< 400\n<\n< {"error": "invalid_grant"}\n'
LEAVES = "   # related: leaves for the identity provider"


def test_no_verifier_is_sent() -> None:
    call = token_call(REFUSED, mark="   # want: sent without a code_verifier")
    check_rule(RULE, spa(call, PKCE, LEAVES), confidence=Confidence.CERTAIN)


def test_another_verifier_is_sent() -> None:
    call = token_call(REFUSED, f"&code_verifier={VERIFIER[::-1]}", mark="   # want: does not give the code_challenge")
    check_rule(RULE, spa(call, PKCE, LEAVES), confidence=Confidence.CERTAIN)


def test_a_server_speaks_of_it() -> None:
    page = '< 400   # want: speaks of the verifier\n<\n< {"error_description": "code_verifier required"}\n'
    check_rule(RULE, asks(mark=LEAVES, answer=returns()) + callback(page), confidence=Confidence.LIKELY)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(GOOD, id="no PKCE"),
        pytest.param(spa(token_call(TOKENS, f"&code_verifier={VERIFIER}"), PKCE), id="the right verifier"),
        pytest.param(spa(token_call(TOKENS), PKCE), id="a provider that does not ask for it"),
        pytest.param(spa(token_call(REFUSED, f"&code_verifier={VERIFIER}"), PKCE), id="right, refused for more"),
        pytest.param(spa(token_call(REFUSED)), id="no challenge"),
        pytest.param(spa(token_call('< 401\n<\n< {"error": "invalid_client"}\n'), PKCE), id="the client is refused"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
