"""saml-relay-state-lost: no RelayState, another one, and the neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.saml_stories import COOKIE, NONE, WELL, answers, asks

RULE = "saml-relay-state-lost"
LEFT = "   # related: leaves with a RelayState"


@pytest.mark.parametrize("answer", [WELL, "< 403\n"])
def test_it_does_not_come_back(answer: str) -> None:
    story = asks(cookie=NONE, mark=LEFT) + answers(answer, COOKIE, relay="", mark="   # want: missing: RelayState")
    check_rule(RULE, story, confidence=Confidence.CERTAIN)


def test_another_one_comes_back_and_is_refused() -> None:
    story = asks(cookie=NONE, mark=LEFT) + answers("< 403\n", COOKIE, relay="x", mark="   # want: another RelayState")
    check_rule(RULE, story, confidence=Confidence.LIKELY)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(asks(cookie=NONE) + answers(WELL, COOKIE), id="it comes back"),
        pytest.param(asks(cookie=NONE, relay="") + answers(WELL, COOKIE, relay=""), id="there was none"),
        pytest.param(asks(cookie=NONE) + answers(WELL, COOKIE, relay="x"), id="another one, accepted"),
        pytest.param(answers(WELL, COOKIE, relay=""), id="the request is not recorded"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
