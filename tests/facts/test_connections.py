"""Calls that never reached a server."""

import pytest

from haranalyze.facts.connections import (
    is_blocked_by_client,
    is_connection_failure,
    lost_posts,
    mixed_content,
    unanswered_calls,
    upgraded_in_vain,
)
from haranalyze.testing import facts_of
from tests.rules.stories import PAGE, call, jwt, sign_in

START = PAGE + sign_in(jwt())


@pytest.mark.parametrize(
    ("error", "connection", "blocked"),
    [
        ("net::ERR_CONNECTION_TIMED_OUT", True, False),
        ("net::ERR_SSL_PROTOCOL_ERROR", True, False),
        ("NS_ERROR_UNKNOWN_HOST", True, False),
        ("net::ERR_BLOCKED_BY_CLIENT", False, True),
        ("net::ERR_FAILED", False, False),
        ("net::ERR_ABORTED", False, False),
    ],
)
def test_errors_are_read_as_what_they_mean(error: str, connection: bool, blocked: bool) -> None:
    exchange = facts_of(START + call() + f"* error: {error}\n").exchanges[-1]
    assert (is_connection_failure(exchange), is_blocked_by_client(exchange)) == (connection, blocked)


def test_an_answered_call_never_failed() -> None:
    exchange = facts_of(START + call() + "* error: net::ERR_CONNECTION_RESET\n< 200\n").exchanges[-1]
    assert not is_connection_failure(exchange)


def test_a_later_answer_to_the_same_call_makes_a_failure_good() -> None:
    gone = call("/api/a?n=1") + "* error: net::ERR_CONNECTION_REFUSED\n"
    assert [one.index for one in unanswered_calls(facts_of(START + gone))] == [2]
    assert unanswered_calls(facts_of(START + gone + call("/api/a?n=2") + "< 401\n")) == ()
    assert [one.index for one in unanswered_calls(facts_of(START + call("/api/a?n=2") + "< 401\n" + gone))] == [3]


def test_a_client_without_a_page_sends_http_as_it_likes() -> None:
    story = "* exporter: mitmproxy\n> GET http://api.example.com/x\n> User-Agent: okhttp/4\n"
    facts = facts_of(story)
    assert (mixed_content(facts), upgraded_in_vain(facts), lost_posts(facts)) == ((), (), ())
