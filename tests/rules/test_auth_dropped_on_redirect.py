"""auth-dropped-on-redirect: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    NO_TOKEN,
    PAGE,
    asks,
    bearer_call,
    bearer_sign_in,
    jwt,
    marked,
)

RULE = "auth-dropped-on-redirect"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + bearer_sign_in(TOKEN)
        + asks("GET", "/orders", f"> Authorization: Bearer {TOKEN}   # related: sent with the header")
        + "< 307\n< Location: https://other.example.net/orders   # related: redirects to another origin\n"
        + asks("GET", "/orders   # want: arrives there without", host="other.example.net")
        + marked(NO_TOKEN, "<  {".replace("  ", " "), "answered 401"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + bearer_sign_in(TOKEN)
            + asks("GET", "/orders", f"> Authorization: Bearer {TOKEN}")
            + "< 307\n< Location: https://other.example.net/orders\n"
            + asks("GET", "/orders", host="other.example.net")
            + ACCEPTED,
            id="accepted without it",
        ),
        pytest.param(
            PAGE
            + bearer_sign_in(TOKEN)
            + asks("GET", "/orders", f"> Authorization: Bearer {TOKEN}")
            + "< 307\n< Location: https://other.example.net/orders\n"
            + asks("GET", "/orders", f"> Authorization: Bearer {TOKEN}", host="other.example.net")
            + NO_TOKEN,
            id="still carried",
        ),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(None, NO_TOKEN), id="no redirect"),
        pytest.param(
            PAGE
            + bearer_sign_in(TOKEN)
            + asks("GET", "/orders", f"> Authorization: Bearer {TOKEN}")
            + "< 307\n< Location: /orders/\n"
            + asks("GET", "/orders/")
            + NO_TOKEN,
            id="the redirect stays on the origin",
        ),
        pytest.param(
            PAGE
            + bearer_sign_in(TOKEN)
            + bearer_call(f"Bearer {TOKEN}", ACCEPTED, "/me")
            + asks("GET", "/orders")
            + "< 307\n< Location: https://other.example.net/orders\n"
            + asks("GET", "/orders", host="other.example.net")
            + NO_TOKEN,
            id="the first call had no credentials",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
