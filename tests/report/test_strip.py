"""The strip tells the login in four to eight boxes and cuts where it breaks."""

from pathlib import Path

import pytest

import haranalyze
from haranalyze.analysis import examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.redaction import Projector
from haranalyze.report.strip import Box, strip
from haranalyze.rulebook import Rulebook
from tests.rules.stories import (
    ACCEPTED,
    FOREIGN,
    PAGE,
    UNAUTHORISED,
    call,
    cookies,
    jwt,
    refresh,
    renewed,
    sign_in,
)
from tests.samples import FOLDER, recording, stories

TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def boxes(story: str) -> list[Box]:
    analysis = examine(read_transcript(story), Rulebook.installed())
    return strip(analysis, Projector(analysis.facts))


def test_a_healthy_login_is_all_right() -> None:
    made = boxes(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED)
    assert [(box.name, box.state) for box in made] == [("Page opens", "ok"), ("Sign in", "ok"), ("First call", "ok")]


def test_repeats_are_one_box_and_the_break_is_marked() -> None:
    rounds = "".join(call("/api/legacy", COOKIE) + FOREIGN + refresh(COOKIE, renewed(jwt(number=n))) for n in range(4))
    made = boxes(PAGE + sign_in(TOKEN) + rounds + call("/api/legacy", COOKIE) + FOREIGN)
    assert [(box.name, box.state) for box in made] == [
        ("Page opens", "ok"),
        ("Sign in", "ok"),
        ("First call ×5", "broken"),
        ("Refresh ×4", "follows"),
    ]


def test_there_are_never_more_than_eight() -> None:
    story = PAGE + sign_in(TOKEN)
    for number in range(12):
        story += call(f"/api/{number}", COOKIE) + (ACCEPTED if number % 2 else FOREIGN)
        story += refresh(COOKIE, renewed(jwt(number=number)))
    assert len(boxes(story)) <= 8


def told(name: str) -> list[tuple[str, str, str]]:
    report = haranalyze.analyze_file(recording(FOLDER / name))
    return [(box.name, box.remark, box.state) for box in report.facts.strip]


def test_a_refused_cookie_is_a_step_of_its_own() -> None:
    setting = cookies(TOKEN, attributes="; Path=/; Domain=.other.net")
    made = boxes(PAGE + sign_in(TOKEN, setting=setting) + call() + UNAUTHORISED)
    assert [(box.name, box.state) for box in made] == [
        ("Page opens", "ok"),
        ("Sign in", "ok"),
        ("Cookie refused", "broken"),
        ("First call", "follows"),
    ]
    assert (made[2].line, made[2].status, made[2].exchange) == ("sAccessToken", None, 1)


def test_a_token_that_expires_and_is_renewed_is_told_as_normal() -> None:
    made = told("healthy-login-refresh-logout")
    assert ("Token expires", "normal, renewed next", "ok") in made
    assert {state for _, _, state in made} == {"ok"}


def test_calls_before_anybody_signed_in_are_no_step() -> None:
    made = boxes(PAGE + call() + UNAUTHORISED + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED)
    assert [box.name for box in made] == ["Page opens", "Sign in", "First call"]


def test_a_step_whose_reason_is_not_recorded_asks() -> None:
    assert ("First call", "reason not recorded", "unknown") in told("exported-without-cookies")


def test_trouble_beside_the_session_is_no_break() -> None:
    made = told("upstream-crash-502")
    assert made[-1] == ("Call", "answered by nginx", "trouble")
    assert "broken" not in {state for _, _, state in made}


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_a_fault_breaks_exactly_one_step_and_what_comes_before_is_all_right(story: Path) -> None:
    report = haranalyze.analyze_file(recording(story))
    states = [box.state for box in report.facts.strip]
    if report.verdict.state == "fault":
        at = states.index("broken")
        assert states == ["ok"] * at + ["broken"] + ["follows"] * (len(states) - at - 1)
    else:
        assert {"broken", "follows"} & set(states) == set()
