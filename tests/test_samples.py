"""Every sample gives the report that was reviewed, and the verdict its label demands."""

from pathlib import Path

import pytest

from haranalyze.rulebook import Rulebook
from tests.lab.scoring import score
from tests.samples import expected, stories


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
