"""clock-skew: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import ACCEPTED, PAGE, bearer_call, bearer_sign_in, jwt, marked

RULE = "clock-skew"
RIGHT, AHEAD, BEHIND = (f"Sun, 22 Nov 2026 02:{minute} GMT" for minute in ("34:24", "44:24", "24:24"))


LATER = "Sun, 22 Nov 2026 02:49:34 GMT"  # five minutes later on the clock that is ahead


def dated(piece: str, date: str, mark: str = "") -> str:
    return piece.replace(
        "< Access-Control-Allow-Credentials", f"< Date: {date}{mark}\n    < Access-Control-Allow-Credentials"
    )


EARLY = '< 401\n    < Access-Control-Allow-Credentials: true\n<\n< {"error": "jwt not active"}\n'
EXPIRED = '< 401\n    < Access-Control-Allow-Credentials: true\n<\n< {"error": "jwt expired"}\n'


def test_a_token_that_does_not_count_yet() -> None:
    token = jwt()
    check_rule(
        RULE,
        PAGE
        + dated(bearer_sign_in(token).replace('< {"access', '< {"access'), BEHIND).replace(
            f'"{token}"}}', f'"{token}"}}   # related: issued here'
        )
        + bearer_call(
            f"Bearer {token}",
            marked(dated(EARLY, BEHIND, "   # want: counts only 5"), '< {"error', "refused"),
        ),
    )


def test_a_slow_client_keeps_an_expired_token() -> None:
    token = jwt(issued=600, lives=300)
    refused = marked(dated(EXPIRED, LATER, "   # want: clock is"), '< {"error', "refused")
    check_rule(
        RULE,
        PAGE + dated(bearer_sign_in(token), AHEAD) + "* +310000 ms\n" + bearer_call(f"Bearer {token}", refused),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE + dated(bearer_sign_in(jwt()), AHEAD) + bearer_call(f"Bearer {jwt()}", dated(ACCEPTED, AHEAD)),
            id="nothing is refused",
        ),
        pytest.param(
            PAGE
            + dated(bearer_sign_in(jwt(issued=-7200)), RIGHT)
            + bearer_call(f"Bearer {jwt(issued=-7200)}", dated(EXPIRED, RIGHT)),
            id="expired by both clocks",
        ),
        pytest.param(
            PAGE
            + dated(bearer_sign_in(jwt(issued=-7200)), AHEAD)
            + bearer_call(f"Bearer {jwt(issued=-7200)}", dated(EXPIRED, AHEAD)),
            id="expired by both clocks, which differ",
        ),
        pytest.param(
            PAGE + dated(bearer_sign_in(jwt()), RIGHT) + bearer_call(f"Bearer {jwt()}", dated(EARLY, RIGHT)),
            id="the clocks agree",
        ),
        pytest.param(
            PAGE
            + dated(bearer_sign_in(jwt(lives=300)), AHEAD)
            + bearer_call(f"Bearer {jwt(lives=300)}", dated(EXPIRED, AHEAD)),
            id="only the clock of a proxy differs",
        ),
        pytest.param(PAGE + bearer_sign_in(jwt()) + bearer_call(f"Bearer {jwt()}", EARLY), id="no Date header"),
        pytest.param(
            PAGE
            + dated(bearer_sign_in(jwt()), BEHIND)
            + bearer_call(
                f"Bearer {jwt()}", dated(EARLY, BEHIND).replace("jwt not active", "forbidden").replace("401", "403")
            ),
            id="a permission",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
