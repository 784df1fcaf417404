"""The misbehaving pack, for children that a test starts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workers import stranger


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A rule pack that misbehaves, installed for children only."""
    folder = tmp_path_factory.mktemp("pack")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", stranger.install(folder))
        yield folder
