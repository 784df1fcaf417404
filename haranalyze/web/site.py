"""Everything one running server has, put together once and handed to every handler."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from anyio import CapacityLimiter

from haranalyze.errors import OptionsError
from haranalyze.web.brakes import Brake
from haranalyze.web.desk import BESIDE, LONG, Desk
from haranalyze.web.grants import Grants
from haranalyze.web.passwords import PasswordFile
from haranalyze.web.records import Audit, Log, Metrics
from haranalyze.web.settings import Settings
from haranalyze.web.spool import Spool
from haranalyze.web.store import Store

if TYPE_CHECKING:
    from haranalyze.workers import ChildLimits
    from haranalyze.workers.cluster import Cluster

BEHIND = 5  # niceness of the processes that read: whoever waits for an answer comes first
WRITERS = 4  # threads that seal and write uploads: more of them only keep the rest of the server waiting
COMPARERS = 2  # comparisons under way or waiting for a process; others wait without a thread
LINK_SECONDS = 24 * 3600.0  # a printed link that nobody used


class Changes:
    """Tells handlers that wait when a capture has changed. ``tell`` may be called from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """The loop that the handlers run in."""
        self._loop = loop

    def tell(self, capture: str) -> None:
        """A capture has changed."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._set, capture)

    async def wait(self, capture: str, seconds: float) -> None:
        """Wait for the next change, ``seconds`` at most."""
        event = asyncio.Event()
        self._waiting.setdefault(capture, set()).add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            pass
        finally:
            waiting = self._waiting[capture]
            waiting.discard(event)
            if not waiting:
                del self._waiting[capture]

    def _set(self, capture: str) -> None:
        for event in self._waiting.get(capture, ()):
            event.set()


class Made(NamedTuple):
    """A comparison: who asked for it, and its documents by format."""

    person: str
    documents: dict[str, bytes]


@dataclass(slots=True)
class Site:
    """One server."""

    settings: Settings
    store: Store
    grants: Grants
    spool: Spool
    desk: Desk
    log: Log
    audit: Audit
    metrics: Metrics
    changes: Changes
    uploads: Brake
    sign_ins: Brake
    passwords: PasswordFile | None
    api_token: str = ""
    link_used: Callable[[], None] | None = None
    lock: int | None = None
    shown_once: dict[tuple[str, str], str] = field(default_factory=dict)  # (person, page): a secret its next view shows
    comparisons: dict[str, Made] = field(default_factory=dict)  # made lately, by what their address ends in
    comparers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(COMPARERS))
    writers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(WRITERS))
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def new_link(self) -> str:
        """The address that signs one browser in, once."""
        secret = self.grants.create("link", "owner", LINK_SECONDS)
        return f"{self.settings.address}/sign-in?key={secret}"

    def close(self) -> None:
        """Stop reading, keep everything accepted."""
        self.desk.stop()
        self.store.engine.dispose()
        self.audit.close()
        if self.lock is not None:
            os.close(self.lock)


def open_site(settings: Settings, log: Log) -> Site:
    """Open the data folder and the database, and bring both up to date.

    Raises:
        OptionsError: the folder or the database cannot be used, or another server works there.
    """
    from haranalyze.workers import ChildLimits, Workers
    from haranalyze.workers.heap import share_heap

    settings.check()
    share_heap()
    os.umask(0o077)
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings.data.chmod(0o700)
    except OSError as error:
        raise OptionsError(f"the folder {settings.data} cannot be used: {error.strerror}") from error
    lock = _lock(settings)
    store = Store(settings.database_url, place=_place(settings))
    store.migrate()
    spool = Spool(settings.data / "uploads", settings.reserve)
    changes = Changes()
    limits = ChildLimits(memory_bytes=settings.memory, seconds=settings.seconds, niceness=BEHIND, long_seconds=LONG)
    processes = settings.jobs + BESIDE + 1  # the last one for a second try
    workers = _cluster(settings, limits) if settings.dask else Workers(processes, limits)
    desk = Desk(settings, store, spool, workers, log, changes.tell)
    metrics = Metrics(store.waiting, lambda: len(desk.reading))
    desk.metrics = metrics
    return Site(
        settings,
        store,
        Grants(store),
        spool,
        desk,
        log,
        Audit(settings.data / "audit.jsonl"),
        metrics,
        changes,
        Brake(settings.per_minute, settings.at_once, "uploads"),
        Brake(10, 4, "sign-ins"),
        PasswordFile(settings.password_file) if settings.password_file else None,
        lock=lock,
    )


def _cluster(settings: Settings, limits: ChildLimits) -> Cluster:
    from haranalyze.workers.cluster import Cluster

    return Cluster(settings.dask, settings.jobs + BESIDE, limits)


def _lock(settings: Settings) -> int:
    """Keep a second server away from the same uploads (and SQLite file)."""
    handle = os.open(settings.data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise OptionsError(
            f"another haranalyze server works in {settings.data}; stop it or name another --data"
        ) from error
    return handle


def _place(settings: Settings) -> str:
    """The name of the data folder, made once."""
    path = settings.data / "place"
    if not path.exists():
        fresh = path.with_name("place.new")
        fresh.write_text(secrets.token_hex(8), encoding="ascii")
        fresh.replace(path)
    return path.read_text(encoding="ascii")[:32]
