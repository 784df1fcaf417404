"""Groups: tickets with one cause, by the fingerprint of the leading finding or as a person wrote it in a file."""

from __future__ import annotations

import fnmatch
import hashlib
import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from haranalyze.errors import OptionsError

if TYPE_CHECKING:
    from pandas import DataFrame

DAYS: Final = 14  # of a sparkline
RECENT: Final = 3  # days that a rise is looked for in
_CUSTOMERS: Final = ("customer", "organization", "organisation", "company", "account")
_DATES: Final = ("created", "created_at", "opened", "date")
_DIFFERS: Final = "…"
_HOST: Final = re.compile(r"(?=.*[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?")
_MOST_LISTED: Final = 20
_MOST_NEAR: Final = 3
_COUNTED: Final = ("browsers", "hosts", "systems", "sdks")
# Columns of captures.parquet that the groups are made of.
NEEDED: Final = (
    "ticket capture leads state headline confidence owner rule severity fingerprint path subject hop group next_step"
    " started browser hosts systems sdks report missing reason"
).split()


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
    ``near`` are groups with what they share; ``customers`` is None where no manifest tells customers.
    """

    id: str
    name: str
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


def leading(frame: DataFrame) -> DataFrame:
    """The rows of ``captures.parquet`` that speak for their tickets.

    Columns of ours beside those of the table end in ``_``, as a manifest's may have any name: ``day_`` (UTC),
    ``customer_``, and ``reports_``, the reports of all recordings of the ticket, one a line.
    """
    import pandas

    rows = frame[frame["leads"]].copy()
    dates = [name for name in _DATES if name in rows.columns]
    started = rows["started"]
    for name in dates:
        told = pandas.to_datetime(rows[name], utc=True, errors="coerce", format="ISO8601")
        started = started.fillna(told.astype(started.dtype))
    rows["day_"] = started.dt.floor("D")
    customers = next((name for name in _CUSTOMERS if name in rows.columns), None)
    rows["customer_"] = rows[customers] if customers else None
    reports = frame.loc[frame["report"].notna(), ["ticket", "report"]]
    rows["reports_"] = rows["ticket"].map(reports.groupby("ticket")["report"].agg("\n".join))
    return rows.sort_values("ticket", kind="stable")


def groups_of(rows: DataFrame, grouping: Grouping) -> list[Group]:
    """All groups, the largest first. ``rows`` as :func:`leading` gives them."""
    last_day = rows["day_"].max()
    first_day = rows["day_"].min()
    found = [
        _group(str(group), same, grouping, first_day, last_day)
        for group, same in rows[rows["group"].notna()].groupby("group", sort=True)
    ]
    found.sort(key=lambda one: (-one.tickets, one.id))
    return [_with_near(one, found) for one in found]


def _group(group: str, rows: DataFrame, grouping: Grouping, first_day: Any, last_day: Any) -> Group:
    name = grouping.name_of(group)
    best = _example(rows)
    days = _days(rows, last_day)
    customers = rows["customer_"].dropna()
    return Group(
        id=group,
        name=name or common_sentence(list(rows["headline"].dropna())),
        is_named=name is not None,
        state=_most(rows["state"]),
        tickets=len(rows),
        fingerprints=sorted(set(rows["fingerprint"])),
        rule=_most(rows["rule"]),
        owner=_most(rows["owner"]),
        confidence=_most(rows["confidence"]),
        path=_most(rows["path"]),
        subject=_most(rows["subject"]),
        hop=_most(rows["hop"]),
        next_step=str(best["next_step"] or ""),
        customers=int(customers.nunique()) if len(customers) else None,
        first_seen=_date(rows["day_"].min()),
        last_seen=_date(rows["day_"].max()),
        browsers=_counted(rows["browser"]),
        hosts=_counted(rows["hosts"].explode()),
        systems=_counted(rows["systems"].explode()),
        sdks=_counted(rows["sdks"].explode()),
        days=days,
        rise=rise(days, _day_number(first_day, last_day)),
        example_ticket=str(best["ticket"]),
        example_report=str(best["report"]),
        near=[],
    )


def _example(rows: DataFrame) -> Any:
    """The newest of the surest tickets whose headline is built like most."""
    sure = {"certain": 0, "likely": 1, "possible": 2}
    lengths = rows["headline"].str.count(" ")
    order = rows[["confidence", "ticket"]].assign(
        rank=rows["confidence"].map(sure).fillna(3),
        other=lengths != lengths.mode().min(),
        age=-rows["day_"].astype("int64"),
    )
    return rows.loc[order.sort_values(["rank", "other", "age", "ticket"], kind="stable").index[0]]


def common_sentence(headlines: list[str]) -> str:
    """What the verdict sentences of a group's tickets share, with an ellipsis or "different hosts" for what differs.

    Only sentences of the most frequent length count. Where they share too little, it is the most frequent one.
    """
    if not headlines:
        return ""
    lengths = Counter(one.count(" ") + 1 for one in headlines)
    length = min(lengths, key=lambda one: (-lengths[one], one))
    columns: list[Counter[str]] = [Counter() for _ in range(length)]
    for one in headlines:
        if one.count(" ") + 1 == length:
            for column, word in zip(columns, one.split(" "), strict=True):
                column[word] += 1
    words = [_common_word(column) for column in columns]
    if sum(word.startswith((_DIFFERS, "different hosts")) for word in words) * 3 > length:
        told = Counter(headlines)
        return min(told, key=lambda one: (-told[one], one))
    return " ".join(words)


def _common_word(column: Counter[str]) -> str:
    """The word of more than half; else words for what it is, with the mark that all of them end with."""
    word, count = column.most_common(1)[0]
    if count * 2 > column.total():
        return word
    bare = [one.rstrip(",.:;") for one in column]
    ends = {one[len(plain) :] for one, plain in zip(column, bare, strict=True)}
    differs = "different hosts" if all(_HOST.fullmatch(one) for one in bare) else _DIFFERS
    return differs + (ends.pop() if len(ends) == 1 else "")


def _most(values: Any) -> str:
    """The most frequent value, the first in the alphabet of several; ``""`` for none."""
    counts = values.dropna().value_counts()
    if counts.empty:
        return ""
    return str(min(counts[counts == counts.max()].index))


def _counted(values: Any) -> list[tuple[str, int]]:
    counts = values.dropna().value_counts()
    listed = [(str(value), int(count)) for value, count in counts.items() if value]
    return sorted(listed, key=lambda item: (-item[1], item[0]))[:_MOST_LISTED]


def _date(day: Any) -> str | None:
    return None if day is None or day != day else day.strftime("%Y-%m-%d")  # noqa: PLR0124 - NaT is not itself


def _day_number(first: Any, last: Any) -> int:
    return 0 if first != first or last != last else (last - first).days + 1  # noqa: PLR0124 - NaT is not itself


def _days(rows: DataFrame, last_day: Any) -> list[int]:
    days = [0] * DAYS
    for day, count in rows["day_"].value_counts().items():
        back = (last_day - day).days
        if back < DAYS:
            days[DAYS - 1 - back] = int(count)
    return days


def rise(days: list[int], known: int) -> str:
    """Words for a sudden rise of the last three days against the days before, ``""`` for none.

    A rise is at least five tickets in three days, at least three times the daily rate before, and so many that a
    Poisson process at the rate before (at least one ticket in the days before) gives them less often than once in a
    thousand times.

    Args:
        days: tickets a day, the last one last.
        known: days that the batch covers; a rise needs as many days before as it looks at.
    """
    before = days[max(0, DAYS - known) : -RECENT]
    recent = sum(days[-RECENT:])
    if len(before) < RECENT or recent < 5:
        return ""
    rate = sum(before) / len(before)
    expected = max(rate, 1 / len(before)) * RECENT
    if recent < 3 * rate * RECENT or _tail(recent, expected) >= 0.001:
        return ""
    if not sum(before):
        return f"new: {recent} in {RECENT} days"
    return f"rising: {_rate(rate)} to {_rate(recent / RECENT)} a day"


def _rate(number: float) -> str:
    return f"{number:.0f}" if number >= 1.95 else f"{number:.1f}".removesuffix(".0")


def _tail(count: int, expected: float) -> float:
    """Probability of ``count`` or more events of a Poisson process that gives ``expected`` on average."""
    below = math.fsum(math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(count))
    return max(0.0, 1.0 - below)


def _with_near(one: Group, groups: list[Group]) -> Group:
    """The group with those most like it: the same rule, cookie or header, or endpoint."""
    from dataclasses import replace

    scored = []
    for other in groups:
        if other.id == one.id:
            continue
        shared = list(_shared(one, other))
        if shared:
            scored.append((-len(shared), -other.tickets, other.id, ", ".join(shared)))
    return replace(one, near=[(other, words) for _, _, other, words in sorted(scored)[:_MOST_NEAR]])


def _shared(one: Group, other: Group) -> Iterator[str]:
    if one.rule == other.rule:
        yield "same rule"
    if one.subject and one.subject == other.subject:
        yield f"same {one.subject}"
    if one.path.strip("/") and one.path == other.path:
        yield "same endpoint"


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
