"""Refusals by checks against forged requests: what the words say, and what the request itself shows."""

import pytest

from haranalyze.facts.forgery_checks import Lack, forgery_refusals
from haranalyze.testing import facts_of
from tests.rules.forgery_stories import CSURF, DJANGO, LARAVEL, RAILS, form, page, refused

SET = "< Set-Cookie: csrftoken=abcdefghijklmnopqrstuvwxyz012345; Path=/; Secure"


def lack_of(status: int, words: str, *lines: str, body: str = "a=1") -> tuple[str, Lack]:
    (one,) = forgery_refusals(facts_of(page(SET) + form("POST", "/save", *lines, body=body) + refused(status, words)))
    return one.framework, one.lack


@pytest.mark.parametrize(
    ("status", "words", "framework", "lack"),
    [
        (403, "CSRF Failed: CSRF cookie not set.", "Django", Lack.COOKIE),
        (403, "CSRF Failed: CSRF token missing.", "Django", Lack.TOKEN),
        (403, "CSRF token from the 'X-Csrftoken' HTTP header incorrect.", "Django", Lack.MATCH),
        (
            403,
            "Could not verify the provided CSRF token because your session was not found.",
            "Spring Security",
            Lack.COOKIE,
        ),
        (403, "Invalid CSRF Token '1a2b' was found on the request parameter", "Spring Security", Lack.MATCH),
        (400, "The required antiforgery cookie .AspNetCore.Antiforgery.x is not present.", "ASP.NET Core", Lack.COOKIE),
        (400, "The required antiforgery form field __RequestVerificationToken", "ASP.NET Core", Lack.TOKEN),
        (500, "The provided anti-forgery token was meant for a different claims-based user", "ASP.NET", Lack.MATCH),
        (400, "The CSRF session token is missing.", "Flask-WTF", Lack.COOKIE),
        (403, "Forbidden - CSRF token not found in request", "gorilla/csrf", Lack.TOKEN),
    ],
)
def test_words_that_name_the_reason(status: int, words: str, framework: str, lack: Lack) -> None:
    assert lack_of(status, words, "> Cookie: a=1") == (framework, lack)


@pytest.mark.parametrize(
    ("lines", "lack"),
    [
        (("> Cookie: csrftoken=" + "a" * 32, "> X-CSRFToken: " + "b" * 32), Lack.MATCH),
        (("> Cookie: csrftoken=" + "a" * 32,), Lack.TOKEN),
        (("> Cookie: csrftoken=" + "a" * 32, "> X-CSRFToken: undefined"), Lack.TOKEN),
        (("> Cookie: a=1", "> X-CSRFToken: " + "b" * 32), Lack.COOKIE),
    ],
)
def test_without_a_reason_the_request_decides(lines: tuple[str, ...], lack: Lack) -> None:
    assert lack_of(403, DJANGO, *lines) == ("Django", lack)


@pytest.mark.parametrize(
    "body",
    ["_token=abc", "a=1&csrfmiddlewaretoken=abc", '{"_csrf": "abc"}', '--x\r\nname="authenticity_token"\r\n\r\nabc'],
)
def test_tokens_in_bodies(body: str) -> None:
    assert lack_of(422, RAILS, "> Cookie: csrf=1", body=body.replace("\r\n", " "))[1] is Lack.MATCH


def test_an_empty_field_is_no_token() -> None:
    assert lack_of(403, CSURF, "> Cookie: _csrf=1", body="_csrf=&a=1")[1] is Lack.TOKEN


def test_a_cookie_the_server_does_not_see_is_not_called_missing() -> None:
    assert lack_of(403, "CSRF cookie not set.", "> Cookie: csrftoken=" + "a" * 32)[1] is Lack.UNKNOWN


def test_the_status_419_is_laravels() -> None:
    assert lack_of(419, "<title>Page Expired</title>", "> Cookie: XSRF-TOKEN=a", body="_token=b")[0] == "Laravel"
    assert lack_of(419, LARAVEL, "> Cookie: laravel_session=aaaa")[0] == "Laravel"


@pytest.mark.parametrize(("status", "words"), [(404, DJANGO), (403, "nothing of the kind"), (400, "{}")])
def test_other_answers_are_no_such_refusal(status: int, words: str) -> None:
    facts = facts_of(page(SET) + form("POST", "/save") + refused(status, words))
    assert forgery_refusals(facts) == ()


@pytest.mark.parametrize(
    ("back", "found"), [("/signin?csrf=true", 1), ("/signin?error=MissingCSRF", 1), ("/signin?error=Callback", 0)]
)
def test_auth_js_sends_the_browser_back(back: str, found: int) -> None:
    sent = form("POST", "/api/auth/callback/credentials", "> Cookie: next-auth.csrf-token=a", body="email=a")
    lacks = [one.lack for one in forgery_refusals(facts_of(page(SET) + sent + f"< 302\n< Location: {back}\n"))]
    assert lacks == [Lack.TOKEN] * found


def test_a_body_that_was_not_recorded_may_hold_the_token() -> None:
    story = form("POST", "/save", "> Cookie: csrftoken=" + "a" * 32, "> Content-Length: 120", body="")
    (one,) = forgery_refusals(facts_of(page(SET) + story + refused(403, DJANGO)))
    assert one.lack is Lack.UNKNOWN
