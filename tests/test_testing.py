"""The test kit is exact both ways."""

import pytest

from haranalyze.findings import Outcome
from haranalyze.testing import check_outcome, check_pack, check_rule

FIRES = """
    > POST http://api.intranet.example/login
    > Origin: http://app.intranet.example
    < 200
    < Set-Cookie: connect.sid=abc; Path=/; Secure{mark}
    <
    < {{"ok": true}}
    > GET http://api.intranet.example/me
    > Origin: http://app.intranet.example
    < 401
"""


def test_a_marked_finding_passes() -> None:
    check_rule("cookie-secure-over-http", FIRES.format(mark="   # want: was set over http"))


def test_a_finding_without_a_mark_fails() -> None:
    with pytest.raises(AssertionError, match="an unmarked finding"):
        check_rule("cookie-secure-over-http", FIRES.format(mark=""))


def test_a_mark_without_a_finding_fails() -> None:
    with pytest.raises(AssertionError, match="no finding for line"):
        check_rule("cookie-secure-over-http", FIRES.format(mark="   # want: x").replace("; Secure", ""))


def test_a_mark_with_other_words_fails() -> None:
    with pytest.raises(AssertionError, match="no finding for line"):
        check_rule("cookie-secure-over-http", FIRES.format(mark="   # want: SameSite"))


def test_an_outcome_is_compared() -> None:
    check_outcome("refresh-loop", FIRES.format(mark=""), Outcome.PASS)
    with pytest.raises(AssertionError):
        check_outcome("refresh-loop", FIRES.format(mark=""), Outcome.CANNOT_TELL)


def test_two_rules_of_one_id_break_a_law() -> None:
    from haranalyze.rulebook import Rulebook

    rule = Rulebook.installed().rule("refresh-loop")
    with pytest.raises(AssertionError, match="share an id"):
        check_pack([rule, rule])
