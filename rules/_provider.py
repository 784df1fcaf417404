"""What the rules about sign-in through an identity provider share."""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.provider_sign_in import Attempt
from haranalyze.findings import NotApplicable, Passed, Said
from haranalyze.text import Place, Sentence

from ._words import seen


def attempts(facts: Facts) -> tuple[Attempt, ...]:
    """The attempts of the visited site, widgets of other companies left out."""
    return tuple(one for one in facts.provider_sign_in.attempts if one.ours)


def quiet(facts: Facts) -> Said:
    """What a rule says that found nothing."""
    count = len(attempts(facts))
    if count:
        return Passed(seen(count, "sign-ins through an identity provider"))
    return NotApplicable(Sentence("nobody signs in through an identity provider"))


def left_for_provider(attempt: Attempt) -> Iterator[tuple[Place, Sentence]]:
    """The request that left for the provider, as a related place."""
    if attempt.asked is not None:
        yield attempt.asked.place, Sentence("leaves for the identity provider")
