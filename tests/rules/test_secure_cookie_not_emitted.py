"""secure-cookie-not-emitted: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.forgery_stories import plain

RULE = "secure-cookie-not-emitted"
OTHER = """
    * page: https://shop.example.com/
    > GET https://shop.example.com/
    * type: document
    > Cookie: theme=dark
    < 200
"""


def signs_in(*answer: str, body: str = '{"ok": true}', url: str = "https://api.shop.example.com/login") -> str:
    lines = "\n    ".join(answer)
    return f"""
    > POST {url}
    * type: fetch
    > Sec-Fetch-Site: same-site
    > Content-Type: application/json
    < 200   # want: without any cookie
    < Content-Type: application/json
    {lines}
    <
    < {body}
    """


EXPRESS = "< X-Powered-By: Express   # related: answered by Express"


def orders(answer: str = "< 401   # related: without a session", *lines: str) -> str:
    extra = "\n    ".join(lines)
    return f"""
    > GET https://api.shop.example.com/orders
    * type: fetch
    > Sec-Fetch-Site: same-site
    {extra}
    {answer}
    """


def test_express_behind_a_proxy() -> None:
    check_rule(RULE, OTHER + signs_in(EXPRESS) + orders())


def test_a_page_that_leads_back_to_the_sign_in() -> None:
    away = "< 302   # related: without a session\n    < Location: /login"
    check_rule(RULE, OTHER + signs_in(EXPRESS) + orders(away))


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            OTHER + signs_in(EXPRESS, "< Set-Cookie: connect.sid=s%3Aabc; Path=/; HttpOnly; Secure") + orders(),
            id="the cookie is set",
        ),
        pytest.param(
            OTHER + signs_in(EXPRESS, body='{"token": "abcdefghijklmnopqrstuvwxyz"}') + orders(), id="a token answer"
        ),
        pytest.param(OTHER + signs_in("< Server: nginx") + orders(), id="not Express"),
        pytest.param(OTHER + signs_in(EXPRESS) + orders("< 200"), id="nothing is refused"),
        pytest.param(
            OTHER + signs_in(EXPRESS) + orders("< 401", "> Authorization: Bearer abcdefghijklmnop"),
            id="tokens travel in headers",
        ),
        pytest.param(
            OTHER + signs_in(EXPRESS) + orders("< 401", "> Cookie: connect.sid=s%3Aabcdefgh"),
            id="a cookie all the same",
        ),
        pytest.param(
            OTHER.replace("    > Cookie: theme=dark\n", "") * 3 + signs_in(EXPRESS) + orders(),
            id="the recording leaves cookies out",
        ),
        pytest.param(
            OTHER + signs_in(EXPRESS, url="http://api.shop.example.com/login") + orders(),
            id="the browser came over http",
        ),
        pytest.param(OTHER + signs_in(EXPRESS).replace("< 200 ", "< 401 ") + orders(), id="a wrong password"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, plain(transcript))
