"""auth-rate-limited: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Severity
from haranalyze.testing import check_rule
from haranalyze.verdict import State
from tests.rules.stories import ACCEPTED, CORS, FOREIGN, PAGE, asks, call, jwt, marked, refresh, renewed, sign_in
from tests.test_verdict import judged

RULE = "auth-rate-limited"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}; sRefreshToken=r-1"
SIGN_IN = asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword", "> fdi-version: 4.1")
LIMIT = f"< 429\n{CORS}\n< Retry-After: 30\n<\n< Too Many Requests\n"
WRONG = f'< 200\n{CORS}\n<\n< {{"status": "WRONG_CREDENTIALS_ERROR"}}\n'


def test_points_at_the_limit_and_how_long_it_lasts() -> None:
    limit = marked(marked(LIMIT, "< Retry-After", "how long"), "< 429", "too many calls", "want")
    check_rule(RULE, PAGE + sign_in(TOKEN) + refresh(COOKIE, limit))


def test_it_follows_from_a_loop_of_refreshes() -> None:
    rounds = "".join(call("/api/legacy", COOKIE) + FOREIGN + refresh(COOKIE, renewed(jwt(number=n))) for n in range(3))
    analysis = judged(PAGE + sign_in(TOKEN) + rounds + call("/api/legacy", COOKIE) + FOREIGN + refresh(COOKIE, LIMIT))
    assert analysis.verdict.root is not None
    assert analysis.verdict.root.rule == "foreign-401"
    followers = {one.rule for one in analysis.findings if one.consequence_of == analysis.verdict.root.id}
    assert RULE in followers


def test_after_wrong_passwords_the_limit_works_as_it_should() -> None:
    analysis = judged(PAGE + (SIGN_IN + WRONG) * 3 + SIGN_IN + LIMIT)
    assert analysis.verdict.state is State.OTHER_TROUBLE
    assert {one.severity for one in analysis.findings if one.rule == RULE} == {Severity.INFO}


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/search", COOKIE) + LIMIT, id="another call"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", COOKIE) + ACCEPTED, id="accepted"),
        pytest.param(
            PAGE + sign_in(TOKEN) + asks("POST", "/auth/token", host="api.tracker.net") + LIMIT, id="another site"
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
