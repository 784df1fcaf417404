"""cached-front-token: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    call,
    front,
    jwt,
    sign_in,
)

RULE = "cached-front-token"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/me", COOKIE + "   # related: belongs to another user")
        + f"< 200\n{CORS}\n< X-Cache: HIT   # related: answered by a cache\n< front-token: {front('user-2')}   # want: another user\n",
        confidence=Confidence.CERTAIN,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + f"< 200\n{CORS}\n< front-token: {front()}\n",
            id="the user's own",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + "< 304\n", id="a 304"),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + sign_in(jwt("user-2"), fronted=f"< front-token: {front('user-2')}")
            + call("/api/me", f"> Cookie: sAccessToken={jwt('user-2')}")
            + ACCEPTED,
            id="signed in as somebody else",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_another_users_session_leads_before_an_older_one() -> None:
    older = f"< 200\n{CORS}\n< Age: 30\n< front-token: {front(issued=-60)}\n"
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/rights", COOKIE)
        + older
        + call("/api/me", COOKIE + "   # related: belongs to another user")
        + f"< 200\n{CORS}\n< X-Cache: HIT   # related: answered by a cache\n< front-token: {front('user-2')}   # want: another user\n",
        confidence=Confidence.CERTAIN,
    )


def test_a_replayed_session_cookie_is_pointed_at() -> None:
    line = "Set-Cookie: PHPSESSID=zzzzzzzzzzzzzzzzzz; path=/"
    check_rule(
        RULE,
        f"""
        * page: https://www.example.com/
        > POST https://www.example.com/login
        * type: document
        < 302
        < Set-Cookie: PHPSESSID=abcdefghijklmnopqrst; path=/
        < Location: /home
        > GET https://www.example.com/home
        * type: document
        > Cookie: PHPSESSID=abcdefghijklmnopqrst
        < 200   # related: was set here first
        < {line}
        * +9000 ms
        > GET https://www.example.com/home
        * type: document
        > Cookie: PHPSESSID=zzzzzzzzzzzzzzzzzz
        < 200
        < Age: 8   # related: answered by a cache, 8 s after the server had made it
        < {line}   # want: made for an earlier time
        """,
    )


def test_an_older_token_alone_is_likely() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/me", COOKIE + "   # related: is newer")
        + f"< 200\n{CORS}\n< front-token: {front(issued=-60)}   # want: an earlier time\n",
        confidence=Confidence.LIKELY,
    )


def test_the_cache_that_answered_is_named() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + call("/api/me", COOKIE + "   # related: belongs to another user")
        + f"< 200\n{CORS}\n< Age: 40   # related: trace of a cache\n"
        + "< CF-Cache-Status: HIT   # related: a cache of Cloudflare, 40 s after the server had made it\n"
        + f"< front-token: {front('user-2')}   # want: another user\n",
        confidence=Confidence.CERTAIN,
    )
