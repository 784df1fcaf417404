"""csrf-token-missing: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.forgery_stories import CSURF, DJANGO, HOST, LARAVEL, RAILS, form, page, plain, refused

RULE = "csrf-token-missing"
COOKIE = "abcdefghijklmnopqrstuvwxyz012345"
SET = f"< Set-Cookie: csrftoken={COOKIE}; Path=/; Secure; SameSite=Lax"
WITH = f"> Cookie: csrftoken={COOKIE}"
CAME = "   # related: the cookie did come"
SPRING = "Invalid CSRF Token 'null' was found on the request parameter '_csrf' or header 'X-CSRF-TOKEN'."


@pytest.mark.parametrize(
    ("status", "words", "cookie"),
    [
        pytest.param(403, DJANGO, f"csrftoken={COOKIE}", id="Django"),
        pytest.param(403, '{"detail": "CSRF Failed: CSRF token missing."}', f"csrftoken={COOKIE}", id="DRF"),
        pytest.param(419, LARAVEL, "XSRF-TOKEN=eyJpdiI6abc", id="Laravel"),
        pytest.param(422, RAILS, "_shop_session=aaaaaaaaaaaaaaaaaaaa", id="Rails"),
        pytest.param(403, CSURF, "_csrf=aaaaaaaaaaaaaaaaaaaa", id="csurf"),
        pytest.param(403, SPRING, "JSESSIONID=0123456789ABCDEF0123456789ABCDEF", id="Spring"),
        pytest.param(400, "<p>The CSRF token is missing.</p>", "session=eyJjc3JmX3Rva2VuIjoiYSJ9", id="Flask-WTF"),
    ],
)
def test_each_framework(status: int, words: str, cookie: str) -> None:
    check_rule(
        RULE,
        page(SET)
        + form("POST", "/save   # want: without the token", f"> Cookie: {cookie}{CAME}")
        + refused(status, words, "names the check"),
    )


def test_aspnet_answers_with_an_empty_body() -> None:
    check_rule(
        RULE,
        page(SET)
        + form(
            "POST", "/save   # want: without the token", f"> Cookie: .AspNetCore.Antiforgery.x1=CfDJ8aaaaaaaaaaaa{CAME}"
        )
        + "< 400   # related: without a reason\n<\n<\n",
        confidence=Confidence.LIKELY,
    )


SPRING_ERROR = '{"timestamp": "2026-11-22T02:34:24.000+00:00", "status": 403, "error": "Forbidden", "path": "/save"}'


def test_spring_boot_gives_no_reason() -> None:
    check_rule(
        RULE,
        page(SET)
        + form("POST", "/save   # want: without the token", f"> Cookie: XSRF-TOKEN=0b1c2d3e{CAME}")
        + f"< 403   # related: without a reason\n<\n< {SPRING_ERROR}\n",
        confidence=Confidence.LIKELY,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            page(SET) + form("POST", "/save", WITH, f"> X-CSRFToken: {COOKIE}") + refused(403, DJANGO), id="a header"
        ),
        pytest.param(
            page(SET) + form("POST", "/save", WITH, body=f"a=1&csrfmiddlewaretoken={COOKIE}") + refused(403, DJANGO),
            id="a form field",
        ),
        pytest.param(
            page(SET) + form("POST", f"/save?_csrf={COOKIE}", WITH) + refused(403, CSURF), id="a query parameter"
        ),
        pytest.param(page(SET) + form("POST", "/save", "> Cookie: a=1") + refused(403, DJANGO), id="no cookie either"),
        pytest.param(page(SET) + form("POST", "/save", WITH) + refused(403, '{"detail": "Forbidden"}'), id="forbidden"),
        pytest.param(
            page(SET) + form("POST", "/save", "> Cookie: JSESSIONID=0123456789ABCDEF") + refused(403, SPRING_ERROR),
            id="Spring without a cookie of the check",
        ),
        pytest.param(
            page(SET)
            + form("POST", "/save", "> Cookie: XSRF-TOKEN=0b1c2d3e", "> X-XSRF-TOKEN: 0b1c2d3e")
            + refused(403, SPRING_ERROR),
            id="Spring with the token: a permission",
        ),
        pytest.param(page(SET) + form("POST", "/save", WITH) + "< 200\n<\n< saved\n", id="accepted"),
        pytest.param(
            page(SET) + form("POST", "/save", WITH, host="track.other.net") + refused(403, DJANGO), id="third party"
        ),
        pytest.param(page(SET) + form("POST", "/save", WITH) + refused(400, '{"email": ["wrong"]}'), id="a bad form"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    assert HOST in transcript
    check_rule(RULE, plain(transcript))
