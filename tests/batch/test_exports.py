"""Folders as trackers export them: whose attachment is whose, and what has no file."""

import json
from pathlib import Path

import pytest

from haranalyze.batch.exports import Attachment, exports
from haranalyze.batch.sources import Item, items
from haranalyze.errors import OptionsError
from tests.batch import stories

ZENDESK = {
    "tickets": [
        {
            "id": 35436,
            "subject": "Login loops",
            "created_at": "2026-11-20T22:55:29Z",
            "status": "open",
            "organization": {"name": "Acme"},
            "comments": [
                {"attachments": [{"id": 498483, "file_name": "login.har"}, {"id": 1, "file_name": "screen.png"}]},
                {"attachments": [{"id": 498484, "file_name": "again.har"}]},
                {"attachments": [{"id": 498485, "file_name": "../../etc/lost.har"}]},
            ],
        }
    ]
}
JIRA = {
    "issues": [
        {
            "key": "SUP-7",
            "fields": {
                "summary": "401 after sign-in",
                "created": "2026-11-21T10:00:00.000+0000",
                "reporter": {"displayName": "Nimbus"},
                "status": {"name": "Open"},
                "attachment": [{"id": "10012", "filename": "a.har"}, {"id": "10013", "filename": "b.zip"}],
            },
        }
    ]
}


def test_zendesk(tmp_path: Path) -> None:
    stories.put(tmp_path / "tickets.json", json.dumps(ZENDESK).encode())
    by_id = stories.put(tmp_path / "attachments" / "498483" / "login.har", b"1")
    by_ticket = stories.put(tmp_path / "attachments" / "35436" / "again.har", b"2")
    told = {"subject": "Login loops", "customer": "Acme", "created": "2026-11-20T22:55:29Z", "status": "open"}
    assert list(items([str(tmp_path)])) == [
        Item("35436", "login.har", str(by_id), told),
        Item("35436", "again.har", str(by_ticket), told),
        Item("35436", "lost.har", "", told, "the export has no file for this attachment"),
    ]


@pytest.mark.parametrize("name", ["attachments/SUP-7/10012", "data/attachments/SUP/10000/SUP-7/10012", "SUP-7/a.har"])
def test_jira(tmp_path: Path, name: str) -> None:
    stories.put(tmp_path / "issues.json", json.dumps(JIRA).encode())
    path = stories.put(tmp_path / name, b"1")
    first, second = items([str(tmp_path)])
    assert (first.ticket, first.capture, first.location, first.problem) == ("SUP-7", "a.har", str(path), "")
    assert first.columns["customer"] == "Nimbus"
    assert second.problem == "the export has no file for this attachment"


def test_one_ticket_a_line(tmp_path: Path) -> None:
    lines = b"\n".join(json.dumps({**ZENDESK["tickets"][0], "id": number}).encode() for number in (1, 2))
    stories.put(tmp_path / "tickets.jsonl", lines)
    assert [one.ticket for one in items([str(tmp_path)])] == ["1"] * 3 + ["2"] * 3


def test_an_export_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    stories.put(tmp_path / "issues.json", b'{"issues": [')
    with pytest.raises(OptionsError, match=r"issues\.json is neither JSON nor JSON Lines"):
        list(items([str(tmp_path)]))


def test_a_further_tracker_is_one_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As another distribution offers it, through its entry point."""
    code = (
        "from haranalyze.batch.exports import Attachment\n"
        "class Kind:\n"
        "    def recognises(self, folder): return (folder / 'mine.txt').exists()\n"
        "    def attachments(self, folder): yield Attachment('T', 'a.har', folder / 'a.har', {'plan': 'x'})\n"
        "KIND = Kind()\n"
    )
    stories.put(tmp_path / "pack" / "mine_export.py", code.encode())
    about = tmp_path / "pack" / "mine_export-1.dist-info"
    stories.put(about / "METADATA", b"Metadata-Version: 2.1\nName: mine-export\nVersion: 1\n")
    stories.put(about / "entry_points.txt", b"[haranalyze.exports]\nmine = mine_export:KIND\n")
    monkeypatch.syspath_prepend(tmp_path / "pack")
    stories.put(tmp_path / "x" / "mine.txt", b"")
    path = stories.put(tmp_path / "x" / "a.har", b"1")
    assert len(exports()) == 3
    assert list(items([str(tmp_path / "x")])) == [Item("T", "a.har", str(path), {"plan": "x"})]
    assert Attachment("T", "a.har", None).columns == {}
