"""What once broke the reader, and the fuzzer's seeds, read without anything but the one clear error."""

from pathlib import Path

import pytest

from haranalyze.errors import CaptureError
from tests.fuzz.reader import REGRESSIONS, read_all, seeds

KEPT = sorted(REGRESSIONS.glob("*")) if REGRESSIONS.exists() else []


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)
def test_a_kept_input_gives_a_capture_or_the_one_error(path: Path) -> None:
    try:
        read_all(path.read_bytes())
    except CaptureError as error:
        assert str(error)  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize("number", range(len(seeds())))
def test_every_seed_is_readable(number: int) -> None:
    read_all(seeds()[number])
