"""https-switch-loses-cookies: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule

RULE = "https-switch-loses-cookies"
SIGNED_IN = """
    * page: https://shop.example.com/login
    > POST https://shop.example.com/login
    * type: document
    > Sec-Fetch-Site: same-origin
    > Sec-Fetch-Mode: navigate
    < 302
    < Location: /
    < Set-Cookie: connect.sid=s%3Aabcdefghijklmnopqrstuvwx; Path=/; HttpOnly; Secure; SameSite=Lax   # related: Secure
    > GET https://shop.example.com/
    * type: document
    > Cookie: connect.sid=s%3Aabcdefghijklmnopqrstuvwx
    < 200
"""


def goes_to(url: str, *answer: str, cookie: str = "theme=dark", mark: str = "") -> str:
    told = "\n    ".join(answer)
    return f"""
    > GET {url}{mark}
    * type: document
    > Cookie: {cookie}
    {told}
    """


WANT = "   # want: over http"
LOGIN = ("< 302   # related: without the session", "< Location: http://shop.example.com/login?next=/account")


def test_a_page_over_http_sends_the_user_back_to_sign_in() -> None:
    check_rule(RULE, SIGNED_IN + goes_to("http://shop.example.com/account", *LOGIN, mark=WANT))


def test_a_call_over_http_is_refused() -> None:
    refused = ("< 401   # related: without the session", "<", '< {"message": "Not logged in"}')
    check_rule(RULE, SIGNED_IN + goes_to("http://shop.example.com/api/me", *refused, mark=WANT))


def plain(story: str) -> str:
    return "\n".join(line.partition("   # ")[0] for line in story.splitlines())


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            SIGNED_IN
            + goes_to("http://shop.example.com/account", "< 301", "< Location: https://shop.example.com/account")
            + goes_to("https://shop.example.com/account", "< 200", cookie="connect.sid=s%3Aabcdefghijklmnopqrstuvwx"),
            id="http redirects to https",
        ),
        pytest.param(SIGNED_IN + goes_to("http://shop.example.com/about", "< 200"), id="a public page"),
        pytest.param(
            SIGNED_IN.replace("HttpOnly; Secure;", "HttpOnly;")
            + goes_to("http://shop.example.com/account", *LOGIN, cookie="connect.sid=s%3Aabcdefghijklmnopqrstuvwx"),
            id="not Secure, and sent",
        ),
        pytest.param(SIGNED_IN + goes_to("https://shop.example.com/account", *LOGIN), id="over https"),
        pytest.param(
            SIGNED_IN.replace("shop.example.com", "localhost:3000") + goes_to("http://localhost:3000/account", *LOGIN),
            id="localhost keeps Secure cookies over http",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, plain(transcript))
