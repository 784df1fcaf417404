"""oauth-client-rejected: the provider does not take the app, and the neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.oauth_stories import GOOD, asks, callback, leaves, returns, spa, token_call

RULE = "oauth-client-rejected"
LEAVES = "   # related: leaves for the identity provider"
WANT = "   # want: the answer says so\n"


@pytest.mark.parametrize(
    "page", ["We are sorry... Client not found.", '{"error": "unauthorized_client"}', "Error 401: deleted_client"]
)
def test_the_authorization_page_says_so(page: str) -> None:
    check_rule(RULE, leaves() + asks(mark=LEAVES, answer=f"< 400{WANT}<\n< {page}\n"))


def test_the_code_of_entra_is_named() -> None:
    page = "< 400   # want: AADSTS700016\n<\n< AADSTS700016: Application was not found in the directory\n"
    check_rule(RULE, leaves() + asks(mark=LEAVES, answer=page))


def test_the_token_endpoint_says_so() -> None:
    check_rule(RULE, spa(token_call(f'< 401{WANT}<\n< {{"error": "invalid_client"}}\n'), mark=LEAVES))


def test_the_callback_says_so() -> None:
    page = f'< 500{WANT}<\n< {{"error": "invalid_client", "error_description": "Invalid client secret"}}\n'
    check_rule(RULE, asks(mark=LEAVES, answer=returns()) + callback(page))


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(GOOD, id="a good sign-in"),
        pytest.param(leaves() + asks(answer="< 400\n<\n< redirect_uri_mismatch\n"), id="another refusal"),
        pytest.param(leaves() + asks(answer="< 200\n<\n< client not found? read the manual\n"), id="a good page"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
