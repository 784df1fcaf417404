"""token-theft: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.stories import PAGE, UNAUTHORISED, cookies, jwt, marked, refresh, renewed, sign_in

RULE = "token-theft"
TOKEN, SECOND = jwt(), jwt(number=2)
OLD, NEW = "r-1-aaaaaaaa", "r-2-bbbbbbbb"
SIGNED_IN = PAGE + sign_in(TOKEN, setting=cookies(TOKEN, refresh=OLD))
RENEWED = renewed(SECOND, setting=cookies(SECOND, refresh=NEW))
WITH_OLD, WITH_NEW = f"> Cookie: sRefreshToken={OLD}", f"> Cookie: sRefreshToken={NEW}"
THEFT = UNAUTHORISED.replace("unauthorised", "token theft detected")


def test_names_both_uses_of_one_token() -> None:
    check_rule(
        RULE,
        SIGNED_IN
        + refresh(WITH_OLD + "   # related: the first refresh with token", RENEWED)
        + refresh(
            WITH_OLD + "   # related: again",
            marked(THEFT, '< {"message', "had been used before", "want"),
        ),
        confidence=Confidence.CERTAIN,
    )


def test_without_the_first_use_the_servers_word_stands() -> None:
    check_rule(RULE, SIGNED_IN + refresh(WITH_OLD, marked(THEFT, '< {"message', "used before", "want")))


def test_a_replaced_token_refused_without_the_word_is_likely() -> None:
    check_rule(
        RULE,
        SIGNED_IN
        + refresh(WITH_OLD + "   # related: the first refresh", RENEWED)
        + refresh(WITH_OLD + "   # related: again", marked(UNAUTHORISED, '< {"message', "used before", "want")),
        confidence=Confidence.LIKELY,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(SIGNED_IN + refresh(WITH_OLD, RENEWED) + refresh(WITH_NEW, RENEWED), id="each token once"),
        pytest.param(SIGNED_IN + refresh(WITH_OLD, RENEWED) + refresh(WITH_NEW, UNAUTHORISED), id="the new token"),
        pytest.param(SIGNED_IN + refresh(WITH_OLD, RENEWED) + refresh(WITH_OLD, RENEWED), id="a grace period"),
        pytest.param(SIGNED_IN + refresh(f"{WITH_OLD}; sRefreshToken={NEW}", THEFT), id="two refresh cookies"),
        pytest.param(PAGE + refresh("> Accept: */*", UNAUTHORISED), id="a first visit"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
