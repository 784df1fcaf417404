"""saml-cookie-lost: a form post without the app's Lax cookie, and the neighbours."""

import pytest

from haranalyze.findings import Confidence
from haranalyze.testing import check_rule
from tests.rules.saml_stories import COOKIE, NONE, WELL, answers, asks, response_xml

RULE = "saml-cookie-lost"
REASON = "   # related: the browser's reason: SameSiteLax"
WANT = "   # want: SameSite keeps it back"


def test_the_app_refuses_the_answer() -> None:
    check_rule(
        RULE,
        asks(set_mark=REASON) + answers("< 403   # related: answered 403\n", mark=WANT),
        confidence=Confidence.LIKELY,
    )


def test_the_app_says_what_is_missing() -> None:
    refused = "< 400   # related: answered 400\n<\n< Unknown InResponseTo: no session\n"
    check_rule(RULE, asks(set_mark=REASON) + answers(refused, mark=WANT), confidence=Confidence.CERTAIN)


def test_the_app_asks_once_more() -> None:
    begin = asks("_r2").partition("< Location: ")[2].partition("\n")[0]
    again = f"< 302\n< Location: {begin}\n> GET {begin}   # related: once more\n* type: document\n< 200\n"
    check_rule(RULE, asks(set_mark=REASON) + answers(again, mark=WANT))


def test_a_timestamp_or_a_session_anywhere_in_an_error_page_proves_nothing() -> None:
    page = '< 403   # related: answered 403\n<\n< {"timestamp": "2026", "message": "your session, your cookies"}\n'
    check_rule(RULE, asks(set_mark=REASON) + answers(page, mark=WANT), confidence=Confidence.LIKELY)


LATE = response_xml("_r1", end="2026-11-22T02:00:00Z")
FAILED = response_xml("_r1").replace("status:Success", "status:Responder")


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(asks() + answers(WELL), id="accepted without the cookie"),
        pytest.param(asks(cookie=NONE) + answers(WELL, COOKIE), id="SameSite=None"),
        pytest.param(asks(cookie=NONE) + answers("< 403\n", COOKIE), id="refused although the cookie came"),
        pytest.param(asks() + answers("< 403\n", xml=LATE), id="outside its time"),
        pytest.param(asks() + answers("< 403\n", xml=FAILED), id="the provider refuses"),
        pytest.param(answers("< 403\n"), id="no cookie in the recording"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
