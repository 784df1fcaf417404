"""The data behind the pictures: lives of tokens and cookies, bytes by share."""

from typing import Any

from haranalyze.analysis import Analysis, examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.redaction import Projector
from haranalyze.report.pictures import budgets, cookies, sessions, tokens
from haranalyze.rulebook import Rulebook
from tests.rules.stories import ACCEPTED, PAGE, call, jwt, refresh, renewed, sign_in


def analysis(story: str) -> Analysis:
    return examine(read_transcript(story), Rulebook.installed())


def access(story: str) -> list[Any]:
    made = analysis(story)
    return [one for one in tokens(made.facts, Projector(made.facts)) if one.use == "access"]


def test_a_token_is_issued_used_and_replaced() -> None:
    first, second = jwt(), jwt(issued=1, number=2)
    story = PAGE + sign_in(first) + call("/api/me", f"> Cookie: sAccessToken={first}") + ACCEPTED
    story += refresh("> Cookie: sRefreshToken=r-1", renewed(second, issued=1))
    one, other = access(story)
    assert (one.issued, one.uses, one.end, one.name) == (1, [2], "replaced", "sAccessToken")
    assert one.born < one.used_at[0] < one.over
    assert (other.issued, other.end, other.over) == (3, "valid", None)


def test_a_token_the_browser_never_kept_is_refused() -> None:
    line = f"\n< Set-Cookie: sAccessToken={jwt()}; Path=/; Domain=other.net\n"
    (one,) = access(PAGE + sign_in(jwt(), setting=line))
    assert (one.end, one.over) == ("refused", one.born)


def test_cookies_carry_their_time_and_their_fate() -> None:
    made = analysis(PAGE + sign_in(jwt()))
    listed = cookies(made.facts, Projector(made.facts))
    assert [(one.name, one.refused, one.removed) for one in listed] == [
        ("sAccessToken", None, False),
        ("sRefreshToken", None, False),
    ]
    assert all(one.at >= 100 for one in listed)


def test_bytes_are_shared_out_once() -> None:
    made = analysis(PAGE + sign_in(jwt()))
    (budget,) = [one for one in budgets(made) if one.exchange == 1]
    assert budget.response_cookies > 300
    assert budget.response_tokens > 150  # the front-token
    assert budget.response_cookies + budget.response_tokens < budget.response


def test_the_session_begins_with_its_sign_in() -> None:
    assert [one.sign_in for one in sessions(analysis(PAGE + sign_in(jwt())).facts)] == [1]
