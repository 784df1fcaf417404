"""The pages of a batch: the index of causes, and one page for each group with its tickets.

They are made from the tables and the reports alone, in the look and under the policy of the single report. Without
scripts every cause and the first fifty tickets of each are there; the script adds filters, paging and search.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final

import msgspec

from haranalyze.batch.groups import DAYS, Group, Other
from haranalyze.batch.tickets import Distinct, Listed, Tickets
from haranalyze.redaction import visible
from haranalyze.report.html import page_of_much
from haranalyze.report.prose import OWNERS

SHOWN: Final = 50  # tickets in the HTML of a group's page
_TOGETHER: Final = 500  # values of a JSON list that are in memory at one time
_MOST_VALUES: Final = 2_000  # of a manifest's column that is offered as a filter
_WORDS: Final = {
    "fault": "fault",
    "other-trouble": "other trouble",
    "cannot-tell": "cannot tell",
    "healthy": "healthy",
    "not-read": "not read",
}
_MARKS: Final = {
    "fault": "fault",
    "other-trouble": "other-trouble",
    "cannot-tell": "cannot-tell",
    "healthy": "healthy",
    "not-read": "warn",
}
_SENTENCES: Final = {
    "fault": "with a fault that has no cause of its own",
    "other-trouble": "with other trouble that has no cause of its own",
    "cannot-tell": "cannot be told from the recording",
    "healthy": "{are} healthy",
    "not-read": "could not be read",
}
_PIPS: Final = {"certain": "■■■", "likely": "■■□", "possible": "■□□", "": ""}
_OWNERS: Final = {owner.value: word for owner, word in OWNERS.items()}
_FACETS: Final[tuple[tuple[str, str, str, dict[str, str] | None], ...]] = (
    ("state", "state", "Verdict", _WORDS),
    ("owner", "owner", "Who must act", _OWNERS),
    ("host", "hosts", "Host", None),
    ("browser", "browser", "Browser", None),
    ("rule", "rule", "Rule", None),
)
_STYLES: Final = ("report.css", "batch.css")


class _Texts(msgspec.Struct):
    customer: str
    engineering: str


class _Verdict(msgspec.Struct):
    texts: _Texts


class _Example(msgspec.Struct):
    """What a group's page takes from the report of its example."""

    verdict: _Verdict


def pages(
    tickets: Tickets, groups: list[Group], others: list[Other], read: Callable[[str], bytes | None]
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Every page by its name in the output, and the list of tickets of each place; in pieces, as they hold all tickets.

    Args:
        groups, others: as :func:`haranalyze.batch.aggregates.places_of` gives them.
        read: the content of a file of the output.
    """
    yield "index.html", _index(tickets, groups, others)
    for number, group in enumerate(groups, start=1):
        yield f"group/{file_name(group.id)}.csv", _csv(tickets, group.id)
        yield f"group/{file_name(group.id)}.html", _group(group, tickets, groups, number, read)
    for other in others:
        yield f"group/{other.state}.csv", _csv(tickets, other.state)
        yield f"group/{other.state}.html", _list_page(other, tickets)


def file_name(group: str) -> str:
    """The name of a group's page, without its ending."""
    return group.replace(":", "-")


def _shown(tickets: Tickets, place: str) -> list[dict[str, Any]]:
    """The rows that stand in the page, the newest first."""
    return [_row(one) for one in islice(tickets.at(place, newest_first=True), SHOWN)]


def _block(tickets: Tickets, place: str) -> Iterator[bytes]:
    """The data block: the rows of all tickets of a place."""
    yield b'{"root":"../","rows":['
    for number, one in enumerate(tickets.at(place, newest_first=True)):
        yield (b"," if number else b"") + msgspec.json.encode(_row(one))
    yield b"]}"


def _row(one: Listed) -> dict[str, Any]:
    return {
        "ticket": one.ticket,
        "customer": visible(one.customer or ""),
        "hosts": " · ".join((one.hosts or [])[:2]),
        "browser": one.browser or "",
        "confidence": one.confidence or "",
        "said": one.reason or ", ".join(f"no {word}" for word in one.missing or ()) or one.headline or "",
        "recorded": (one.started or "")[:16].replace("T", " "),
        "reports": one.reports,
    }


def _csv(tickets: Tickets, place: str) -> Iterator[bytes]:
    """Ticket, manifest columns, verdict and report of each ticket."""
    yield _line("ticket", *tickets.columns, "state", "headline", "started", "report")
    for one in tickets.at(place):
        started = f"{one.started[:19]}Z" if one.started else ""
        told = (one.columns_[name] for name in tickets.columns)
        yield _line(one.ticket, *told, one.state, one.headline, started, one.report)


def _line(*cells: str | None) -> bytes:
    from haranalyze.report.to_table import defused_cell

    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([defused_cell(cell or "") for cell in cells])
    return out.getvalue().encode()


def _index(tickets: Tickets, groups: list[Group], others: list[Other]) -> Iterator[bytes]:
    caused = sum(one.tickets for one in groups)
    most = max((one.tickets for one in groups), default=1)
    causes = [
        {
            **{name: getattr(one, name) for name in ("tickets", "name", "rule", "rise", "days", "customers")},
            "page": f"group/{file_name(one.id)}.html",
            "owner_word": _OWNERS.get(one.owner, ""),
            "share": round(100 * one.tickets / most, 1),
            "seen": _seen(one),
            "host_words": _host_words(one),
        }
        for one in groups
    ]
    return page_of_much(
        "batch_index.html.j2",
        _STYLES,
        ("batch.js",),
        _index_data(tickets, groups),
        **_shared(len(tickets), tickets.first_day, tickets.last_day, root=""),
        headline=_headline(groups, caused, len(tickets)),
        causes=causes,
        caused=caused,
        rising=[one for one in causes if one["rise"]],
        states=[(state, tickets.states[state]) for state in _WORDS if state in tickets.states],
        others=[_other(one) for one in others],
    )


def _headline(groups: list[Group], caused: int, total: int) -> str:
    if not groups:
        return f"No cause was found in {_n(total, 'ticket')}."
    first = (
        f"{caused} of {_n(total, 'ticket')} {'comes' if caused == 1 else 'come'} down to {_n(len(groups), 'cause')}."
    )
    if len(groups) <= 3:
        return first
    return f"{first} The first three explain {sum(one.tickets for one in groups[:3])}."


def _counted(other: Other) -> str:
    """What the tickets of a place have in common, as a sentence with their number."""
    return f"{_n(other.tickets, 'ticket')} {_SENTENCES[other.state]}".format(are="is" if other.tickets == 1 else "are")


def _other(one: Other) -> dict[str, Any]:
    lacking = "without " if one.state == "cannot-tell" else ""
    return {
        "state": one.state,
        "count": one.tickets,
        "words": _counted(one).partition(" ")[2],
        "why": ", ".join(f"{number} {lacking}{words}" for words, number in one.reasons),
        "ask": one.ask,
        "page": f"group/{one.state}.html",
    }


def _index_data(tickets: Tickets, groups: list[Group]) -> Iterator[bytes]:
    """Every ticket as a number in each column; values once. JSON in pieces, read from the disk column by column."""
    yield b'{"root":""'
    for name, column in _columns(tickets, groups):
        yield b',"%s":' % name.encode()
        yield from column
    yield b',"facets":['
    for number, facet in enumerate(_facets(tickets)):
        yield b"," if number else b""
        yield from facet
    yield b"]}"


def _json_list(values: Iterable[Any]) -> Iterator[bytes]:
    """A JSON list in pieces."""
    left, before = iter(values), b"["
    while some := list(islice(left, _TOGETHER)):
        yield before + msgspec.json.encode(some)[1:-1]
        before = b","
    yield b"]" if before == b"," else b"[]"


def _columns(tickets: Tickets, groups: list[Group]) -> Iterator[tuple[str, Iterable[bytes]]]:
    places = {one.id: number for number, one in enumerate(groups)}
    yield "tickets", _json_list(ticket or "" for ticket in tickets.column("ticket"))
    yield "group", _json_list(places.get(place or "", -1) for place in tickets.column("place_"))
    yield "report", _json_list(report or "" for report in tickets.column("first_report_"))
    yield "day", _json_list(map(_day_number, tickets.column("day_")))
    yield "last", [msgspec.json.encode(_day_number(tickets.last_day) if len(tickets) else 0)]
    yield "days", [msgspec.json.encode(DAYS)]
    yield "customer", _json_list(_first(tickets.distinct("customer_")) if tickets.has_customers else ())
    yield "rises", [msgspec.json.encode([int(bool(one.rise)) for one in groups])]


def _facets(tickets: Tickets) -> Iterator[Iterator[bytes]]:
    """What the index filters by. Each is read before the next is asked for."""
    for name, column, title, words in _FACETS:
        yield _facet(name, title, tickets.distinct(column), words)
    for name in tickets.columns:
        found = tickets.distinct(name)
        if 1 < len(found) <= _MOST_VALUES and len(found) <= max(50, len(tickets) // 2):
            yield _facet(f"m.{name}", visible(name), found)


def _first(found: Distinct) -> Iterator[int]:
    """Where the one text of each ticket stands among all, -1 for none."""
    return (next(iter(numbers), -1) for numbers in found.of_tickets())


def _facet(name: str, title: str, found: Distinct, words: dict[str, str] | None = None) -> Iterator[bytes]:
    yield b'{"id":%s,"name":%s,"values":' % (msgspec.json.encode(name), msgspec.json.encode(title))
    is_host = name == "host"  # reports have made hosts visible, some with chips, and a ticket has several
    yield from _json_list(found if is_host else map(visible, found))
    yield b',"index":'
    yield from _json_list(found.of_tickets() if is_host else _first(found))
    if words:
        yield b',"words":'
        yield from _json_list(words.get(one, one) for one in found)
    yield b',"from":true}' if name.startswith("m.") else b"}"


def _day_number(day: str | None) -> int:
    """Days since 1970, -1 where unknown."""
    return -1 if day is None else (datetime.date.fromisoformat(day) - datetime.date(1970, 1, 1)).days


def _group(
    group: Group, tickets: Tickets, groups: list[Group], number: int, read: Callable[[str], bytes | None]
) -> Iterator[bytes]:
    by_id = {one.id: one for one in groups}
    content = read(group.example_report.removesuffix(".html") + ".json")
    prints = ", ".join(f'"{one}"' for one in group.fingerprints)
    hop = {"hop": group.hop} if group.hop else {}
    parts = {"rule": group.rule, "endpoint": group.path, "name": group.subject, **hop}
    return page_of_much(
        "batch_group.html.j2",
        _STYLES,
        ("batch.js",),
        _block(tickets, group.id),
        **_shared(group.tickets, group.first_seen, group.last_seen, root="../"),
        group=group,
        name=group.name,
        usual=group.sentence,
        kind="CAUSE",
        place=f"{number} of {len(groups)}",
        state=group.state,
        tickets=group.tickets,
        owner_word=_OWNERS.get(group.owner, ""),
        pips=_PIPS,
        csv=f"{file_name(group.id)}.csv",
        texts=msgspec.json.decode(content, type=_Example).verdict.texts if content else None,
        shown=_shown(tickets, group.id),
        has_customers=tickets.has_customers,
        why=[(label, value) for label, value in parts.items() if value]
        + [("fingerprint" if len(group.fingerprints) == 1 else "fingerprints", ", ".join(group.fingerprints))],
        snippet=f"[[group]]\nname = {msgspec.json.encode(group.name).decode()}\nfingerprints = [{prints}]\n",
        near=[
            {
                "page": f"{file_name(other)}.html",
                "name": by_id[other].name,
                "tickets": by_id[other].tickets,
                "why": why,
            }
            for other, why in group.near
        ],
        seen_with=[
            (label, ", ".join(f"{value} {count}" for value, count in values[:8]))
            for label, values in (
                ("browsers", group.browsers),
                ("systems", group.systems),
                ("SDKs", group.sdks),
                ("hosts", group.hosts),
            )
            if values
        ],
        first_day=_short_day(group.last_seen, DAYS - 1),
        last_day=_short_day(group.last_seen, 0),
    )


def _list_page(other: Other, tickets: Tickets) -> Iterator[bytes]:
    days = [day for day in (one.day for one in tickets.at(other.state)) if day]
    return page_of_much(
        "batch_group.html.j2",
        _STYLES,
        ("batch.js",),
        _block(tickets, other.state),
        **_shared(other.tickets, min(days, default=None), max(days, default=None), root="../"),
        group=None,
        name=_counted(other),
        kind=_WORDS[other.state].upper(),
        place=_WORDS[other.state],
        state=other.state,
        tickets=other.tickets,
        pips=_PIPS,
        csv=f"{other.state}.csv",
        texts=None,
        shown=_shown(tickets, other.state),
        has_customers=tickets.has_customers,
    )


def _shared(count: int, first: str | None, last: str | None, *, root: str) -> dict[str, Any]:
    span = _n(count, "ticket")
    if last is not None:
        since = f"{_short_day(first, 0)} to " if first != last else ""
        span += f", {since}{_short_day(last, 0)} {last[:4]}"
    return {"title": "Tickets", "span": span, "root": root, "state_words": _WORDS, "state_marks": _MARKS}


def _seen(one: Group) -> tuple[str, str]:
    words = [_short_day(day, 0) for day in (one.first_seen, one.last_seen) if day]
    return (words[0], words[1] if words[1] != words[0] else "") if words else ("–", "")


def _host_words(one: Group) -> str:
    shown = ", ".join(host for host, _ in one.hosts[:2])
    return shown + (f" +{len(one.hosts) - 2}" if len(one.hosts) > 2 else "")


def _short_day(day: str | None, back: int) -> str:
    if day is None:
        return ""
    moment = datetime.date.fromisoformat(day) - datetime.timedelta(days=back)
    return f"{moment.day} {moment:%b}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _n(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
