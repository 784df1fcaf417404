"""logout-does-not-clear: fires on the real thing and stays quiet on its neighbours."""

import pytest

from haranalyze.testing import check_rule
from tests.rules.forgery_stories import plain

RULE = "logout-does-not-clear"
SID = "connect.sid=s%3Aabcdefghijklmnopqrstuvwx"
USER = '{"user": {"id": 7, "name": "A"}}'


def ask(method: str, path: str, answer: str, *lines: str, cookie: str = SID, mark: str = "") -> str:
    extra = "\n    ".join(lines)
    return f"""
    * page: https://shop.example.com/
    > {method} https://shop.example.com{path}
    * type: fetch
    > Sec-Fetch-Site: same-origin
    > Cookie: {cookie}{mark}
    {extra}
    < {answer}
    """


def me(answer: str = "200", body: str = USER, **more: str) -> str:
    return ask("GET", "/api/me", answer, **more) + f"< Content-Type: application/json\n<\n< {body}\n"


OUT = ask("POST", "/logout", "200   # related: does not remove\n    < Content-Type: text/plain\n    <\n    < ok")
BEFORE = me("200   # related: the answer before")


def after(**more: str) -> str:
    return me("200   # related: the same answer afterwards", mark="   # want: still carries", **more)


def test_the_session_answers_as_before() -> None:
    check_rule(RULE, BEFORE + OUT + after())


def test_a_removal_with_another_path_does_not_meet_the_cookie() -> None:
    removal = "< Set-Cookie: connect.sid=; Path=/logout; Max-Age=0   # related: in a way that does not meet"
    out = ask("POST", "/logout", f"200\n    {removal}\n    <\n    < {{}}")
    check_rule(RULE, BEFORE + out + after())


SIGN_IN = (
    ask("POST", "/login", f"200\n    < Set-Cookie: {SID}; Path=/; HttpOnly\n    < Content-Type: application/json")
    + "<\n< {}\n"
)


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(me() + OUT + me("401", '{"message": "Not logged in"}'), id="refused afterwards"),
        pytest.param(me() + OUT + me(body='{"user": null}'), id="nobody afterwards"),
        pytest.param(me() + OUT + SIGN_IN + me(), id="signed in again"),
        pytest.param(me() + me(), id="no sign-out"),
        pytest.param(me() + OUT.replace("< 200", "< 403") + me(), id="the sign-out is refused"),
        pytest.param(me() + OUT + me(cookie="connect.sid=s%3Azzzzzzzzzzzzzzzzzzzzzzzz"), id="another session"),
        pytest.param(
            me(body='{"items": [1, 2]}') + OUT + me(body='{"items": [1, 2]}'), id="an answer that names no user"
        ),
        pytest.param(me() + OUT + me().replace("* type: fetch", "* type: fetch\n    * from: disk-cache"), id="a cache"),
    ],
)
def test_stays_quiet(transcript: str) -> None:
    check_rule(RULE, plain(transcript))
