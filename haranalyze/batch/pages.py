"""The pages of a batch: the index of causes, and one page for each group with its tickets.

They are made from the tables and the reports alone, in the look and under the policy of the single report. Without
scripts every cause and the first fifty tickets of each are there; the script adds filters, paging and search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from haranalyze.batch.groups import DAYS, Group
from haranalyze.redaction import visible
from haranalyze.report.html import page
from haranalyze.report.prose import OWNERS

if TYPE_CHECKING:
    from pandas import DataFrame, Series

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
    "fault": "a fault without a cause of its own",
    "other-trouble": "other trouble without a cause of its own",
    "cannot-tell": "cannot be told from their recording",
    "healthy": "are healthy",
    "not-read": "could not be read",
}
_PIPS: Final = {"certain": "■■■", "likely": "■■□", "possible": "■□□", "": ""}
_OWNERS: Final = {owner.value: word for owner, word in OWNERS.items()}
_LISTED: Final = "ticket customer_ hosts browser confidence reason missing headline started day_ reports_".split()
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
    rows: DataFrame, groups: list[Group], columns: list[str], read: Callable[[str], bytes | None]
) -> Iterator[tuple[str, bytes]]:
    """Every page by its name in the output, and the list of tickets of each group.

    Args:
        rows: those of ``captures.parquet`` that speak for their tickets, as ``groups.leading`` gives them.
        columns: of the manifest, as the tables call them.
        read: the content of a file of the output.
    """
    listed = _Listed(rows, columns)
    yield "index.html", _index(rows, groups, columns, listed)
    places = rows.groupby("group").indices
    for number, group in enumerate(groups, start=1):
        same = rows.iloc[places[group.id]]
        yield f"group/{file_name(group.id)}.csv", listed.csv(same)
        yield f"group/{file_name(group.id)}.html", _group(group, same, listed, groups, number, read)
    for state, same in _others(rows):
        yield f"group/{state}.csv", listed.csv(same)
        yield f"group/{state}.html", _list_page(state, same, listed)


def file_name(group: str) -> str:
    """The name of a group's page, without its ending."""
    return group.replace(":", "-")


def _others(rows: DataFrame) -> Iterator[tuple[str, DataFrame]]:
    """Tickets without a group by their state, those that want an answer first."""
    for state in ("fault", "other-trouble", "cannot-tell", "not-read", "healthy"):
        same = rows[rows["group"].isna() & (rows["state"] == state)]
        if len(same):
            yield state, same


class _Listed:
    """Tickets as rows of a page, and as CSV."""

    def __init__(self, rows: DataFrame, columns: list[str]) -> None:
        self.has_customers = bool(rows["customer_"].notna().any())
        self.columns = columns

    def rows(self, same: DataFrame) -> tuple[list[dict[str, Any]], str]:
        """Rows that stand in the page, the newest first, and the data block of all: objects of the first only."""
        order = same[_LISTED].assign(age=-same["day_"].astype("int64")).sort_values(["age", "ticket"], kind="stable")
        shown: list[dict[str, Any]] = []
        block = bytearray(b'{"root":"../","rows":[')
        for number, values in enumerate(zip(*(order[name] for name in _LISTED), strict=True)):
            row = self._row(dict(zip(_LISTED, values, strict=True)))
            if number < SHOWN:
                shown.append(row)
            block += (b"," if number else b"") + msgspec.json.encode(row)
        return shown, (block + b"]}").decode()

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "ticket": row["ticket"],
            "customer": visible(_text(row["customer_"])),
            "hosts": " · ".join(_list(row["hosts"])[:2]),
            "browser": _text(row["browser"]),
            "confidence": _text(row["confidence"]),
            "said": _text(row["reason"])
            or ", ".join(f"no {one}" for one in _list(row["missing"]))
            or _text(row["headline"]),
            "recorded": _moment(row["started"]),
            "reports": _reports(row["reports_"]),
        }

    def csv(self, same: DataFrame) -> bytes:
        """Ticket, manifest columns, verdict and report of each ticket."""
        from haranalyze.report.to_table import defused

        wanted = same[["ticket", *self.columns, "state", "headline", "started", "report"]]
        text: str = defused(wanted).to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%dT%H:%M:%SZ")
        return text.encode()


def _index(rows: DataFrame, groups: list[Group], columns: list[str], listed: _Listed) -> bytes:
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
    states = rows["state"].value_counts()
    return page(
        "batch_index.html.j2",
        _STYLES,
        ("batch.js",),
        _index_data(rows, groups, columns, listed),
        **_shared(rows, root=""),
        headline=_headline(groups, caused, len(rows)),
        causes=causes,
        caused=caused,
        rising=[one for one in causes if one["rise"]],
        states=[(state, int(states[state])) for state in _WORDS if state in states.index],
        others=[_other(state, same) for state, same in _others(rows)],
    ).encode()


def _headline(groups: list[Group], caused: int, total: int) -> str:
    if not groups:
        return f"No cause was found in {_n(total, 'ticket')}."
    first = (
        f"{caused} of {_n(total, 'ticket')} {'comes' if caused == 1 else 'come'} down to {_n(len(groups), 'cause')}."
    )
    if len(groups) <= 3:
        return first
    return f"{first} The first three explain {sum(one.tickets for one in groups[:3])}."


def _other(state: str, same: DataFrame) -> dict[str, Any]:
    count = len(same)
    reasons = same["reason"] if state == "not-read" else same["missing"].map(lambda one: ", ".join(_list(one)))
    told = [(str(words), int(number)) for words, number in reasons.dropna().value_counts().items() if words][:4]
    lacking = "without " if state == "cannot-tell" else ""
    why = ", ".join(f"{number} {lacking}{words}" for words, number in told) if state != "healthy" else ""
    asks = same["next_step"].dropna() if state == "cannot-tell" else same["next_step"].iloc[:0]
    return {
        "state": state,
        "count": count,
        "words": f"{'ticket' if count == 1 else 'tickets'} {_SENTENCES[state]}",
        "why": why,
        "ask": str(asks.value_counts().index[0]) if len(asks) else "",
        "page": f"group/{state}.html",
    }


def _index_data(rows: DataFrame, groups: list[Group], columns: list[str], listed: _Listed) -> dict[str, Any]:
    """Every ticket as a number in each column; values once."""
    places = {one.id: number for number, one in enumerate(groups)}
    days = _day_numbers(rows)
    facets = [
        _facet("state", "Verdict", rows["state"], _WORDS),
        _facet("owner", "Who must act", rows["owner"], _OWNERS),
        _facet("host", "Host", rows["hosts"], None),
        _facet("browser", "Browser", rows["browser"], None),
        _facet("rule", "Rule", rows["rule"], None),
    ]
    for name in columns:
        distinct = rows[name].nunique()
        if 1 < distinct <= _MOST_VALUES and distinct <= max(50, len(rows) // 2):
            facets.append({**_facet(f"m.{name}", visible(name), rows[name], None), "from": True})
    customers, _ = rows["customer_"].factorize(sort=True)
    return {
        "root": "",
        "tickets": list(rows["ticket"]),
        "group": [places.get(one, -1) for one in rows["group"]],
        "report": [_text(reports).partition("\n")[0] for reports in rows["reports_"]],
        "day": days,
        "last": max(days, default=0),
        "days": DAYS,
        "customer": [int(one) for one in customers] if listed.has_customers else [],
        "rises": [int(bool(one.rise)) for one in groups],
        "facets": facets,
    }


def _facet(name: str, title: str, values: Series[Any], words: dict[str, str] | None) -> dict[str, Any]:
    if name == "host":
        known = sorted({host for one in values for host in _list(one)})
        at = {host: number for number, host in enumerate(known)}
        index = [[at[host] for host in _list(one)] for one in values]
        return {"id": name, "name": title, "values": known, "index": index}
    codes, found = values.where(values != "").factorize(sort=True)
    facet = {
        "id": name,
        "name": title,
        "values": [visible(str(one)) for one in found],
        "index": [int(one) for one in codes],
    }
    return facet | ({"words": [words.get(str(one), str(one)) for one in found]} if words else {})


def _day_numbers(rows: DataFrame) -> list[int]:
    """Days since 1970, -1 where unknown."""
    seconds = rows["day_"].astype("datetime64[s, UTC]")
    return [-1 if day != day else int(day.timestamp()) // 86_400 for day in seconds]  # noqa: PLR0124 - NaT


def _group(
    group: Group,
    same: DataFrame,
    listed: _Listed,
    groups: list[Group],
    number: int,
    read: Callable[[str], bytes | None],
) -> bytes:
    by_id = {one.id: one for one in groups}
    shown, block = listed.rows(same)
    last = same["day_"].max()
    content = read(group.example_report.removesuffix(".html") + ".json")
    prints = ", ".join(f'"{one}"' for one in group.fingerprints)
    hop = {"hop": group.hop} if group.hop else {}
    parts = {"rule": group.rule, "endpoint": group.path, "name": group.subject, **hop}
    return page(
        "batch_group.html.j2",
        _STYLES,
        ("batch.js",),
        block,
        **_shared(same, root="../"),
        group=group,
        name=group.name,
        usual=str(same["headline"].iloc[0]),
        kind="CAUSE",
        place=f"{number} of {len(groups)}",
        state=group.state,
        tickets=group.tickets,
        owner_word=_OWNERS.get(group.owner, ""),
        pips=_PIPS,
        csv=f"{file_name(group.id)}.csv",
        texts=msgspec.json.decode(content, type=_Example).verdict.texts if content else None,
        shown=shown,
        has_customers=listed.has_customers,
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
        first_day=_short_day(last, DAYS - 1),
        last_day=_short_day(last, 0),
    ).encode()


def _list_page(state: str, same: DataFrame, listed: _Listed) -> bytes:
    shown, block = listed.rows(same)
    count = len(same)
    return page(
        "batch_group.html.j2",
        _STYLES,
        ("batch.js",),
        block,
        **_shared(same, root="../"),
        group=None,
        name=f"{_n(count, 'ticket')} {_SENTENCES[state]}",
        kind=_WORDS[state].upper(),
        place=_WORDS[state],
        state=state,
        tickets=count,
        pips=_PIPS,
        csv=f"{state}.csv",
        texts=None,
        shown=shown,
        has_customers=listed.has_customers,
    ).encode()


def _shared(rows: DataFrame, *, root: str) -> dict[str, Any]:
    first, last = rows["day_"].min(), rows["day_"].max()
    known = first == first  # noqa: PLR0124 - NaT is not itself
    since = f"{_short_day(first, 0)} to " if known and first != last else ""
    span = f"{_n(len(rows), 'ticket')}{f', {since}{_short_day(last, 0)} {last:%Y}' if known else ''}"
    return {"title": "Tickets", "span": span, "root": root, "state_words": _WORDS, "state_marks": _MARKS}


def _seen(one: Group) -> tuple[str, str]:
    import datetime

    days = [datetime.date.fromisoformat(day) for day in (one.first_seen, one.last_seen) if day]
    words = [f"{day.day} {day:%b}" for day in days]
    return (words[0], words[1] if words[1] != words[0] else "") if words else ("–", "")


def _host_words(one: Group) -> str:
    shown = ", ".join(host for host, _ in one.hosts[:2])
    return shown + (f" +{len(one.hosts) - 2}" if len(one.hosts) > 2 else "")


def _short_day(day: Any, back: int) -> str:
    import datetime

    if day != day:  # noqa: PLR0124 - NaT is not itself
        return ""
    moment = day - datetime.timedelta(days=back)
    return f"{moment.day} {moment:%b}"


def _moment(started: Any) -> str:
    return f"{started:%Y-%m-%d %H:%M}" if started == started else ""  # noqa: PLR0124 - NaT is not itself


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _reports(value: Any) -> list[str]:
    return value.split("\n") if isinstance(value, str) else []


def _list(value: Any) -> list[str]:
    return [] if value is None or isinstance(value, float) else [str(one) for one in value]


def _n(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
