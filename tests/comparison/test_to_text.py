"""The comparison in a terminal."""

import pytest

from haranalyze.comparison import render
from haranalyze.errors import OptionsError
from tests.comparison.test_pairs import PAIRS, compared
from tests.hostile import poisoned


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_asked_for(width: int) -> None:
    for good, bad, *_ in PAIRS:
        assert max(len(line) for line in render(compared(good, bad), "text", width=width).splitlines()) <= width


def test_the_sentence_stands_above_the_steps_and_the_lines_below_the_one_that_parts() -> None:
    told = render(compared("st-fixed-lax-cross-site-heroku", "st-lax-cross-site-heroku"), "text")
    parts = (
        "works ",
        "fails ",
        "THEY PART AT STEP 6",
        "the browser keeps sAccessToken",
        "> 6 Cookie kept?",
        "+ answer",
    )
    places = [told.index(words) for words in parts]
    assert places == sorted(places)
    assert "SameSite=Lax" in told


def test_colours_only_where_asked_for() -> None:
    made = compared("jwt-fixed-auth-header", "jwt-missing-auth-header")
    assert "\x1b[" not in render(made, "text")
    assert "\x1b[" in render(made, "text", color=True)


def test_no_control_or_bidi_character_reaches_the_terminal() -> None:
    for good, bad, *_ in PAIRS[::4]:
        told = render(poisoned(compared(good, bad)), "text")
        assert not any(ord(character) < 32 and character != "\n" for character in told)
        assert "\u202e" not in told
        assert "U+202E" in told


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(OptionsError, match="text, html, json"):
        render(compared("jwt-fixed-auth-header", "jwt-missing-auth-header"), "sarif")
