"""The test kit is exact both ways."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from haranalyze.facts import Facts
from haranalyze.findings import Match, Outcome, Passed, Said, Severity
from haranalyze.rule import Rule
from haranalyze.rulebook import Rulebook
from haranalyze.testing import check_outcome, check_pack, check_rule, problems_with
from haranalyze.text import Kind, Place, Sentence, Text

RULE = "cookie-secure-over-http"
FIRES = """
    > POST http://api.intranet.example/login
    > Origin: http://app.intranet.example
    < 200
    < Set-Cookie: connect.sid=abc; Path=/; Secure{mark}
    <
    < {{"ok": true}}
    > GET http://api.intranet.example/me{beside}
    > Origin: http://app.intranet.example
    < 401
"""
WANT = "   # want: was set over http"
BESIDE = "   # related: sent without it"


def fires(mark: str = WANT, beside: str = BESIDE) -> str:
    return FIRES.format(mark=mark, beside=beside)


def test_a_marked_finding_passes() -> None:
    check_rule(RULE, fires())


def test_a_finding_without_a_mark_fails() -> None:
    with pytest.raises(AssertionError, match="an unmarked finding"):
        check_rule(RULE, fires(mark=""))


def test_a_mark_without_a_finding_fails() -> None:
    with pytest.raises(AssertionError, match="no finding for line"):
        check_rule(RULE, fires(mark="   # want: x").replace("; Secure", ""))


def test_a_mark_with_other_words_fails() -> None:
    with pytest.raises(AssertionError, match="no finding for line"):
        check_rule(RULE, fires(mark="   # want: SameSite"))


def test_a_related_place_without_a_mark_fails() -> None:
    with pytest.raises(AssertionError, match="an unmarked related place at /log/entries/1/request/headers"):
        check_rule(RULE, fires(beside=""))


def test_a_related_mark_without_a_place_fails() -> None:
    with pytest.raises(AssertionError, match="no related place for line"):
        check_rule(RULE, fires().replace("< 401", "< 401   # related: sent without it"))


def test_two_marks_need_two_findings() -> None:
    with pytest.raises(AssertionError, match="no finding for line"):
        check_rule("refresh-failing", REFRESHES.replace("< 403", "< 403   # want: a session had been made"))


REFRESHES = """
    > POST https://api.example.com/auth/signin
    > st-auth-mode: cookie
    < 200
    < front-token: eyJ1aWQiOiAidSIsICJhdGUiOiAxfQ==
    < Set-Cookie: sAccessToken=a; Path=/; HttpOnly; Secure
    > POST https://api.example.com/auth/session/refresh
    > st-auth-mode: cookie
    < 403   # want: a session had been made
    > POST https://api.example.com/auth/session/refresh
    > st-auth-mode: cookie
    < 500   # related: refused again
"""


def test_one_finding_meets_one_mark() -> None:
    check_rule("refresh-failing", REFRESHES)


def test_an_outcome_is_compared() -> None:
    check_outcome("refresh-loop", fires(), Outcome.PASS)
    with pytest.raises(AssertionError):
        check_outcome("refresh-loop", fires(), Outcome.CANNOT_TELL)


def test_two_rules_of_one_id_break_a_law() -> None:
    rule = Rulebook.installed().rule("refresh-loop")
    with pytest.raises(AssertionError, match="share an id"):
        check_pack([rule, rule])


# rules that break the contract, made of a real one


def a_match(at: Place, headline: str = "It breaks.") -> Match:
    return Match(message=Sentence("It breaks."), headline=Sentence(headline), at=at, caption=Sentence("here"))


def made_of(match: Match) -> Rule:
    def check(facts: Facts) -> Iterator[Said]:
        yield match

    return replace(Rulebook.installed().rule("refresh-loop"), check=check)


PAGE = "> GET https://example.com/   # want: It breaks\n< 200\n< Vary: Origin\n"


@pytest.mark.parametrize(
    ("match", "words"),
    [
        pytest.param(a_match(Place(0, "/log/entries/7")), "nothing stands at /log/entries/7", id="no such place"),
        pytest.param(
            a_match(Place(0, "/log/entries/0/request/url", Text("other", Kind.URL))), "does not stand there", id="quote"
        ),
        pytest.param(a_match(Place(0, "/log/entries/0"), "word " * 31), "more than 30 words", id="a long headline"),
    ],
)
def test_evidence_and_headline_are_checked(match: Match, words: str) -> None:
    assert words in "\n".join(problems_with(made_of(match), PAGE))


def test_a_rule_that_changes_the_facts_fails() -> None:
    def check(facts: Facts) -> Iterator[Said]:
        if facts.session.hosts:
            yield Passed(Sentence("changed before"))
            return
        facts.session.hosts = frozenset(("example.com",))
        yield a_match(facts.exchanges[0].place)

    changing = replace(Rulebook.installed().rule("refresh-loop"), check=check)
    assert any("changes the facts" in problem for problem in problems_with(changing, PAGE))


def test_a_rule_that_finds_something_in_nothing_breaks_a_law() -> None:
    match = a_match(Place(0, "/log/entries/0"))
    with pytest.raises(AssertionError, match="where no session is"):
        check_pack([made_of(match)])


def test_a_silent_rule_breaks_a_law() -> None:
    def check(facts: Facts) -> Iterator[Said]:
        yield from ()

    with pytest.raises(AssertionError, match="says nothing at all"):
        check_pack([replace(Rulebook.installed().rule("refresh-loop"), check=check)])


def test_an_informational_rule_explains_nothing() -> None:
    rule = replace(Rulebook.installed().rule("refresh-loop"), severity=Severity.INFO)
    with pytest.raises(AssertionError, match="informational"):
        check_pack([rule])
