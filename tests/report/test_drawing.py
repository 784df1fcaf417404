"""Where the pictures put things."""

import haranalyze
from haranalyze.capture.transcript import read_transcript
from haranalyze.report.document import Report
from haranalyze.report.drawing import WIDTH, budget_picture, ticks, token_picture
from tests.samples import FOLDER, recording


def report(name: str) -> Report:
    return haranalyze.analyze_file(recording(FOLDER / name))


def test_a_cut_off_answer_is_told_and_marked() -> None:
    picture = budget_picture(report("sign-in-502-big-headers"))
    assert picture
    assert "most likely cut" in picture.caption
    assert [column.exchange for column in picture.columns if column.cut_off] == [9]
    assert any("nginx: 4 KB" in limit.label for limit in picture.limits)


def test_stacks_stay_within_the_picture_and_on_their_side() -> None:
    picture = budget_picture(report("refresh-loop-foreign-401"))
    assert picture
    for column in picture.columns:
        assert 0 < column.x < WIDTH
        assert all(y + height <= picture.middle for _, y, height in column.request.parts)
        assert all(y >= picture.middle and y + height <= picture.height for _, y, height in column.response.parts)


def test_more_than_twelve_tokens_leave_a_gap_with_a_count() -> None:
    picture = token_picture(report("refresh-loop-foreign-401"))
    assert picture
    assert len(picture.lives) + picture.hidden == 22
    assert picture.hidden > 0
    assert picture.lives[0].words == "replaced at #16"
    assert picture.lives[0].refused


def test_a_recording_without_a_session_has_no_pictures() -> None:
    made = haranalyze.analyze(read_transcript("> GET https://app.example.com/\n< 200\n"))
    assert budget_picture(made) is None
    assert token_picture(made) is None


def test_ticks_are_round_and_few() -> None:
    for last in (3.0, 70.0, 2_640.0, 61_000.0, 3_600_000.0):
        made = ticks(0.0, last)
        assert 3 <= len(made) <= 8
        assert made == sorted(made)
