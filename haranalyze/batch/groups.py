"""Groups: tickets with one cause, by the fingerprint of the leading finding or as a person wrote it in a file."""

from __future__ import annotations

import fnmatch
import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from haranalyze.errors import OptionsError

DAYS: Final = 14  # of a sparkline
_MOST_NEAR: Final = 3
_COUNTED: Final = ("browsers", "hosts", "systems", "sdks")


@dataclass(frozen=True, slots=True)
class Named:
    """A group as a person wrote it; ``only`` narrows it to tickets whose columns match (a split)."""

    name: str
    fingerprints: frozenset[str]
    only: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Stable as long as the name is."""
        return "named:" + hashlib.sha256(self.name.encode()).hexdigest()[:12]


class Grouping:
    """Which group a ticket belongs to.

    Args:
        path: a groups file, None for none.

    Raises:
        OptionsError: the file cannot be read; names the group and the member.
    """

    def __init__(self, path: Path | None = None) -> None:
        named = _read(path) if path else []
        # A split says more than a merge, so it is asked first.
        self.named = sorted(named, key=lambda one: not one.only)

    def group_of(self, row: dict[str, Any]) -> str | None:
        """The group of a row of ``captures.parquet``, None where nothing is wrong that has a fingerprint."""
        print_ = row.get("fingerprint")
        if print_ is None:
            return None
        for one in self.named:
            if print_ in one.fingerprints and all(_matches(row, name, want) for name, want in one.only.items()):
                return one.id
        return str(print_)

    def name_of(self, group: str) -> str | None:
        """The name a person gave, None where nobody did."""
        return next((one.name for one in self.named if one.id == group), None)


def _matches(row: dict[str, Any], name: str, want: str) -> bool:
    value = row.get({"host": "hosts"}.get(name, name))
    values = value if isinstance(value, list) else [value]
    return any(isinstance(one, str) and fnmatch.fnmatchcase(one.lower(), want.lower()) for one in values)


def _read(path: Path) -> list[Named]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OptionsError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionsError(f"{path} is not TOML: {error}") from error
    groups = content.get("group")
    if not isinstance(groups, list) or content.keys() - {"group"}:
        raise OptionsError(f"{path}: a groups file holds [[group]] tables and nothing else")
    return [_named(one, number, path) for number, one in enumerate(groups, start=1)]


def _named(one: Any, number: int, path: Path) -> Named:
    where = f"{path}, group {number}"
    if not isinstance(one, dict) or one.keys() - {"name", "fingerprints", "only"}:
        raise OptionsError(f"{where}: its members are name, fingerprints and only")
    name, prints, only = one.get("name"), one.get("fingerprints"), one.get("only", {})
    if not isinstance(name, str) or not name:
        raise OptionsError(f"{where}: name is a text")
    if not isinstance(prints, list) or not prints or not all(isinstance(p, str) and ":" in p for p in prints):
        raise OptionsError(f"{where}: fingerprints is a list such as ['v1:44029600e461']")
    if not isinstance(only, dict) or not all(isinstance(value, str) for value in only.values()):
        raise OptionsError(f"{where}: only is a table of texts, such as {{host = '*.example.com'}}")
    return Named(name, frozenset(prints), only)


@dataclass(frozen=True, slots=True)
class Group:
    """One cause with its tickets. ``days`` are the tickets of the last 14 days, today being the batch's last day.

    ``browsers``, ``hosts``, ``systems`` and ``sdks`` are values with their number of tickets, the most first;
    ``near`` are groups with what they share; ``customers`` is None where no manifest tells customers. ``sentence`` is
    what the verdict sentences share, and the ``name`` unless a person gave one.
    """

    id: str
    name: str
    sentence: str
    is_named: bool
    state: str
    tickets: int
    fingerprints: list[str]
    rule: str
    owner: str
    confidence: str
    path: str
    subject: str
    hop: str
    next_step: str
    customers: int | None
    first_seen: str | None
    last_seen: str | None
    browsers: list[tuple[str, int]]
    hosts: list[tuple[str, int]]
    systems: list[tuple[str, int]]
    sdks: list[tuple[str, int]]
    days: list[int]
    rise: str
    example_ticket: str
    example_report: str
    near: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Other:
    """Tickets of one state without a group; ``reasons`` are why it is so, with their tickets, the most first."""

    state: str
    tickets: int
    reasons: list[tuple[str, int]]
    ask: str


def with_near(groups: list[Group]) -> list[Group]:
    """Each group with those most like it: the same rule, cookie or header, or endpoint.

    Args:
        groups: the largest first. No pair is compared that no list of the largest with something in common holds, so
            that thousands of groups take no longer each than a few.
    """
    alike: dict[tuple[str, ...], list[Group]] = {}
    for one in groups:
        for common in _combined(one):
            largest = alike.setdefault(common, [])
            if len(largest) <= _MOST_NEAR:  # one of them may be the group that asks
                largest.append(one)
    return [replace(one, near=_nearest(one, alike)) for one in groups]


def _nearest(one: Group, alike: dict[tuple[str, ...], list[Group]]) -> list[tuple[str, str]]:
    found = {other.id: other for common in _combined(one) for other in alike[common] if other.id != one.id}
    own = _traits(one)
    scored = []
    for other in found.values():
        shared = [trait for trait in _traits(other) if trait in own]
        scored.append((-len(shared), -other.tickets, other.id, ", ".join(words for _, words in shared)))
    return [(other, words) for _, _, other, words in sorted(scored)[:_MOST_NEAR]]


def _traits(one: Group) -> list[tuple[str, str]]:
    """What a group can have in common with others: the value, and the words for it."""
    traits = [(one.rule, "same rule")]
    if one.subject:
        traits.append((one.subject, f"same {one.subject}"))
    if one.path.strip("/"):
        traits.append((one.path, "same endpoint"))
    return traits


def _combined(one: Group) -> Iterator[tuple[str, ...]]:
    """Every choice of a group's traits."""
    traits = _traits(one)
    for size in range(1, len(traits) + 1):
        for chosen in combinations(traits, size):
            yield tuple(text for trait in chosen for text in trait)


def groups_table(groups: list[Group]) -> Any:
    """``groups.parquet`` as an Arrow table."""
    import pyarrow

    text, count = pyarrow.string(), pyarrow.int64()
    counted = pyarrow.list_(pyarrow.struct([("value", text), ("tickets", count)]))
    schema = pyarrow.schema(
        [
            *(
                (name, text)
                for name in ("group", "name", "state", "rule", "owner", "confidence", "path", "subject", "hop")
            ),
            *(
                (name, text)
                for name in ("next_step", "first_seen", "last_seen", "rise", "example_ticket", "example_report")
            ),
            ("is_named", pyarrow.bool_()),
            ("tickets", count),
            ("customers", count),
            ("fingerprints", pyarrow.list_(text)),
            *((name, counted) for name in _COUNTED),
            ("days", pyarrow.list_(count)),
            ("near", pyarrow.list_(pyarrow.struct([("group", text), ("why", text)]))),
        ]
    )
    rows = [
        {
            **{name: getattr(one, name) for name in schema.names if name not in {"group", "near"}},
            "group": one.id,
            **{
                name: [{"value": value, "tickets": tickets} for value, tickets in getattr(one, name)]
                for name in _COUNTED
            },
            "near": [{"group": other, "why": why} for other, why in one.near],
        }
        for one in groups
    ]
    return pyarrow.Table.from_pylist(rows, schema=schema)
