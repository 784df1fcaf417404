"""What once broke the reader, the rules, the sanitizer or an output, and the fuzzer's seeds, tried again."""

from pathlib import Path

import pytest

from tests.fuzz.reader import REGRESSIONS, TARGETS, one, read_all, seeds

KEPT = sorted(REGRESSIONS.glob("*"))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)
def test_a_kept_input_gives_a_result_or_the_one_error(path: Path, target: str) -> None:
    one(path.read_bytes(), target)


@pytest.mark.parametrize("number", range(len(seeds())))
def test_every_seed_is_readable(number: int) -> None:
    read_all(seeds()[number])
