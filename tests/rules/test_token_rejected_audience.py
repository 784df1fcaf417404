"""token-rejected-audience: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.stories import ACCEPTED, CORS, NOW, PAGE, _part, asks, bearer_call, bearer_sign_in, jwt, marked

RULE = "token-rejected-audience"
TOKEN = jwt()
AUDIENCE = f'< 401\n{CORS}\n<\n< {{"message": "jwt audience invalid. expected: https://api.example.com"}}\n'
INVALID = f'< 401\n{CORS}\n    < WWW-Authenticate: Bearer error="invalid_token"\n<\n< {{"message": "Unauthorized"}}\n'
CHALLENGE = f"""< 401
{CORS}
    < WWW-Authenticate: Bearer error="invalid_token", error_description="The audience 'x' is invalid"
"""
IDENTITY = f"{_part({'alg': 'RS256'})}.{_part({'sub': 'u', 'iat': NOW, 'exp': NOW + 3600, 'nonce': 'n'})}.c2lnbmF0dXJl"
BOTH = asks("POST", "/oauth/token") + (
    f'< 200\n{CORS}\n< Content-Type: application/json\n<\n< {{"access_token": "{TOKEN}", "id_token": "{IDENTITY}"}}'
)


@pytest.mark.parametrize(
    ("answer", "evidence"), [(AUDIENCE, '< {"message'), (CHALLENGE, "< WWW-Authenticate")], ids=["body", "challenge"]
)
def test_the_answer_names_the_audience(answer: str, evidence: str) -> None:
    check_rule(
        RULE,
        PAGE
        + bearer_sign_in(TOKEN).replace(f'"{TOKEN}"}}', f'"{TOKEN}"}}   # related: handed out')
        + bearer_call(f"Bearer {TOKEN}   # want: another audience", marked(answer, evidence, "refuses it")),
        confidence=Confidence.CERTAIN,
    )


def test_an_id_token_is_no_key_to_an_api() -> None:
    check_rule(
        RULE,
        PAGE
        + BOTH
        + "   # related: handed out\n"
        + bearer_call(f"Bearer {IDENTITY}   # want: an ID token", marked(INVALID, "< WWW", "refuses it")),
        confidence=Confidence.LIKELY,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", INVALID), id="no reason named"),
        pytest.param(
            PAGE + bearer_sign_in(jwt(issued=-7200)) + bearer_call(f"Bearer {jwt(issued=-7200)}", AUDIENCE),
            id="expired",
        ),
        pytest.param(PAGE + BOTH + "\n" + bearer_call(f"Bearer {TOKEN}", INVALID), id="the access token"),
        pytest.param(
            PAGE
            + BOTH
            + "\n"
            + bearer_call(f"Bearer {IDENTITY}", ACCEPTED, "/me")
            + bearer_call(f"Bearer {IDENTITY}", INVALID),
            id="an API that takes ID tokens",
        ),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", ACCEPTED), id="accepted"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
