"""One session recorded by three recorders at once gives one root cause wherever the recording holds the evidence."""

from pathlib import Path

import pytest

from haranalyze.analysis import Analysis, examine
from haranalyze.capture import read_capture
from haranalyze.redaction import Projector
from haranalyze.rulebook import Rulebook

FOLDER = Path(__file__).parent / "recorded/same-session"
ROOTS = {
    "authorization-lost-at-proxy": ("auth-header-lost-upstream", "certain"),
    "cached-front-token": ("cached-front-token", "certain"),
    "cookies-too-large": ("request-header-too-large", "certain"),
    "refresh-failing": ("refresh-failing", "likely"),
    "samesite-lax-cross-site": ("cookie-samesite-cross-site", "certain"),
    "secure-cookie-over-http": ("cookie-secure-over-http", "certain"),
    "sign-in-headers-too-big": ("oversized-header-502", "likely"),
    "third-party-cookies-blocked": ("cross-site-session", "certain"),
    "token-undefined": ("auth-header-malformed", "certain"),
}
RECORDERS = {"devtools.har": "har", "flows.mitm": "mitmproxy", "trace.zip": "playwright-trace"}


def analysed(session: str, recorder: str) -> Analysis:
    capture = read_capture((FOLDER / session / recorder).read_bytes(), recorder)
    assert capture.format == RECORDERS[recorder]
    analysis = examine(capture, Rulebook.installed())
    assert analysis.facts.quality.is_browser
    return analysis


@pytest.mark.parametrize("session", ROOTS)
@pytest.mark.parametrize("recorder", RECORDERS)
def test_each_recorder_gives_the_same_root(session: str, recorder: str) -> None:
    verdict = analysed(session, recorder).verdict
    assert verdict.root is not None
    assert (verdict.state, verdict.root.rule, verdict.root.confidence) == ("fault", *ROOTS[session])


@pytest.mark.parametrize(("recorder", "confidence"), [("devtools.har", "certain"), ("flows.mitm", "likely")])
def test_a_call_without_leave_for_credentials_is_named_by_the_browser_and_shown_by_a_proxys_silence(
    recorder: str, confidence: str
) -> None:
    verdict = analysed("cors-without-credentials", recorder).verdict
    assert verdict.root is not None
    assert (verdict.root.rule, verdict.root.confidence) == ("cors-missing-allow-credentials", confidence)
    assert bool(verdict.alternatives) is (confidence == "likely")


def test_a_trace_holds_no_preflight_and_says_that_it_does_not_show_the_cause() -> None:
    verdict = analysed("cors-without-credentials", "trace.zip").verdict
    assert (verdict.state, verdict.root) == ("cannot-tell", None)
    assert "does not show why" in Projector().say(verdict.headline)
