"""The table of causes is whole and true: every id of the catalogue, every rule, every test and sample exists."""

from collections import Counter

import pytest

from haranalyze.findings import Severity
from haranalyze.rulebook import Rulebook
from tests.causes import OUTCOMES, ROOT, Cause, causes, functions, quiet_cases

RULES = {rule.id: rule for rule in Rulebook.installed().packs[0].rules}
CATALOGUE = (
    [f"S1-{number:02}" for number in range(1, 51)]
    + [f"S0-{number:02}" for number in range(1, 4)]
    + [f"S2-{number:02}" for number in range(1, 12)]
    + [f"SESS-{number:03}" for number in range(10, 16)]
    + ["CORS-008", "SRV-002", "COOKIE-013", "LOGIN-001"]
)


def test_every_cause_of_the_catalogue_has_a_row_of_its_own() -> None:
    plain = Counter(one.id for one in causes() if one.id != "more")
    assert [each for each in CATALOGUE if plain[each] != 1] == []
    assert sorted({each.partition(" ")[0] for each in plain} - set(CATALOGUE)) == []


def test_every_rule_answers_a_cause() -> None:
    assert sorted(set(RULES) - {one.rule for one in causes()}) == []


@pytest.mark.parametrize("one", causes(), ids=lambda one: f"{one.id}-{one.rule}")
def test_what_a_row_names_exists(one: Cause) -> None:
    assert one.rule in RULES
    assert one.outcome in OUTCOMES
    assert one.firing_test in functions(one.test_file)
    assert "test_stays_quiet" in functions(one.test_file)
    if one.sample:
        assert (ROOT / "samples" / one.sample).is_dir()
    if one.outcome == "info":
        assert RULES[one.rule].severity is Severity.INFO
    if one.outcome == "question":
        assert "question" in one.firing_test
    if one.outcome in {"finding", "question", "info"}:
        assert quiet_cases(one.test_file) >= 2
