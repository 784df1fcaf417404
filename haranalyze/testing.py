"""The public test kit for rules: transcripts with marks, and the laws that hold for every rule.

    check_rule("cookie-secure-over-http", '''
        > POST http://api.intranet.example/login
        < 200
        < Set-Cookie: connect.sid=abc; Secure      # want: is marked Secure
    ''')

``# want: words`` marks the line that the primary place of one finding points to; the words stand in its message,
headline or caption. ``# related: words`` marks a related place. The comparison is exact both ways: a finding without
a mark fails, and so does a mark without a finding. The notation of transcripts is ``capture.transcript``'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from haranalyze.capture.transcript import Mark, read_marked
from haranalyze.facts import Facts
from haranalyze.findings import Match, Outcome, Said, Severity
from haranalyze.options import Options
from haranalyze.redaction import Projector
from haranalyze.rule import Rule
from haranalyze.rulebook import Pack, Rulebook
from haranalyze.text import Place, Sentence
from haranalyze.timeline import Timeline

_NOT_A_FAULT = re.compile(r"(no|use|check|avoid|dont|disallow|require)-.*|.*-(rule|check)")


@dataclass(frozen=True, slots=True)
class _Seen:
    pointer: str
    words: str


def facts_of(transcript: str) -> Facts:
    """The facts of a transcript."""
    return Facts(Timeline(read_marked(transcript)[0]), Options())


def check_rule(rule_id: str, transcript: str) -> None:
    """Run one rule of the installed packs on a transcript and compare what it says with the marks.

    Raises:
        AssertionError: a finding without a mark, a mark without a finding, or the rule stopped.
    """
    capture, marks = read_marked(transcript)
    facts = Facts(Timeline(capture))
    projector = Projector(facts)
    matches = [said for said in _said(rule_id, facts) if isinstance(said, Match)]
    primary = [_seen(match.at, (match.message, match.headline, match.caption), projector) for match in matches]
    related = [_seen(place, (words,), projector) for match in matches for place, words in match.related]
    wanted = [mark for mark in marks if mark.kind == "want"]
    problems = [f"no finding for line {mark.line}: {mark.words!r}" for mark in wanted if not _met(mark, primary)]
    problems += [
        f"no related place for line {mark.line}: {mark.words!r}"
        for mark in marks
        if mark.kind == "related" and not _met(mark, related)
    ]
    problems += [
        f"an unmarked finding at {seen.pointer}: {seen.words}"
        for seen in primary
        if not any(_met(mark, [seen]) for mark in wanted)
    ]
    assert not problems, "\n".join(problems)


def check_outcome(rule_id: str, transcript: str, outcome: Outcome) -> None:
    """Run one rule and compare its outcome. Raises AssertionError when it differs."""
    facts = facts_of(transcript)
    ruling = _alone(rule_id).run(facts)
    assert ruling.outcomes[0].outcome is outcome, f"{rule_id}: {ruling.outcomes[0].outcome}, not {outcome}"


def check_pack(rules: Iterable[Rule], universe: Iterable[str] = ()) -> None:
    """The laws every rule keeps. ``universe``: ids of further rules that ``explains`` may name.

    Raises:
        AssertionError: names the rule and the law.
    """
    rules = tuple(rules)
    ids = [rule.id for rule in rules]
    assert len(ids) == len(set(ids)), "two rules share an id"
    for rule in rules:
        assert not _NOT_A_FAULT.fullmatch(rule.id), f"{rule.id} names a cure or a check, not a fault"
        assert len(rule.title) <= 90, f"{rule.id}: its title is too long"
        assert "RFC" not in rule.title, f"{rule.id}: its title needs no RFC number"
        assert rule.references, f"{rule.id} gives no source"
        assert all(rule.references), f"{rule.id} has an empty source"
        assert rule.id not in rule.explains, f"{rule.id} explains itself"
        if rule.severity is Severity.INFO:
            assert not rule.explains, f"{rule.id} is informational and explains nothing"
        first, second = (_lines(rule) for _ in range(2))
        assert first == second, f"{rule.id} says different things about the same recording"
    known = set(ids) | set(universe)
    if universe:
        unknown = {one for rule in rules for one in rule.explains} - known
        assert not unknown, f"no such rules: {sorted(unknown)}"


_ANY = """
    > GET https://app.example.com/
    * type: document
    < 200
    > GET https://api.example.com/items
    < 401
    <
    < {"message": "unauthorised"}
"""


def _lines(rule: Rule) -> list[str]:
    facts = facts_of(_ANY)
    return [type(said).__name__ for said in rule.check(facts)]


def _alone(rule_id: str) -> Rulebook:
    rule = Rulebook.installed().rule(rule_id)
    return Rulebook([Pack("under test", "", "", (rule,))])


def _said(rule_id: str, facts: Facts) -> Iterator[Said]:
    book = _alone(rule_id)
    ruling = book.run(facts)
    assert ruling.outcomes[0].outcome is not Outcome.NOT_RUN, f"{rule_id} stopped: {ruling.outcomes[0].reason.values}"
    yield from (match for _, match in ruling.matches)


def _seen(place: Place, words: tuple[Sentence, ...], projector: Projector) -> _Seen:
    return _Seen(place.pointer, " | ".join(projector.say(one) for one in words))


def _met(mark: Mark, seen: list[_Seen]) -> bool:
    return any(one.pointer in mark.pointers and mark.words in one.words for one in seen)
