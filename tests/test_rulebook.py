"""Rules are loaded from packs, selected, and run in isolation."""

from collections.abc import Iterator
from typing import Any

import pytest

import haranalyze
from haranalyze.errors import OptionsError, PackError
from haranalyze.facts import Facts
from haranalyze.findings import CannotTell, Layer, Outcome, Owner, Passed, Said, Severity
from haranalyze.options import Options
from haranalyze.rule import Needs, Rule
from haranalyze.rulebook import Pack, Rulebook
from haranalyze.text import Sentence
from haranalyze.timeline import Timeline

EMPTY = b'{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"entries":[]}}'


def facts(options: Options | None = None) -> Facts:
    return Facts(Timeline(haranalyze.read_capture(EMPTY)), options)


def make(rule_id: str, check: Any, needs: tuple[Needs, ...] = ()) -> Rule:
    return Rule(
        rule_id,
        "A title",
        "why",
        "what",
        "quiet",
        Severity.HIGH,
        Owner.API,
        Layer.TOKEN,
        (),
        needs,
        ("RFC 9110",),
        "0.1",
        check,
    )


def passes(facts: Facts) -> Iterator[Said]:
    yield Passed(Sentence("looked at {count} exchanges", count=len(facts.exchanges)))


def breaks(facts: Facts) -> Iterator[Said]:
    yield Passed(Sentence("never reached {x}", x=1 // len(facts.exchanges)))


def lacks(facts: Facts) -> Iterator[Said]:
    yield CannotTell(Sentence("no bodies"), about=(3,))


def book(*rules: Rule) -> Rulebook:
    return Rulebook([Pack("test", "haranalyze-test", "1.0", rules)])


def test_the_built_in_pack_comes_first_and_names_its_distribution() -> None:
    packs = Rulebook.installed().packs
    assert packs[0].name == "builtin"
    assert packs[0].distribution == "haranalyze"
    assert packs[0].version


def test_an_empty_rulebook_is_an_error_that_says_to_install() -> None:
    with pytest.raises(PackError, match="pip install -e"):
        Rulebook([])


def test_two_rules_of_one_id_are_refused() -> None:
    with pytest.raises(PackError, match="two rules are called 'a-fault'"):
        book(make("a-fault", passes), make("a-fault", passes))


def test_an_unknown_rule_id_suggests_the_nearest() -> None:
    with pytest.raises(OptionsError, match="did you mean 'a-fault'"):
        book(make("a-fault", passes)).selected(Options(select=frozenset({"a-falt"})))


def test_select_and_ignore_choose_the_rules() -> None:
    rules = book(make("one", passes), make("two", passes), make("three", passes))
    assert [
        rule.id for rule in rules.selected(Options(select=frozenset({"one", "two"}), ignore=frozenset({"two"})))
    ] == ["one"]


def test_a_rule_that_breaks_is_recorded_and_the_others_go_on() -> None:
    ruling = book(make("breaks", breaks), make("passes", passes)).run(facts())
    assert [(one.rule, one.outcome) for one in ruling.outcomes] == [
        ("breaks", Outcome.NOT_RUN),
        ("passes", Outcome.PASS),
    ]
    assert ruling.outcomes[0].reason.values == {"error": "ZeroDivisionError"}


def test_what_a_rule_cannot_judge_is_passed_on_with_its_exchanges() -> None:
    ruling = book(make("lacks", lacks)).run(facts())
    assert ruling.outcomes[0].outcome is Outcome.CANNOT_TELL
    assert ruling.in_question == (3,)


def test_a_rule_that_needs_a_browser_does_not_apply_to_other_clients() -> None:
    data = EMPTY.replace(b"WebInspector", b"mitmproxy")
    other = Facts(Timeline(haranalyze.read_capture(data)))
    ruling = book(make("policy", breaks, (Needs.BROWSER,))).run(other)
    assert ruling.outcomes[0].outcome is Outcome.NOT_APPLICABLE
