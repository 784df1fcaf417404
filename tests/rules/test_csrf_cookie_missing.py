"""csrf-cookie-missing: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Severity
from haranalyze.testing import check_rule, facts_of
from tests.rules.forgery_stories import DJANGO, LARAVEL, RAILS, form, page, plain, refused, severity_of

RULE = "csrf-cookie-missing"
SET = "< Set-Cookie: csrftoken=abcdefghijklmnopqrstuvwxyz012345; Path=/accounts; Secure; SameSite=Lax"
TOKEN = "> X-CSRFToken: abcdefghijklmnopqrstuvwxyz012345"


def test_the_cookie_was_set_and_did_not_come_back() -> None:
    check_rule(
        RULE,
        page(SET + "   # related: set before by")
        + form("POST", "/login", TOKEN, "> Cookie: theme=dark   # want: without the cookie")
        + refused(403, DJANGO, "names the check"),
    )


def test_laravel_without_a_single_cookie() -> None:
    check_rule(
        RULE,
        page("< Set-Cookie: other=1; Path=/; Domain=.example.net")
        + form("POST", "/login   # want: without the cookie", "> X-XSRF-TOKEN: eyJpdiI6abc")
        + refused(419, LARAVEL, "names the check"),
    )


def test_where_the_next_try_works_it_is_a_small_matter() -> None:
    story = (
        page(SET + "   # related: set before by")
        + form("POST", "/login", TOKEN, "> Cookie: theme=dark   # want: without the cookie")
        + refused(403, DJANGO, "names the check")
        + form("POST", "/login", TOKEN, "> Cookie: csrftoken=abcdefghijklmnopqrstuvwxyz012345")
        + "< 302\n< Location: /\n"
    )
    check_rule(RULE, story)
    assert severity_of(RULE, story) is Severity.LOW


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            page(SET)
            + form("POST", "/login", "> Cookie: csrftoken=abcdefghijklmnopqrstuvwxyz012345")
            + refused(403, DJANGO),
            id="the cookie is there",
        ),
        pytest.param(page(SET) + form("POST", "/login", TOKEN) + refused(403, "Forbidden"), id="another refusal"),
        pytest.param(page(SET) + form("GET", "/login", TOKEN) + refused(403, DJANGO), id="a reading call"),
        pytest.param(
            page("< Content-Type: text/html") * 3 + form("POST", "/login", TOKEN) + refused(403, DJANGO),
            id="the recording leaves cookies out",
        ),
        pytest.param(
            page(SET) + form("POST", "/login", TOKEN, host="track.other.net") + refused(403, DJANGO), id="third party"
        ),
        pytest.param(
            page(SET) + form("POST", "/login", "> Cookie: _app_session=aaaaaaaaaaaaaaaa") + refused(422, RAILS),
            id="the session keeps the secret",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, plain(transcript))


def test_a_sanitized_recording_is_no_proof() -> None:
    from haranalyze.facts.forgery_checks import Lack, forgery_refusals

    facts = facts_of(page("< Content-Type: text/html") * 3 + form("POST", "/login", TOKEN) + refused(403, DJANGO))
    assert [one.lack for one in forgery_refusals(facts)] == [Lack.UNKNOWN]
