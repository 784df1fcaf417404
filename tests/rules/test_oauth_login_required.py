"""oauth-login-required: a frame without cookies after a sign-in, an ended session, and what is normal."""

import pytest

from haranalyze.findings import Severity
from haranalyze.rulebook import Rulebook
from haranalyze.testing import check_rule, facts_of
from tests.rules.oauth_stories import ENCODED, GOOD, OTHER_STATE, authorize

RULE = "oauth-login-required"
ASKED = authorize(OTHER_STATE, "&prompt=none&response_mode=web_message")
PAGE = "* page: https://app.example.com/\n> GET https://app.example.com/\n* type: document\n< 200\n"
SIGN_OUT = "> GET https://login.other.net/v2/logout?client_id=web\n* type: document\n< 302\n< Location: /\n"


def signed_in(mark: str = "") -> str:
    at = GOOD.index("> GET https://app.example.com/callback")
    end = GOOD.index("\n", at)
    return GOOD[:end] + mark + GOOD[end:]


def silent(answer: str, *lines: str, mark: str = "", url: str = ASKED) -> str:
    extra = "\n".join(lines)
    return f"""
    > GET {url}{mark}
    * type: document
    > Referer: https://app.example.com/
    > Sec-Fetch-Dest: iframe
    > Sec-Fetch-Site: cross-site
    {extra}
    {answer}
    """


def page(error: str, mark: str = "") -> str:
    return f'< 200{mark}\n<\n< <script>var r = {{"error":"{error}","state":"x"}};</script>\n'


BEGAN = "   # related: the user had signed in here"


def test_a_frame_without_the_cookies_of_the_provider() -> None:
    story = signed_in(BEGAN) + PAGE
    story += silent(page("login_required", "   # related: wants a sign-in"), mark="   # want: hidden frame")
    check_rule(RULE, story)


@pytest.mark.parametrize(
    ("error", "words"),
    [("login_required", "session at the identity provider has ended"), ("consent_required", "give consent once more")],
)
def test_with_cookies_it_is_no_fault(error: str, words: str) -> None:
    story = signed_in(BEGAN) + PAGE + silent(page(error, f"   # want: {words}"), "> Cookie: idp=1")
    check_rule(RULE, story)
    (match,) = Rulebook.installed().rule(RULE).check(facts_of(story))
    assert getattr(match, "severity", None) is Severity.INFO


def test_where_the_app_goes_on_signed_in_it_is_a_remark() -> None:
    story = signed_in(BEGAN) + PAGE
    story += silent(page("login_required", "   # related: wants a sign-in"), mark="   # want: hidden frame")
    story += "> GET https://app.example.com/api/me\n* type: fetch\n> Authorization: Bearer abcabcabc\n< 200\n"
    check_rule(RULE, story)
    (match,) = Rulebook.installed().rule(RULE).check(facts_of(story))
    assert getattr(match, "severity", None) is Severity.LOW


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(PAGE + silent(page("login_required")), id="nobody had signed in"),
        pytest.param(GOOD + SIGN_OUT + PAGE + silent(page("login_required")), id="the user signed out"),
        pytest.param(GOOD + PAGE + silent("< 200\n<\n< <script>done()</script>\n"), id="it works"),
        pytest.param(
            GOOD + PAGE + silent(page("login_required"), url=ASKED.replace("client_id=web", "client_id=widget")),
            id="another client",
        ),
        pytest.param(
            GOOD + PAGE + silent(page("login_required"), url=ASKED.replace(ENCODED, "https%3A%2F%2Fmetrics.net%2Fb")),
            id="another company's widget",
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
