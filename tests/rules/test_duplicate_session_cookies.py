"""duplicate-session-cookies: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence, Outcome
from haranalyze.testing import check_outcome, check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    TRY_REFRESH,
    call,
    jwt,
    marked,
    refresh,
    renewed,
    sign_in,
)

RULE = "duplicate-session-cookies"
TOKEN = jwt()
CLEARS = "The request contains multiple session cookies. We are clearing the cookie from olderCookieDomain. Session will be refreshed in the next refresh call."
ONLY_CLEARS = f'< 200\n{CORS}\n< Set-Cookie: sAccessToken=; Path=/; Max-Age=0\n<\n< {{"message": "{CLEARS}"}}\n'
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/me", COOKIE + "; sAccessToken=older   # want: twice")
        + marked(TRY_REFRESH, "< 401", "sent with both cookies"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE + "; sAccessToken=older") + ACCEPTED,
            id="accepted all the same",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE + "; theme=a; theme=b") + TRY_REFRESH,
            id="another cookie twice",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + TRY_REFRESH, id="once"),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + call("/api/me", COOKIE + "; sAccessToken=older")
            + TRY_REFRESH
            + refresh(COOKIE + "; sAccessToken=older", ONLY_CLEARS),
            id="the server clears the old cookie itself",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN) + refresh(COOKIE + "; sAccessToken=older", renewed(jwt(number=1))),
            id="the refresh works all the same",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


SEVERAL = "The request contains multiple session cookies. This may happen if you changed the cookieDomain"
COUNTED = f"< 500\n{CORS}\n<\n< {SEVERAL}   # want: counts several\n"


def test_the_server_counts_several_where_the_browser_sent_one() -> None:
    once = marked(refresh(COOKIE + "; sRefreshToken=r-1", COUNTED), "> Cookie", "one of each")
    check_rule(RULE, PAGE + sign_in(TOKEN) + once, confidence=Confidence.LIKELY)


def test_the_servers_word_counts_where_the_recording_has_no_cookies() -> None:
    bare = PAGE + sign_in(TOKEN, setting="") + (call("/api/me") + ACCEPTED) * 3
    story = bare + refresh("> Accept: */*", COUNTED.replace("# want: counts several", "# want: more than once"))
    check_rule(RULE, story, confidence=Confidence.LIKELY)
    check_outcome(RULE, bare, Outcome.CANNOT_TELL)


def test_one_good_cookie_that_is_refused_again_and_again_is_a_question() -> None:
    rounds = "".join(call("/api/me", COOKIE) + TRY_REFRESH + refresh(COOKIE, renewed(jwt(number=n))) for n in range(2))
    story = PAGE + sign_in(TOKEN) + rounds + call("/api/me", COOKIE) + TRY_REFRESH
    check_rule(RULE, story)
    check_outcome(RULE, story, Outcome.QUESTION)


def test_a_refresh_that_breaks_on_both_cookies_counts() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + refresh(COOKIE + "; sAccessToken=older   # want: twice", "< 500   # related: sent with both cookies\n"),
    )
