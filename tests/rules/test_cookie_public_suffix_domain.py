"""cookie-public-suffix-domain: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    cookies,
    jwt,
    marked,
    sign_in,
)

RULE = "cookie-public-suffix-domain"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        (
            PAGE
            + sign_in(
                TOKEN,
                setting=f"< Set-Cookie: sAccessToken={TOKEN}; Path=/; Domain=herokuapp.com; HttpOnly; Secure   # want: public suffix\n",
            )
            + marked(call("/api/me", "> Accept: */*"), "> GET", "sent without it, answered 401")
            + UNAUTHORISED
        ).replace("api.example.com", "acme-api.herokuapp.com"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="right attributes"),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + asks("POST", "/auth/signout", COOKIE)
            + f"< 200\n{CORS}\n< Set-Cookie: sAccessToken=; Max-Age=0; Path=/; Domain=herokuapp.com; HttpOnly; Secure\n",
            id="a deletion",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN, setting=cookies(TOKEN, attributes="; Path=/; Domain=.other.net")),
            id="another host's domain",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
