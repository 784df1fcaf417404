"""post-lost-on-redirect: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.stories import PAGE
from tests.test_verdict import judged

RULE = "post-lost-on-redirect"


def posted(url: str, target: str, status: int = 301, method: str = "GET", marks: bool = False) -> str:
    """A sign-in by a form, and where its redirect leads."""
    want, first, second = (
        ("   # want: sent again as GET", "   # related: without its body", "   # related: answered 405")
        if marks
        else ("", "", "")
    )
    return f"""
    > POST {url}
    * type: document
    >
    > email=a@example.com&password=b
    < {status}
    < Location: {target}{want}
    > {method} {target}{first}
    * type: document
    < 405{second}
    """


@pytest.mark.parametrize(
    ("url", "target"),
    [
        pytest.param("http://app.example.com/login", "https://app.example.com/login", id="https"),
        pytest.param("https://example.com/login", "https://www.example.com/login", id="www"),
        pytest.param("https://www.example.com/login", "https://example.com/login", id="apex"),
        pytest.param("https://app.example.com/api/login", "https://app.example.com/api/login/", id="slash"),
    ],
)
@pytest.mark.parametrize("status", [301, 302])
def test_a_redirect_that_only_corrects_the_address(url: str, target: str, status: int) -> None:
    check_rule(RULE, PAGE + posted(url, target, status, marks=True))
    analysis = judged(PAGE + posted(url, target, status))
    assert [one.rule for one in analysis.findings if one.consequence_of is None] == [RULE]


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(
            PAGE + posted("https://app.example.com/login", "https://app.example.com/home", 302), id="signed in"
        ),
        pytest.param(
            PAGE + posted("https://app.example.com/login", "https://app.example.com/login", 302), id="once more"
        ),
        pytest.param(PAGE + posted("https://example.com/login", "https://www.example.com/login", 303), id="303"),
        pytest.param(
            PAGE + posted("https://example.com/login", "https://www.example.com/login", 308, "POST"), id="308"
        ),
        pytest.param(
            PAGE + posted("https://example.com/comment", "https://www.example.com/comment"), id="not a sign-in"
        ),
        pytest.param(PAGE + posted("https://example.com/login", "https://sso.other.net/login", 302), id="a provider"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
