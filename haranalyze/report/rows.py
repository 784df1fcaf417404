"""The timeline's rows: every exchange; where that makes too large a report, the quiet ones are folded with a count.

The size rule: a report has at most 1.5 MB and 0.5 KB more for each exchange, and never more than 8 MB, whatever its
form. The document as compact JSON is its largest form, so rows are counted as they stand there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.capture.model import Exchange
from haranalyze.facts import Facts
from haranalyze.facts.session import Refresh, RefreshResult, Role, SignInResult
from haranalyze.redaction import Projector
from haranalyze.timeline import Timeline

BYTES: Final = 1_500_000  # of a report of a small recording
BYTES_EACH: Final = 512  # more for each exchange
MOST_BYTES: Final = 8_000_000
FOLDED_BYTES: Final = 50_000  # kept free for the names and counts of folded hosts
PROBES: Final = 200  # quiet exchanges whose rows tell how large the others are
LONGEST_PATH = 300  # characters
MOST_HOSTS = 500  # hosts of folded exchanges listed by name
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

    ``beside`` is the size in bytes of the rest of the report.
    """
    facts, timeline = analysis.facts, analysis.facts.timeline
    pins: dict[int, list[str]] = {}
    for finding in analysis.findings:
        for index in finding.exchanges[:500]:
            pins.setdefault(index, []).append(finding.id)
    remarks = _remarks(analysis, projector)
    writer = _Writer(facts, projector, pins, remarks)
    exchanges = facts.exchanges
    if facts.options.all_exchanges:
        return [writer.row(exchange) for exchange in exchanges], {}
    near = _near(timeline, pins, len(exchanges))
    loud = [facts.session.role(exchange) not in _FOLDED for exchange in exchanges]
    telling = [*sorted(near), *(place for place, one in enumerate(loud) if one and place not in near)]
    listed, room = _fitting(telling, exchanges, writer, most_bytes(len(exchanges)) - beside - FOLDED_BYTES)
    quiet = [place for place, one in enumerate(loud) if not one and place not in near]
    probes = [_size(writer.row(exchanges[place])) for place in quiet[:: len(quiet) // PROBES + 1]]
    if len(quiet) * sum(probes) <= room * len(probes):
        listed |= _fitting(quiet, exchanges, writer, room)[0]
    folded: dict[str, int] = {}
    for place, exchange in enumerate(exchanges):
        if place not in listed:
            host = exchange.request.host
            folded[host] = folded.get(host, 0) + 1
    return [listed[place] for place in sorted(listed)], _named(folded, projector)


def _fitting(
    places: Sequence[int], exchanges: Sequence[Exchange], writer: _Writer, room: int
) -> tuple[dict[int, Row], int]:
    """Rows by position, one after the other as long as there are bytes for them, and the bytes left."""
    fitting: dict[int, Row] = {}
    for place in places:
        row = writer.row(exchanges[place])
        size = _size(row)
        if size > room:
            break
        room -= size
        fitting[place] = row
    return fitting, room


def _size(row: Row) -> int:
    return len(msgspec.json.encode(row)) + 1


def _named(folded: dict[str, int], projector: Projector) -> dict[str, int]:
    """Counts by the host's shown name, highest first; hosts that look alike when shown are counted together."""
    named: dict[str, int] = {}
    for place, (host, count) in enumerate(sorted(folded.items(), key=lambda item: -item[1])):
        shown = (projector.host(host) or "no host") if place < MOST_HOSTS else "other hosts"
        named[shown] = named.get(shown, 0) + count
    return named


def _near(timeline: Timeline, pins: Collection[int], end: int) -> set[int]:
    """Positions of the exchanges that findings name, and around them."""
    near: set[int] = set()
    for index in pins:
        position = timeline.position(timeline.exchange(index))
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


class _Writer:
    """Writes rows of one analysis; what repeats is looked up once."""

    def __init__(self, facts: Facts, projector: Projector, pins: dict[int, list[str]], remarks: dict[int, str]) -> None:
        self._facts, self._projector, self._pins, self._remarks = facts, projector, pins, remarks
        self._methods: dict[str, str] = {}
        self._hosts: dict[str, str] = {}
        self._paths: dict[str, str] = {}

    def row(self, exchange: Exchange) -> Row:
        """The row of one exchange."""
        timeline, request = self._facts.timeline, exchange.request
        started, sent, answered, ended = timeline.times(exchange)
        index, url = exchange.index, request.url
        if request.method not in self._methods:
            self._methods[request.method] = self._projector.show(exchange.method)
        if url.host not in self._hosts:
            self._hosts[url.host] = self._projector.show(exchange.host)
        path = self._paths.get(url.path)
        if path is None:
            shown = self._projector.show(exchange.path)
            path = shown if len(shown) <= LONGEST_PATH else shown[:LONGEST_PATH] + "…"
            self._paths[url.path] = path
        return Row(
            index,
            self._facts.session.role(exchange).value,
            self._methods[request.method],
            self._hosts[url.host],
            path,
            exchange.response.status,
            round(started, 1),
            round(sent, 1),
            round(answered, 1),
            round(ended - started, 1),
            self._projector.show(failure) if (failure := exchange.failure) else "",
            exchange.source.value,
            exchange.response.transfer_size,
            self._pins.get(index) or [],
            timeline.page_ordinal(exchange),
            self._remarks.get(index, ""),
        )
