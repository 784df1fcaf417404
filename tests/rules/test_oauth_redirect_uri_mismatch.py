"""oauth-redirect-uri-mismatch: the provider's own words, and a token request with another address."""

import base64

import pytest

from haranalyze.testing import check_rule
from tests.rules.oauth_stories import COOKIE, GOOD, SIGNED_IN, asks, callback, leaves, returns

RULE = "oauth-redirect-uri-mismatch"
LEAVES = "   # related: leaves for the identity provider"
WANT = "   # want: does not know the redirect_uri"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("400", '{"error": "invalid_request", "error_description": "redirect_uri does not match a registered value"}'),
        ("400", "<html>Invalid parameter: redirect_uri</html>"),
        ("403", "<h1>Callback URL mismatch.</h1>"),
        ("200", '<script>$Config={"strMainMessage":"AADSTS50011: The redirect URI does not match"}</script>'),
    ],
)
def test_the_provider_says_so(status: str, body: str) -> None:
    check_rule(RULE, leaves() + asks(mark=LEAVES, answer=f"< {status}{WANT}\n<\n< {body}\n"))


def test_google_names_it_in_the_address_of_its_error_page() -> None:
    packed = base64.urlsafe_b64encode(b"\n\x15redirect_uri_mismatch\x12\xb0\x01You can't sign in").decode().rstrip("=")
    page = f"< 302\n< Location: /signin/oauth/error?authError={packed}&client_id=web{WANT}\n"
    check_rule(RULE, leaves() + asks(mark=LEAVES, answer=page))


def test_the_token_request_names_another_address() -> None:
    token = """
    > POST https://login.other.net/oauth/token   # related: names another redirect_uri
    * type: fetch
    > Content-Type: application/x-www-form-urlencoded
    >
    > grant_type=authorization_code&code=351ed0820bea3aab3b5a424f&redirect_uri=https%3A%2F%2Fapp.example.com%2F
    < 400   # want: the token request is refused
    <
    < {"error": "invalid_grant"}
    """
    story = leaves() + asks(answer=returns(), mark=LEAVES) + callback("< 200\n", COOKIE) + token
    check_rule(RULE, story)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(GOOD, id="a good sign-in"),
        pytest.param(leaves() + asks(answer="< 400\n<\n< unknown client\n"), id="another refusal"),
        pytest.param(
            leaves() + asks(answer="< 200\n<\n< <p>What does redirect_uri_mismatch mean?</p>\n"),
            id="a page that explains the word",
        ),
        pytest.param(
            leaves() + asks(answer="< 500\n") + asks(answer=returns()) + callback(SIGNED_IN, COOKIE),
            id="a server error",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
