"""Every sample gives the report that was reviewed, and the verdict its label demands."""

import json
from pathlib import Path

import pytest

from haranalyze.rulebook import Rulebook
from tests.lab.__main__ import main as lab
from tests.lab.scoring import score
from tests.samples import FOLDER, expected, stories


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_the_report_is_the_reviewed_one(story: Path) -> None:
    assert (story / "expected.json").read_text(encoding="utf-8") == expected(story)


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_the_verdict_agrees_with_the_label(story: Path) -> None:
    result = score(story, Rulebook.installed())
    assert result.missed == []
    assert result.false_alarms == []
    assert result.state_wrong == ""
    assert result.root_wrong == ""
    assert result.broken == []


def test_every_sample_tells_its_story() -> None:
    for story in stories():
        text = (story / "README.md").read_text(encoding="utf-8")
        assert "What the user noticed" in text
        assert "How it was recorded" in text


def test_the_lab_runner_reports_a_label_that_is_not_met(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = FOLDER / "healthy-bearer"
    target = tmp_path / "wrong-label"
    target.mkdir()
    (target / "capture.har").write_bytes((source / "capture.har").read_bytes())
    label = json.loads((source / "label.json").read_text())
    label["expected"] = [{"what": "refresh-loop", "entries": [1], "strength": "must"}]
    label["state"] = ["fault"]
    (target / "label.json").write_text(json.dumps(label))
    assert lab([str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "missed: refresh-loop" in told
    assert "wrong state: healthy, not fault" in told


def test_the_lab_runner_is_content_with_the_samples(capsys: pytest.CaptureFixture[str]) -> None:
    assert lab([str(FOLDER)]) == 0
    assert "false alarms    0" in capsys.readouterr().out
