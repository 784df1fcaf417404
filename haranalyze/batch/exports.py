"""Exports of ticket trackers, as folders: the tracker's JSON beside a folder with the attachments.

A further tracker is one class with ``recognises`` and ``attachments``; add it to ``_BUILT_IN``, or offer it from
another distribution under the entry point group ``haranalyze.exports`` (the value is an instance).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from haranalyze.errors import OptionsError

GROUP: Final = "haranalyze.exports"
_MOST_BYTES: Final = 2 * 1024**3
# Files of a folder or export that are taken for recordings; a glob or a manifest names any other.
RECORDINGS: Final = tuple(".har .har.gz .har.br .har.zst .har.zip .zip .harp .chlsj .chlz .saz .proxymanlogv2".split())


@dataclass(frozen=True, slots=True)
class Attachment:
    """A recording attached to a ticket; ``path`` is None where the export lists it and has no file for it."""

    ticket: str
    name: str
    path: Path | None
    columns: dict[str, str] = field(default_factory=dict)


class Export(Protocol):
    """A kind of export."""

    def recognises(self, folder: Path) -> bool:
        """Whether the folder is such an export; looks at names and little else."""

    def attachments(self, folder: Path) -> Iterator[Attachment]:
        """The attached recordings. Raises OptionsError for an export that cannot be read; names the file."""


class Zendesk:
    """Zendesk's ticket export: ``tickets.json`` or ``tickets.jsonl`` with tickets and their comments.

    A list, an object with ``tickets``, or one ticket a line (https://developer.zendesk.com/api-reference/ticketing/
    tickets/tickets/ and .../ticket_comments/). The files are looked for below ``attachments``: by the attachment's
    id, then in the ticket's folder by name.
    """

    def recognises(self, folder: Path) -> bool:
        """There is a file of tickets."""
        return self._file(folder) is not None

    def attachments(self, folder: Path) -> Iterator[Attachment]:
        """Every attached recording of every comment."""
        file = self._file(folder)
        assert file is not None
        for ticket in _objects(file, "tickets"):
            number = str(ticket.get("id", ""))
            columns = {
                "subject": _text(ticket.get("subject")),
                "customer": _named(ticket, "organization") or _named(ticket, "requester"),
                "created": _text(ticket.get("created_at")),
                "status": _text(ticket.get("status")),
                "priority": _text(ticket.get("priority")),
            }
            for comment in _listed(ticket.get("comments")):
                for one in _listed(comment.get("attachments")):
                    yield from _found(folder, number, _text(one.get("file_name")), str(one.get("id", "")), columns)

    @staticmethod
    def _file(folder: Path) -> Path | None:
        return next((folder / name for name in ("tickets.json", "tickets.jsonl") if (folder / name).is_file()), None)


class Jira:
    """Jira's issues as its REST search gives them, in ``issues.json`` or ``issues.jsonl``.

    ``{"issues": [{"key", "fields": {"summary", "created", "attachment": [{"id", "filename"}]}}]}``
    (https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/). The files are looked for
    below ``attachments`` or ``data/attachments`` as Jira's own backup lays them out: a folder named by the issue's
    key, files named by the attachment's id, or by their name.
    """

    def recognises(self, folder: Path) -> bool:
        """There is a file of issues."""
        return self._file(folder) is not None

    def attachments(self, folder: Path) -> Iterator[Attachment]:
        """Every attached recording of every issue."""
        file = self._file(folder)
        assert file is not None
        for issue in _objects(file, "issues"):
            fields = issue.get("fields") if isinstance(issue.get("fields"), dict) else {}
            assert isinstance(fields, dict)
            columns = {
                "subject": _text(fields.get("summary")),
                "customer": _named(fields, "reporter"),
                "created": _text(fields.get("created")),
                "status": _named(fields, "status"),
                "priority": _named(fields, "priority"),
            }
            for one in _listed(fields.get("attachment")):
                name = _text(one.get("filename"))
                yield from _found(folder, _text(issue.get("key")), name, str(one.get("id", "")), columns)

    @staticmethod
    def _file(folder: Path) -> Path | None:
        return next((folder / name for name in ("issues.json", "issues.jsonl") if (folder / name).is_file()), None)


_BUILT_IN: Final[tuple[Export, ...]] = (Zendesk(), Jira())


def exports() -> tuple[Export, ...]:
    """The kinds of exports known here: our own, then those of other distributions by name."""
    found = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    return (*_BUILT_IN, *(entry.load() for entry in found))


def _found(folder: Path, ticket: str, name: str, number: str, columns: dict[str, str]) -> Iterator[Attachment]:
    """The file of an attachment; its name comes from outside and never becomes a path with folders in it."""
    if not name.lower().endswith(RECORDINGS):
        return
    plain = name.replace("\\", "/").rpartition("/")[2]
    told = {key: value for key, value in columns.items() if value}
    for root in (folder / "attachments", folder / "data" / "attachments", folder):
        places = [
            (number, plain),
            (ticket, number),
            (ticket, plain),
            (ticket, f"{number}_{plain}"),
            (plain,),
            (number,),
        ]
        for place in places:
            if all(part and part not in {".", ".."} and "/" not in part for part in place):
                path = root.joinpath(*place)
                if path.is_symlink() or path.is_file():
                    yield Attachment(ticket, plain, path, told)
                    return
        deeper = sorted(root.glob(f"*/*/{ticket}/{number}")) if _is_plain(ticket) and _is_plain(number) else []
        if deeper:  # Jira's backup: PROJECT/10000/KEY-1/10012
            yield Attachment(ticket, plain, deeper[0], told)
            return
    yield Attachment(ticket, plain, None, told)


def _is_plain(text: str) -> bool:
    return bool(text) and all(char.isalnum() or char in "-_" for char in text)


def _objects(file: Path, member: str) -> Iterator[dict[str, Any]]:
    """The objects of an export file: a list, a list under ``member``, or one a line."""
    if file.stat().st_size > _MOST_BYTES:
        raise OptionsError(f"{file} is larger than an export may be ({_MOST_BYTES} bytes)")
    content = file.read_bytes()
    try:
        read = msgspec.json.decode(content)
    except msgspec.DecodeError:
        try:
            read = [msgspec.json.decode(line) for line in content.splitlines() if line.strip()]
        except msgspec.DecodeError as error:
            raise OptionsError(f"{file} is neither JSON nor JSON Lines") from error
    if isinstance(read, dict):
        read = read[member] if isinstance(read.get(member), list) else [read]
    yield from _listed(read)


def _listed(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _named(fields: dict[str, Any], member: str) -> str:
    value = fields.get(member)
    if isinstance(value, dict):
        return _text(value.get("displayName")) or _text(value.get("name"))
    return _text(value)
