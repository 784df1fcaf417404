"""connection-failed: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Owner
from haranalyze.testing import check_rule
from haranalyze.verdict import State
from tests.rules.stories import ACCEPTED, PAGE, asks, call, jwt, sign_in
from tests.test_verdict import judged

RULE = "connection-failed"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
START = PAGE + sign_in(TOKEN)


def failed(error: str, path: str = "/api/me", want: str = "") -> str:
    return call(path + want) + f"* error: {error}\n"


@pytest.mark.parametrize(
    "error", ["net::ERR_CONNECTION_REFUSED", "net::ERR_NAME_NOT_RESOLVED", "net::ERR_CERT_DATE_INVALID"]
)
def test_a_server_that_is_not_there(error: str) -> None:
    check_rule(RULE, START + failed(error, want="   # want: got no answer"))
    verdict = judged(START + failed(error)).verdict
    assert (verdict.state, verdict.owner) == (State.OTHER_TROUBLE, Owner.API)


def test_an_extension_that_blocks_the_sign_in() -> None:
    asked = asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword")
    verdict = judged(START + asked + "* error: net::ERR_BLOCKED_BY_CLIENT\n").verdict
    assert (verdict.state, verdict.owner) == (State.OTHER_TROUBLE, Owner.BROWSER)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(START + failed("net::ERR_ABORTED"), id="the page was left"),
        pytest.param(START + failed("net::ERR_FAILED"), id="CORS or anything else"),
        pytest.param(START + failed("net::ERR_CONNECTION_RESET") + call("/api/me", COOKIE) + ACCEPTED, id="repeated"),
        pytest.param(START + failed("net::ERR_BLOCKED_BY_CLIENT", "/collect"), id="statistics are blocked"),
        pytest.param(
            START + "> GET https://pixel.tracker.net/x\n* type: fetch\n* error: net::ERR_CONNECTION_REFUSED\n",
            id="another site",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
