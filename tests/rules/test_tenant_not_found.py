"""tenant-not-found: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence, Outcome
from haranalyze.testing import check_outcome, check_rule
from haranalyze.verdict import State
from tests.rules.stories import ACCEPTED, CORS, PAGE, UNAUTHORISED, asks, call, front, jwt, marked, sign_in
from tests.test_verdict import judged

RULE = "tenant-not-found"
TOKEN = jwt()
WORDS = '{"message": "Tenant not found"}'
CORE = (
    '{"message": "SuperTokens core threw an error for a GET request to path: \'/auth/recipe\' with status code: 400'
    ' and message: AppId or tenantId not found => AppId = public TenantId = auth"}'
)


def methods(base: str, body: str, status: int = 500) -> str:
    """The first call of a sign-in page."""
    mark = "   # want: takes a segment" if status == 500 else ""
    asked = asks("GET", f"{base}/loginmethods", "> st-auth-mode: cookie", "> rid: multitenancy", "> fdi-version: 4.1")
    return f"{asked}< {status}\n{CORS}\n<\n< {body}{mark}\n"


def test_a_base_path_that_is_taken_for_a_tenant() -> None:
    check_rule(RULE, PAGE + methods("/api/auth", WORDS), confidence=Confidence.LIKELY)
    check_rule(RULE, PAGE + methods("/api/auth", CORE), confidence=Confidence.LIKELY)


def test_the_refresh_cookie_shows_the_base_path_of_the_backend() -> None:
    set_by = f"< 200\n{CORS}\n< front-token: {front()}\n< Set-Cookie: sAccessToken={TOKEN}; Path=/; HttpOnly; Secure\n"
    cookie = "< Set-Cookie: sRefreshToken=r-1; Path=/api/session/refresh; HttpOnly; Secure\n"
    before = asks("POST", "/api/signin", "> st-auth-mode: cookie", "> rid: emailpassword") + set_by
    before += marked(cookie, "< Set-Cookie", "own base path") + '<\n< {"status": "OK"}\n'
    check_rule(RULE, PAGE + before + methods("/api/auth", WORDS), confidence=Confidence.CERTAIN)


def test_a_segment_that_may_be_a_real_tenant_leaves_that_open() -> None:
    verdict = judged(PAGE + methods("/auth/acme-corp", WORDS)).verdict
    assert verdict.state is State.FAULT
    assert len(verdict.alternatives) == 1
    assert verdict.next_step is not None


def test_where_another_tenant_is_served_the_question_is_whether_this_one_exists() -> None:
    story = PAGE + methods("/auth/acme", '{"status": "OK"}', 200) + methods("/auth/gone", WORDS)
    check_rule(RULE, story.replace("   # want: takes a segment", ""))
    check_outcome(RULE, story, Outcome.QUESTION)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me", f"> Cookie: sAccessToken={TOKEN}") + ACCEPTED, id="fine"),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/me") + UNAUTHORISED, id="refused for the session"),
        pytest.param(
            PAGE + sign_in(TOKEN) + asks("GET", "/api/tenants/7") + '< 404\n<\n< {"message": "No such tenant"}\n',
            id="an application of tenants",
        ),
        pytest.param(
            PAGE + asks("GET", "/loginmethods", host="api.other.net") + f"< 500\n<\n< {WORDS}\n", id="another site"
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
