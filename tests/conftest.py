"""One environment for every test: no time zone, language or terminal of the machine shows through."""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "fixed", derandomize=True, max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("fixed")


@pytest.fixture(autouse=True)
def same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scrub what could change an output."""
    for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "PAGER", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "Pacific/Chatham")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of our own: they must be known before any folder is collected."""
    parser.addoption("--write-screens", action="store_true", help="write the pictures under docs/screens anew")
