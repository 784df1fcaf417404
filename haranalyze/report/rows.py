"""The timeline's rows: every exchange; where that makes too large a report, the quiet ones are folded with a count.

The size rule: a report has at most 1.5 MB and 0.5 KB more for each exchange, and never more than 8 MB, in each of its
forms. A row takes a quarter of the bytes in a page that it takes in JSON: the document lists what a page can hold, and
a renderer folds further where that is too much for its form.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from math import trunc
from typing import Final, Protocol

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.capture.model import Exchange, Source
from haranalyze.facts import Facts
from haranalyze.facts.session import Refresh, RefreshResult, Role, SignInResult
from haranalyze.redaction import Projector

BYTES: Final = 1_500_000  # of a report of a small recording
BYTES_EACH: Final = 512  # more for each exchange
MOST_BYTES: Final = 8_000_000
FOLDED_BYTES: Final = 50_000  # kept free for the names and counts of folded hosts
LONGEST_PATH = 300  # characters
MOST_HOSTS = 500  # hosts of folded exchanges listed by name
NO_HOST, OTHER_HOSTS = "no host", "other hosts"
NEAR = 10  # exchanges before and after one that a finding names


class Row(msgspec.Struct, frozen=True, gc=False):
    """One exchange. ``at`` and ``took`` in ms, ``at`` after the first exchange; ``findings`` by id.

    ``page`` is the position of its page among ``pages``, None unknown; ``remark`` what the engine has to say about it.
    """

    exchange: int
    role: str
    method: str
    host: str
    path: str
    status: int
    at: float
    sent: float
    answered: float
    took: float
    failure: str
    source: str
    bytes: int | None
    findings: list[str]
    page: int | None
    remark: str


_FOLDED = frozenset((Role.STATIC, Role.THIRD_PARTY))


def most_bytes(exchanges: int) -> int:
    """Bytes that the report of a recording with so many exchanges may have."""
    return min(BYTES + BYTES_EACH * exchanges, MOST_BYTES)


def rows(analysis: Analysis, projector: Projector, beside: int = 0) -> tuple[list[Row], dict[str, int]]:
    """Rows in client order, and how many exchanges of which host are folded away.

    As many rows as a page can hold, the form that holds the most; ``beside`` is the size in bytes of the rest of the
    document. Each renderer folds further what is too much for its form.
    """
    facts, timeline = analysis.facts, analysis.facts.timeline
    pins: dict[int, list[str]] = {}
    for finding in analysis.findings:
        for index in finding.exchanges[:500]:
            pins.setdefault(index, []).append(finding.id)
    writer, exchanges = _Writer(facts, projector, pins, _remarks(analysis, projector)), facts.exchanges
    if facts.options.all_exchanges:
        return list(writer.rows(exchanges)), {}
    near = _near([timeline.position(timeline.exchange(index)) for index in pins], len(exchanges))
    role, room = facts.session.role, most_bytes(len(exchanges)) - beside - FOLDED_BYTES
    loud = [role(exchange) not in _FOLDED for exchange in exchanges]
    listed = _fitting(near, loud, lambda places: writer.rows(map(exchanges.__getitem__, places)), PageWeight(), room)
    folded: dict[str, int] = {}
    for exchange, row in zip(exchanges, listed, strict=True):
        if row is None:
            host = exchange.request.host
            folded[host] = folded.get(host, 0) + 1
    return [row for row in listed if row is not None], _named(folded, projector)


def folded_further(
    listed: Sequence[Row], folded: dict[str, int], weight: Weight, room: int
) -> tuple[list[Row], dict[str, int]]:
    """The rows of a report that fit into so many bytes of a form, and the counts of all that are folded by then."""
    near = _near([place for place, row in enumerate(listed) if row.findings], len(listed))
    loud = [row.role not in _FOLDED for row in listed]
    kept = _fitting(near, loud, lambda places: map(listed.__getitem__, places), weight, room - FOLDED_BYTES)
    counted = dict(folded)
    for row, stays in zip(listed, kept, strict=True):
        if stays is None:
            host = row.host or NO_HOST
            host = host if host in counted or len(counted) < MOST_HOSTS else OTHER_HOSTS
            counted[host] = counted.get(host, 0) + 1
    return [row for row in kept if row is not None], dict(sorted(counted.items(), key=lambda item: -item[1]))


class Weight(Protocol):
    """How many bytes rows take in one form, ``least`` at least each."""

    least: int

    def __call__(self, row: Row, /) -> int:
        """Bytes of a row that stands behind those asked for before."""

    def together(self, rows: Sequence[Row], /) -> int:
        """Bytes of many rows that stand behind those asked for before."""


class JsonWeight:
    """Bytes of rows in the document as compact JSON."""

    least = 190

    def __call__(self, row: Row) -> int:
        """Bytes of the row."""
        return len(msgspec.json.encode(row)) + 1

    def together(self, rows: Sequence[Row]) -> int:
        """Bytes of the rows."""
        return sum(map(self, rows))


class PageWeight:
    """Bytes of rows among the page's data: eleven numbers each, and every text once (``timeline_data``)."""

    least = 72

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __call__(self, row: Row) -> int:
        """Bytes of the row, its texts where none before it has them."""
        size, known = self.least, self._known
        for text in (row.host, row.path):
            if text not in known:
                known.add(text)
                size += _written(text)
        return size + _beside(row)

    def together(self, rows: Sequence[Row]) -> int:
        """Bytes of the rows, each text once."""
        new = {row.host for row in rows}.union([row.path for row in rows]) - self._known
        self._known |= new
        return self.least * len(rows) + sum(map(_written, new)) + sum(map(_beside, rows))


def _beside(row: Row) -> int:
    """Bytes of what most rows do not have."""
    if row.remark or row.failure or row.findings or row.source != "network":
        return 60 + 16 * len(row.findings) + _written(row.remark) + _written(row.failure)
    return 0


def _written(text: str) -> int:
    """Bytes of a text in the page's data, where a mark of HTML is an escape of six."""
    return len(msgspec.json.encode(text)) + 5 * sum(map(text.count, "<>&")) + 1


def _fitting(
    near: Collection[int],
    loud: Sequence[bool],
    rows_at: Callable[[Sequence[int]], Iterable[Row]],
    weight: Weight,
    room: int,
) -> list[Row | None]:
    """Rows by position, None where one is folded: those near findings and of the session as long as there are bytes
    for them, then the quiet ones, all of them or none."""
    listed: list[Row | None] = [None] * len(loud)
    first = [*sorted(near), *(place for place, one in enumerate(loud) if one and place not in near)]
    for place, row in zip(first, rows_at(first), strict=True):
        room -= weight(row)
        if room < 0:
            return listed
        listed[place] = row
    quiet = [place for place, one in enumerate(loud) if not one and place not in near]
    if len(quiet) * weight.least > room:
        return listed
    rest = list(rows_at(quiet))
    if weight.together(rest) <= room:
        for place, row in zip(quiet, rest, strict=True):
            listed[place] = row
    return listed


def _named(folded: dict[str, int], projector: Projector) -> dict[str, int]:
    """Counts by the host's shown name, highest first; hosts that look alike when shown are counted together."""
    named: dict[str, int] = {}
    for place, (host, count) in enumerate(sorted(folded.items(), key=lambda item: -item[1])):
        shown = (projector.host(host) or NO_HOST) if place < MOST_HOSTS else OTHER_HOSTS
        named[shown] = named.get(shown, 0) + count
    return named


def _near(named: Sequence[int], end: int) -> set[int]:
    """Positions that findings name, and those around them."""
    near: set[int] = set()
    for position in named:
        near.update(range(max(position - NEAR, 0), min(position + NEAR + 1, end)))
    return near


def _remarks(analysis: Analysis, projector: Projector) -> dict[int, str]:
    """The engine's words about single exchanges: the story of the session, and what findings say of their places."""
    session = analysis.facts.session
    said: dict[int, str] = {}
    for one in session.sign_ins:
        said[one.exchange.index] = _SIGN_IN[one.result]
    for refresh in session.refreshes:
        said[refresh.exchange.index] = _refreshed(refresh)
    for gone in session.sign_outs:
        said[gone.index] = "session ends"
    for finding in reversed(analysis.findings):
        match = finding.match
        for place, caption in reversed(((match.at, match.caption), *match.related)):
            said[place.exchange] = projector.say(caption).removeprefix("decides it: ")
    return said


def _refreshed(refresh: Refresh) -> str:
    if refresh.result is RefreshResult.OK and refresh.new_token is not None:
        return f"token {refresh.new_token.ordinal} issued"
    return _REFRESH[refresh.result]


_SIGN_IN = {
    SignInResult.OK: "session starts",
    SignInResult.WRONG_CREDENTIALS: "wrong password",
    SignInResult.REFUSED: "refused",
    SignInResult.FAILED: "no good answer",
}
_REFRESH = {
    RefreshResult.OK: "renewed",
    RefreshResult.NO_SESSION: "normal: first visit, no session yet",
    RefreshResult.REFUSED: "refused",
    RefreshResult.THEFT: "token reuse",
    RefreshResult.CLEARED_DUPLICATES: "old cookies cleared",
    RefreshResult.NOT_API: "not the session API",
    RefreshResult.FAILED: "no good answer",
}


_NONE: list[str] = []  # rows are frozen: those without findings share one list
_WORDS = {word: word.value for words in (Role, Source) for word in words}


class _Writer:
    """Writes rows of one analysis; what repeats is looked up once."""

    def __init__(self, facts: Facts, projector: Projector, pins: dict[int, list[str]], remarks: dict[int, str]) -> None:
        self._projector, self._pins, self._remarks = projector, pins, remarks
        self._times, self._page, self._role = facts.timeline.times, facts.timeline.page_ordinal, facts.session.role
        self._methods: dict[str, str] = {}
        self._hosts: dict[str, str] = {}
        self._paths: dict[str, str] = {}

    def rows(self, exchanges: Iterable[Exchange]) -> Iterator[Row]:
        """The rows of exchanges, each made when it is asked for.

        Times are rounded to a tenth; ``round`` to a place takes ten times as long, which is felt in 40,000 rows.
        """
        times, page, role, show = self._times, self._page, self._role, self._projector.show
        methods, hosts, paths, pins, remarks = self._methods, self._hosts, self._paths, self._pins, self._remarks
        for exchange in exchanges:
            started, sent, answered, ended = times(exchange)
            index, request, response = exchange.index, exchange.request, exchange.response
            if (method := methods.get(request.method)) is None:
                method = methods[request.method] = show(exchange.method)
            if (host := hosts.get(request.host)) is None:
                host = hosts[request.host] = show(exchange.host)
            if (path := paths.get(written := request.path)) is None:
                path = paths[written] = self._shortened(show(exchange.path))
            yield Row(
                index,
                _WORDS[role(exchange)],
                method,
                host,
                path,
                response.status,
                trunc(started * 10.0 + 0.5) / 10.0,
                trunc(sent * 10.0 + 0.5) / 10.0,
                trunc(answered * 10.0 + 0.5) / 10.0,
                trunc((ended - started) * 10.0 + 0.5) / 10.0,
                show(failure) if (failure := exchange.failure) else "",
                _WORDS[exchange.source],
                response.transfer_size,
                pins.get(index, _NONE),
                page(exchange),
                remarks.get(index, ""),
            )

    @staticmethod
    def _shortened(path: str) -> str:
        return path if len(path) <= LONGEST_PATH else path[:LONGEST_PATH] + "…"
