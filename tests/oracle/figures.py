"""Counting agreement per area, and telling known disagreements from new ones."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.oracle.comparison import NOT_COUNTED, Check
from tests.oracle.scenario import Scenario

KNOWN: Final = Path(__file__).with_name("known.toml")
LEAST: Final = 0.99  # of the answers of an area agree or are known disagreements
_WIDTH: Final = 200  # characters of an answer that are printed


def known_reasons(path: Path = KNOWN) -> list[tuple[re.Pattern[str], str]]:
    """(kinds of disagreement, why they are right or cannot be helped)."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["known"]
    return [(re.compile(one["kind"]), one["reason"]) for one in listed]


class Figures:
    """Checks of a run by area and kind."""

    def __init__(self, scenarios: Mapping[str, Scenario], known: Path = KNOWN, *, browser: str = "Chromium") -> None:
        self._scenarios, self._browser = scenarios, browser
        self._known = known_reasons(known)
        self._areas: dict[str, list[Check]] = {}

    def add(self, checks: Iterable[Check]) -> None:
        """Count these."""
        for check in checks:
            self._areas.setdefault(check.area, []).append(check)

    def _reason(self, check: Check) -> str:
        return next((reason for kind, reason in self._known if kind.fullmatch(check.kind)), "")

    @property
    def are_good(self) -> bool:
        """Whether 99 of 100 answers of each area agree or are known; in an area of less than 100, all of them."""
        return all(
            sum(check.agrees or bool(self._reason(check)) for check in checks) >= LEAST * len(checks)
            for area, checks in self._areas.items()
            if area not in NOT_COUNTED
        )

    def lines(self, examples: int = 1) -> Iterator[str]:
        """A line per area, then one per kind of disagreement with examples."""
        for area, checks in sorted(self._areas.items()):
            agreed = sum(check.agrees for check in checks)
            explained = sum(not check.agrees and bool(self._reason(check)) for check in checks)
            note = ", not counted" if area in NOT_COUNTED else f", {explained} explained" if explained else ""
            yield f"{area:<28}{agreed:>6} of {len(checks):>6}  {agreed / len(checks):.2%}{note}"
        kinds: dict[str, list[Check]] = {}
        for checks in self._areas.values():
            for check in checks:
                if not check.agrees:
                    kinds.setdefault(check.kind, []).append(check)
        for kind, found in sorted(kinds.items(), key=lambda pair: (bool(self._reason(pair[1][0])), -len(pair[1]))):
            reason = self._reason(found[0])
            yield f"{len(found):>5} {kind}{f'  (known: {reason})' if reason else ''}"
            for check in found[: 1 if reason else examples]:
                yield f"        {check.scenario} {check.where}"
                yield f"            {self._browser}: {check.chromium[:_WIDTH]}"
                yield f"            ours: {check.ours[:_WIDTH]}"
                if examples > 1 and not reason:
                    yield f"            {self._scenarios[check.scenario].story}"
