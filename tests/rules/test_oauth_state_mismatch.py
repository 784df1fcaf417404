"""oauth-state-mismatch: another attempt's note, another state, and the neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.oauth_stories import COOKIE, GOOD, MISSING, OTHER_STATE, SIGNED_IN, STATE, asks, callback, leaves

RULE = "oauth-state-mismatch"
LEAVES = "   # related: leaves for the identity provider"
WORDS = '<\n< {"error": "invalid_state"}\n'
THEIRS = f"> Cookie: oauth_state={OTHER_STATE}"


def overwritten(answer: str) -> str:
    return (
        leaves()
        + asks(mark=LEAVES)
        + leaves(OTHER_STATE)
        + asks(OTHER_STATE, mark="   # related: the attempt the cookie belongs to")
        + callback(answer, THEIRS + "   # want: a second sign-in had overwritten")
    )


def test_a_second_sign_in_overwrites_the_cookie_of_the_first() -> None:
    check_rule(RULE, overwritten("< 400   # related: answered 400\n" + WORDS), confidence=Confidence.CERTAIN)
    check_rule(RULE, overwritten("< 400   # related: answered 400\n"), confidence=Confidence.LIKELY)


def test_the_provider_gives_back_another_state() -> None:
    check_rule(
        RULE,
        leaves()
        + asks(mark=LEAVES)
        + callback("< 403   # related: answered 403\n", COOKIE, state="else", mark="   # want: carries another state"),
        confidence=Confidence.LIKELY,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(GOOD, id="a good sign-in"),
        pytest.param(GOOD + callback("< 400\n" + MISSING), id="the callback opened again"),
        pytest.param(leaves() + asks() + callback("< 400\n" + MISSING), id="no cookie came: the other rule's"),
        pytest.param(
            leaves() + asks() + leaves(OTHER_STATE) + asks(OTHER_STATE) + callback(SIGNED_IN, THEIRS), id="accepted"
        ),
        pytest.param(
            leaves() + asks() + callback('< 400\n<\n< {"error": "invalid_client"}\n', COOKIE, state="else"),
            id="another cause is named",
        ),
        pytest.param(leaves() + asks() + callback("< 400\n", COOKIE, state=STATE), id="the state is right"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
