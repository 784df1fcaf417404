"""signing-key-type-changed: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import ACCEPTED, NOW, PAGE, TRY_REFRESH, _part, call, marked, refresh, renewed, sign_in

RULE = "signing-key-type-changed"


def token(key: str, number: int, *, lives: int = 3600) -> str:
    claims = {"sub": "u", "iat": NOW, "exp": NOW + lives, "sessionHandle": "h", "n": number}
    return f"{_part({'alg': 'RS256', 'kid': key})}.{_part(claims)}.c2lnbmF0dXJl"


FIXED, CHANGING = token("s-1", 1), token("d-1", 2)


def with_cookie(held: str) -> str:
    return f"> Cookie: sAccessToken={held}"


def test_servers_that_sign_in_two_ways() -> None:
    set_later = (
        f"    < Set-Cookie: sAccessToken={CHANGING}; Path=/; HttpOnly; Secure; SameSite=Lax   # related: dynamic\n"
    )
    check_rule(
        RULE,
        PAGE
        + sign_in(FIXED)
        + call("/api/me", with_cookie(FIXED) + "   # want: in turn")
        + marked(TRY_REFRESH, '< {"message', "still valid")
        + refresh("> Accept: */*", renewed(CHANGING, setting=set_later))
        + call("/api/me", with_cookie(CHANGING))
        + marked(TRY_REFRESH, "< 401", "the same"),
    )


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE
            + sign_in(FIXED)
            + call("/api/me", with_cookie(FIXED))
            + TRY_REFRESH
            + refresh("> Accept: */*", renewed(CHANGING))
            + call("/api/me", with_cookie(CHANGING))
            + ACCEPTED,
            id="the refresh heals it",
        ),
        pytest.param(
            PAGE
            + sign_in(FIXED)
            + call("/api/me", with_cookie(FIXED))
            + TRY_REFRESH
            + refresh("> Accept: */*", renewed(token("s-1", 3)))
            + call("/api/me", with_cookie(token("s-1", 3)))
            + TRY_REFRESH,
            id="one kind",
        ),
        pytest.param(
            PAGE
            + sign_in(token("s-1", 1, lives=-60))
            + call("/api/me", with_cookie(token("s-1", 1, lives=-60)))
            + TRY_REFRESH
            + refresh("> Accept: */*", renewed(token("d-1", 2, lives=-60)))
            + call("/api/me", with_cookie(token("d-1", 2, lives=-60)))
            + TRY_REFRESH,
            id="expired",
        ),
        pytest.param(
            PAGE
            + sign_in(token("abc", 1))
            + call("/api/me", with_cookie(token("abc", 1)))
            + TRY_REFRESH
            + refresh("> Accept: */*", renewed(CHANGING))
            + call("/api/me", with_cookie(CHANGING))
            + TRY_REFRESH,
            id="key names of another system",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
