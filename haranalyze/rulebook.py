"""Loads rule packs from their entry points, selects rules and runs each of them in isolation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from haranalyze.errors import OptionsError, PackError, did_you_mean
from haranalyze.facts import Facts
from haranalyze.findings import (
    CannotTell,
    Match,
    NotApplicable,
    Outcome,
    Passed,
    Question,
    RuleOutcome,
    Said,
)
from haranalyze.options import Options
from haranalyze.rule import Needs, Rule
from haranalyze.text import Sentence

GROUP = "haranalyze.rules"

_LACKING = {
    Needs.COOKIES: Sentence("the recording holds no Cookie and Set-Cookie headers"),
    Needs.AUTHORIZATION: Sentence("the recording holds no Authorization headers"),
    Needs.BODIES: Sentence("the recording holds no response bodies"),
}


@dataclass(frozen=True, slots=True)
class Pack:
    """A rule pack: its entry-point name, the distribution it came in with its version, and its rules in order."""

    name: str
    distribution: str
    version: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a run of the rulebook came to."""

    matches: tuple[tuple[Rule, Match], ...]
    outcomes: tuple[RuleOutcome, ...]
    questions: tuple[Question, ...]
    in_question: tuple[int, ...]  # exchanges that rules could not judge for lack of evidence


class Rulebook:
    """The rules of one run, in pack order.

    Raises:
        PackError: there is no rule at all, or two rules have the same id.
    """

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.packs = tuple(packs)
        self._rules: dict[str, Rule] = {}
        for pack in self.packs:
            for item in pack.rules:
                if item.id in self._rules:
                    raise PackError(f"two rules are called {item.id!r}; the second is in pack {pack.name!r}")
                self._rules[item.id] = item
        if not self._rules:
            raise PackError("no rule pack is installed; in a checkout run 'pip install -e .' first")

    @classmethod
    def installed(cls) -> Rulebook:
        """The packs of all installed distributions, sorted by entry-point name, the built-in one first.

        Raises:
            PackError: a pack cannot be imported or offers no ``RULES`` tuple, or no pack is installed.
        """
        found = sorted(entry_points(group=GROUP), key=lambda entry: (entry.name != "builtin", entry.name))
        return cls(_load(entry) for entry in found)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules in order."""
        return tuple(self._rules.values())

    def rule(self, rule_id: str) -> Rule:
        """The rule with this id.

        Raises:
            OptionsError: there is none; the message suggests the nearest id.
        """
        if rule_id not in self._rules:
            raise OptionsError(f"there is no rule {rule_id!r}{did_you_mean(rule_id, self._rules)}")
        return self._rules[rule_id]

    def selected(self, options: Options) -> tuple[Rule, ...]:
        """The rules that ``options`` asks for. Raises OptionsError for an unknown id."""
        for rule_id in (*options.select, *options.ignore, *(rule_id for rule_id, _ in options.severity)):
            self.rule(rule_id)
        return tuple(
            item
            for item in self.rules
            if (not options.select or item.id in options.select) and item.id not in options.ignore
        )

    def run(self, facts: Facts) -> Ruling:
        """Run the selected rules on the facts; a rule that breaks is recorded as not run, the others go on."""
        matches: list[tuple[Rule, Match]] = []
        outcomes: list[RuleOutcome] = []
        questions: list[Question] = []
        in_question: set[int] = set()
        for item in self.selected(facts.options):
            said = _ask(item, facts)
            outcomes.append(_outcome(item, said))
            if isinstance(said, Exception):
                continue
            matches += [(item, word) for word in said if isinstance(word, Match)]
            questions += [word for word in said if isinstance(word, Question)]
            in_question |= {index for word in said if isinstance(word, CannotTell) for index in word.about}
        return Ruling(tuple(matches), tuple(outcomes), tuple(questions), tuple(sorted(in_question)))


def _load(entry: EntryPoint) -> Pack:
    try:
        module = entry.load()
    except Exception as error:
        raise PackError(f"rule pack {entry.name!r} cannot be loaded: {error}") from error
    distribution = entry.dist
    named = (distribution.name, distribution.version) if distribution else ("", "")
    return pack_of(module, entry.name, *named)


def pack_of(module: object, name: str, distribution: str, version: str) -> Pack:
    """The pack of a module.

    Raises:
        PackError: the module has no ``RULES`` tuple of rules.
    """
    rules = getattr(module, "RULES", None)
    if not isinstance(rules, tuple) or not all(isinstance(item, Rule) for item in rules):
        raise PackError(f"rule pack {name!r} has no RULES tuple of rules")
    return Pack(name, distribution, version, rules)


def _ask(item: Rule, facts: Facts) -> tuple[Said, ...] | Exception:
    try:
        lacking = _lacking(item, facts)
        return (lacking,) if lacking else tuple(item.check(facts))
    except MemoryError:
        raise  # it says nothing about the rule: the process is at its limit
    except Exception as error:
        return error


def _lacking(item: Rule, facts: Facts) -> NotApplicable | CannotTell | None:
    quality = facts.quality
    if Needs.BROWSER in item.needs and not quality.is_browser:
        return NotApplicable(Sentence("not recorded in a browser, so browser policy does not apply"))
    recorded = {
        Needs.COOKIES: quality.records_cookies,
        Needs.AUTHORIZATION: quality.records_authorization,
        Needs.BODIES: quality.records_bodies,
    }
    for need in item.needs:
        if not recorded.get(need, True):
            return CannotTell(_LACKING[need])
    return None


def _outcome(item: Rule, said: tuple[Said, ...] | Exception) -> RuleOutcome:
    if isinstance(said, Exception):
        return RuleOutcome(
            item.id, Outcome.NOT_RUN, Sentence("the rule stopped with {error}", error=type(said).__name__)
        )
    found = [word for word in said if isinstance(word, Match)]
    if found:
        return RuleOutcome(item.id, Outcome.FINDING, found[0].message)
    for kind, outcome in (
        (CannotTell, Outcome.CANNOT_TELL),
        (Question, Outcome.QUESTION),
        (NotApplicable, Outcome.NOT_APPLICABLE),
        (Passed, Outcome.PASS),
    ):
        for word in said:
            if isinstance(word, kind):
                return RuleOutcome(item.id, outcome, word.why if isinstance(word, Question) else word.reason)
    return RuleOutcome(item.id, Outcome.PASS, Sentence("nothing of this kind was seen"))
