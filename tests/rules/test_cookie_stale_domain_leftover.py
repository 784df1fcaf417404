"""cookie-stale-domain-leftover: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.stories import (
    ACCEPTED,
    CORS,
    PAGE,
    TRY_REFRESH,
    UNAUTHORISED,
    asks,
    call,
    jwt,
    marked,
    refresh,
    sign_in,
)

RULE = "cookie-stale-domain-leftover"
NEW, OLD = jwt(), jwt(issued=-700_000)
WITH_OLD, WITH_NEW = f"> Cookie: sAccessToken={OLD}", f"> Cookie: sAccessToken={NEW}"
SET = f"    < Set-Cookie: sAccessToken={NEW}; Path=/v2; HttpOnly; Secure; SameSite=Lax\n"
SIGNED_IN = sign_in(NEW, setting=SET)


def test_an_old_cookie_from_before_the_recording() -> None:
    check_rule(
        RULE,
        PAGE
        + call("/api/me", WITH_OLD)
        + TRY_REFRESH
        + sign_in(NEW, setting=marked(SET, "< Set-Cookie", "the new cookie"))
        + call("/api/me", WITH_OLD + "   # want: an older sAccessToken")
        + marked(TRY_REFRESH, "< 401", "with the old cookie"),
        confidence=Confidence.LIKELY,
    )


def test_both_lines_in_the_recording_make_it_certain() -> None:
    first = f"    < Set-Cookie: sAccessToken={OLD}; Path=/; HttpOnly; Secure; SameSite=Lax   # related: the old one\n"
    check_rule(
        RULE,
        PAGE
        + sign_in(OLD, setting=first)
        + sign_in(NEW, setting=marked(SET, "< Set-Cookie", "the new cookie"))
        + call("/api/me", WITH_OLD + "   # want: an older sAccessToken")
        + marked(TRY_REFRESH, "< 401", "with the old cookie"),
        confidence=Confidence.CERTAIN,
    )


BEFORE = PAGE + call("/api/me", WITH_OLD) + TRY_REFRESH


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(BEFORE + SIGNED_IN + call("/api/me", WITH_NEW) + UNAUTHORISED, id="the new cookie is sent"),
        pytest.param(
            BEFORE + SIGNED_IN + call("/api/me", f"{WITH_OLD}; sAccessToken={NEW}") + TRY_REFRESH, id="both are sent"
        ),
        pytest.param(BEFORE + SIGNED_IN + call("/api/me", WITH_OLD) + ACCEPTED, id="accepted"),
        pytest.param(
            BEFORE + SIGNED_IN.replace("HttpOnly; ", "") + call("/api/me", WITH_OLD) + TRY_REFRESH,
            id="a script may have written it",
        ),
        pytest.param(
            BEFORE + SIGNED_IN + call("/api/me", WITH_OLD) + TRY_REFRESH + call("/v2/me", WITH_NEW) + ACCEPTED,
            id="the new cookie is in use",
        ),
        pytest.param(
            PAGE
            + "* +1000\n"
            + call("/api/me", WITH_OLD)
            + TRY_REFRESH
            + "* +1500\n"
            + sign_in(NEW, setting=SET).replace("< 200\n", "* took: 900 ms\n    < 200\n", 1)
            + "* +1600\n"
            + call("/api/me", WITH_OLD)
            + TRY_REFRESH,
            id="it left before the new cookie arrived",
        ),
        pytest.param(
            PAGE + asks("POST", "/auth/signout", WITH_OLD) + f"< 200\n{CORS}\n" + refresh(WITH_OLD, UNAUTHORISED),
            id="nothing new was set",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
