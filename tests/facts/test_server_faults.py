"""What failing authentication calls show about the server behind them."""

import pytest

from haranalyze.facts.server_faults import (
    crashed_auth_calls,
    is_auth_route,
    named_faults,
    rate_limited_auth_calls,
    tenant_readings,
)
from haranalyze.testing import facts_of
from haranalyze.text import raw
from tests.rules.stories import CORS, PAGE, asks, call, jwt, sign_in

TOKEN = jwt()
MARKS = ("> st-auth-mode: cookie", "> rid: multitenancy", "> fdi-version: 4.1")


def asked(path: str, status: int, body: str = "{}", method: str = "GET") -> str:
    return asks(method, path, *MARKS) + f"< {status}\n{CORS}\n<\n< {body}\n"


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/auth/loginmethods", True),
        ("/auth/user/password/reset/token", True),
        ("/auth/callback/apple", True),
        ("/api/loginmethods-of-mine", False),
        ("/api/me", False),
    ],
)
def test_routes_of_the_session_system(path: str, is_one: bool) -> None:
    facts = facts_of(PAGE + sign_in(TOKEN) + asked(path, 200))
    assert is_auth_route(facts, facts.exchanges[-1]) is is_one


def test_a_named_fault_is_no_crash_and_a_crash_is_no_named_fault() -> None:
    story = PAGE + asked("/auth/signin", 500, "No SuperTokens core available to query", "POST")
    facts = facts_of(story + asked("/auth/signin", 500, '{"error": "boom"}', "POST"))
    assert [one.means for one in named_faults(facts)] == ["core-unreachable"]
    assert [one.index for one in crashed_auth_calls(facts)] == [2]


def test_limits_count_on_authentication_calls_only() -> None:
    facts = facts_of(PAGE + sign_in(TOKEN) + asked("/auth/signin", 429, "", "POST") + call("/api/x") + "< 429\n")
    assert [one.index for one in rate_limited_auth_calls(facts)] == [2]


@pytest.mark.parametrize(
    ("base", "segment", "word"),
    [("/api/auth", "auth", True), ("/auth/v1", "v1", True), ("/auth/acme", "acme", False), ("", "", False)],
)
def test_the_segment_before_the_route_is_what_was_taken_for_a_tenant(base: str, segment: str, word: bool) -> None:
    (one,) = tenant_readings(facts_of(PAGE + asked(f"{base}/loginmethods", 500, '{"message": "Tenant not found"}')))
    assert (raw(one.segment), one.is_route_word, one.served, one.cookie_path) == (segment, word, None, None)
