"""Pages of a sign-in that the browser is sent to and that are not there."""

import pytest

from haranalyze.facts.sign_in_pages import missing_pages
from haranalyze.testing import facts_of
from tests.rules.stories import PAGE


@pytest.mark.parametrize(
    ("path", "status", "missing"),
    [
        ("/login", 404, True),
        ("/login.php", 404, True),
        ("/auth/callback/google", 410, True),
        ("/auth/reset-password", 404, True),
        ("/login", 500, False),
        ("/login", 200, False),
        ("/blog/login-tips", 404, False),
        ("/", 404, False),
    ],
)
def test_only_pages_of_a_sign_in_that_are_not_served(path: str, status: int, missing: bool) -> None:
    target = f"https://app.example.com{path}"
    story = f"> GET https://app.example.com/x\n* type: document\n< 302\n< Location: {target}\n"
    facts = facts_of(PAGE + story + f"> GET {target}\n* type: document\n< {status}\n")
    found = missing_pages(facts)
    assert [one.page.index for one in found] == ([2] if missing else [])
    if missing:
        assert found[0].sent_by is facts.exchanges[1]
        assert found[0].served is facts.exchanges[0]
