"""oauth-state-cookie-lost: a callback refused for a cookie that stayed away, and its neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.oauth_stories import (
    COOKIE,
    GOOD,
    LAX,
    MISSING,
    NONE,
    SIGNED_IN,
    STATE,
    asks,
    callback,
    form_post,
    leaves,
    returns,
)

RULE = "oauth-state-cookie-lost"
POST = "&response_mode=form_post"
LEAVES = "   # related: leaves for the identity provider"
SPEAKS = "< 400   # related: the answer speaks of the state\n" + MISSING


def test_a_form_post_does_not_carry_a_lax_cookie() -> None:
    check_rule(
        RULE,
        leaves(more=POST, mark="   # related: its SameSite keeps it")
        + asks(more=POST, mark=LEAVES)
        + form_post(SPEAKS, mark="   # want: its form post to app.example.com comes without the state cookie"),
        confidence=Confidence.CERTAIN,
    )


def test_without_words_a_cookie_that_holds_the_state_is_likely_the_cause() -> None:
    check_rule(
        RULE,
        leaves(more=POST, mark="   # related: its SameSite keeps it")
        + asks(more=POST, mark=LEAVES)
        + form_post("< 403   # related: answered 403\n", mark="   # want: form post"),
        confidence=Confidence.LIKELY,
    )


def test_a_cookie_of_another_host() -> None:
    check_rule(
        RULE,
        leaves(host="www.example.com", mark="   # related: the browser's reason")
        + asks(answer=returns(), mark=LEAVES)
        + callback(SPEAKS, "> Cookie: theme=dark   # want: comes back to app.example.com without"),
        confidence=Confidence.CERTAIN,
    )


def test_a_recording_that_begins_late_leaves_it_open() -> None:
    refused = "< 400   # want: the state cookie is missing\n" + MISSING
    check_rule(RULE, form_post(refused, "> Cookie: theme=dark"), confidence=Confidence.POSSIBLE)


def test_a_sanitized_recording_believes_the_answer() -> None:
    refused = "< 400   # want: the state cookie is missing\n" + MISSING
    story = asks(more=POST, mark=LEAVES) + form_post(refused)
    check_rule(RULE, story, confidence=Confidence.LIKELY)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(GOOD, id="the cookie came and the sign-in went well"),
        pytest.param(
            leaves(more=POST, attributes=NONE) + asks(more=POST) + form_post(SIGNED_IN, COOKIE), id="SameSite=None"
        ),
        pytest.param(leaves(more=POST) + asks(more=POST) + form_post(SIGNED_IN), id="the app does without the cookie"),
        pytest.param(
            leaves() + asks(answer=returns()) + callback("< 400\n", COOKIE), id="refused although the cookie came"
        ),
        pytest.param(GOOD + callback("< 400\n" + MISSING), id="the same callback opened again"),
        pytest.param(
            leaves(more=POST)
            + asks(more=POST)
            + form_post('< 400\n<\n< {"error": "invalid_client", "error_description": "Invalid client secret"}\n'),
            id="another cause is named",
        ),
        pytest.param(leaves(more=POST) + asks(more=POST) + form_post("< 502\n"), id="the server broke"),
        pytest.param(
            f"> GET https://shop.example.com/find?code=US&state={STATE[:2]}\n* type: document\n< 404\n",
            id="a state that is an American one",
        ),
        pytest.param(
            leaves(state="x", attributes=LAX).replace("oauth_state", "theme") + asks(state="x"), id="no such cookie"
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
