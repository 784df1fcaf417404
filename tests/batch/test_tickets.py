"""The tickets of a run on disk: which day and place they have, and in which order they come back."""

from pathlib import Path

import pytest

from haranalyze.batch.tables import column_name
from haranalyze.batch.tickets import leading_rows, piece, pieces
from tests.batch.rows import FAULT, tickets_of


def test_tickets_come_by_place_and_columns_by_name(tmp_path: Path) -> None:
    given = [
        FAULT | {"fingerprint": "v1:b", "plan": "team", "day": "Tuesday", "started": "2026-11-02T23:59:59+00:00"},
        FAULT | {"fingerprint": "v1:a", "started": None},
        {"state": "healthy", "report": None, "customer": None, "account": "Acme"},
        FAULT | {"fingerprint": "v1:b", "started": "2026-11-04T00:00:00+00:00"},
        FAULT | {"fingerprint": "v1:b", "started": None, "created": "never"},
    ]
    with tickets_of(tmp_path / "t", given, ("plan", "day")) as tickets:
        assert len(tickets) == 5
        assert [one.ticket for one in tickets.at("v1:b")] == ["T000", "T003", "T004"]
        assert [one.ticket for one in tickets.at("v1:b", newest_first=True)] == ["T003", "T000", "T004"]
        assert [(one.ticket, one.customer, one.reports) for one in tickets.at("healthy")] == [("T002", "Acme", [])]
        assert next(tickets.at("v1:b")).columns_ == {"plan": "team", "day": "Tuesday"}
        assert list(tickets.at("v1:c")) == []
        assert list(tickets.column("ticket")) == [f"T00{number}" for number in range(5)]
        assert list(tickets.column("place_")) == ["v1:b", "v1:a", "healthy", "v1:b", "v1:b"]
        assert list(tickets.column("plan")) == ["team", None, None, None, None]
        assert (tickets.first_day, tickets.last_day, tickets.has_customers) == ("2026-11-02", "2026-11-04", True)
        assert tickets.states == {"fault": 4, "healthy": 1}
        assert list(pieces(tickets.path)) == [0]
        assert piece(tickets.path, 0)["place_"].tolist() == ["healthy", "v1:a", "v1:b", "v1:b", "v1:b"]


def test_a_column_of_a_manifest_with_a_name_of_ours_is_called_another() -> None:
    names = ["plan", "state", "place_", "day_"]
    assert [column_name(name) for name in names] == ["plan", "manifest_state", "manifest_place_", "manifest_day_"]


def test_no_tickets_are_a_table_too(tmp_path: Path) -> None:
    with tickets_of(tmp_path / "t", []) as tickets:
        assert (len(tickets), tickets.last_day, list(tickets.column("hosts"))) == (0, None, [])
        assert (len(tickets.distinct("hosts")), list(tickets.distinct("hosts").of_tickets())) == (0, [])


def test_different_texts_are_sorted_and_each_ticket_has_their_numbers(tmp_path: Path) -> None:
    hosts: list[list[str] | None] = [["b.test", "ä.test"], None, [], ["ä.test", "a.test"], ["b.test"]]
    plans = ["team", "", None, "Team", "team"]
    given = [FAULT | {"hosts": own, "plan": plan} for own, plan in zip(hosts, plans, strict=True)]
    with tickets_of(tmp_path / "t", given, ("plan",)) as tickets:
        found = tickets.distinct("hosts")
        assert (len(found), list(found)) == (3, ["a.test", "b.test", "ä.test"])
        assert list(found.of_tickets()) == [[1, 2], [], [], [2, 0], [1]]
        found = tickets.distinct("plan")
        assert (len(found), list(found)) == (2, ["Team", "team"])
        assert list(found.of_tickets()) == [[1], [], [], [0], [1]]


@pytest.mark.parametrize(
    ("row", "day"),
    [
        ({"started": "2026-11-02T23:59:59.999+00:00", "created": "2026-01-01"}, "2026-11-02"),
        ({"created": "2026-11-02"}, "2026-11-02"),
        ({"created": "", "opened": "2026-11-02T23:30:00-01:00"}, "2026-11-03"),
        ({"created": "soon", "date": "2026-11-02 08:00"}, "2026-11-02"),
        ({"date": "soon"}, None),
        ({}, None),
    ],
)
def test_a_ticket_has_the_day_of_its_recording_or_of_the_manifest(row: dict[str, str], day: str | None) -> None:
    rows = [{"ticket": "T", "leads": True, "group": None, "state": "fault", "report": None, **row}]
    assert [one["day_"] for one in leading_rows(rows)] == [day]


def test_a_ticket_has_the_reports_of_all_its_recordings() -> None:
    rows = [
        {"ticket": "T", "leads": number == 1, "group": "v1:a", "state": "fault", "report": report}
        for number, report in enumerate(("a.html", "b.html", None))
    ]
    (row,) = leading_rows(rows)
    assert (row["report"], row["reports_"], row["first_report_"]) == ("b.html", ["a.html", "b.html"], "a.html")
