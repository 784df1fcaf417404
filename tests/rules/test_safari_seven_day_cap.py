"""safari-seven-day-cap: fires on the real thing and stays quiet on its neighbours."""

from json import dumps

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import NOW, PAGE, TRY_REFRESH, UNAUTHORISED, _part, asks, marked, refresh

RULE = "safari-seven-day-cap"
SAFARI = (
    "> User-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.4 Safari/605.1.15"
)
DAY = 86_400


def token(days: float, proof: str | None = "p-1") -> str:
    issued = NOW - int(days * DAY)
    claims = {"sub": "u", "iat": issued, "exp": issued + 3600, "sessionHandle": "h", "antiCsrfToken": proof}
    assert dumps(claims)
    return f"{_part({'alg': 'RS256', 'kid': 'd-1'})}.{_part(claims)}.c2lnbmF0dXJl"


def story(held: str, *lines: str, agent: str = SAFARI, mark: str = "", related: str = "") -> str:
    head = PAGE.replace("* type: document", f"{agent}\n    * type: document")
    return head + refresh(
        "\n".join((agent, f"> Cookie: sAccessToken={held}; sRefreshToken=r-1-aaaaaaaa" + related, *lines)),
        marked(UNAUTHORISED, "< 401", "refused") if mark else UNAUTHORISED,
    ).replace("/auth/session/refresh", "/auth/session/refresh" + mark, 1)


def test_the_refresh_lacks_the_proof_after_nine_days() -> None:
    check_rule(RULE, story(token(9), mark="   # want: lacks anti-csrf", related="   # related: 9 days old"))


def test_a_writing_call_lacks_it() -> None:
    head = PAGE.replace("* type: document", f"{SAFARI}\n    * type: document")
    held = f"> Cookie: sAccessToken={token(8)}   # related: 8 days old"
    check_rule(
        RULE,
        head
        + asks("POST", "/api/save   # want: lacks anti-csrf", SAFARI, held)
        + marked(TRY_REFRESH, "< 401", "refused"),
    )


CHROME = (
    "> User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 "
    "Safari/537.36"
)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(story(token(9), agent=CHROME), id="another browser"),
        pytest.param(story(token(3)), id="three days"),
        pytest.param(story(token(9), "> anti-csrf: p-1"), id="the proof is there"),
        pytest.param(story(token(9, None)), id="no such proof in this session"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
