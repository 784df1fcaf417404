"""session-set-by-two-writers: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.forgery_stories import plain

RULE = "session-set-by-two-writers"
SHOP, BLOG = "s%3Aaaaaaaaaaaaaaaaaaaaaaaaa", "s%3Abbbbbbbbbbbbbbbbbbbbbbbbb"
SHARED = "; Path=/; Domain=example.com; HttpOnly; Secure"


def ask(method: str, url: str, answer: str, *lines: str, cookie: str = "") -> str:
    held = f"> Cookie: {cookie}" if cookie else ""
    extra = "\n    ".join(lines)
    return f"""
    * page: https://shop.example.com/
    > {method} {url}
    * type: fetch
    > Sec-Fetch-Site: same-site
    {held}
    < {answer}
    {extra}
    """


SIGN_IN = ask(
    "POST",
    "https://shop.example.com/login",
    "200",
    f"< Set-Cookie: connect.sid={SHOP}{SHARED}   # related: set first",
    "< Content-Type: application/json",
)
WORKS = ask(
    "GET", "https://shop.example.com/api/me", "200", "< Content-Type: application/json", cookie=f"connect.sid={SHOP}"
)
VISIT = ask(
    "GET",
    "https://blog.example.com/api/posts",
    "200",
    f"< Set-Cookie: connect.sid={BLOG}{SHARED}   # want: writes over",
    cookie=f"connect.sid={SHOP}",
)
LOST = ask("GET", "https://shop.example.com/api/me", "401   # related: new value", cookie=f"connect.sid={BLOG}")


def test_another_host_throws_the_session_away() -> None:
    check_rule(RULE, SIGN_IN + WORKS + VISIT + LOST)


def test_two_programs_of_one_host() -> None:
    first = SIGN_IN.replace("< Content-Type", "< X-Powered-By: Express\n    < Content-Type")
    second = (
        VISIT.replace("blog.example.com/api/posts", "shop.example.com/blog/posts") + "    < X-Powered-By: PHP/8.3\n"
    )
    check_rule(RULE, first + WORKS + second + LOST)


OUT = ask("POST", "https://shop.example.com/logout", "200", cookie=f"connect.sid={SHOP}")


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(SIGN_IN + WORKS + VISIT + LOST.replace("401", "200"), id="both know the new value"),
        pytest.param(
            SIGN_IN + WORKS + VISIT.replace("blog.example.com", "shop.example.com") + LOST, id="one program renews it"
        ),
        pytest.param(
            SIGN_IN + WORKS + VISIT.replace("; Domain=example.com", "") + LOST.replace(BLOG, SHOP),
            id="each on its own host",
        ),
        pytest.param(SIGN_IN + WORKS + OUT + VISIT + LOST, id="after signing out"),
        pytest.param(
            SIGN_IN + WORKS + VISIT.replace("GET", "POST").replace("/api/posts", "/login") + LOST, id="sign-in"
        ),
        pytest.param(SIGN_IN + VISIT + LOST, id="the first session never worked"),
        pytest.param(
            SIGN_IN + WORKS + VISIT.replace(f"> Cookie: connect.sid={SHOP}", "> Accept: */*") + LOST,
            id="the second writer did not see the first value",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, plain(transcript))
