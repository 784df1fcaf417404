"""websocket-without-credentials: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence, Outcome
from haranalyze.testing import check_outcome, check_rule
from tests.rules.stories import ACCEPTED, PAGE, bearer_call, bearer_sign_in, jwt, sign_in

RULE = "websocket-without-credentials"
TOKEN = jwt()
COOKIES, BEARER = PAGE + sign_in(TOKEN), PAGE + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", ACCEPTED)


def socket(answer: str, *lines: str, query: str = "", want: str = "", host: str = "api.example.com") -> str:
    """A handshake."""
    extra = "\n".join(lines)
    return f"""
    > GET wss://{host}/socket{query}{want}
    * type: websocket
    > Upgrade: websocket
    > Origin: https://app.example.com
    {extra}
    {answer}
    """


BARE = "   # want: without credentials"


def test_a_handshake_that_is_answered_401() -> None:
    check_rule(RULE, COOKIES + socket("< 401   # related: is refused", want=BARE), confidence=Confidence.CERTAIN)


def test_a_403_may_be_about_the_origin() -> None:
    check_rule(RULE, BEARER + socket("< 403   # related: is refused", want=BARE), confidence=Confidence.LIKELY)


def test_devtools_does_not_export_the_answer_so_it_is_a_question() -> None:
    check_rule(RULE, BEARER + socket(""))
    check_outcome(RULE, BEARER + socket(""), Outcome.QUESTION)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(COOKIES + socket("< 101\n"), id="opened"),
        pytest.param(COOKIES + socket("< 401\n", f"> Cookie: sAccessToken={TOKEN}"), id="with a cookie"),
        pytest.param(BEARER + socket("< 401\n", query=f"?access_token={TOKEN}"), id="with a token in the address"),
        pytest.param(BEARER + socket("", query="?ticket=8f1c"), id="with a ticket"),
        pytest.param(BEARER + socket("< 401\n", "> Sec-WebSocket-Protocol: v1, abcdef"), id="with a subprotocol"),
        pytest.param(PAGE + socket("< 401\n"), id="nobody signed in"),
        pytest.param(COOKIES + socket("< 401\n", host="chat.widget.net"), id="another site"),
        pytest.param(COOKIES + socket("< 500\n"), id="the server fails"),
        pytest.param(
            BEARER + "> GET wss://app.example.com/_next/webpack-hmr\n* type: websocket\n", id="a development server"
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
    check_outcome(RULE, transcript, Outcome.PASS)
