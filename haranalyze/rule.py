"""A rule: a documented value with one function in it. No base class, no registration, no state between runs."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from haranalyze.errors import PackError
from haranalyze.facts import Facts
from haranalyze.findings import Layer, Owner, Said, Severity

HEADINGS = ("Why it matters", "What to do", "Stays quiet when")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Needs(StrEnum):
    """Evidence a rule cannot do without. Missing: ``cannot-tell`` (BROWSER: ``not-applicable``), never a finding."""

    BROWSER = "browser"  # recorded in a browser: cookie policy and CORS apply
    COOKIES = "cookies"  # Cookie and Set-Cookie headers are in the recording
    AUTHORIZATION = "authorization"  # Authorization headers are in the recording
    BODIES = "bodies"  # response bodies are in the recording


@dataclass(frozen=True, slots=True)
class Rule:
    """A named question about facts, with its documentation.

    Attributes:
        id: kebab-case name of the fault; equals module and function name with ``-`` for ``_``.
        title, why, what, quiet: from the module docstring.
        layer: where in the order of explanation the fault stands.
        explains: ids of rules whose findings on the same flow this one explains.
        needs: evidence without which the engine answers for the rule.
        references: RFC sections, standards, vendor pages.
        check: yields matches, or one Passed, NotApplicable, CannotTell or Question.
    """

    id: str
    title: str
    why: str
    what: str
    quiet: str
    severity: Severity
    owner: Owner
    layer: Layer
    explains: tuple[str, ...]
    needs: tuple[Needs, ...]
    references: tuple[str, ...]
    since: str
    check: Callable[[Facts], Iterator[Said]]


def rule(
    *,
    id: str,  # noqa: A002 - the word the whole project uses
    severity: Severity,
    owner: Owner,
    layer: Layer,
    since: str,
    references: tuple[str, ...],
    explains: tuple[str, ...] = (),
    needs: tuple[Needs, ...] = (),
) -> Callable[[Callable[[Facts], Iterator[Said]]], Rule]:
    """Make a :class:`Rule` of a generator function; its prose is the docstring of the module it stands in.

    Raises:
        PackError: the id is not kebab-case, differs from the function's name, or the docstring lacks its title
            or one of the three headings in their order.
    """

    def make(check: Callable[[Facts], Iterator[Said]]) -> Rule:
        if not _ID.fullmatch(id) or check.__name__ != id.replace("-", "_"):
            raise PackError(f"rule id {id!r} must be kebab-case and equal its function's name")
        module = inspect.getmodule(check)
        title, parts = _prose(id, inspect.cleandoc(module.__doc__ or "") if module else "")
        return Rule(id, title, *parts, severity, owner, layer, explains, needs, references, since, check)

    return make


def _prose(rule_id: str, doc: str) -> tuple[str, tuple[str, str, str]]:
    title, _, rest = doc.partition("\n")
    pattern = r"\n\s*".join(rf"{heading}\n(.*?)" for heading in HEADINGS) + r"\s*\Z"
    found = re.search(pattern, rest, re.DOTALL)
    if not title or len(title) > 90 or found is None:
        raise PackError(f"rule {rule_id!r} needs a title and the headings {', '.join(HEADINGS)} in this order")
    why, what, quiet = (" ".join(part.split()) for part in found.groups())
    if not (why and what and quiet):
        raise PackError(f"rule {rule_id!r} has an empty heading")
    return title.rstrip("."), (why, what, quiet)
