"""One session recorded by three recorders at once gives one root cause."""

from pathlib import Path

import pytest

from haranalyze.analysis import examine
from haranalyze.capture import read_capture
from haranalyze.rulebook import Rulebook

FOLDER = Path(__file__).parent / "recorded/same-session"
ROOTS = {"secure-cookie-over-http": "cookie-secure-over-http", "token-undefined": "auth-header-malformed"}
RECORDERS = {"devtools.har": "har", "flows.mitm": "mitmproxy", "trace.zip": "playwright-trace"}


@pytest.mark.parametrize("session", ROOTS)
@pytest.mark.parametrize("recorder", RECORDERS)
def test_each_recorder_gives_the_same_root(session: str, recorder: str) -> None:
    capture = read_capture((FOLDER / session / recorder).read_bytes(), recorder)
    assert capture.format == RECORDERS[recorder]
    analysis = examine(capture, Rulebook.installed())
    root = analysis.verdict.root
    assert root is not None
    assert (analysis.verdict.state, root.rule, root.confidence) == ("fault", ROOTS[session], "certain")
    assert analysis.facts.quality.is_browser
