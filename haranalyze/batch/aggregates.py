"""What the tickets of a place have in common, from counts of values, added up in pieces of a table of any size.

:func:`tally` counts the values in some rows, :func:`combined` adds tallies up, and :func:`digest` keeps what is told of
a place. pandas does so piece by piece; one place is in memory at a time. From ``MOST_HERE`` tickets on Dask dataframes
do the same with the same functions, on several threads: they bring the counts of each value together on disk, so that a
place may have any size.
"""

from __future__ import annotations

import datetime
import math
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from haranalyze.batch.groups import DAYS, Group, Grouping, Other, with_near
from haranalyze.batch.tickets import Tickets, piece, pieces

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_HERE: Final = 100_000  # tickets: 300 MB for one cause of so many, each with hosts of its own
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
_WORST: Final = "9"  # after every rank
_WORD_AT: Final = len("000000 0000 ")  # what a word's value begins with: the length of its sentence, its place in it
_ORDER: Final = ("fault", "other-trouble", "cannot-tell", "not-read", "healthy")  # of places that are no groups
# Kinds that may have as many values as there are tickets and of which the most frequent are told.
_FREQUENT: Final = ("headline", "browser", "hosts", "systems", "sdks", "reason", "missing", "next_step")
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
        Verdict sentences count whole, and as ``word`` and ``form`` by their number of blanks and the place in them; the
        kind ``length`` is that number, with the ``best`` example of that length.
    """
    import pandas

    counts: Counter[tuple[str, str, str]] = Counter()
    best: dict[tuple[str, str, str], str] = {}
    values = {name: rows[name].tolist() for name in rows.columns}
    places = values["place_"]
    for kind in _ONE:
        counts.update((at, kind, one) for at, one in zip(places, values[kind], strict=True) if isinstance(one, str))
    for kind in _SEVERAL:
        counts.update((at, kind, one) for at, of in zip(places, values[kind], strict=True) for one in _list(of))
    counts.update((at, "missing", ", ".join(_list(of))) for at, of in zip(places, values["missing"], strict=True))
    for at, headline, *ranked in zip(places, values["headline"], *(values[name] for name in _RANKED), strict=True):
        if isinstance(headline, str):
            length = (at, "length", f"{headline.count(' '):06}")
            best[length] = min(best.get(length, _WORST), _rank(*ranked))
            counts[length] += 1
    sentences = [(one, tickets) for one, tickets in counts.items() if one[1] == "headline"]
    for (at, _, headline), tickets in sentences:
        for kind, word in _words(headline):
            counts[at, kind, f"{headline.count(' '):06} {word}"] += tickets
    told = [(*one, tickets, best.get(one, "")) for one, tickets in counts.items()]
    return combined([pandas.DataFrame(told, columns=["place", "kind", "value", "tickets", "best"])])


def _words(headline: str) -> Iterator[tuple[str, str]]:
    """The words of a sentence by their place, and their forms: whether it is a host, and what it ends with."""
    for place, word in enumerate(headline.split(" ")):
        bare = word.rstrip(",.:;")
        yield "word", f"{place:04} {word}"
        yield "form", f"{place:04} {'host' if _HOST.fullmatch(bare) else 'word'}{word[len(bare) :]}"


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


def digest(whole: DataFrame) -> DataFrame:
    """What of a tally can be told of a place: of values that may be as many as tickets the most frequent, or how many.

    Args:
        whole: complete for the values it holds, which may be some of a place's values.
    """
    ranked = whole.sort_values(["tickets", "value"], ascending=[False, True], kind="stable")
    kinds = ranked["kind"]
    frequent = ranked[kinds.isin(_FREQUENT)].groupby(["place", "kind"]).head(_MOST_LISTED)
    words = ranked[kinds == "word"]
    words = words.groupby([words["place"], words["value"].str[:_WORD_AT]]).head(1)
    customers = ranked[kinds == "customer_"].groupby("place", as_index=False).size()
    customers = customers.rename(columns={"size": "tickets"}).assign(kind="customer_", value="", best="")
    few = ranked[~kinds.isin((*_FREQUENT, "word", "customer_"))]
    return combined([few, frequent, words, customers[list(whole.columns)]])


def places_of(tickets: Tickets, grouping: Grouping, most_here: int = MOST_HERE) -> tuple[list[Group], list[Other]]:
    """All groups, the largest first, and the other places, those that want an answer first.

    Args:
        most_here: with more tickets than this Dask makes the aggregates, where it is installed.
    """
    if not len(tickets):  # stopped before the first was done
        return [], []
    spills = len(tickets) > most_here and find_spec("dask") is not None
    digested = (_spilled if spills else _here)(tickets.path)
    groups, others = [], []
    for place, counts in ((str(at), _Counts(one)) for at, one in digested.groupby("place", sort=True)):
        if place in _ORDER:
            others.append(_other(place, counts))
        else:
            groups.append(_group(place, counts, tickets, grouping))
    groups.sort(key=lambda one: (-one.tickets, one.id))
    others.sort(key=lambda one: _ORDER.index(one.state))
    return with_near(groups), others


def _here(path: Path) -> DataFrame:
    """With pandas, in this thread: the table is sorted by place, so only the last one of a piece may go on."""
    done: list[DataFrame] = []
    going_on: list[DataFrame] = []
    for number in pieces(path):
        rows = piece(path, number)
        going_on.append(tally(rows))
        first, last_place = rows["place_"].iloc[[0, -1]]
        if first == last_place and len(going_on) < _TOGETHER:
            continue
        whole = combined(going_on)
        last = whole["place"] == last_place
        done.append(digest(whole[~last]))
        going_on = [whole[last]]
    return combined([*done, digest(combined(going_on))])


def _spilled(path: Path) -> DataFrame:
    """With Dask: tallies of partitions, brought together value by value on disk; no place need fit in memory."""
    dask: Any = import_module("dask")
    dataframe: Any = import_module("dask.dataframe")
    numbers = pieces(path)
    parts = [numbers[first : first + PARTITION] for first in range(0, len(numbers), PARTITION)]
    with (
        tempfile.TemporaryDirectory(dir=path.parent) as folder,
        dask.config.set({"dataframe.convert-string": False, "temporary-directory": folder}),
    ):
        tallies = dataframe.from_map(partial(_tally_of, path), parts, meta=_tally_of(path, [0]).iloc[:0])
        by_value = tallies.shuffle(["place", "kind", "value"], shuffle_method="disk")
        digested = dask.delayed(lambda some: digest(combined([some])))
        return combined(list(dask.compute(*map(digested, by_value.to_delayed()), scheduler="threads")))


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

    def total(self, kind: str = "state") -> int:
        """Tickets with a value; each has a state."""
        return sum(tickets for _, tickets in self.of(kind))

    def at(self, kind: str, length: str) -> Iterator[tuple[int, str, int]]:
        """Place, text and tickets of the words or forms of sentences of that length."""
        for value, tickets in self.of(kind):
            if value.startswith(length):
                _, place, text = value.split(" ", 2)
                yield int(place), text, tickets

    def example(self) -> tuple[str, str, str]:
        """Ticket, report and next step of the newest of the surest tickets whose headline is built like most."""
        usual = self.most("length")
        ranked = [(best[0], value != usual, best) for value, _, best in self._kinds["length"]]
        ticket, report, next_step = min(ranked)[2].split(_SPLIT)[2:]
        return ticket, report, next_step


def _other(state: str, counts: _Counts) -> Other:
    reasons = counts.listed("reason" if state == "not-read" else "missing", _MOST_REASONS)
    ask = counts.most("next_step") if state == "cannot-tell" else ""
    return Other(state, counts.total(), reasons if state != "healthy" else [], ask)


def _group(place: str, counts: _Counts, tickets: Tickets, grouping: Grouping) -> Group:
    name = grouping.name_of(place)
    sentence = _sentence(counts)
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
        customers=counts.total("customer_") or None,
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


def _sentence(counts: _Counts) -> str:
    """What the verdict sentences of a place share, with an ellipsis or "different hosts" for what differs.

    Only sentences of the most frequent length count. Where they share too little, it is the most frequent one.
    """
    usual = counts.most("length")
    total = dict(counts.of("length")).get(usual, 0)
    words = {place: word for place, word, tickets in counts.at("word", usual) if tickets * 2 > total}
    forms: dict[int, set[str]] = {}
    for place, form, _ in counts.at("form", usual):
        forms.setdefault(place, set()).add(form)
    if (len(forms) - len(words)) * 3 > len(forms):
        return counts.most("headline")
    return " ".join(words[place] if place in words else _differing(forms[place]) for place in sorted(forms))


def _differing(forms: set[str]) -> str:
    """Words for what differs, with the mark that all of it ends with."""
    differs = "different hosts" if all(one.startswith("host") for one in forms) else _DIFFERS
    ends = {one[len("host") :] for one in forms}
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
