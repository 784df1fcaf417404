"""credentials-omitted: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.analysis import examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.findings import Confidence
from haranalyze.rulebook import Rulebook
from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    cookies,
    jwt,
    marked,
    sign_in,
)

BOOK = Rulebook.installed()
RULE = "credentials-omitted"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + marked(sign_in(TOKEN), "< Set-Cookie: sAccessToken", "stored by the browser")
        + asks("GET", "/api/me   # want: which the browser has stored")
        + marked(UNAUTHORISED, "< 401", "the answer says that no session came"),
    )


def test_across_sites_the_browser_itself_may_keep_the_cookie_back() -> None:
    other = PAGE.replace("app.example.com", "app.other.org")
    third = sign_in(TOKEN, setting=cookies(TOKEN, attributes="; Path=/; HttpOnly; Secure; SameSite=None"))
    story = other + (third + asks("GET", "/api/me") + UNAUTHORISED).replace("app.example.com", "app.other.org").replace(
        "same-site", "cross-site"
    )
    (match,) = (one.match for one in examine(read_transcript(story), BOOK).findings if one.rule == RULE)
    assert match.confidence is Confidence.LIKELY
    assert match.alternatives
    assert match.decides is not None


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + UNAUTHORISED, id="sent"),
        pytest.param(
            PAGE
            + sign_in(TOKEN, setting=cookies(TOKEN, attributes="; Path=/; Domain=.other.net"))
            + asks("GET", "/api/me")
            + UNAUTHORISED,
            id="refused cookie",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + asks("GET", "/public") + ACCEPTED, id="accepted without"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
