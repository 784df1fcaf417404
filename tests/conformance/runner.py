"""Loading vectors, asking the engines, and counting: passed, deviations with a reason, failures."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DEVIATIONS = HERE / "deviations.toml"
MOST_DEVIATIONS = 0.02  # of the vectors of a suite that count

Vector = dict[str, Any]


@dataclass
class Tally:
    """One suite: ids by fate. ``reported`` counts the vectors that ask and do not judge, as (agreed, all)."""

    suite: str
    passed: list[str] = field(default_factory=list)
    deviations: dict[str, str] = field(default_factory=dict)  # id -> reason
    failures: dict[str, list[str]] = field(default_factory=dict)  # id -> what differed
    needless: list[str] = field(default_factory=list)  # listed as a deviation, and yet it passes
    reported: dict[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Vectors that count."""
        return len(self.passed) + len(self.deviations) + len(self.failures)

    @property
    def is_good(self) -> bool:
        """No failures, and deviations within the share that is allowed."""
        return not self.failures and not self.needless and len(self.deviations) <= self.total * MOST_DEVIATIONS


def load(folder: Path) -> dict[str, list[Vector]]:
    """Vectors by suite, from every file of the format in the folder."""
    suites: dict[str, list[Vector]] = {}
    for path in sorted(folder.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(document, dict) and "vectors" in document:
            suites.setdefault(document["suite"], []).extend(document["vectors"])
    return suites


def deviations(suite: str) -> dict[str, str]:
    """Vectors of a suite that the engines answer otherwise on purpose: id -> reason."""
    listed: dict[str, str] = tomllib.loads(DEVIATIONS.read_text(encoding="utf-8")).get(suite, {})
    return listed


def problems_of(vector: Vector, suite: str) -> list[str]:
    """What the engine answers otherwise than the vector; none when it agrees."""
    return list(_judge(suite)(vector))


def run(suite: str, vectors: list[Vector]) -> Tally:
    """Ask the engine about all vectors of one suite."""
    tally, listed = Tally(suite), deviations(suite)
    for vector in vectors:
        name = vector["id"]
        problems = problems_of(vector, suite)
        if not counts(vector):
            group = f"{vector['status']}, {vector['strength']}" if "strength" in vector else vector["status"]
            agreed, seen = tally.reported.get(group, (0, 0))
            tally.reported[group] = (agreed + (not problems), seen + 1)
        elif name in listed:
            if problems:
                tally.deviations[name] = listed[name]
            else:
                tally.needless.append(name)
                tally.passed.append(name)
        elif problems:
            tally.failures[name] = problems
        else:
            tally.passed.append(name)
    return tally


def counts(vector: Vector) -> bool:
    """Whether the vector is a demand: current, and for caches one that every cache has to meet."""
    return bool(vector["status"] == "current" and vector.get("strength", "must") == "must")


def _judge(suite: str) -> Callable[[Vector], Iterator[str]]:
    """The module of the suite: its ``differences(vector)`` yields a sentence for each answer that differs."""
    judge: Callable[[Vector], Iterator[str]] = import_module(
        f"tests.conformance.suites.{suite.replace('-', '_')}"
    ).differences
    return judge
