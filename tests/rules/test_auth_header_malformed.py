"""auth-header-malformed: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    NO_TOKEN,
    PAGE,
    UNAUTHORISED,
    asks,
    bearer_call,
    bearer_sign_in,
    jwt,
    marked,
    sign_in,
)

RULE = "auth-header-malformed"
TOKEN = jwt()
REFUSED = marked(NO_TOKEN, "< 401", "answered 401")
FORBIDDEN = f'< 403\n{CORS}\n<\n< {{"message": "insufficient scope"}}\n'
EXPIRED = f'< 401\n{CORS}\n<\n< {{"message": "The incoming token has expired"}}\n'
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE + bearer_sign_in(TOKEN) + bearer_call("Bearer undefined   # want: literal such as undefined", REFUSED),
    )


REFRESH = "9f3c.a71e.V2"


def test_a_refresh_token_is_no_access_token() -> None:
    handed_out = f"< st-access-token: {TOKEN}\n< st-refresh-token: {REFRESH}\n"
    sent = f"> Authorization: Bearer {REFRESH}   # want: it is the refresh token"
    refused = marked(UNAUTHORISED, "< 401", "answered 401")
    story = PAGE + sign_in(TOKEN, setting=handed_out, mode="header")
    check_rule(RULE, story + asks("GET", "/api/me", "> st-auth-mode: header", "> rid: anti-csrf", sent) + refused)
    check_rule(
        "auth-header-lost-upstream",
        (story + asks("GET", "/api/me", "> rid: anti-csrf", sent) + UNAUTHORISED).replace(
            "   # want: it is the refresh token", ""
        ),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", NO_TOKEN), id="well-formed"),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(None, NO_TOKEN), id="no header at all"),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(TOKEN, ACCEPTED), id="accepted in this form"),
        pytest.param(
            PAGE + bearer_sign_in(TOKEN) + bearer_call(TOKEN, FORBIDDEN),
            id="a bare token by design: refused for a right",
        ),
        pytest.param(
            PAGE + bearer_sign_in(TOKEN) + bearer_call(TOKEN, EXPIRED),
            id="a bare token by design: expired",
        ),
        pytest.param(
            PAGE + bearer_sign_in(TOKEN) + bearer_call(TOKEN, ACCEPTED) + bearer_call(jwt("user-2"), NO_TOKEN),
            id="a bare token by design: another one is accepted",
        ),
        pytest.param(
            PAGE
            + bearer_sign_in(TOKEN)
            + bearer_call(f"Bearer {TOKEN}", ACCEPTED)
            + bearer_call(f"Bearer {TOKEN}", NO_TOKEN, "/invoices"),
            id="the scheme of accepted calls",
        ),
        pytest.param(
            PAGE
            + bearer_sign_in(TOKEN)
            + bearer_call(f"Bearer {TOKEN}", ACCEPTED)
            + bearer_call("Basic dXNlcjpwYXNz", FORBIDDEN, "/admin"),
            id="another scheme, refused for a right",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer null", "Bearer {{token}}", "Bearer Bearer abc", jwt(), "Bearer [object Object]"]
)
def test_every_form_the_api_cannot_read(value: str) -> None:
    check_rule(RULE, PAGE + bearer_sign_in(TOKEN) + bearer_call(f"{value}   # want: Authorization header", REFUSED))


def test_a_placeholder_counts_even_where_the_answer_speaks_of_rights() -> None:
    forbidden = marked(FORBIDDEN, "< 403", "answered 403")
    check_rule(
        RULE, PAGE + bearer_sign_in(TOKEN) + bearer_call("Bearer null   # want: a literal such as undefined", forbidden)
    )


def test_another_scheme_than_the_one_of_accepted_calls() -> None:
    check_rule(
        RULE,
        PAGE
        + bearer_sign_in(TOKEN)
        + bearer_call(f"Bearer {TOKEN}", ACCEPTED)
        + bearer_call("Basic dXNlcjpwYXNz   # want: not the one of the calls that the API accepts", REFUSED),
    )


def test_a_bare_403_says_nothing_of_a_token_that_was_read() -> None:
    refused = f"< 403   # related: answered 403\n{CORS}\n"
    check_rule(RULE, PAGE + bearer_sign_in(TOKEN) + bearer_call(f"{TOKEN}   # want: the scheme", refused))


def test_a_scheme_where_the_api_takes_bare_tokens() -> None:
    check_rule(
        RULE,
        PAGE
        + bearer_sign_in(TOKEN)
        + bearer_call(TOKEN, ACCEPTED)
        + bearer_call(f"Bearer {TOKEN}   # want: not the one of the calls that the API accepts", REFUSED),
    )
