"""csrf-origin-refused: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.forgery_stories import DJANGO, form, page, plain, refused

RULE = "csrf-origin-refused"
HEAD = page("< Set-Cookie: csrftoken=abcdefghijklmnopqrstuvwxyz012345; Path=/; Secure")
ORIGIN = "> Origin: https://shop.example.com"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        pytest.param(
            403, "Origin checking failed - https://shop.example.com does not match any trusted origins.", id="Django"
        ),
        pytest.param(403, "Cross-site POST form submissions are forbidden", id="SvelteKit"),
        pytest.param(422, "HTTP Origin header (https://shop.example.com) didn't match request.base_url", id="Rails"),
        pytest.param(400, "The referrer does not match the host.", id="Flask-WTF"),
        pytest.param(403, "Forbidden - origin invalid", id="gorilla"),
    ],
)
def test_each_framework(status: int, words: str) -> None:
    check_rule(
        RULE,
        HEAD + form("POST", "/save", ORIGIN + "   # want: not allowed") + refused(status, words, "names the check"),
    )


def test_a_missing_referer_is_pointed_at() -> None:
    check_rule(
        RULE,
        HEAD
        + form("POST", "/save   # want: not allowed", "> Accept: */*")
        + refused(403, "Referer checking failed - no Referer.", "names the check"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(HEAD + form("POST", "/save", ORIGIN) + refused(403, DJANGO), id="no reason named"),
        pytest.param(HEAD + form("POST", "/save", ORIGIN) + "< 200\n<\n< saved\n", id="accepted"),
        pytest.param(HEAD + form("POST", "/save", ORIGIN) + refused(403, "Access denied"), id="another refusal"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, plain(transcript))
