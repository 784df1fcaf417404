"""interceptor-conflict: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence, Outcome
from haranalyze.testing import check_outcome, check_rule
from tests.rules.stories import (
    ACCEPTED,
    FOREIGN,
    PAGE,
    TRY_REFRESH,
    UNAUTHORISED,
    asks,
    call,
    jwt,
    marked,
    refresh,
    renewed,
    sign_in,
)
from tests.test_verdict import judged

RULE = "interceptor-conflict"
OLD, NEW = jwt(), jwt(number=1)
COOKIE, FRESH = f"> Cookie: sAccessToken={OLD}; sRefreshToken=r-1", f"> Cookie: sAccessToken={NEW}; sRefreshToken=r-1"
START = PAGE + sign_in(OLD)
LATER = "* +9000 ms\n" + call("/api/other", FRESH) + ACCEPTED
OWN_REFRESH = asks("POST", "/auth/session/refresh", COOKIE)
THEFT = UNAUTHORISED.replace("unauthorised", "token theft detected")


def given_up(path: str, want: str = "", kind: str = "related") -> str:
    """A refused call, the refresh for it, and nothing more."""
    refused = marked(TRY_REFRESH, "< 401", want, kind) if want else TRY_REFRESH
    good = renewed(NEW)
    return call(path, COOKIE) + refused + refresh(COOKIE, marked(good, "< 200", "renewed") if kind == "want" else good)


def test_calls_that_are_given_up_after_the_refresh() -> None:
    story = START + given_up("/api/a", "never repeated", "want") + given_up("/api/b", "the same") + LATER
    check_rule(RULE, story, confidence=Confidence.LIKELY)


def test_given_up_once_it_is_a_question() -> None:
    check_outcome(RULE, START + given_up("/api/a") + LATER, Outcome.QUESTION)
    check_rule(RULE, START + given_up("/api/a") + LATER)


def test_a_call_that_is_repeated_around_the_client() -> None:
    again = asks("GET", "/api/a", COOKIE) + marked(UNAUTHORISED, "< 401", "without the client's headers")
    check_rule(RULE, START + given_up("/api/a", "is repeated after", "want") + again)


def test_two_refreshes_at_once() -> None:
    own = OWN_REFRESH.replace("/auth/session/refresh", "/auth/session/refresh   # want: twice at once")
    by_client = marked(refresh(COOKIE, renewed(NEW)), "> POST", "own refresh")
    story = START + by_client + own + marked(THEFT, "< 401", "refused")
    check_rule(RULE, story, confidence=Confidence.LIKELY)
    analysis = judged(story)
    assert analysis.verdict.root is not None
    assert analysis.verdict.root.rule == RULE


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(START + given_up("/api/a") + call("/api/a", FRESH) + ACCEPTED, id="repeated as it should be"),
        pytest.param(START + given_up("/api/a") + given_up("/api/b"), id="the recording ends"),
        pytest.param(
            START
            + given_up("/api/a")
            + given_up("/api/b")
            + "> GET https://app.example.com/next\n* type: document\n< 200\n"
            + LATER,
            id="the page was left",
        ),
        pytest.param(
            START + (call("/api/x", COOKIE) + FOREIGN + refresh(COOKIE, renewed(NEW))) * 2 + LATER,
            id="refused by another system",
        ),
        pytest.param(START + refresh(COOKIE, renewed(NEW)) + refresh(FRESH, THEFT), id="two by the client alone"),
        pytest.param(START + refresh(COOKIE, renewed(NEW)) + OWN_REFRESH + renewed(NEW), id="two, both accepted"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
