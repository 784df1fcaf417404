"""The jar over the samples: every recorded Cookie header is equal or explained."""

from pathlib import Path

import pytest

from haranalyze.capture import read_capture
from haranalyze.facts import Facts
from haranalyze.timeline import Timeline
from tests.replay.replaying import Tally, replay

ROOT = Path(__file__).parents[2]
RECORDED = sorted(ROOT.glob("samples/*/*.har"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.parent.name)
def test_every_cookie_header_of_the_samples_is_explained(path: Path) -> None:
    tally = Tally()
    replay(Facts(Timeline(read_capture(path.read_bytes(), path.name))), path.parent.name, tally)
    assert tally.rest == []


def test_a_cookie_that_should_be_there_is_reported() -> None:
    from haranalyze.testing import facts_of

    tally = Tally()
    replay(
        facts_of(
            """
            > POST https://api.example.com/login
            < 200
            < Set-Cookie: session=1; HttpOnly; Path=/
            > GET https://api.example.com/
            > Cookie: other=1
            < 200
            """
        ),
        "story",
        tally,
    )
    assert len(tally.rest) == 1
    assert tally.explained == 0
