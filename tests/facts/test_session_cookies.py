"""What became of session cookies: asked of the facts directly, without the words of the rules."""

from haranalyze.facts.session_cookies import kept_by_path, marker_sent, refresh_cookies
from haranalyze.testing import facts_of
from haranalyze.text import raw
from tests.rules.stories import PAGE, UNAUTHORISED, call, jwt, refresh, sign_in

TOKEN = jwt()


def test_the_prefix_is_what_stands_before_the_path_of_the_cookie() -> None:
    held = sign_in(TOKEN).replace("sRefreshToken=r-1", "sRefreshToken=r-1-aaaaaaaa")
    called = refresh(f"> Cookie: sAccessToken={TOKEN}", UNAUTHORISED)
    facts = facts_of(PAGE + held + called.replace("/auth/session/refresh", "/prod/auth/session/refresh", 1))
    (one,) = kept_by_path(facts)
    assert (raw(one.prefix), raw(one.cookie.path), one.is_refresh) == ("/prod", "/auth/session/refresh", True)
    assert refresh_cookies(facts) == {"sRefreshToken"}


def test_another_base_path_has_no_prefix() -> None:
    held = sign_in(TOKEN).replace("sRefreshToken=r-1", "sRefreshToken=r-1-aaaaaaaa")
    called = refresh(f"> Cookie: sAccessToken={TOKEN}", UNAUTHORISED)
    facts = facts_of(PAGE + held + called.replace("/auth/session/refresh", "/api/session/refresh", 1))
    (one,) = kept_by_path(facts)
    assert raw(one.prefix) == ""


def test_the_cookie_of_an_older_sdk_is_told_by_its_name() -> None:
    facts = facts_of(PAGE + sign_in(TOKEN) + call("/api/me", "> Cookie: sIdRefreshToken=x1") + UNAUTHORISED)
    assert [marker_sent(facts, exchange) for exchange in facts.exchanges] == [None, None, "sIdRefreshToken"]
