"""Calls that servers make for users."""

import pytest

from haranalyze.facts.server_side_calls import (
    back_without_session,
    is_by_server,
    made_elsewhere,
    rendered_without,
    sent_away_while_signed_in,
)
from haranalyze.testing import facts_of
from tests.rules.oauth_stories import GOOD
from tests.rules.server_stories import MITM, REFUSED, inner, visit
from tests.rules.stories import PAGE, jwt, sign_in


@pytest.mark.parametrize(
    ("agent", "server"),
    [
        ("node", True),
        ("node-fetch/1.0 (+https://github.com/bitinn/node-fetch)", True),
        ("undici", True),
        ("axios/1.7.2", True),
        ("python-requests/2.32.3", True),
        ("Go-http-client/1.1", True),
        ("Next.js Middleware", True),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0", False),
        ("okhttp/4.12.0", False),
        ("MyApp/3.1 CFNetwork/1490 Darwin/23.2.0", False),
        ("nodejs-lookalike/1", False),
        ("", False),
    ],
)
def test_server_programs_by_what_they_call_themselves(agent: str, server: bool) -> None:
    facts = facts_of(f"> GET https://api.example.com/\n> User-Agent: {agent or 'x'}\n< 200\n")
    assert is_by_server(facts.exchanges[0]) is server


def test_a_call_outside_the_pages_request_is_not_of_that_page() -> None:
    cookie = f"> Cookie: sAccessToken={jwt()}"
    known = inner("/api/me", "< 200\n< front-token: remove\n", cookie, at=10)
    within = MITM + known + visit("/a", "< 200\n", cookie) + inner("/api/me", REFUSED)
    assert len(rendered_without(facts_of(within))) == 1
    assert rendered_without(facts_of(within.replace("+1100", "+1390"))) == ()


def test_ordinary_recordings_have_none_of_it() -> None:
    for story in (PAGE + sign_in(jwt()), GOOD, ""):
        facts = facts_of(story)
        assert rendered_without(facts) == ()
        assert sent_away_while_signed_in(facts) == ()
        assert (made_elsewhere(facts), back_without_session(facts)) == (None, None)
