"""website-domain-mismatch: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import ACCEPTED, PAGE, UNAUTHORISED, asks, call, jwt, marked, sign_in

RULE = "website-domain-mismatch"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"
LAX = f"    < Set-Cookie: sAccessToken={TOKEN}; Path=/; HttpOnly; SameSite=Lax\n"


def at(page: str, api: str, story: str) -> str:
    return (
        story.replace("https://app.example.com", f"http://{page}:3000")
        .replace("https://api.example.com", f"http://{api}:3001")
        .replace("same-site", "cross-site")
    )


def test_the_api_allows_the_other_name() -> None:
    story = at("127.0.0.1", "127.0.0.1", PAGE + sign_in(TOKEN)).replace("cross-site", "same-site")
    check_rule(
        RULE,
        story.replace(
            "< Access-Control-Allow-Origin: http://127.0.0.1:3000",
            "< Access-Control-Allow-Origin: http://localhost:3000   # want: the API allows the other",
        ),
    )


def test_the_cookie_is_not_kept_for_a_page_of_the_other_name() -> None:
    check_rule(
        RULE,
        at("127.0.0.1", "localhost", PAGE + sign_in(TOKEN, setting=marked(LAX, "< Set", "does not keep", "want"))),
    )


WWW = """
    * page: https://www.example.com/login
    > POST https://www.example.com/login
    * type: fetch
    > Sec-Fetch-Site: same-origin
    < 200
    < Set-Cookie: connect.sid=s%3Aabcdefghijklmnopqrstuvwx; Path=/; HttpOnly; Secure; SameSite=Lax   # want: goes without
    * page: https://example.com/
    > GET https://example.com/
    * type: document
    < 200
    > GET https://example.com/api/me
    * type: fetch
    > Sec-Fetch-Site: same-origin
    > Cookie: theme=dark
    < 401   # related: #2
    <
    < {"message": "Not logged in"}
"""


def test_a_cookie_of_www_is_not_one_of_the_bare_domain() -> None:
    check_rule(RULE, WWW)


def plain(story: str) -> str:
    return "\n".join(line.partition("   # ")[0] for line in story.splitlines())


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            at("localhost", "localhost", PAGE + sign_in(TOKEN, setting=LAX) + call("/api/me", COOKIE) + ACCEPTED),
            id="one name",
        ),
        pytest.param(
            "> GET http://127.0.0.1:3000/\n* type: document\n< 302\n< Location: http://localhost:3000/\n"
            + at("localhost", "localhost", PAGE + sign_in(TOKEN, setting=LAX) + call("/api/me", COOKIE) + ACCEPTED),
            id="the other name only redirects",
        ),
        pytest.param(
            at("localhost", "localhost", PAGE + sign_in(TOKEN)).replace(
                "Allow-Origin: http://localhost:3000", "Allow-Origin: https://localhost:3000"
            ),
            id="another scheme",
        ),
        pytest.param(
            (PAGE + sign_in(TOKEN)).replace(
                "Allow-Origin: https://app.example.com", "Allow-Origin: https://beta.example.com"
            ),
            id="another host altogether",
        ),
        pytest.param(plain(WWW).replace("Path=/;", "Path=/; Domain=example.com;"), id="the cookie is for both"),
        pytest.param(plain(WWW).replace("< 401", "< 200"), id="accepted"),
        pytest.param(
            plain(WWW).replace("theme=dark", "connect.sid=s%3Aanotheronethatisjustaslong"), id="a session of its own"
        ),
        pytest.param(PAGE + asks("GET", "/api/me") + UNAUTHORISED, id="no session"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
