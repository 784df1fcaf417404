"""ssr-without-credentials: fires where the server's call is recorded, asks where only its traces are."""

import pytest

from haranalyze.findings import Confidence, Outcome
from haranalyze.testing import check_outcome, check_rule
from tests.rules.server_stories import BROWSER, MITM, REFUSED, inner, visit
from tests.rules.stories import ACCEPTED, PAGE, call, jwt, sign_in

RULE = "ssr-without-credentials"
TOKEN, EXPIRED = jwt(), jwt(issued=-7200)
SESSION = f"> Cookie: sAccessToken={TOKEN}"
API_CALL = f"""
    > GET https://api.example.com/api/me
    {BROWSER}
    > Sec-Fetch-Mode: cors
    > st-auth-mode: cookie
    > rid: anti-csrf
    {SESSION}
    < 200
"""
HTML = "< 200\n< Content-Type: text/html\n<\n< <html></html>\n"


def test_the_server_that_renders_the_page_forgets_the_users_cookie() -> None:
    page = visit("/dashboard", HTML, SESSION + "   # related: has the session")
    called = inner("/api/me   # want: without credentials", REFUSED.replace("401", "401   # related: a stranger"))
    check_rule(RULE, MITM + API_CALL + page + called, confidence=Confidence.CERTAIN)


def client(path: str = "/api/me", sent: str = SESSION) -> str:
    return call(path, sent) + ACCEPTED


def away(target: str = "/login", *lines: str) -> str:
    extra = "\n".join(lines)
    return f"> GET https://app.example.com/dashboard\n* type: document\n{extra}\n< 307\n< Location: {target}\n"


NEXT = "> GET https://app.example.com/_next/static/chunks/main.js\n* type: script\n< 200\n"


def test_a_page_that_is_sent_away_while_the_session_works_is_a_question() -> None:
    story = PAGE + NEXT + sign_in(TOKEN) + client() + away()
    check_outcome(RULE, story, Outcome.QUESTION)
    check_rule(RULE, story)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(MITM + API_CALL + visit("/x", HTML, SESSION) + inner("/api/me", REFUSED, SESSION), id="handed on"),
        pytest.param(MITM + API_CALL + visit("/x", HTML, SESSION) + inner("/api/me", "< 200\n"), id="accepted"),
        pytest.param(
            MITM + API_CALL + visit("/x", HTML, SESSION) + inner("/api/me", REFUSED, at=3000), id="at another time"
        ),
        pytest.param(MITM + inner("/api/me", REFUSED), id="a program alone"),
        pytest.param(
            MITM + API_CALL + visit("/x", HTML, SESSION) + inner("/api/me", REFUSED, agent=BROWSER), id="the browser"
        ),
        pytest.param(PAGE + NEXT + sign_in(TOKEN) + client() + away("/welcome"), id="sent elsewhere"),
        pytest.param(PAGE + NEXT + away(), id="nobody signed in"),
        pytest.param(PAGE + sign_in(TOKEN) + client() + away(), id="no such framework"),
        pytest.param(
            PAGE + NEXT + sign_in(TOKEN) + client() + away("/login", f"> Cookie: sAccessToken={EXPIRED}"), id="expired"
        ),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, transcript)
    check_outcome(RULE, transcript, Outcome.PASS)
