"""sanitized-capture: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    PAGE,
    call,
    jwt,
    sign_in,
)

RULE = "sanitized-capture"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}"


def test_points_at_the_exchange_that_proves_it() -> None:
    check_rule(
        RULE,
        PAGE.replace(
            "https://app.example.com/\n    * type", "https://app.example.com/   # want: left them out\n    * type"
        )
        + sign_in(TOKEN, setting="")
        + (call() + ACCEPTED) * 3,
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN), id="a cookie is in it"),
        pytest.param(
            "".join(
                f"> GET https://app.example.com/{n}\n> User-Agent: Mozilla/5.0 Chrome/156.0.0.0 Safari/537.36\n< 200\n"
                for n in range(4)
            ),
            id="no session at all",
        ),
        pytest.param("* exporter: mitmproxy\n" + PAGE + sign_in(TOKEN, setting=""), id="another recorder"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
