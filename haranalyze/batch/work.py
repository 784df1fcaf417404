"""One file of a batch, from its bytes to its entry in the ledger and its reports. Runs in a thread here or on Dask.

The ledger holds one entry for each result, ``ledger/ab/cdef….json``, written last: a file without an entry is not
done. Its name comes from the bytes and from what made the result, so whoever writes it writes the same.
"""

from __future__ import annotations

import hashlib
import re
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from haranalyze.batch.entries import Entry, Identity, entry_of, identity, key_of
from haranalyze.batch.sources import Item
from haranalyze.batch.stores import Store, file_system, is_remote
from haranalyze.errors import BatchError
from haranalyze.workers import ChildLimits, Done, FailedFor, Failure, Task, Workers

_CHUNK: Final = 1 << 20
_LIMITED: Final = frozenset((FailedFor.MEMORY, FailedFor.TIME, FailedFor.SIZE))
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
# Names that Windows keeps for devices (https://learn.microsoft.com/windows/win32/fileio/naming-a-file).
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
ENDINGS: Final = {"json": ".json", "html": ".html", "timeline": ".parquet"}


class Job(msgspec.Struct, frozen=True):
    """What is the same for every file of a batch."""

    output: str
    made_by: Identity
    limits: ChildLimits
    retry_failed: bool = False


class Result(msgspec.Struct, frozen=True, gc=False):
    """What became of an item. ``reused``: the ledger had it. ``entry`` is kept by the ledger if ``kept``."""

    entry: Entry
    reused: bool = False
    kept: bool = True


def process(job: Job, item: Item, store: Store, workers: Workers) -> Result:
    """Find the result of an item or make it. Raises nothing for what the item is.

    Raises:
        BatchError: this process has another haranalyze than the one that began the batch.
        WorkersError: no child process can be started.
    """
    if item.problem:
        return _unread(item.problem)
    with _local(item.location, job.made_by.options.limits.max_bytes) as (path, digest, problem):
        if problem:
            return _unread(problem)
        key = key_of(digest, _name(item), job.made_by)
        found = _found(job, store, key)
        if found is not None:
            _deliver(store, found, key, item)
            return Result(found, reused=True)
        task = Task(path, _name(item), job.made_by.options, job.made_by.formats)
        outcome = workers.run(task)
        if isinstance(outcome, Failure):
            entry = Entry(digest, 0, failure=outcome, limits=job.limits if outcome.kind in _LIMITED else None)
            store.write(_entry_name(key), msgspec.json.encode(entry))
            return Result(entry)
        return _keep(job, store, item, outcome, digest)


def _keep(job: Job, store: Store, item: Item, outcome: Done, digest: str) -> Result:
    """Write reports, then the entry that says they are there."""
    entry = entry_of(outcome.reports)
    if entry.sha256 != digest:
        return _unread("the file changed while it was read")
    key = key_of(digest, _name(item), job.made_by)
    for number, report in enumerate(outcome.reports):
        for name, content in report.items():
            store.write(_report_name(key, number, name), content, last=False)
    store.write(_entry_name(key), msgspec.json.encode(entry))
    _deliver(store, entry, key, item)
    return Result(entry)


def _found(job: Job, store: Store, key: str) -> Entry | None:
    """The ledger's entry, if it still holds: the reports are there, and a failure was not for other limits."""
    content = store.read(_entry_name(key))
    if content is None:
        return None
    try:
        entry = msgspec.json.decode(content, type=Entry)
    except msgspec.DecodeError:
        return None
    if entry.failure is not None:
        retry = job.retry_failed or entry.limits not in {None, job.limits}
        return None if retry else entry
    for number, recording in enumerate(entry.recordings):
        for name, size in recording.sizes.items():
            if store.size(_report_name(key, number, name)) != size:
                return None
    return entry


def _deliver(store: Store, entry: Entry, key: str, item: Item) -> None:
    """The reports under the name of their ticket."""
    for number, recording in enumerate(entry.recordings):
        for name, size in recording.sizes.items():
            if name == "timeline":
                continue
            placed = report_path(item, number, len(entry.recordings)) + ENDINGS[name]
            if not store.is_link(_report_name(key, number, name), placed, size):
                store.link(_report_name(key, number, name), placed)


def report_path(item: Item, number: int, of: int) -> str:
    """Where the reports of a recording lie, without their ending; made from the names of the input alone."""
    name = plain_name(item.capture) + (f"-{number + 1}" if of > 1 else "")
    return f"report/{plain_name(item.ticket)}/{name}"


def plain_name(text: str) -> str:
    """A file name for any text: what is not plain is replaced, and a piece of its hash keeps names apart."""
    plain = _UNSAFE.sub("_", text)[:80].strip(".")
    if plain and plain == text and not _RESERVED.fullmatch(plain):
        return plain
    return f"{plain or '_'}-{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def timeline_name(key: str, number: int) -> str:
    """Where the ledger keeps the timeline of a recording."""
    return _report_name(key, number, "timeline")


def item_key(job: Job, item: Item, entry: Entry) -> str:
    """The ledger's key of an item that is done."""
    return key_of(entry.sha256, _name(item), job.made_by)


def check_code(made_by: Identity) -> None:
    """Raises BatchError when this process would not make what ``made_by`` says."""
    if identity(made_by.options, made_by.formats) != made_by:
        raise BatchError("this worker has another version of haranalyze or of its rule packs than the batch")


def _entry_name(key: str) -> str:
    return f"ledger/{key[:2]}/{key[2:]}.json"


def _report_name(key: str, number: int, name: str) -> str:
    return f"ledger/{key[:2]}/{key[2:]}-{number + 1}{ENDINGS[name] if name != 'json' else '.report.json'}"


def _name(item: Item) -> str:
    return item.capture.replace("\\", "/").rpartition("/")[2]


def _unread(reason: str) -> Result:
    """No bytes, so nothing to keep: the next run tries again."""
    return Result(Entry("", 0, failure=Failure(FailedFor.UNREADABLE, reason)), kept=False)


@contextmanager
def _local(location: str, most: int) -> Iterator[tuple[Path, str, str]]:
    """A local path of the bytes, their SHA-256, and what is wrong (empty: nothing)."""
    if not is_remote(location):
        path = Path(location)
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                yield path, "", "it is not a regular file"
                return
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            yield path, "", f"the file cannot be opened: {error.strerror}"
            return
        yield path, digest, ""
        return
    with tempfile.TemporaryDirectory(prefix="haranalyze-") as folder:
        path = Path(folder) / "capture"
        digest, problem = _download(location, path, most)
        yield path, digest, problem


def _download(location: str, path: Path, most: int) -> tuple[str, str]:
    digest, size = hashlib.sha256(), 0
    try:
        system, inside = file_system(location)
        with system.open(inside, "rb") as stream, path.open("wb") as out:
            while piece := stream.read(_CHUNK):
                size += len(piece)
                if size > most:
                    return "", f"the file is larger than max_bytes allows ({most} bytes)"
                digest.update(piece)
                out.write(piece)
    except FileNotFoundError:
        return "", "it does not exist"
    except Exception as error:  # every file system raises errors of its own
        return "", f"it cannot be fetched: {type(error).__name__}"
    return digest.hexdigest(), ""
