"""auth-header-malformed: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    NO_TOKEN,
    PAGE,
    bearer_call,
    bearer_sign_in,
    jwt,
)

RULE = "auth-header-malformed"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE + bearer_sign_in(TOKEN) + bearer_call("Bearer undefined   # want: literal such as undefined", NO_TOKEN),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(f"Bearer {TOKEN}", NO_TOKEN), id="well-formed"),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(None, NO_TOKEN), id="no header at all"),
        pytest.param(PAGE + bearer_sign_in(TOKEN) + bearer_call(TOKEN, ACCEPTED), id="accepted in this form"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer null", "Bearer {{token}}", "Bearer Bearer abc", jwt(), "Bearer [object Object]"]
)
def test_every_form_the_api_cannot_read(value: str) -> None:
    check_rule(RULE, PAGE + bearer_sign_in(TOKEN) + bearer_call(f"{value}   # want: Authorization header", NO_TOKEN))
