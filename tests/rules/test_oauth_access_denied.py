"""oauth-access-denied: somebody said no; never a fault."""

import pytest

from haranalyze.analysis import examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.rulebook import Rulebook
from haranalyze.testing import check_rule
from haranalyze.verdict import State
from tests.rules.oauth_stories import COOKIE, GOOD, OTHER_STATE, asks, callback, leaves

RULE = "oauth-access-denied"
DENIED = callback("< 302\n< Location: /\n", COOKIE, mark="   # want: the provider says so").replace(
    "code=351ed0820bea3aab3b5a424f", "error=access_denied"
)
STORY = leaves() + asks(mark="   # related: leaves for the identity provider") + DENIED


def test_it_is_told() -> None:
    check_rule(RULE, STORY)


def test_it_is_no_fault() -> None:
    found = examine(read_transcript(STORY), Rulebook.installed())
    assert found.verdict.state is State.OTHER_TROUBLE


def test_after_a_good_second_try_it_is_no_trouble() -> None:
    from tests.rules.oauth_stories import SIGNED_IN, returns

    good = leaves(OTHER_STATE) + asks(OTHER_STATE, answer=returns(OTHER_STATE))
    good += callback(SIGNED_IN, f"> Cookie: oauth_state={OTHER_STATE}", state=OTHER_STATE, code="22222222222222")
    found = examine(read_transcript(STORY + good), Rulebook.installed())
    assert found.verdict.state is State.HEALTHY


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(GOOD, id="a good sign-in"),
        pytest.param(
            leaves()
            + asks()
            + DENIED.replace("access_denied", "server_error").partition("   # want")[0]
            + "\n"
            + "* type: document\n< 500\n",
            id="another error",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
