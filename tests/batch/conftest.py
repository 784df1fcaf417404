"""What the tests of batches share: starting children takes longer than most of what they are asked."""

from collections.abc import Iterator

import pytest

from haranalyze.batch.engines import LocalEngine
from tests.batch.stories import LIMITS


@pytest.fixture(scope="session")
def engine() -> Iterator[LocalEngine]:
    """Two children for all tests that do nothing to them."""
    with LocalEngine(2, LIMITS) as made:
        yield made
