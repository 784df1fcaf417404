"""Ready texts: plain, narrow, from the same evidence."""

import re
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
        prose = [line for line in text.splitlines() if not line.startswith("    ")]  # lines of code keep their width
        assert [line for line in prose if len(line) > WIDTH and " " in line] == []


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


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_the_markdown_says_the_same_words(story: Path) -> None:
    verdict = haranalyze.analyze_file(recording(story)).verdict
    for name in ("customer", "engineering", "operations"):
        plain, marked = getattr(verdict.texts, name), getattr(verdict.texts_markdown, name)
        assert _words(plain) == _words(re.sub(r"```(diff)?|[`\\\\]", "", marked).replace("* ", "- "))


def _words(text: str) -> list[str]:
    return text.replace("`", "").replace("\\", "").split()


def test_the_note_for_engineering_shows_the_change_and_what_follows() -> None:
    report = haranalyze.analyze_file(stories()[0].parent / "refresh-loop-foreign-401" / "capture.har")
    assert "    - res.status(401)\n    + res.status(403)" in report.verdict.texts.engineering
    assert "```diff\n- res.status(401)\n+ res.status(403)\n```" in report.verdict.texts_markdown.engineering
    assert "Follows from this: refresh-loop." in report.verdict.texts.engineering


def test_the_note_for_operations_says_when_to_look_and_what_to_change() -> None:
    report = haranalyze.analyze_file(stories()[0].parent / "sign-in-502-big-headers" / "capture.har")
    note = report.verdict.texts.operations
    assert re.search(r"In the logs: #9 at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", note.replace("\n", " "))
    assert "proxy_buffer_size 16k" in note
    other = haranalyze.analyze_file(stories()[0].parent / "refresh-loop-foreign-401" / "capture.har")
    assert "asks for a change in a proxy" in other.verdict.texts.operations.replace("\n", " ")


def test_open_explanations_and_what_decides_are_told() -> None:
    report = haranalyze.analyze_file(stories()[0].parent / "session-state-not-stored" / "capture.har")
    note = report.verdict.texts.engineering.replace("\n", " ")
    assert report.verdict.alternatives
    assert f"It could also be this: {report.verdict.alternatives[0]}." in note
    assert "What would decide: " in note


def test_a_healthy_recording_tells_what_was_checked() -> None:
    report = haranalyze.analyze_file(stories()[0].parent / "healthy-bearer" / "capture.har")
    note = report.verdict.texts.engineering.replace("\n", " ")
    assert f"Checked: {len(report.rules)} rules" in note
    assert "1 sign-in, no refresh" in note
