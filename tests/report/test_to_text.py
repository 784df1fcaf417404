"""The terminal report at 80 columns, with colours only where asked for."""

import pytest

import haranalyze
from haranalyze.errors import OptionsError
from tests.hostile import ATTACKS, poisoned
from tests.samples import FOLDER, recording, stories


def text(name: str, **how: object) -> str:
    return haranalyze.render(haranalyze.analyze_file(recording(FOLDER / name)), "text", **how)


def test_verdict_proof_and_fix_come_in_this_order() -> None:
    told = text("refresh-loop-foreign-401")
    places = [told.index(word) for word in ("FAULT", "steps", "proof", "#14", "fix", "also", "checked")]
    assert places == sorted(places)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_asked_for(width: int) -> None:
    for story in stories():
        assert max(len(line) for line in text(story.name, width=width).splitlines()) <= width


def test_colours_only_where_asked_for() -> None:
    assert "\x1b[" not in text("refresh-loop-foreign-401")
    assert "\x1b[" in text("refresh-loop-foreign-401", color=True)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("healthy-bearer", "HEALTHY"),
        ("exported-without-cookies", "CANNOT TELL"),
        ("upstream-crash-502", "OTHER TROUBLE"),
        ("token-undefined", "FAULT"),
    ],
)
def test_each_state_has_its_word(name: str, word: str) -> None:
    assert f"\n{word}  " in text(name)


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(OptionsError, match="text, html, json, sarif, junit, markdown"):
        haranalyze.render(haranalyze.analyze_file(FOLDER / "healthy-bearer" / "capture.har"), "pdf")


@pytest.mark.parametrize("name", ["refresh-loop-foreign-401", "exported-without-cookies", "upstream-crash-502"])
def test_no_control_or_bidi_character_reaches_the_terminal(name: str) -> None:
    attacked = poisoned(haranalyze.analyze_file(recording(FOLDER / name)), (ATTACKS[7],))
    told = haranalyze.render(attacked, "text")
    assert not any(ord(character) < 32 and character != "\n" for character in told)
    assert "\u202e" not in told
    assert "U+202E" in told or "U+001B" in told


def test_reasons_are_told_once_with_the_rules_that_share_them() -> None:
    told = text("exported-without-cookies")
    assert told.count("the recording holds no Set-Cookie") == 1


def test_a_recording_that_cannot_tell_asks_for_a_better_one() -> None:
    told = text("exported-without-cookies")
    assert "\nask for  In Chrome" in told
    assert "proof" not in told
