"""saml-clock-skew: answers outside their time, and the neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.saml_stories import COOKIE, NONE, WELL, answers, asks, response_xml

RULE = "saml-clock-skew"
EARLY = response_xml("_r1", begin="2026-11-22T02:36:00Z", end="2026-11-22T02:41:00Z")
LATE = response_xml("_r1", begin="2026-11-22T02:20:00Z", end="2026-11-22T02:25:00Z")
HOLDS = "   # related: brings an answer with other times"
WANT = "< 403   # want: "


def story(answer: str, xml: str, mark: str = "") -> str:
    return asks(cookie=NONE) + answers(answer, COOKIE, xml=xml, mark=mark)


@pytest.mark.parametrize(("xml", "words"), [(EARLY, "not valid yet"), (LATE, "has run out")])
def test_by_the_clock_of_the_browser(xml: str, words: str) -> None:
    check_rule(RULE, story(WANT + words + "\n", xml, HOLDS))


def test_by_the_clock_of_the_app_and_its_words() -> None:
    answer = WANT + "becomes valid 600 s later\n< Date: Sun, 22 Nov 2026 02:26:00 GMT   # related: the app's clock\n"
    check_rule(RULE, story(answer + "<\n< Assertion is not yet valid\n", EARLY, HOLDS), confidence=Confidence.CERTAIN)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(story(WELL, EARLY), id="accepted all the same"),
        pytest.param(story("< 403\n", response_xml("_r1")), id="within its time"),
        pytest.param(story("< 403\n", EARLY.replace("status:Success", "status:Responder")), id="the provider refuses"),
        pytest.param(asks(), id="no answer"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
