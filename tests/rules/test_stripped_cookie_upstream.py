"""stripped-cookie-upstream: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.stories import (
    FOREIGN,
    PAGE,
    TRY_REFRESH,
    UNAUTHORISED,
    call,
    fix_lines,
    jwt,
    marked,
    sign_in,
)

RULE = "stripped-cookie-upstream"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
OLD = jwt(issued=-7200)


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/me", COOKIE + "   # want: still valid")
        + marked(UNAUTHORISED, "< 401", "the answer says that no session came"),
        confidence=Confidence.LIKELY,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + TRY_REFRESH, id="a token that is not acceptable"
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE + "; sAccessToken=old") + UNAUTHORISED, id="sent twice"
        ),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + FOREIGN, id="another system answers"),
        pytest.param(
            PAGE + sign_in(OLD) + call("/api/me", f"> Cookie: sAccessToken={OLD}") + UNAUTHORISED, id="expired"
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + call("/api/me", COOKIE)
            + UNAUTHORISED.replace("< 401", "< 401\n< front-token: remove"),
            id="the answer ends the session",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + call("/api/me", COOKIE)
            + UNAUTHORISED.replace("< 401", "< 401\n< Set-Cookie: sAccessToken=; Path=/; Max-Age=0"),
            id="the answer clears the cookie",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE, "> Authorization: Bearer other") + UNAUTHORISED,
            id="the call carries Authorization as well",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", "> Cookie: sAccessToken=opaque") + UNAUTHORISED,
            id="a token nobody can read",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_the_change_for_apache_is_about_cookies() -> None:
    lost = call("/api/me", COOKIE) + UNAUTHORISED.replace("< 401", "< 401\n< Server: Apache/2.4.57")
    lines = fix_lines(RULE, PAGE + sign_in(TOKEN) + lost)
    assert "RequestHeader unset Cookie" in lines
    assert "CGIPassAuth" not in lines


def test_two_calls_make_it_certain_whatever_else_the_answer_clears() -> None:
    answer = UNAUTHORISED.replace("< 401", "< 401\n< Set-Cookie: theme=; Path=/; Max-Age=0")
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/me", COOKIE + "   # want: still valid")
        + marked(answer, "<  {".replace("  ", " "), "the answer says that no session came")
        + call("/api/you", COOKIE)
        + marked(answer, "< 401", "also sent with the cookie"),
        confidence=Confidence.CERTAIN,
    )
