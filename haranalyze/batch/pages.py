"""The pages of a batch: the index of causes, and one page for each group with its tickets.

They are made from the tables and the reports alone, in the look and under the policy of the single report. Without
scripts every cause and the first fifty tickets of each are there; the script adds filters, paging and search.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from haranalyze.batch.groups import DAYS, Group, Other
from haranalyze.batch.tickets import Listed, Tickets
from haranalyze.redaction import visible
from haranalyze.report.html import page_of_much
from haranalyze.report.prose import OWNERS

if TYPE_CHECKING:
    from pandas import Series

SHOWN: Final = 50  # tickets in the HTML of a group's page
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
    """Every ticket as a number in each column; values once. JSON, made column by column."""
    yield b'{"root":""'
    for name, value in _columns(tickets, groups):
        yield b',"%s":%s' % (name.encode(), msgspec.json.encode(value))
    yield b',"facets":['
    for number, facet in enumerate(_facets(tickets)):
        yield (b"," if number else b"") + msgspec.json.encode(facet)
    yield b"]}"


def _columns(tickets: Tickets, groups: list[Group]) -> Iterator[tuple[str, Any]]:
    yield "tickets", tickets.column("ticket").tolist()
    places = {one.id: number for number, one in enumerate(groups)}
    yield "group", [places.get(one, -1) for one in tickets.column("place_")]
    yield "report", [_text(report) for report in tickets.column("first_report_")]
    days = [_day_number(day) for day in tickets.column("day_")]
    yield "day", days
    yield "last", max(days, default=0)
    yield "days", DAYS
    yield "customer", tickets.column("customer_").factorize(sort=True)[0].tolist() if tickets.has_customers else []
    yield "rises", [int(bool(one.rise)) for one in groups]


def _facets(tickets: Tickets) -> Iterator[dict[str, Any]]:
    """What the index filters by."""
    yield _facet("state", "Verdict", tickets.column("state"), _WORDS)
    yield _facet("owner", "Who must act", tickets.column("owner"), _OWNERS)
    yield _facet("host", "Host", tickets.column("hosts"), None)
    yield _facet("browser", "Browser", tickets.column("browser"), None)
    yield _facet("rule", "Rule", tickets.column("rule"), None)
    for name in tickets.columns:
        column = tickets.column(name)
        distinct = column.nunique()
        if 1 < distinct <= _MOST_VALUES and distinct <= max(50, len(tickets) // 2):
            yield {**_facet(f"m.{name}", visible(name), column, None), "from": True}


def _facet(name: str, title: str, values: Series[Any], words: dict[str, str] | None) -> dict[str, Any]:
    if name == "host":
        known = sorted({host for one in values for host in one or ()})
        at = {host: number for number, host in enumerate(known)}
        index = [[at[host] for host in one or ()] for one in values]
        return {"id": name, "name": title, "values": known, "index": index}
    codes, found = values.where(values != "").factorize(sort=True)
    facet = {
        "id": name,
        "name": title,
        "values": [visible(str(one)) for one in found],
        "index": codes.tolist(),
    }
    return facet | ({"words": [words.get(str(one), str(one)) for one in found]} if words else {})


def _day_number(day: Any) -> int:
    """Days since 1970, -1 where unknown."""
    return (datetime.date.fromisoformat(day) - datetime.date(1970, 1, 1)).days if isinstance(day, str) else -1


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
