"""Every recording that a rule test reads must say the same after sanitizing: rules are tested on both at once."""

from collections.abc import Iterator
from typing import Any

import pytest

import haranalyze.testing
from haranalyze.capture import transcript
from haranalyze.capture.model import Capture
from tests.sanitizer.sameness import problems


@pytest.fixture(autouse=True)
def sanitized_copies_say_the_same(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A difference means that a fact reads what the sanitizer takes away: a header, a member or words that
    ``haranalyze/sanitizer`` has to know (new words: ``nox -s docs``)."""
    seen: list[Capture] = []
    read = transcript.read_marked

    def remember(text: str) -> tuple[Capture, Any]:
        capture, marks = read(text)
        if len(capture.exchanges) < 40:
            seen.append(capture)
        return capture, marks

    monkeypatch.setattr(haranalyze.testing, "read_marked", remember)
    yield
    told = {one for capture in seen[-8:] for one in _problems(capture)}
    assert not told, "\n".join(sorted(told))


_KNOWN: dict[str, list[str]] = {}


def _problems(capture: Capture) -> list[str]:
    """Of each distinct recording once in a run: many tests read the same."""
    if capture.sha256 not in _KNOWN:
        _KNOWN[capture.sha256] = problems([capture])
    return _KNOWN[capture.sha256]
