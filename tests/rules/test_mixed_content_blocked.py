"""mixed-content-blocked: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from haranalyze.verdict import State
from tests.rules.stories import PAGE, jwt, sign_in
from tests.test_verdict import judged

RULE = "mixed-content-blocked"


def blocked(url: str, *about: str, want: str = "") -> str:
    """A call without an answer, as DevTools exports it."""
    extra = "\n".join(about)
    return f"> POST {url}{want}\n* type: fetch\n> rid: emailpassword\n> st-auth-mode: cookie\n{extra}\n"


CALL = "http://api.example.com/auth/signin"


def test_points_at_the_address() -> None:
    story = PAGE + blocked(CALL, want="   # want: the browser blocks it") + blocked(CALL, want="   # related: as well")
    check_rule(RULE, story)
    assert judged(PAGE + blocked(CALL)).verdict.state is State.FAULT


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE.replace("https", "http") + blocked(CALL), id="an http page"),
        pytest.param(PAGE + blocked("http://localhost:3001/auth/signin"), id="a loopback address"),
        pytest.param(PAGE + blocked("https://api.example.com/auth/signin"), id="an https address"),
        pytest.param(PAGE + blocked(CALL, "* error: net::ERR_CONNECTION_REFUSED"), id="an error of its own"),
        pytest.param(PAGE + blocked(CALL) + "< 200\n", id="answered"),
        pytest.param(PAGE + "> GET http://pixel.tracker.net/x\n* type: fetch\n", id="another site"),
        pytest.param(PAGE + sign_in(jwt()), id="a good sign-in"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
