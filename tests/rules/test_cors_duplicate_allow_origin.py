"""cors-duplicate-allow-origin: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import ACCEPTED, PAGE, asks, call, jwt

RULE = "cors-duplicate-allow-origin"
COOKIE = f"> Cookie: sAccessToken={jwt()}"
OWN = "https://app.example.com"
BLOCKED = "* error: net::ERR_FAILED\n"


def preflight(*origins: str) -> str:
    lines = "\n".join(f"< Access-Control-Allow-Origin: {origin}" for origin in origins)
    return f"""
    > OPTIONS https://api.example.com/api/me
    > Origin: {OWN}
    > Access-Control-Request-Method: GET
    > Access-Control-Request-Headers: rid,st-auth-mode
    * type: preflight
    * initiator: preflight
    < 204
    {lines}
    < Access-Control-Allow-Credentials: true
    < Access-Control-Allow-Headers: rid, st-auth-mode
"""


def test_two_headers() -> None:
    check_rule(RULE, PAGE + preflight(f"{OWN}   # want: more than one value", "*") + call() + BLOCKED)


def test_one_header_with_two_values() -> None:
    check_rule(RULE, PAGE + preflight(f"{OWN}, {OWN}   # want: more than one value") + call() + BLOCKED)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + preflight(OWN) + call("/api/me", COOKIE) + ACCEPTED, id="once"),
        pytest.param(PAGE + preflight("http://app.example.com") + call() + BLOCKED, id="another origin"),
        pytest.param(PAGE + preflight(OWN) + call() + BLOCKED, id="the network failed"),
        pytest.param(
            PAGE
            + asks("GET", "/t", host="pixel.tracker.net")
            + "< 200\n< Access-Control-Allow-Origin: *\n< Access-Control-Allow-Origin: *\n",
            id="a tracker",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
