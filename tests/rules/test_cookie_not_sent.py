"""cookie-not-sent: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    fix_lines,
    jwt,
    marked,
    sign_in,
)

RULE = "cookie-not-sent"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + sign_in(TOKEN)
        + asks("GET", "/api/me   # want: no cookie at all", "> st-auth-mode: cookie", "> rid: anti-csrf")
        + marked(UNAUTHORISED, "< 401", "the answer says that no session came"),
    )


APP = "* exporter: mitmproxy\n"
AGENT = "> User-Agent: okhttp/4.12.0"


def test_an_app_that_replaces_the_kept_cookies_by_its_own() -> None:
    signed_in = sign_in(TOKEN).replace("> Origin", f"{AGENT}\n> X-Origin").replace("> Sec-Fetch", "> X-Fetch")
    own = "> Cookie: theme=dark   # want: other cookies"
    asked = f"> GET https://api.example.com/api/me\n{AGENT}\n> rid: anti-csrf\n> st-auth-mode: cookie\n{own}\n"
    check_rule(RULE, APP + signed_in + asked + marked(UNAUTHORISED, "< 401", "no session came"))
    assert "credentials" in fix_lines(RULE, APP + signed_in + asked + UNAUTHORISED)


PLAIN = """
    > POST https://api.example.com/login
    < 200
    < Content-Type: application/json
    < Set-Cookie: connect.sid=s%3Aabcdef0123456789; Path=/; HttpOnly; Secure
    <
    < {}
"""


def refused_plainly(*lines: str, status: int = 401) -> str:
    sent = "\n    ".join(lines)
    return f"""
    > GET https://api.example.com/me{sent}
    < {status}
    < Content-Type: application/json
    <
    < {{"error": "who are you"}}
    """


def test_a_client_that_forgets_the_cookie_it_was_given() -> None:
    refused = refused_plainly("   # want: carries no cookie at all")
    check_rule(RULE, APP + PLAIN + marked(refused, "< 401", "without saying why"))


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(APP + refused_plainly(), id="no cookie was given"),
        pytest.param(
            APP + PLAIN + refused_plainly("\n    > Cookie: connect.sid=s%3Aabcdef0123456789"), id="cookie sent"
        ),
        pytest.param(APP + PLAIN + refused_plainly(status=403), id="refused for something else"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + UNAUTHORISED, id="sent"),
        pytest.param(PAGE + call("/api/me") + UNAUTHORISED, id="nobody signed in"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="accepted"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
