"""The public test kit for rules: transcripts with marks, and the laws that hold for every rule.

    check_rule("cookie-secure-over-http", '''
        > POST http://api.intranet.example/login
        < 200
        < Set-Cookie: connect.sid=abc; Secure      # want: is marked Secure
    ''')

``# want: words`` marks the line that the primary place of one finding points to; the words stand in its message,
headline or caption. ``# related: words`` marks a related place by its caption. The comparison is exact both ways: a
finding or related place without a mark fails, and so does a mark without one. The notation of transcripts is
``capture.transcript``'s.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from haranalyze.capture.transcript import Mark, read_marked, transcript_to_har
from haranalyze.facts import Facts
from haranalyze.findings import Confidence, Match, Outcome, Said, Severity
from haranalyze.options import Options
from haranalyze.redaction import Projector
from haranalyze.rule import Rule
from haranalyze.rulebook import Pack, Rulebook
from haranalyze.text import Place, Sentence, raw
from haranalyze.timeline import Timeline

LONGEST_HEADLINE = 30  # words: it is the sentence a person reads first
_NOT_A_FAULT = re.compile(r"(no|use|check|avoid|dont|disallow|require)-.*|.*-(rule|check)")


@dataclass(frozen=True, slots=True)
class _Seen:
    pointer: str
    words: str


def facts_of(transcript: str) -> Facts:
    """The facts of a transcript."""
    return Facts(Timeline(read_marked(transcript)[0]), Options())


def check_rule(rule_id: str, transcript: str, *, confidence: Confidence | None = None) -> None:
    """Run one rule of the installed packs on a transcript and compare what it says with the marks.

    Args:
        confidence: that of every finding, where the test is about it.

    Raises:
        AssertionError: the rule stopped, or what :func:`problems_with` says.
        OptionsError: no installed pack has this rule.
    """
    rule = Rulebook.installed().rule(rule_id)
    problems = problems_with(rule, transcript)
    if confidence is not None:
        found = [match.confidence for match in _matches(rule, facts_of(transcript))]
        problems += [f"a finding is {one}, not {confidence}" for one in found if one is not confidence]
    assert not problems, "\n".join(problems)


def problems_with(rule: Rule, transcript: str) -> list[str]:
    """Where a rule, installed or not, does not say what the marks of a transcript want: one sentence each.

    Also told: a place that does not exist in the input or does not hold the text quoted for it, a headline too long
    to be read at once, and a rule that says something else on a second look at the same facts or at fresh ones.
    """
    capture, marks = read_marked(transcript)
    facts = Facts(Timeline(capture), Options())
    projector = Projector(facts)
    matches = _matches(rule, facts)
    problems = _differences(matches, marks, projector)
    problems += _bad_evidence(matches, json.loads(transcript_to_har(transcript)))
    for match in matches:
        headline = projector.say(match.headline)
        if len(headline.split()) > LONGEST_HEADLINE:
            problems.append(f"a headline of more than {LONGEST_HEADLINE} words: {headline}")
    if matches != _matches(rule, facts) or matches != _matches(rule, facts_of(transcript)):
        problems.append("the rule changes the facts: it says something else the second time")
    return problems


def check_outcome(rule_id: str, transcript: str, outcome: Outcome) -> None:
    """Run one rule and compare its outcome. Raises AssertionError when it differs."""
    facts = facts_of(transcript)
    ruling = _alone(Rulebook.installed().rule(rule_id)).run(facts)
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
        assert any(rule.references), f"{rule.id} gives no source"
        assert all(rule.references), f"{rule.id} gives an empty source"
        assert rule.id not in rule.explains, f"{rule.id} explains itself"
        if rule.severity is Severity.INFO:
            assert not rule.explains, f"{rule.id} is informational and explains nothing"
        for transcript in _WITHOUT_A_SESSION:
            said = _checked(rule, transcript)
            assert said, f"{rule.id} says nothing at all where there is nothing to find"
            assert not any(isinstance(one, Match) for one in said), f"{rule.id} finds something where no session is"
        assert _checked(rule, _ANY) == _checked(rule, _ANY), f"{rule.id} says different things about one recording"
    known = set(ids) | set(universe)
    if universe:
        unknown = {one for rule in rules for one in rule.explains} - known
        assert not unknown, f"no such rules: {sorted(unknown)}"


_WITHOUT_A_SESSION = (
    "",
    """
    > GET https://example.com/
    * type: document
    < 200
    > GET https://example.com/style.css
    * type: stylesheet
    < 200
    """,
)
_ANY = """
    > GET https://app.example.com/
    * type: document
    < 200
    > GET https://api.example.com/items
    < 401
    <
    < {"message": "unauthorised"}
"""


def _checked(rule: Rule, transcript: str) -> tuple[Said, ...]:
    return tuple(rule.check(facts_of(transcript)))


def _alone(rule: Rule) -> Rulebook:
    return Rulebook([Pack("under test", "", "", (rule,))])


def _matches(rule: Rule, facts: Facts) -> list[Match]:
    ruling = _alone(rule).run(facts)
    assert ruling.outcomes[0].outcome is not Outcome.NOT_RUN, f"{rule.id} stopped: {ruling.outcomes[0].reason.values}"
    return [match for _, match in ruling.matches]


# marks against findings


def _differences(matches: Sequence[Match], marks: Sequence[Mark], projector: Projector) -> list[str]:
    primary = [_seen(match.at, (match.message, match.headline, match.caption), projector) for match in matches]
    related = [_seen(place, (words,), projector) for match in matches for place, words in match.related]
    wanted = [mark for mark in marks if mark.kind == "want"]
    beside = [mark for mark in marks if mark.kind == "related"]
    met, found = _paired(wanted, primary)
    problems = [f"no finding for line {mark.line}: {mark.words!r}" for mark in wanted if mark.line not in met]
    problems += [
        f"an unmarked finding at {seen.pointer}: {seen.words}"
        for position, seen in enumerate(primary)
        if position not in found
    ]
    problems += [
        f"no related place for line {mark.line}: {mark.words!r}"
        for mark in beside
        if not any(_meets(mark, seen) for seen in related)
    ]
    problems += [
        f"an unmarked related place at {seen.pointer}: {seen.words}"
        for seen in related
        if not any(_meets(mark, seen) for mark in beside)
    ]
    return problems


def _paired(marks: Sequence[Mark], seen: Sequence[_Seen]) -> tuple[set[int], set[int]]:
    """Each mark with a finding of its own, as many as can be: lines of the marks, positions of the findings."""
    mark_of: dict[int, Mark] = {}

    def place(mark: Mark, tried: set[int]) -> bool:
        for position, one in enumerate(seen):
            if position in tried or not _meets(mark, one):
                continue
            tried.add(position)
            if position not in mark_of or place(mark_of[position], tried):
                mark_of[position] = mark
                return True
        return False

    met = {mark.line for mark in marks if place(mark, set())}
    return met, set(mark_of)


def _seen(place: Place, words: tuple[Sentence, ...], projector: Projector) -> _Seen:
    return _Seen(place.pointer, " | ".join(projector.say(one) for one in words))


def _meets(mark: Mark, seen: _Seen) -> bool:
    return seen.pointer in mark.pointers and mark.words in seen.words


# evidence against the input


def _bad_evidence(matches: Sequence[Match], source: Any) -> Iterator[str]:
    for match in matches:
        for place in (match.at, *(place for place, _ in match.related)):
            there = list(_leaves(_resolved(source, place.pointer)))
            if not there:
                yield f"nothing stands at {place.pointer}"
            elif place.text is not None and not any(raw(place.text).lower() in leaf for leaf in there):
                yield f"the text quoted for {place.pointer} does not stand there"


def _resolved(value: Any, pointer: str) -> Any:
    """What a JSON Pointer (RFC 6901) leads to, None where it leads nowhere."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(name)] if name.isdigit() and int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def _leaves(value: Any) -> Iterator[str]:
    """Strings and numbers at and below a JSON value, in lower case."""
    if isinstance(value, dict):
        for member in value.values():
            yield from _leaves(member)
    elif isinstance(value, list):
        for member in value:
            yield from _leaves(member)
    elif value is not None:
        yield str(value).lower()
