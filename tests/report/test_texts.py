"""Ready texts: plain, narrow, from the same evidence."""

from pathlib import Path

import pytest

import haranalyze
from haranalyze.report.texts import WIDTH
from tests.samples import recording, stories


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_no_line_is_wider_than_76_characters(story: Path) -> None:
    texts = haranalyze.analyze_file(recording(story)).verdict.texts
    for text in (texts.customer, texts.engineering, texts.operations):
        assert text
        assert [line for line in text.splitlines() if len(line) > WIDTH and " " in line] == []


def test_the_reply_blames_nobody_and_says_thanks() -> None:
    for story in stories():
        reply = haranalyze.analyze_file(recording(story)).verdict.texts.customer
        assert reply.startswith("Thank you for the recording.")
        assert not any(word in reply.lower() for word in ("invalid", "oops", "simply", "!"))


def test_the_note_for_engineering_names_rule_proof_change_and_fingerprint() -> None:
    report = haranalyze.analyze_file(stories()[0].parent / "refresh-loop-foreign-401" / "capture.har")
    note = report.verdict.texts.engineering
    assert "foreign-401 (certain)" in note
    assert "#14" in note
    assert "Change (api)" in note
    assert report.findings[0].fingerprint in note


def test_lines_of_a_list_stand_together_and_are_indented() -> None:
    report = haranalyze.analyze_file(stories()[0].parent / "refresh-loop-foreign-401" / "capture.har")
    listed = next(part for part in report.verdict.texts.engineering.split("\n\n") if part.startswith("- "))
    assert all(line.startswith(("- #", "  ")) for line in listed.splitlines())
    assert "#14 GET /api/legacy 401: " in listed


def test_a_recording_that_cannot_tell_is_answered_with_the_request_for_a_better_one() -> None:
    report = haranalyze.analyze_file(stories()[0].parent / "exported-without-cookies" / "capture.har")
    flowing = report.verdict.texts.customer.replace("\n", " ")
    assert report.capture.quality.ask
    assert report.capture.quality.ask in flowing
