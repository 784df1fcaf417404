"""server-exception-on-auth-route: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence, Severity
from haranalyze.testing import check_rule
from haranalyze.verdict import State
from tests.rules.stories import CORS, PAGE, asks, call, jwt, marked, refresh, sign_in
from tests.test_verdict import judged

RULE = "server-exception-on-auth-route"
TOKEN = jwt()
COOKIE = f"> Cookie: sAccessToken={TOKEN}; sRefreshToken=r-1"
SIGN_IN = asks("POST", "/auth/signinup", "> st-auth-mode: cookie", "> rid: thirdparty", "> fdi-version: 4.1")
PATCHED = 'TypeError: The "listener" argument must be of type function. Received an instance of Object'


def failed(body: str, status: int = 500) -> str:
    return f"< {status}\n{CORS}\n<\n< {body}\n"


def test_the_words_of_a_patched_http_client() -> None:
    story = PAGE + SIGN_IN + marked(failed(PATCHED), "< Type", "HTTP client is broken", "want")
    check_rule(RULE, story, confidence=Confidence.CERTAIN)


def test_the_words_of_an_sdk_that_was_not_initialised() -> None:
    words = "Initialisation not done. Did you forget to call the SuperTokens.init function?"
    check_rule(RULE, PAGE + SIGN_IN + marked(failed(words), "< Init", "not initialised", "want"))


def test_without_words_only_the_place_is_told() -> None:
    first = marked(failed("{}"), "< 500", "does not say why", "want")
    check_rule(RULE, PAGE + SIGN_IN + first + SIGN_IN + marked(failed("{}"), "< 500", "the same"))
    analysis = judged(PAGE + SIGN_IN + failed("{}"))
    assert analysis.verdict.state is State.OTHER_TROUBLE
    assert analysis.findings[0].severity is Severity.INFO


def test_a_sign_in_that_works_later_is_no_trouble() -> None:
    story = PAGE + SIGN_IN + failed("{}") + sign_in(TOKEN)
    assert judged(story).verdict.state is State.HEALTHY


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + SIGN_IN + failed("No SuperTokens core available to query"), id="the core"),
        pytest.param(PAGE + SIGN_IN + failed('{"message": "Tenant not found"}'), id="the tenant"),
        pytest.param(
            PAGE
            + sign_in(TOKEN)
            + refresh(COOKIE, failed("The request contains multiple session cookies. This may happen if you")),
            id="duplicate cookies",
        ),
        pytest.param(
            PAGE
            + SIGN_IN
            + "< 502\n< Server: nginx/1.22.1\n< Content-Type: text/html\n<\n< <title>502 Bad Gateway</title>\n",
            id="a proxy",
        ),
        pytest.param(PAGE + sign_in(TOKEN) + call("/api/report", COOKIE) + failed("{}"), id="not an auth route"),
        pytest.param(PAGE + SIGN_IN + failed("{}", 400), id="a refusal"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
