"""One environment for every test: no time zone, language or terminal of the machine shows through."""

import signal

import pytest
from hypothesis import HealthCheck, settings

# A shell starts background commands with SIGINT ignored, and every child inherits that: tests of Ctrl-C would wait for
# nothing.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

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
