"""core-unreachable: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.stories import CORS, PAGE, asks, call, jwt, marked, refresh, sign_in
from tests.test_verdict import judged

RULE = "core-unreachable"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}; sRefreshToken=r-1"
SIGN_IN = asks("POST", "/auth/signin", "> st-auth-mode: cookie", "> rid: emailpassword", "> fdi-version: 4.1")
GONE = "No SuperTokens core available to query"


def failed(body: str) -> str:
    return f"< 500\n{CORS}\n<\n< {body}\n"


def test_points_at_the_words_and_at_the_calls_that_fail_likewise() -> None:
    first = marked(failed(GONE), f"< {GONE}", "no session core answers", "want")
    again = marked(failed(GONE), "< 500", "the same")
    check_rule(RULE, PAGE + SIGN_IN + first + SIGN_IN + again, confidence=Confidence.CERTAIN)


def test_a_core_that_answers_with_an_error() -> None:
    words = (
        "SuperTokens core threw an error for a POST request to path: '/recipe/signin' with status code: 500 and"
        " message: Internal Error"
    )
    check_rule(RULE, PAGE + SIGN_IN + marked(failed(words), "< Super", "with an error", "want"))


def test_the_refused_renewals_follow_from_it() -> None:
    analysis = judged(PAGE + sign_in(TOKEN) + refresh(COOKIE, failed(GONE)))
    assert analysis.verdict.root is not None
    assert analysis.verdict.root.rule == RULE
    assert [one.rule for one in analysis.findings if one.consequence_of] == ["refresh-failing"]


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + sign_in(TOKEN) + refresh(COOKIE, failed("{}")), id="no words"),
        pytest.param(PAGE + SIGN_IN + failed('{"message": "Tenant not found"}'), id="an unknown tenant"),
        pytest.param(
            PAGE
            + SIGN_IN
            + failed(
                "SuperTokens core threw an error for a GET request with status code: 400 and message: AppId or tenantId"
                " not found"
            ),
            id="an unknown tenant, in the core's words",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/notes", COOKIE) + f"< 200\n{CORS}\n<\n< {GONE}\n", id="a 200"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
