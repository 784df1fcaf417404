"""Session systems in recordings of real servers, made for this project with Chromium through Playwright.

``django.har``: the admin of Django 5.2. ``express.har``: express-session 1.19. ``authjs.har``: @auth/express
0.12 with a form of name and password. ``iron.har``: iron-session 8 under a cookie name of the app's own. In
each a visitor is refused or told that nobody is signed in, and signs in; in all but the last a wrong password
comes first. The accounts existed for this only.
"""

from pathlib import Path

import pytest

from haranalyze.analysis import examine
from haranalyze.capture import read_capture
from haranalyze.facts.session import SignInResult
from haranalyze.rulebook import Rulebook

FOLDER = Path(__file__).parent / "recorded"


@pytest.mark.parametrize(
    ("name", "system", "sign_ins", "sign_outs"),
    [
        ("django", "django", [SignInResult.OK], 0),
        ("express", "express-session", [SignInResult.WRONG_CREDENTIALS, SignInResult.OK], 1),
        ("authjs", "authjs", [SignInResult.WRONG_CREDENTIALS, SignInResult.OK], 0),
        ("iron", "iron-session", [SignInResult.OK], 0),
    ],
)
def test_a_real_server_is_named_and_its_sign_ins_are_told(
    name: str, system: str, sign_ins: list[SignInResult], sign_outs: int
) -> None:
    analysis = examine(read_capture((FOLDER / f"{name}.har").read_bytes()), Rulebook.installed())
    session = analysis.facts.session
    assert [one.system.id for one in session.systems] == [system]
    assert [one.result for one in session.sign_ins] == sign_ins
    assert len(session.sign_outs) == sign_outs
    assert not any(refusal.foreign for refusal in session.refusals)
    assert analysis.verdict.state == "healthy"
    assert {one.severity for one in analysis.findings} <= {"info"}
