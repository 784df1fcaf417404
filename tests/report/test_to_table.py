"""Tables: CSV cells never start a formula."""

import io

import pandas as pd
import pytest

from haranalyze.capture.transcript import read_transcript
from haranalyze.errors import OptionsError
from haranalyze.report import to_table
from tests.hostile import hostile_story


def test_cells_that_look_like_formulas_are_defused_and_numbers_stay_numbers() -> None:
    table = pd.DataFrame({"path": ["=1+1", "+x", "-x", "@x", "\tx", "＝x", "/a"], "at_ms": [-1.0, 2, 3, 4, 5, 6, 7]})
    read = pd.read_csv(io.StringIO(str(to_table.write(table, "csv"))))
    assert list(read["path"]) == ["'=1+1", "'+x", "'-x", "'@x", "'\tx", "'＝x", "/a"]
    assert list(read["at_ms"]) == [-1.0, 2, 3, 4, 5, 6, 7]


def test_a_hostile_recording_gives_tables_without_control_characters() -> None:
    table = to_table.timeline_table(read_transcript(hostile_story()))
    for how in ("text", "csv", "json"):
        text = str(to_table.write(table, how))
        assert not any(ord(character) < 32 and character not in "\n" for character in text)
        assert "\u202e" not in text
        assert "<script>" not in text


def test_an_unknown_format_is_told() -> None:
    with pytest.raises(OptionsError, match="text, csv, json, parquet"):
        to_table.write(pd.DataFrame(), "xlsx")
