"""Marks stand under the exact part of a quote, at any width."""

import pytest

from haranalyze.report.document import Evidence
from haranalyze.report.excerpt import excerpt

LINE = "sAccessToken=«token 2, 937 B»; Path=/; Expires=…; HttpOnly; Secure; SameSite=Lax"


def evidence(quote: str, exact: list[tuple[int, int]], *, line: str = "set-cookie") -> Evidence:
    return Evidence(10, "/log/entries/10/response/headers/9", "decides it: SameSiteLax", quote, line, exact)


def marked(evidence: Evidence, width: int, sign: str = "^") -> str:
    """The characters of the quote that stand above marks."""
    found, above = "", ""
    for shown in excerpt(evidence, width, primary=sign == "^"):
        if shown.kind == "mark":
            found += "".join(char for char, mark in zip(above, shown.text, strict=False) if mark == sign)
        above = shown.text
    return found


@pytest.mark.parametrize("width", [30, 40, 66, 80, 120])
def test_the_marks_stand_under_the_attribute_that_decides(width: int) -> None:
    one = evidence(LINE, [(LINE.index("SameSite"), 12)])
    assert marked(one, width) == "SameSite=Lax"
    assert max(len(shown.text) for shown in excerpt(one, width, primary=True)) <= width


def test_an_ordinary_line_has_other_marks() -> None:
    assert marked(evidence(LINE, [(LINE.index("Secure"), 6)]), 80, "-") == "Secure"


def test_two_parts_are_marked_apart() -> None:
    twice = "sid=«cookie 1, 4 B»; theme=«cookie 2, 4 B»; sid=«cookie 3, 5 B»"
    assert marked(evidence(twice, [(0, 19), (44, 19)]), 90) == "sid=«cookie 1, 4 B»sid=«cookie 3, 5 B»"


def test_a_long_value_keeps_its_ends_and_the_marked_lines() -> None:
    pairs = "; ".join(f"exp_{n}=«cookie {n}, 1000 B»" for n in range(40))
    at = pairs.index("exp_20")
    shown = excerpt(evidence(pairs, [(at, 6)], line="cookie"), 66, primary=True)
    assert marked(evidence(pairs, [(at, 6)], line="cookie"), 66) == "exp_20"
    assert len(shown) < 12
    assert "exp_0=" in shown[0].text
    assert "exp_39" in shown[-1].text


def test_an_absence_has_a_note_and_no_marks() -> None:
    told = excerpt(Evidence(1, "/log/entries/1/request/headers", "no Authorization", "", "", []), 80, primary=True)
    assert told == [("note", "= no Authorization")]


def test_control_and_bidi_characters_are_spelled_out_and_the_whole_value_is_marked() -> None:
    shown = excerpt(evidence("a\x1b[31m\u202eb", [(0, 1)]), 80, primary=True)
    assert shown[0].text == "set-cookie: aU+001B[31mU+202Eb"
    assert not any(character in line.text for line in shown for character in "\x1b\u202e")
