"""Where tickets come from: folders, globs, archives, manifests, lists on standard input, URLs, exports of trackers.

Each source becomes a stream of :class:`Item`, one for each file to analyse, in a fixed order. Nothing is opened here
but manifests and exports; what a folder holds that is no plain file becomes an item with a ``problem``.
"""

from __future__ import annotations

import csv
import glob
import io
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from haranalyze.batch.exports import RECORDINGS, Attachment, exports
from haranalyze.batch.stores import file_system, is_remote
from haranalyze.errors import OptionsError
from haranalyze.redaction import visible

TAR_ENDINGS: Final = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
MANIFESTS: Final = (".csv", ".jsonl", ".ndjson")
PATH_COLUMNS: Final = ("capture", "path", "file", "url")
_GLOB: Final = frozenset("*?[")


class Item(msgspec.Struct, frozen=True, gc=False):
    """One file of a ticket.

    Attributes:
        ticket, capture: who it belongs to, and what it is called there; together unique in a batch.
        location: its path or URL.
        columns: what the manifest or export says about the ticket.
        problem: why it is not opened (empty: it is).
    """

    ticket: str
    capture: str
    location: str
    columns: dict[str, str] = {}
    problem: str = ""


def items(sources: Iterable[str], standard_input: Any = None) -> Iterator[Item]:
    """The files of all sources, source by source.

    Args:
        sources: paths, globs, URLs; ``-`` for a manifest or a list of paths on ``standard_input`` (bytes).

    Raises:
        OptionsError: a source does not exist or a manifest cannot be read; names the source and the line.
    """
    for source in sources:
        if source == "-":
            stream = standard_input or sys.stdin.buffer
            yield from _rows(stream.read(), "standard input", "", listed=True)
        elif is_remote(source):
            yield from _remote(source)
        else:
            yield from _local(source)


def _local(source: str) -> Iterator[Item]:
    path = Path(source)
    if path.is_dir():
        yield from _folder(path)
    elif path.exists():
        if path.suffix.lower() in MANIFESTS:
            yield from _rows(path.read_bytes(), source, str(path.parent))
        else:
            yield from _file(source, _stem(path.name))
    elif _GLOB & set(source):
        found = sorted(glob.glob(source, recursive=True))  # noqa: PTH207 - pathlib has no globs of absolute paths
        root = _fixed_part(source)
        for name in found:
            if not Path(name).is_dir():
                yield _checked(Path(name), _ticket_of(os.path.relpath(name, root or ".")), Path(name).name)
        if not found:
            raise OptionsError(f"no file matches {visible(source)}")
    else:
        raise OptionsError(f"{visible(source)} does not exist")


def _folder(folder: Path) -> Iterator[Item]:
    """An export of a ticket tracker, or the recordings below a folder; the folder that holds one is its ticket."""
    for kind in exports():
        if kind.recognises(folder):
            for one in kind.attachments(folder):
                yield from _attachment(one)
            return
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith((*RECORDINGS, *TAR_ENDINGS)):
                path = Path(parent) / name
                ticket = _ticket_of(str(path.relative_to(folder)))
                if name.lower().endswith(TAR_ENDINGS):
                    yield from _file(str(path), ticket)
                else:
                    yield _checked(path, ticket, name)


def _attachment(one: Attachment) -> Iterator[Item]:
    if one.path is None:
        yield Item(one.ticket, one.name, "", one.columns, "the export has no file for this attachment")
    else:
        yield _checked(one.path, one.ticket, one.name, one.columns)


def _checked(path: Path, ticket: str, capture: str, columns: dict[str, str] | None = None) -> Item:
    problem = ""
    if path.is_symlink():
        problem = "it is a link, and links are not followed"
    elif not path.is_file():
        problem = "it is not a regular file" if path.exists() else "it does not exist"
    return Item(ticket, capture, str(path.absolute()), columns or {}, problem)


def _file(location: str, ticket: str, columns: dict[str, str] | None = None) -> Iterator[Item]:
    """A file that was named: a recording, an archive, or a tar archive, each member of which is a recording."""
    name = location.rstrip("/").rpartition("/")[2]
    if not name.lower().endswith(TAR_ENDINGS):
        yield Item(ticket, name, location if is_remote(location) else str(Path(location).absolute()), columns or {})
        return
    inside = f"tar://::{location if is_remote(location) else 'file://' + str(Path(location).absolute())}"
    try:
        system, _ = file_system(inside)
        members = sorted(system.find(""))
    except Exception:  # a damaged archive makes tarfile raise a dozen kinds of errors
        yield Item(ticket, name, location, columns or {}, "the tar archive is damaged")
        return
    for member in members:
        if member.lower().endswith(RECORDINGS):
            yield Item(ticket, f"{name}/{member}", inside.replace("tar://", f"tar://{member}", 1), columns or {})


def _remote(source: str) -> Iterator[Item]:
    if source.lower().endswith(MANIFESTS):
        system, path = file_system(source)
        content = _reached(lambda: system.cat_file(path), source)
        yield from _rows(content, source, source.rpartition("/")[0])
        return
    yield from _remote_files(source, None, {})


def _remote_files(source: str, ticket: str | None, columns: dict[str, str]) -> Iterator[Item]:
    """The files at a URL: one, those a glob matches, or those below a folder."""
    system, path = file_system(source)
    if source.startswith(("http://", "https://")) or (
        ticket and path.lower().endswith(RECORDINGS) and not _GLOB & set(path)
    ):
        yield from _file(source, ticket or _stem(source.partition("?")[0].rpartition("/")[2]), columns)
        return
    if _GLOB & set(source):
        found, root = _reached(lambda: system.glob(path), source), _fixed_part(path)
    elif _reached(lambda: system.isfile(path), source):
        yield from _file(source, ticket or _stem(path.rpartition("/")[2]), columns)
        return
    else:
        found, root = _reached(lambda: system.find(path), source), path
        found = [name for name in found if name.lower().endswith((*RECORDINGS, *TAR_ENDINGS))]
    if not found:
        raise OptionsError(f"{visible(source)} holds no recordings")
    for name in sorted(found):
        inside = name.removeprefix(root).lstrip("/")
        yield from _file(system.unstrip_protocol(name), ticket or _ticket_of(inside), columns)


def _reached(ask: Any, source: str) -> Any:
    try:
        return ask()
    except Exception as error:  # every file system raises errors of its own
        raise OptionsError(f"{visible(source)} cannot be reached: {type(error).__name__}") from error


def _rows(content: bytes, source: str, folder: str, *, listed: bool = False) -> Iterator[Item]:
    """The rows of a manifest: CSV with a header, JSON Lines, or (``listed``) one path a line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OptionsError(f"{visible(source)} is not UTF-8 text, at byte {error.start}") from error
    first = text.lstrip()[:1]
    if first == "{":
        rows = _json_rows(text, source)
    else:
        header = {name.strip().lower() for name in text.partition("\n")[0].split(",")}
        if listed and not header & set(PATH_COLUMNS):
            for line in text.splitlines():
                if line.strip():
                    yield from _local(line) if not is_remote(line) else _remote(line)
            return
        rows = _csv_rows(text, source)
    for number, row in rows:
        yield from _row(row, number, source, folder)


def _csv_rows(text: str, source: str) -> Iterator[tuple[int, dict[str, str]]]:
    csv.field_size_limit(2**20)
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    try:
        for row in reader:
            if None in row:
                raise OptionsError(f"{visible(source)}, line {reader.line_num}: more fields than the header names")
            yield reader.line_num, {name.strip(): (value or "").strip() for name, value in row.items()}
    except csv.Error as error:
        raise OptionsError(f"{visible(source)}, line {reader.line_num}: this is not CSV ({error})") from error


def _json_rows(text: str, source: str) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            raise OptionsError(f"{visible(source)}, line {number}: this is not JSON") from error
        if not isinstance(row, dict):
            raise OptionsError(f"{visible(source)}, line {number}: this is not a JSON object")
        yield number, {str(name): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()


def _row(row: dict[str, str], number: int, source: str, folder: str) -> Iterator[Item]:
    where = f"{visible(source)}, line {number}"
    lower = {name.lower(): name for name in row}
    column = next((lower[name] for name in PATH_COLUMNS if name in lower), None)
    if column is None:
        raise OptionsError(f"{where}: there is no column {', '.join(PATH_COLUMNS[:-1])} or {PATH_COLUMNS[-1]}")
    location = row[column]
    ticket = row.get(lower.get("ticket", ""), "") or _stem(location.rpartition("/")[2])
    columns = {name: value for name, value in row.items() if name not in {column, lower.get("ticket")}}
    if not location:
        raise OptionsError(f"{where}: the column {column} is empty")
    if not is_remote(location) and folder and is_remote(folder):
        location = f"{folder}/{location}"
    if is_remote(location):
        for one in _remote_files(location, ticket, columns):
            is_file = one.location == location and not is_remote(row[column])
            yield msgspec.structs.replace(one, capture=row[column]) if is_file else one
        return
    path = Path(folder) / location
    if path.is_dir():
        for one in _folder(path):
            inside = "" if one.ticket == "." else f"{one.ticket}/"
            yield msgspec.structs.replace(one, ticket=ticket, capture=f"{inside}{one.capture}", columns=columns)
    elif location.lower().endswith(TAR_ENDINGS) and path.exists():
        yield from _file(str(path), ticket, columns)
    else:
        yield _checked(path, ticket, location, columns)


def _ticket_of(relative: str) -> str:
    """The ticket of a file below a source: the folder that holds it, or itself where it lies in the source."""
    parts = Path(relative).parts
    return "/".join(parts[:-1]) if len(parts) > 1 else _stem(parts[-1])


def _stem(name: str) -> str:
    low = name.lower()
    ending = next((one for one in sorted((*RECORDINGS, *TAR_ENDINGS), key=len, reverse=True) if low.endswith(one)), "")
    stem = name[: len(name) - len(ending)] if ending else Path(name).stem
    return stem or name or "ticket"


def _fixed_part(pattern: str) -> str:
    """The folder of a glob before its first wild card."""
    parts = pattern.split("/")
    first = next(position for position, part in enumerate(parts) if _GLOB & set(part))
    return "/".join(parts[:first])
