"""missing-auth-header: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence, Outcome
from haranalyze.testing import check_outcome, check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    FOREIGN,
    NO_TOKEN,
    PAGE,
    UNAUTHORISED,
    asks,
    bearer_call,
    bearer_sign_in,
    call,
    jwt,
    marked,
    refresh,
    sign_in,
)

RULE = "missing-auth-header"
TOKEN = jwt()
SIGNED_IN = PAGE + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", ACCEPTED)  # so nothing was left out
HEADER_MODE = (
    PAGE
    + sign_in(TOKEN, setting=f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n", mode="header")
    + asks("GET", "/api/me", "> st-auth-mode: header", f"> Authorization: Bearer {TOKEN}")
    + ACCEPTED
)
FORBIDDEN = f'< 403\n{CORS}\n<\n< {{"message": "insufficient scope"}}\n'
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + bearer_sign_in(TOKEN)
        + bearer_call(f"Bearer {TOKEN}   # related: accepted with the header", ACCEPTED)
        + asks("GET", "/orders").replace("/orders", "/orders   # want: carries no Authorization")
        + marked(NO_TOKEN, "< 401", "the answer says that no credentials came"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + bearer_call(None, NO_TOKEN), id="before anybody signed in"),
        pytest.param(PAGE + sign_in(TOKEN) + call() + UNAUTHORISED, id="a cookie session"),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", NO_TOKEN), id="the header is there"),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(None, ACCEPTED), id="accepted"),
        pytest.param(
            SIGNED_IN + bearer_call(None, FORBIDDEN, "/admin"),
            id="the answer is about a right, not about credentials",
        ),
        pytest.param(
            HEADER_MODE
            + refresh("> Accept: */*", UNAUTHORISED).replace("st-auth-mode: cookie", "st-auth-mode: header"),
            id="a refresh",
        ),
        pytest.param(
            HEADER_MODE + asks("GET", "/api/legacy", "> st-auth-mode: header") + FOREIGN,
            id="another system answers",
        ),
        pytest.param(
            PAGE + bearer_call(None, NO_TOKEN) + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", ACCEPTED),
            id="a probe before the sign-in",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_an_export_without_authorization_headers_cannot_tell() -> None:
    """The default export of Chromium browsers: a call with the same words is accepted, so headers were left out."""
    lines = PAGE + bearer_sign_in(TOKEN) + bearer_call(None, ACCEPTED) + bearer_call(None, NO_TOKEN, "/invoices")
    check_outcome(RULE, lines, Outcome.CANNOT_TELL)


def test_one_call_alone_is_likely_and_one_after_a_sign_in_certain() -> None:
    """A program that is no browser and never signs in may still call with a token it was given before."""
    bare = marked(bearer_call(None, NO_TOKEN), "> GET", "carries no Authorization", "want")
    bare = marked(bare, "< 401", "the answer says that no credentials came")
    check_rule(RULE, "* exporter: mitmproxy\n" + without_page(bare), confidence=Confidence.LIKELY)
    check_rule(RULE, "* exporter: mitmproxy\n" + bearer_sign_in(TOKEN) + bare, confidence=Confidence.CERTAIN)


def without_page(lines: str) -> str:
    """The lines of a request without what only browsers send."""
    return "\n".join(line for line in lines.splitlines() if "Sec-Fetch" not in line and "> Origin" not in line)
