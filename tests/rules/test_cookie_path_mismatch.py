"""cookie-path-mismatch: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    TRY_REFRESH,
    UNAUTHORISED,
    asks,
    call,
    fix_lines,
    jwt,
    marked,
    refresh,
    renewed,
    sign_in,
)

RULE = "cookie-path-mismatch"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
HELD = f"""
    < Set-Cookie: sAccessToken={TOKEN}; Path=/; HttpOnly; Secure; SameSite=Lax
    < Set-Cookie: sRefreshToken=r-1-aaaaaaaa; Path=/auth/session/refresh; HttpOnly; Secure; SameSite=Lax
"""


def prefixed(cookie: str, answer: str) -> str:
    return refresh(cookie, answer).replace("/auth/session/refresh", "/prod/auth/session/refresh", 1)


STAGE = (
    PAGE
    + sign_in(TOKEN, setting=marked(HELD, "< Set-Cookie: sRefresh", "Path", "want"))
    + prefixed(COOKIE + "   # related: sent without", marked(UNAUTHORISED, "< 401", "without the session"))
)
FORM = """
    * page: https://shop.example.com/login
    > POST https://shop.example.com/account/login
    * type: fetch
    > Sec-Fetch-Site: same-origin
    < 200
    < Content-Type: application/json
    < Set-Cookie: connect.sid=s%3Aabcdefghijklmnopqrstuvwx; HttpOnly; Secure; SameSite=Lax   # want: Path
    <
    < {"ok": true}
"""


def orders(answer: str, *lines: str) -> str:
    extra = "\n".join(lines)
    return f"""
    > GET https://shop.example.com/api/orders    # related: sent without
    * type: fetch
    > Sec-Fetch-Site: same-origin
    {extra}
    {answer}
    """


def test_a_prefix_that_a_proxy_takes_away() -> None:
    check_rule(RULE, STAGE)
    assert "apiGatewayPath" in fix_lines(RULE, STAGE)


def test_a_cookie_without_path_is_kept_for_the_directory_of_the_sign_in() -> None:
    check_rule(RULE, FORM + orders('< 401  # related: without the session\n<\n< {"message": "Not logged in"}'))


def quiet(text: str) -> str:
    return text.replace("   # want: Path", "").replace("    # related: sent without", "")


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE + sign_in(TOKEN, setting=HELD) + refresh("> Cookie: sRefreshToken=r-1-aaaaaaaa", renewed(TOKEN)),
            id="the refresh works",
        ),
        pytest.param(
            quiet(FORM.replace("SameSite=Lax", "SameSite=Lax; Path=/account") + orders("< 401\n<\n< {}")),
            id="another program of the host",
        ),
        pytest.param(
            PAGE + sign_in(TOKEN, setting=HELD) + call("/api/me", COOKIE) + TRY_REFRESH, id="a call is no refresh"
        ),
        pytest.param(
            PAGE + sign_in(TOKEN, setting=HELD) + refresh("> Cookie: sRefreshToken=r-1-aaaaaaaa", UNAUTHORISED),
            id="the cookie went along",
        ),
        pytest.param(
            PAGE
            + sign_in(TOKEN, setting=HELD)
            + asks("POST", "/auth/signout", COOKIE)
            + f"< 200\n{CORS}\n< Set-Cookie: sAccessToken=; Max-Age=0; Path=/\n"
            + "< Set-Cookie: sRefreshToken=; Max-Age=0; Path=/auth/session/refresh\n"
            + prefixed("> Cookie: theme=dark", UNAUTHORISED),
            id="after signing out",
        ),
        pytest.param(PAGE + sign_in(TOKEN, setting=HELD) + prefixed(COOKIE, ACCEPTED), id="answered by another route"),
        pytest.param(
            quiet(FORM + orders("< 401\n<\n< {}", "> Cookie: connect.sid=s%3Aabcdefghijklmnopqrstuvwx")),
            id="sent all the same",
        ),
        pytest.param(quiet(FORM + orders('< 403\n<\n< {"message": "forbidden"}')), id="forbidden"),
        pytest.param(quiet(FORM + orders("< 200\n<\n< {}")), id="a public call"),
        pytest.param(
            quiet(FORM.replace("SameSite=Lax", "SameSite=Lax; Path=/") + orders("< 401\n<\n< {}")),
            id="its path covers the call",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
