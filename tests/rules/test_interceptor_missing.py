"""interceptor-missing: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Outcome
from haranalyze.testing import check_outcome, check_rule
from tests.rules.stories import (
    ACCEPTED,
    FOREIGN,
    PAGE,
    UNAUTHORISED,
    asks,
    call,
    fix_lines,
    jwt,
    marked,
    sign_in,
    words_of_fixes,
)

RULE = "interceptor-missing"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE
        + marked(sign_in(TOKEN), "> st-auth-mode", "other calls carry it")
        + asks("GET", "/api/me   # want: none of the headers")
        + UNAUTHORISED,
    )


def test_calls_to_a_host_that_the_client_does_not_look_after() -> None:
    first = asks("GET", "/api/me   # want: none of the headers", host="api2.example.com")
    cookie = f"> Cookie: sAccessToken={TOKEN}"
    story = PAGE + marked(sign_in(TOKEN), "> st-auth-mode", "other calls carry it")
    story += asks("GET", "/api/x", cookie, host="api2.example.com") + "< 200\n" + first + UNAUTHORISED
    check_rule(RULE, story)
    assert "sessionTokenBackendDomain" in fix_lines(RULE, story)


def test_a_client_that_was_never_started_is_a_question() -> None:
    bare = (asks("GET", "/api/me", COOKIE) + UNAUTHORISED) * 2
    check_rule(RULE, PAGE + bare)
    check_outcome(RULE, PAGE + bare, Outcome.QUESTION)
    check_outcome(RULE, PAGE + (call() + UNAUTHORISED) * 2, Outcome.PASS)


def test_a_recipe_that_the_backend_does_not_have_is_a_question() -> None:
    missed = asks("POST", "/auth/signinup/code", "> rid: passwordless", "> st-auth-mode: cookie") + "< 404\n"
    check_outcome(RULE, PAGE + sign_in(TOKEN) + missed, Outcome.QUESTION)
    check_outcome(RULE, PAGE + missed, Outcome.PASS)


def test_calls_made_before_the_client_was_started() -> None:
    bare = asks("GET", "/api/me   # want: none of the headers") + UNAUTHORISED
    story = PAGE + sign_in(TOKEN).replace("> st-auth-mode", "> x-none") + bare
    check_rule(RULE, story + marked(call("/api/you", COOKIE), "> st-auth-mode", "other calls carry it") + ACCEPTED)


def test_the_fetch_of_a_framework() -> None:
    """SvelteKit hands ``load`` a fetch of its own; its calls look like any other made around the client."""
    data = "> GET https://app.example.com/_app/immutable/entry/start.js\n* type: script\n< 200\n"
    story = PAGE + data + marked(sign_in(TOKEN), "> st-auth-mode", "other calls carry it")
    story += asks("GET", "/api/me   # want: none of the headers") + UNAUTHORISED
    check_rule(RULE, story)
    assert "of a framework" in words_of_fixes(RULE, story)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call() + UNAUTHORISED, id="the client made it"),
        pytest.param(PAGE + sign_in(TOKEN) + asks("GET", "/api/legacy", COOKIE) + FOREIGN, id="another system refuses"),
        pytest.param(PAGE + asks("GET", "/api/me") + UNAUTHORISED + sign_in(TOKEN), id="before signing in"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
