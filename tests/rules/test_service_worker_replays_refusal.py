"""service-worker-replays-refusal: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Outcome
from haranalyze.testing import check_outcome, check_rule
from tests.rules.stories import PAGE, UNAUTHORISED, call, jwt, marked, sign_in

RULE = "service-worker-replays-refusal"
TOKEN = jwt()
WORKER = "* from: service-worker\n"


def dated(piece: str, date: str, begin: str = "< 401") -> str:
    return piece.replace(begin, f"{begin}\n< Date: Sun, 22 Nov 2026 {date} GMT", 1)


SIGNED_IN = dated(sign_in(TOKEN), "02:34:23", "< 200")
OLD = dated(UNAUTHORISED, "02:30:00")


def test_an_answer_from_before_the_sign_in() -> None:
    story = PAGE + marked(SIGNED_IN, "< Date", "the sign-in") + call() + WORKER
    check_rule(RULE, story + marked(OLD, "< Date", "older than the sign-in", "want"))


def test_without_a_date_it_is_a_question() -> None:
    check_rule(RULE, PAGE + SIGNED_IN + call() + WORKER + UNAUTHORISED)
    check_outcome(RULE, PAGE + SIGNED_IN + call() + WORKER + UNAUTHORISED, Outcome.QUESTION)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + SIGNED_IN + call() + OLD, id="from the network"),
        pytest.param(PAGE + SIGNED_IN + call() + WORKER + dated(UNAUTHORISED, "02:34:24"), id="as young"),
        pytest.param(PAGE + call() + WORKER + OLD + SIGNED_IN, id="before the sign-in"),
        pytest.param(PAGE + SIGNED_IN + call() + WORKER + "< 200\n", id="accepted"),
        pytest.param(PAGE + SIGNED_IN + call() + WORKER + UNAUTHORISED + "* +200 ms\n" + call() + OLD, id="asked on"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_a_worker_that_asks_the_network_is_no_question() -> None:
    story = PAGE + SIGNED_IN + "* +1000 ms\n" + call() + WORKER + UNAUTHORISED + "* +1005 ms\n" + call() + UNAUTHORISED
    check_outcome(RULE, story, Outcome.PASS)
