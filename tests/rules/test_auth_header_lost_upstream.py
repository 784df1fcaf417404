"""auth-header-lost-upstream: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Outcome
from haranalyze.testing import check_outcome, check_rule
from tests.rules.stories import (
    ACCEPTED,
    FOREIGN,
    NO_TOKEN,
    PAGE,
    TRY_REFRESH,
    UNAUTHORISED,
    asks,
    bearer_call,
    bearer_sign_in,
    fix_lines,
    jwt,
    marked,
    sign_in,
)

RULE = "auth-header-lost-upstream"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN, setting=f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n", mode="header")
        + asks(
            "GET",
            "/api/me",
            "> st-auth-mode: header",
            "> rid: anti-csrf",
            f"> Authorization: Bearer {TOKEN}   # want: well-formed, unexpired token",
        )
        + marked(UNAUTHORISED, "< 401", "the answer says that no token came"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + sign_in(TOKEN, setting=f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n", mode="header")
            + asks("GET", "/api/me", "> st-auth-mode: header", "> rid: anti-csrf", f"> Authorization: Bearer {TOKEN}")
            + TRY_REFRESH,
            id="a token that is not acceptable",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN, setting=f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n", mode="header")
            + asks("GET", "/api/me", "> st-auth-mode: header", "> rid: anti-csrf", f"> Authorization: Bearer {TOKEN}")
            + FOREIGN,
            id="another system answers",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN, setting=f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n", mode="header")
            + asks("GET", "/api/me", "> st-auth-mode: header")
            + UNAUTHORISED,
            id="no header sent",
        ),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call("Bearer null", NO_TOKEN), id="malformed"),
        pytest.param(
            PAGE + bearer_sign_in(TOKEN) + bearer_call("Basic dXNlcjpwYXNz", NO_TOKEN),
            id="a password where the API takes tokens",
        ),
        pytest.param(
            PAGE
            + bearer_sign_in(TOKEN)
            + bearer_call(f"Bearer {TOKEN}", ACCEPTED)
            + bearer_call(f"Token {TOKEN}", NO_TOKEN),
            id="another scheme than the calls that are accepted",
        ),
        pytest.param(
            PAGE + bearer_sign_in(jwt(issued=-7200)) + bearer_call(f"Bearer {jwt(issued=-7200)}", NO_TOKEN),
            id="expired",
        ),
        pytest.param(
            PAGE
            + bearer_sign_in(TOKEN)
            + bearer_call(TOKEN, ACCEPTED)
            + bearer_call(f"Bearer {TOKEN}", NO_TOKEN, "/invoices"),
            id="the API takes bare tokens",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_a_recording_without_authorization_headers_cannot_tell() -> None:
    called = asks("GET", "/api/me", "> st-auth-mode: header", "> rid: anti-csrf")
    signed_in = sign_in(TOKEN, setting=f"< st-access-token: {TOKEN}\n< st-refresh-token: r.n.V2\n", mode="header")
    check_outcome(RULE, PAGE + signed_in + called + ACCEPTED + called + UNAUTHORISED, Outcome.CANNOT_TELL)


def test_names_the_directive_of_the_server_that_answers() -> None:
    lost = (
        PAGE + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", NO_TOKEN.replace("< 401", "< 401\n< Server: {}"))
    )
    assert "proxy_set_header Authorization $http_authorization;" in fix_lines(RULE, lost.replace("{}", "nginx", 1))
    assert "CGIPassAuth On" in fix_lines(RULE, lost.replace("{}", "Apache/2.4.57", 1))


def test_a_password_counts_where_other_calls_with_one_are_accepted() -> None:
    basic = "Basic dXNlcjpwYXNz"
    refused = marked(NO_TOKEN, "< 401", "the answer says that no token came")
    check_rule(
        RULE,
        PAGE
        + bearer_sign_in(TOKEN)
        + bearer_call(basic, ACCEPTED)
        + bearer_call(f"{basic}   # want: well-formed", refused, "/invoices"),
    )
