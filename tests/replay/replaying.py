"""Sorting each recorded Cookie header by how well the jar foresaw it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.cookie_jar import JarCookie
from haranalyze.text import raw


class Fate(StrEnum):
    """How a recorded Cookie header compares with the foreseen one."""

    EXACT = "equal, character for character"
    EARLIER = "more cookies: from before the recording or written by a script"
    SCRIPT = "a script changed or deleted a cookie it can reach"
    UNSEEN = "a cookie has a value of an answer that is not in the recording"
    ORDER = "equal but for the order of cookies of unknown age"
    UNEXPLAINED = "not explained"


@dataclass
class Tally:
    """Headers by fate, and the unexplained ones."""

    fates: Counter[Fate] = field(default_factory=Counter)
    rest: list[str] = field(default_factory=list)

    @property
    def explained(self) -> float:
        """Share of the headers that are equal or explained."""
        return 1 - self.fates[Fate.UNEXPLAINED] / max(self.fates.total(), 1)


def replay(facts: Facts, name: str, tally: Tally) -> None:
    """Add every recorded Cookie header of a recording to the tally."""
    for exchange in facts.exchanges:
        if exchange.request.has("cookie") and not facts.timeline.is_preflight(exchange):
            fate, why = _fate(facts, exchange)
            tally.fates[fate] += 1
            if fate is Fate.UNEXPLAINED:
                tally.rest.append(f"{name} #{exchange.index}: {why}")


def _fate(facts: Facts, exchange: Exchange) -> tuple[Fate, str]:
    recorded = list(exchange.request.raw_cookie_pairs())
    cookies = facts.cookie_jar.foreseen(exchange)
    foreseen = [(raw(cookie.name), raw(cookie.value)) for cookie in cookies]
    if recorded == foreseen:
        return Fate.EXACT, ""
    unexplained = [*_left_behind(cookies, recorded), *_sent_against_the_rules(facts, exchange)]
    if unexplained:
        return Fate.UNEXPLAINED, "; ".join(unexplained)
    if sorted(recorded) == sorted(foreseen):
        return Fate.ORDER, ""
    names = {name for name, _ in recorded}
    if any(raw(cookie.name) not in names for cookie in cookies):
        return Fate.SCRIPT, ""
    changed = [cookie for cookie in cookies if (raw(cookie.name), raw(cookie.value)) not in recorded]
    if any(cookie.by is not None and cookie.by.http_only for cookie in changed):
        return Fate.UNSEEN, ""
    return (Fate.SCRIPT if changed else Fate.EARLIER), ""


def _left_behind(cookies: tuple[JarCookie, ...], recorded: list[tuple[str, str]]) -> Iterator[str]:
    """Cookies that no script can have deleted, and that were not sent all the same."""
    names = {name for name, _ in recorded}
    for cookie in cookies:
        if cookie.by is not None and cookie.by.http_only and raw(cookie.name) not in names:
            yield f"{len(cookie.name)} characters of a name, HttpOnly, foreseen and not sent"


def _sent_against_the_rules(facts: Facts, exchange: Exchange) -> Iterator[str]:
    """Cookies sent where the rules would have kept them back."""
    for one in facts.cookie_jar.contradictions:
        if one.exchange is exchange:
            yield f"a cookie was sent against {one.reason}"
