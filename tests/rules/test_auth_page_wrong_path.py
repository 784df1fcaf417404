"""auth-page-wrong-path: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from haranalyze.verdict import State
from tests.rules.oauth_stories import COOKIE, GOOD, asks, callback, leaves, returns
from tests.rules.stories import PAGE, marked
from tests.rules.stories import asks as call
from tests.test_verdict import judged

RULE = "auth-page-wrong-path"
SERVED = (
    "* page: https://app.example.com/\n> GET https://app.example.com/\n* type: document\n< 200   # related: is served\n"
)
GONE = "< 404   # want: is answered 404\n"


def sent_to(target: str, answer: str, page: str = "https://app.example.com/account") -> str:
    """A page that redirects to the sign-in, and what stands there."""
    return f"""
    > GET {page}
    * type: document
    < 302
    < Location: {target}   # related: sent there
    > GET {target}
    * type: document
    {answer}
    """


def test_the_way_back_from_the_provider_leads_nowhere() -> None:
    way_back = marked(returns(), "< Location", "sent there")
    story = leaves() + asks(answer=way_back) + callback(GONE, COOKIE)
    check_rule(RULE, story, confidence=Confidence.LIKELY)
    assert judged(story).verdict.state is State.FAULT


@pytest.mark.parametrize("path", ["/auth", "/accounts/login/", "/Account/Login", "/auth/callback/google", "/sign-in"])
def test_a_page_sends_the_browser_to_a_sign_in_that_is_not_there(path: str) -> None:
    check_rule(RULE, SERVED + sent_to(f"https://app.example.com{path}", GONE), confidence=Confidence.CERTAIN)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(GOOD, id="a good sign-in"),
        pytest.param(PAGE + "> GET https://app.example.com/login\n* type: document\n< 404\n", id="typed by the user"),
        pytest.param(PAGE + sent_to("https://app.example.com/login", "< 200\n"), id="the page is there"),
        pytest.param(PAGE + sent_to("https://app.example.com/orders/7", "< 404\n"), id="another page"),
        pytest.param(
            PAGE + sent_to("https://shop.other.net/login", "< 404\n", "https://shop.other.net/x"), id="another site"
        ),
        pytest.param(PAGE + call("POST", "/auth/signin") + "< 404\n", id="a call of the API"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript.replace("   # related: sent there", ""))
