"""oauth-nonce-mismatch: the nonce of the ID token, and the neighbours."""

from base64 import urlsafe_b64encode
from json import dumps

import pytest

from haranalyze.testing import check_rule
from tests.rules.oauth_stories import CALLBACK, GOOD, STATE, asks, spa, token_call

RULE = "oauth-nonce-mismatch"
NONCE = "&nonce=n-0S6_WzA2Mj"
LEAVES = "   # related: leaves for the identity provider"


def id_token(nonce: str | None) -> str:
    def part(value: object) -> str:
        return urlsafe_b64encode(dumps(value).encode()).rstrip(b"=").decode()

    claims = {"sub": "user-1"} | ({} if nonce is None else {"nonce": nonce})
    return f"{part({'alg': 'RS256'})}.{part(claims)}.c2lnbmF0dXJl"


def tokens(nonce: str | None, mark: str = "") -> str:
    return f'< 200{mark}\n<\n< {{"access_token": "abc", "id_token": "{id_token(nonce)}"}}\n'


def test_the_token_answer_bears_another_nonce() -> None:
    check_rule(RULE, spa(token_call(tokens("else", "   # want: another nonce")), NONCE, LEAVES))


def test_a_fragment_bears_another_nonce() -> None:
    location = f"{CALLBACK}#id_token={id_token('else')}&state={STATE}"
    check_rule(RULE, asks(more=NONCE, mark=LEAVES, answer=f"< 302\n< Location: {location}   # want: another nonce\n"))


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(GOOD, id="no nonce"),
        pytest.param(spa(token_call(tokens("n-0S6_WzA2Mj")), NONCE), id="the same nonce"),
        pytest.param(spa(token_call(tokens(None)), NONCE), id="no nonce in the token"),
        pytest.param(spa(token_call(tokens("else"))), id="none was asked for"),
        pytest.param(
            asks(more=NONCE, answer=f"< 302\n< Location: {CALLBACK}#id_token={id_token('else')}&state=other\n"),
            id="the answer to another attempt",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
