"""redirect-loop: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    PAGE,
    marked,
)

RULE = "redirect-loop"
ROUND = "> GET https://app.example.com/\n* type: document\n< 302\n< Location: /login\n> GET https://app.example.com/login\n* type: document\n< 302\n< Location: https://login.other.net/authorize\n> GET https://login.other.net/authorize\n* type: document\n< 302\n< Location: https://app.example.com/callback?code=1\n> GET https://app.example.com/callback?code=1\n* type: document\n< 302\n< Location: /\n"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        "> GET https://app.example.com/\n* type: document\n< 302   # want: rounds of the same\n< Location: /login\n> GET https://app.example.com/login\n* type: document\n< 302\n< Location: https://login.other.net/authorize\n> GET https://login.other.net/authorize\n* type: document\n< 302\n< Location: https://app.example.com/callback?code=1\n> GET https://app.example.com/callback?code=1\n* type: document\n< 302\n< Location: /\n"
        + marked(ROUND, "< 302", "the same page again") * 3,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            "".join(
                f"> GET https://app.example.com/{n}\n* type: document\n< 302\n< Location: /{n + 1}\n" for n in range(9)
            )
            + "> GET https://app.example.com/9\n* type: document\n< 200\n",
            id="a chain that ends",
        ),
        pytest.param(ROUND + "> GET https://app.example.com/\n* type: document\n< 200\n", id="once through sign-in"),
        pytest.param(PAGE, id="no redirect"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


def test_says_nothing_of_a_sign_in_where_there_is_none() -> None:
    """Two servers that disagree about https send the browser in circles without any session."""
    to = "> GET {0}://www.example.com/a\n* type: document\n< 301{2}\n< Location: {1}://www.example.com/a\n"
    there, back = to.format("http", "https", "{}"), to.format("https", "http", "")
    again = there.replace("{}", "   # related: the same page again") + back
    check_rule(RULE, there.replace("{}", "   # want: The page never opens") + back + again * 3)


def test_names_the_session_cookie_that_the_callback_sets_in_vain() -> None:
    from tests.rules.oauth_stories import CALLBACK, asks, leaves, returns

    refused = "app_session=s0739a00ec1bafaa866; Domain=example.org; Path=/; HttpOnly; Secure"

    def turn(number: int, begin: str, mark: str = "") -> str:
        state = f"state-of-round-{number}"
        return (
            f"> GET https://app.example.com/\n* type: document\n< 302{begin}\n< Location: /login\n"
            + leaves(state)
            + asks(state, answer=returns(state))
            + f"> GET {CALLBACK}?code=351ed0820bea3aab3b5a424f&state={state}\n* type: document\n"
            + f"> Cookie: oauth_state={state}\n< 302\n< Set-Cookie: {refused}{mark}\n< Location: /\n"
        )

    story = turn(0, "   # want: rounds of the same", "   # related: not kept by the browser: DomainMismatch")
    check_rule(RULE, story + "".join(turn(n, "   # related: the same page again") for n in (1, 2, 3)))
