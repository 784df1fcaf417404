"""Proof cards show the decisive and the missing line, and few others."""

from pathlib import Path

import pytest

import haranalyze
from haranalyze.analysis import examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.redaction import Projector
from haranalyze.report.proof import Card, cards
from haranalyze.rulebook import Rulebook
from tests.rules.stories import (
    ACCEPTED,
    NO_TOKEN,
    PAGE,
    UNAUTHORISED,
    asks,
    bearer_call,
    bearer_sign_in,
    call,
    cookies,
    jwt,
    sign_in,
)
from tests.samples import recording, stories

TOKEN = jwt()
SIGNED_IN = PAGE + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", ACCEPTED)


def made(story: str) -> list[Card]:
    analysis = examine(read_transcript(story), Rulebook.installed())
    return cards(analysis, Projector(analysis.facts))


def test_the_refused_cookie_is_the_decisive_line() -> None:
    setting = cookies(TOKEN, attributes="; Path=/; Domain=.other.net")
    card = made(PAGE + sign_in(TOKEN, setting=setting) + call() + UNAUTHORISED)[0]
    line = next(line for line in card.lines if line.mark == "decisive")
    assert (line.side, line.name) == ("response", "set-cookie")
    assert line.value.startswith("sAccessToken=«token 2,")
    assert "Domain=other.net" in line.value


def test_an_absent_header_is_shown_as_missing() -> None:
    card = next(card for card in made(SIGNED_IN + asks("GET", "/orders") + NO_TOKEN) if card.status == 401)
    line = next(line for line in card.lines if line.mark == "missing")
    assert (line.side, line.value) == ("request", "not sent")


def test_few_cards_and_few_lines() -> None:
    story = SIGNED_IN + (asks("GET", "/orders") + NO_TOKEN) * 6
    assert len(made(story)) <= 3
    assert all(len(card.lines) <= 8 for card in made(story))


def test_without_a_finding_there_is_no_proof() -> None:
    assert made(PAGE) == []


def test_a_missing_line_has_the_name_of_what_should_be_there() -> None:
    setting = cookies(TOKEN, attributes="; Path=/; Domain=.other.net")
    card = made(PAGE + sign_in(TOKEN, setting=setting) + call() + UNAUTHORISED)[1]
    line = next(line for line in card.lines if line.mark == "missing")
    assert (line.name, line.value) == ("cookie", "not sent, expected sAccessToken")
    bearer = next(card for card in made(SIGNED_IN + asks("GET", "/orders") + NO_TOKEN) if card.status == 401)
    assert next(line.name for line in bearer.lines if line.mark == "missing") == "authorization"


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_each_side_has_at_most_one_decisive_and_one_missing_line(story: Path) -> None:
    for card in haranalyze.analyze_file(recording(story)).facts.proof:
        marked = [(line.side, line.mark) for line in card.lines if line.mark]
        assert len(marked) == len(set(marked))
        assert card.story.endswith(".")
        assert card.story != card.said
        assert len({(line.side, line.name, line.value) for line in card.lines}) == len(card.lines)


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_a_fault_has_a_line_that_decides_or_is_missing(story: Path) -> None:
    report = haranalyze.analyze_file(recording(story))
    if report.verdict.state == "fault":
        assert any(line.mark for card in report.facts.proof for line in card.lines)


def test_cors_is_one_line_with_the_decision() -> None:
    card = next(card for card in made(SIGNED_IN + asks("GET", "/orders") + NO_TOKEN) if card.status == 401)
    assert [line.value for line in card.lines if line.name == "cors"] == ["allowed for https://app.example.com"]
    assert not any(line.name.startswith("access-control-") for line in card.lines)


def test_each_card_says_in_a_plain_sentence_what_happens() -> None:
    cookies_refused = cookies(TOKEN, attributes="; Path=/; Domain=.other.net")
    told = [card.story for card in made(PAGE + sign_in(TOKEN, setting=cookies_refused) + call() + UNAUTHORISED)]
    assert told[0] == "The sign-in is accepted."
    assert told[1].endswith("a call is refused with 401.")
    refused = made(SIGNED_IN + asks("GET", "/orders") + NO_TOKEN)
    assert refused[-1].story.lower().endswith("a call is refused with 401.")
