"""What the tickets of a place have in common, from counts of values that are added up in pieces of a table of any size.

:func:`tally` counts the values in some rows and :func:`combined` adds tallies up; all that is said of a place is made
from its tally. pandas does so row group by row group. From ``MOST_HERE`` tickets on Dask dataframes do the same with
the same functions, on several threads, and keep the tallies on disk by place, so that those of few places are in memory
at one time.
"""

from __future__ import annotations

import datetime
import math
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from haranalyze.batch.groups import DAYS, Group, Grouping, Other, with_near
from haranalyze.batch.tickets import Tickets, piece, pieces

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_HERE: Final = 100_000  # tickets; their tallies take about 100 MB where every host and sentence is another
RECENT: Final = 3  # days that a rise is looked for in
PARTITION: Final = 40  # row groups of a partition of Dask
_TOGETHER: Final = 20  # tallies that are added up at one time
_DIFFERS: Final = "…"
_HOST: Final = re.compile(r"(?=.*[a-z])[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?")
_MOST_LISTED: Final = 20
_MOST_REASONS: Final = 4
_SURE: Final = {"certain": "0", "likely": "1", "possible": "2"}
_OLDEST: Final = "9999999"  # an age in days before the year 9999
_LAST_DAY: Final = datetime.date.max.toordinal()
_SPLIT: Final = "\0"  # between the parts of what an example sorts by; no text of a table holds it
_ONE: Final = (
    "state rule owner confidence path subject hop fingerprint headline next_step browser reason customer_ day_"
).split()
_SEVERAL: Final = ("hosts", "systems", "sdks")


def tally(rows: DataFrame) -> DataFrame:
    """How many tickets of each place have each value.

    Args:
        rows: of the table of tickets.

    Returns:
        A row for each ``place``, ``kind`` (a column) and ``value`` with ``tickets``. ``missing`` counts as one text.
        The kind ``length`` counts the words of headlines, with the ``best`` example among those of that length.
    """
    import pandas

    # Plain lists: a frame for each column costs ten times as much, and more memory.
    texts = {name: rows[name].tolist() for name in (*_ONE, "place_", "ticket", "report")}
    places = texts["place_"]
    told = [(place, kind, value, "") for kind in _ONE for place, value in zip(places, texts[kind], strict=True)]
    for kind in _SEVERAL:
        told += [(place, kind, value, "") for place, of in zip(places, rows[kind], strict=True) for value in _list(of)]
    for place, of in zip(places, rows["missing"], strict=True):
        told.append((place, "missing", ", ".join(_list(of)), ""))
    for place, headline, *ranked in zip(places, texts["headline"], *(texts[name] for name in _RANKED), strict=True):
        told.append((place, "length", f"{_text(headline).count(' '):06}", _rank(*ranked)))
    kept = [one for one in told if isinstance(one[2], str)]
    return combined([pandas.DataFrame(kept, columns=["place", "kind", "value", "best"]).assign(tickets=1)])


_RANKED: Final = ("confidence", "day_", "ticket", "report", "next_step")


def _rank(confidence: Any, day: Any, ticket: str, report: Any, next_step: Any) -> str:
    """A text that is least for the surest, then newest ticket, with what is shown of it."""
    age = f"{_LAST_DAY - datetime.date.fromisoformat(day).toordinal():07}" if isinstance(day, str) else _OLDEST
    return _SPLIT.join((_SURE.get(confidence, "3"), age, ticket, _text(report), _text(next_step)))


def _list(value: Any) -> Iterable[str]:
    return () if value is None or isinstance(value, float) else value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def combined(tallies: list[DataFrame]) -> DataFrame:
    """The tally of all rows that these are of; as it is made, sorted by place, kind and value."""
    import pandas

    whole = pandas.concat(tallies).sort_values("best", kind="stable")
    return whole.groupby(["place", "kind", "value"], sort=True, as_index=False).agg({"tickets": "sum", "best": "first"})


def places_of(tickets: Tickets, grouping: Grouping, most_here: int = MOST_HERE) -> tuple[list[Group], list[Other]]:
    """All groups, the largest first, and the other places, those that want an answer first.

    Args:
        most_here: with more tickets than this Dask makes the aggregates, where it is installed.
    """
    if not len(tickets):  # stopped before the first was done
        return [], []
    spills = len(tickets) > most_here and find_spec("dask") is not None

    def made(whole: DataFrame) -> list[Group | Other]:
        return [_place(str(place), one, tickets, grouping) for place, one in whole.groupby("place", sort=True)]

    places = (_spilled if spills else _here)(tickets, made)
    groups = sorted((one for one in places if isinstance(one, Group)), key=lambda one: (-one.tickets, one.id))
    order = ("fault", "other-trouble", "cannot-tell", "not-read", "healthy")
    others = sorted((one for one in places if isinstance(one, Other)), key=lambda one: order.index(one.state))
    return [with_near(one, groups) for one in groups], others


_Made = Callable[["DataFrame"], list[Group | Other]]


def _here(tickets: Tickets, made: _Made) -> list[Group | Other]:
    """With pandas, in this thread: the table is sorted by place, so only the last one of a piece may go on."""
    found: list[Group | Other] = []
    going_on: list[DataFrame] = []
    for number in pieces(tickets.path):
        rows = piece(tickets.path, number)
        whole = combined([*going_on, tally(rows)])
        last = whole["place"] == rows["place_"].iloc[-1]
        found += made(whole[~last])
        going_on = [whole[last]]
    return found + made(going_on[0])


def _spilled(tickets: Tickets, made: _Made) -> list[Group | Other]:
    """With Dask: tallies of partitions, moved to their places on disk, then place by place."""
    dask: Any = import_module("dask")
    dataframe: Any = import_module("dask.dataframe")
    numbers = pieces(tickets.path)
    parts = [numbers[first : first + PARTITION] for first in range(0, len(numbers), PARTITION)]
    with (
        tempfile.TemporaryDirectory(dir=tickets.path.parent) as folder,
        dask.config.set({"dataframe.convert-string": False, "temporary-directory": folder}),
    ):
        tallies = dataframe.from_map(
            partial(_tally_of, tickets.path), parts, meta=_tally_of(tickets.path, [0]).iloc[:0]
        )
        places = tallies.shuffle("place", shuffle_method="disk")
        finish = dask.delayed(lambda moved: made(combined([moved])))
        found = dask.compute(*map(finish, places.to_delayed()), scheduler="threads")
    return list(chain.from_iterable(found))


def _tally_of(path: Path, numbers: Iterable[int]) -> DataFrame:
    waiting: list[DataFrame] = []
    for number in numbers:
        waiting.append(tally(piece(path, number)))
        if len(waiting) == _TOGETHER:
            waiting = [combined(waiting)]
    return combined(waiting)


class _Counts:
    """The tally of one place: values with their number of tickets by kind."""

    def __init__(self, whole: DataFrame) -> None:
        self._kinds: dict[str, list[tuple[str, int, str]]] = {}
        for kind, *told in zip(*(whole[name] for name in ("kind", "value", "tickets", "best")), strict=True):
            self._kinds.setdefault(kind, []).append((told[0], int(told[1]), told[2]))

    def of(self, kind: str) -> list[tuple[str, int]]:
        """Values by their text."""
        return [(value, tickets) for value, tickets, _ in self._kinds.get(kind, [])]

    def most(self, kind: str) -> str:
        """The most frequent value, the first in the alphabet of several; ``""`` for none."""
        return min(self.of(kind), key=lambda one: (-one[1], one[0]), default=("", 0))[0]

    def listed(self, kind: str, most: int = _MOST_LISTED) -> list[tuple[str, int]]:
        """Values that say something, the most frequent first."""
        return sorted((one for one in self.of(kind) if one[0]), key=lambda one: (-one[1], one[0]))[:most]

    def total(self) -> int:
        """Tickets; each has a state."""
        return sum(tickets for _, tickets in self.of("state"))

    def example(self) -> tuple[str, str, str]:
        """Ticket, report and next step of the newest of the surest tickets whose headline is built like most."""
        usual = self.most("length")
        ranked = [(best[0], value != usual, best) for value, _, best in self._kinds["length"]]
        ticket, report, next_step = min(ranked)[2].split(_SPLIT)[2:]
        return ticket, report, next_step


def _place(place: str, whole: DataFrame, tickets: Tickets, grouping: Grouping) -> Group | Other:
    counts = _Counts(whole)
    if ":" not in place:
        reasons = counts.listed("reason" if place == "not-read" else "missing", _MOST_REASONS)
        asks = counts.most("next_step") if place == "cannot-tell" else ""
        return Other(place, counts.total(), reasons if place != "healthy" else [], asks)
    return _group(place, counts, tickets, grouping)


def _group(place: str, counts: _Counts, tickets: Tickets, grouping: Grouping) -> Group:
    name = grouping.name_of(place)
    sentence = common_sentence(Counter(dict(counts.of("headline"))))
    ticket, report, next_step = counts.example()
    days = _days(counts, tickets.last_day)
    seen = [day for day, _ in counts.of("day_")]
    return Group(
        id=place,
        name=name or sentence,
        sentence=sentence,
        is_named=name is not None,
        tickets=counts.total(),
        fingerprints=[value for value, _ in counts.of("fingerprint")],
        **{one: counts.most(one) for one in ("state", "rule", "owner", "confidence", "path", "subject", "hop")},
        next_step=next_step,
        customers=len(counts.of("customer_")) or None,
        first_seen=min(seen, default=None),
        last_seen=max(seen, default=None),
        browsers=counts.listed("browser"),
        hosts=counts.listed("hosts"),
        systems=counts.listed("systems"),
        sdks=counts.listed("sdks"),
        days=days,
        rise=rise(days, _days_between(tickets.first_day, tickets.last_day) + 1 if tickets.last_day else 0),
        example_ticket=ticket,
        example_report=report,
        near=[],
    )


def _days_between(first: str | None, last: str | None) -> int:
    return (datetime.date.fromisoformat(last or "") - datetime.date.fromisoformat(first or "")).days


def _days(counts: _Counts, last_day: str | None) -> list[int]:
    """Tickets of the last days, the last day of the batch being the last."""
    days = [0] * DAYS
    for day, tickets in counts.of("day_"):
        back = _days_between(day, last_day)
        if back < DAYS:
            days[DAYS - 1 - back] = tickets
    return days


def common_sentence(headlines: Counter[str]) -> str:
    """What the verdict sentences of a group's tickets share, with an ellipsis or "different hosts" for what differs.

    Only sentences of the most frequent length count. Where they share too little, it is the most frequent one.
    """
    if not headlines:
        return ""
    lengths: Counter[int] = Counter()
    for one, count in headlines.items():
        lengths[one.count(" ") + 1] += count
    length = min(lengths, key=lambda one: (-lengths[one], one))
    columns: list[Counter[str]] = [Counter() for _ in range(length)]
    for one, count in headlines.items():
        if one.count(" ") + 1 == length:
            for column, word in zip(columns, one.split(" "), strict=True):
                column[word] += count
    words = [_common_word(column) for column in columns]
    if sum(word.startswith((_DIFFERS, "different hosts")) for word in words) * 3 > length:
        return min(headlines, key=lambda one: (-headlines[one], one))
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
