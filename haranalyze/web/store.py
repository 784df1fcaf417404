"""The store: captures, their documents and the queue, in SQLite or PostgreSQL. The only module that knows SQL of them.

Every change is one transaction, so that a server killed at any moment leaves either the old or the new state: a capture
counts as accepted once its row is committed, and its documents appear together with the state ``done``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    create_engine,
    delete,
    event,
    func,
    insert,
    make_url,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError

from haranalyze.errors import HaranalyzeError, OptionsError
from haranalyze.web.reading import Outcome, Reading
from haranalyze.web.spool import DiskFullError
from haranalyze.web.tables import captures, documents, metadata

HEAD = "0001"  # the newest migration
LEASE = 20.0  # seconds a reading process may be silent before another server takes the capture over
MOST_LEASES = 60  # times a capture may be begun: more than a server is killed in a row, and an end to one that ends it
DAY = 86_400.0
STATES = ("fault", "other-trouble", "cannot-tell", "healthy", "not-read", "waiting")


class ConflictError(HaranalyzeError):
    """An idempotency key was used before for another file."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A capture that this server reads now."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for; empty members ask for nothing. ``state`` is one of ``STATES``."""

    state: str = ""
    rule: str = ""
    fingerprint: str = ""
    owner: str = ""
    words: str = ""
    ticket: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """Captures that share one fingerprint: newest headline, how many, and how many on each of the last days."""

    fingerprint: str
    rule: str
    title: str
    headline: str
    owner: str
    count: int
    tickets: int
    first: float
    last: float
    days: tuple[int, ...]


class Store:
    """Captures and their documents.

    Args:
        url: SQLAlchemy URL of SQLite or PostgreSQL.
        now: the clock, in seconds since 1970.
        place: name of the data folder of this server; it reads the captures accepted there and no others.
    """

    def __init__(self, url: str, now: Callable[[], float] = time.time, place: str = "") -> None:
        self.now, self.place = now, place
        self.engine = _engine(make_url(url))

    @property
    def alone(self) -> bool:
        """Nobody but this process works on the database (SQLite)."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; with SQLite it takes the write lock at once, so that none waits half-way.

        Raises:
            DiskFullError: the database has no room.
        """
        try:
            with self.engine.execution_options(writes=True).begin() as connection:
                yield connection
        except OperationalError as error:
            if "full" in str(error.orig) or "No space" in str(error.orig):
                raise DiskFullError("the disk of this server is full; nothing was kept, try again later") from error
            raise

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.engine.begin() as connection:
            yield connection

    def migrate(self) -> None:
        """Bring the tables to the newest version.

        Raises:
            OptionsError: the database cannot be opened.
        """
        try:
            with self.engine.execution_options(writes=True).begin() as connection:
                if not self.alone:
                    connection.execute(text("SELECT pg_advisory_xact_lock(4711)"))  # one server at a time
                if _is_empty(connection):
                    _make(connection)
                elif _version(connection) != HEAD:
                    _upgrade(connection)
        except OperationalError as error:
            place = self.engine.url.render_as_string(hide_password=True)
            raise OptionsError(f"the database {place} cannot be opened: {str(error.orig).splitlines()[0]}") from error

    # Accepting

    def accept(
        self, capture: str, name: str, ticket: str, person: str, size: int, sha256: str, key: str | None
    ) -> tuple[str, bool]:
        """Make an upload durable.

        Returns:
            the id under which it is known, and whether it is new (False: the idempotency key was used before).

        Raises:
            ConflictError: the key was used for another file. DiskFullError: no room.
        """
        values = {
            "id": capture,
            "name": name,
            "ticket": ticket,
            "person": person,
            "size": size,
            "sha256": sha256,
            "idempotency": key,
            "place": self.place,
            "state": "accepted",
            "created": self.now(),
            "search": f"{name} {ticket}".lower(),
        }
        try:
            with self.write() as connection:
                connection.execute(insert(captures).values(values))
        except IntegrityError:
            known = self.by_key(person, key or "")
            if known is None:
                raise
            if known.sha256 != sha256:
                raise ConflictError("this Idempotency-Key was used before for another file") from None
            return known.id, False
        return capture, True

    def by_key(self, person: str, key: str) -> Row[Any] | None:
        """The capture that was accepted under an idempotency key of this person."""
        query = select(captures).where(captures.c.person == person, captures.c.idempotency == key)
        with self.look() as connection:
            return connection.execute(query).first()

    # The queue

    def waiting(self) -> int:
        """Captures accepted and not yet read to the end."""
        waits = captures.c.state.in_(("accepted", "reading"))
        query = select(func.count()).where(captures.c.place == self.place, waits)
        with self.look() as connection:
            return int(connection.execute(query).scalar_one())

    def ahead(self, created: float) -> int:
        """Captures that are read before one accepted at that time."""
        before = and_(captures.c.state == "accepted", captures.c.created < created)
        query = select(func.count()).where(captures.c.place == self.place, before)
        with self.look() as connection:
            return int(connection.execute(query).scalar_one())

    def claim(self, owner: str) -> Claim | None:
        """Take the oldest capture that waits, or whose server fell silent; None when there is none."""
        now = self.now()
        free = or_(captures.c.state == "accepted", and_(captures.c.state == "reading", captures.c.lease_until < now))
        query = select(captures).where(captures.c.place == self.place, free).order_by(captures.c.created).limit(1)
        with self.write() as connection:
            row = connection.execute(query.with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            values = {
                "state": "reading",
                "lease_owner": owner,
                "lease_until": now + LEASE,
                "leases": row.leases + 1,
                "started": now,
            }
            if row.leases >= MOST_LEASES:
                values = _failed(now, "it was begun again and again and never came to an end")
            connection.execute(update(captures).where(captures.c.id == row.id).values(values))
            return Claim(row.id, row.name) if row.leases < MOST_LEASES else None

    def renew(self, owner: str, ids: Sequence[str]) -> None:
        """Say that this server still reads those captures."""
        mine = and_(captures.c.lease_owner == owner, captures.c.state == "reading", captures.c.id.in_(ids))
        with self.write() as connection:
            connection.execute(update(captures).where(mine).values(lease_until=self.now() + LEASE))

    def release_all(self) -> int:
        """Give back what a former process of this server was reading when it was killed."""
        mine = and_(captures.c.state == "reading", captures.c.place == self.place)
        with self.write() as connection:
            done = connection.execute(update(captures).where(mine).values(state="accepted", lease_until=None))
            return int(done.rowcount)

    def release(self, owner: str, capture: str) -> None:
        """Give a capture back unread, because this server stops."""
        mine = _mine(capture, owner)
        with self.write() as connection:
            connection.execute(update(captures).where(mine).values(state="accepted", lease_until=None))

    def finish(self, owner: str, capture: str, outcome: Outcome, keep_days: float) -> bool:
        """Put the outcome in place, all of it at once; False when the capture was deleted or taken over meanwhile."""
        now = self.now()
        with self.write() as connection:
            query = select(captures).where(_mine(capture, owner)).with_for_update()
            row = connection.execute(query).first()
            if row is None:
                return False
            ends: dict[str, Any] = {"expires": now + keep_days * DAY}
            if not outcome.readings:
                ends |= _failed(now, outcome.refusal)
            elif len(outcome.readings) == 1:
                ends |= _shown(outcome.readings[0], row, now)
                ends["name"] = row.name
                _add_documents(connection, capture, outcome.readings[0])
            else:
                ends |= {"state": "done", "finished": now, "parts": len(outcome.readings), "lease_until": None}
                self._add_parts(connection, row, outcome.readings, ends["expires"])
            connection.execute(update(captures).where(captures.c.id == capture).values(ends))
            return True

    def fail(self, owner: str, capture: str, reason: str, keep_days: float) -> None:
        """End a capture without a report."""
        self.finish(owner, capture, Outcome([], reason), keep_days)

    def _add_parts(self, connection: Connection, archive: Row[Any], readings: Sequence[Reading], ends: float) -> None:
        now = self.now()
        for number, reading in enumerate(readings, start=1):
            part = f"{archive.id[:24]}-{number}"
            copied = {name: archive._mapping[name] for name in ("ticket", "person", "sha256", "started")}
            # A thousandth of a second apart, so that lists show the parts in the order of the archive.
            placed = {"id": part, "parent": archive.id, "size": 0, "created": archive.created - number / 1000}
            shown = _shown(reading, archive, now)
            connection.execute(insert(captures).values({**copied, **placed, **shown, "expires": ends}))
            _add_documents(connection, part, reading)

    # Looking

    def get(self, capture: str) -> Row[Any] | None:
        """One capture."""
        with self.look() as connection:
            return connection.execute(select(captures).where(captures.c.id == capture)).first()

    def document(self, capture: str, format: str) -> bytes | None:  # noqa: A002 - the word of the table
        """What was made from a capture, unpacked; None where there is none."""
        import zstandard

        query = select(documents.c.body).where(documents.c.capture == capture, documents.c.format == format)
        with self.look() as connection:
            body = connection.execute(query).scalar()
        return None if body is None else zstandard.ZstdDecompressor().decompress(body)

    def has(self, capture: str, format: str) -> bool:  # noqa: A002
        """Whether that was made from a capture."""
        query = select(func.count()).where(documents.c.capture == capture, documents.c.format == format)
        with self.look() as connection:
            return bool(connection.execute(query).scalar_one())

    def listed(self, wanted: Wanted, limit: int = 50, before: tuple[float, str] | None = None) -> list[Row[Any]]:
        """Captures from the newest on, at most ``limit``; ``before`` is (created, id) of the last one seen."""
        query = select(captures).where(*_conditions(wanted)).order_by(captures.c.created.desc(), captures.c.id.desc())
        if before is not None:
            created, seen = before
            same = and_(captures.c.created == created, captures.c.id < seen)
            query = query.where(or_(captures.c.created < created, same))
        with self.look() as connection:
            return list(connection.execute(query.limit(limit)))

    def counts(self, wanted: Wanted) -> dict[str, int]:
        """How many captures there are of each of ``STATES``; the state asked for plays no part."""
        query = select(captures.c.state, captures.c.verdict, func.count()).where(
            *_conditions(Wanted(**{**_asdict(wanted), "state": ""}))
        )
        found = dict.fromkeys(STATES, 0)
        with self.look() as connection:
            for state, verdict, count in connection.execute(query.group_by(captures.c.state, captures.c.verdict)):
                found[_word(state, verdict)] += count
        return found

    def causes(self, days: int = 14) -> list[Cause]:
        """Faults by fingerprint, the most frequent first (200 at most)."""
        fault = and_(captures.c.fingerprint != "", captures.c.state == "done")
        today = self.now()
        grouped = (
            select(
                captures.c.fingerprint,
                func.count().label("count"),
                func.count(func.distinct(func.nullif(captures.c.ticket, ""))).label("tickets"),
                func.min(captures.c.created).label("first"),
                func.max(captures.c.created).label("last"),
            )
            .where(fault)
            .group_by(captures.c.fingerprint)
            .order_by(func.count().desc(), func.max(captures.c.created).desc())
            .limit(200)
        )
        recent = select(captures.c.fingerprint, captures.c.created).where(
            fault, captures.c.created > today - days * DAY
        )
        with self.look() as connection:
            groups = list(connection.execute(grouped))
            bars: dict[str, list[int]] = {}
            for fingerprint, created in connection.execute(recent):
                bar = bars.setdefault(fingerprint, [0] * days)
                bar[min(days - 1, max(0, days - 1 - int((today - created) // DAY)))] += 1
            newest = {row.fingerprint: self._newest(connection, row.fingerprint) for row in groups}
        return [
            Cause(
                row.fingerprint,
                newest[row.fingerprint].rule,
                newest[row.fingerprint].title,
                newest[row.fingerprint].headline,
                newest[row.fingerprint].owner,
                row._mapping["count"],
                row.tickets,
                row.first,
                row.last,
                tuple(bars.get(row.fingerprint, [0] * days)),
            )
            for row in groups
        ]

    def cause_names(self, wanted: str = "", limit: int = 30) -> list[Row[Any]]:
        """(fingerprint, title, count) of the most frequent causes, the wanted one among them whatever its number."""
        count = func.count()
        named = (
            select(captures.c.fingerprint, func.max(captures.c.title).label("title"), count.label("count"))
            .where(captures.c.fingerprint != "", captures.c.state == "done")
            .group_by(captures.c.fingerprint)
        )
        with self.look() as connection:
            found = list(connection.execute(named.order_by(count.desc(), captures.c.fingerprint).limit(limit)))
            if wanted and wanted not in {row.fingerprint for row in found}:
                found += connection.execute(named.where(captures.c.fingerprint == wanted))
        return found

    def _newest(self, connection: Connection, fingerprint: str) -> Row[Any]:
        query = select(captures).where(captures.c.fingerprint == fingerprint).order_by(captures.c.created.desc())
        return connection.execute(query.limit(1)).one()

    # Changing and removing

    def set_ticket(self, capture: str, ticket: str) -> bool:
        """Attach a ticket number; False when there is no such capture."""
        with self.write() as connection:
            row = connection.execute(select(captures).where(captures.c.id == capture)).first()
            if row is None:
                return False
            search = f"{row.search.removesuffix(' ' + row.ticket.lower())} {ticket.lower()}"
            here = captures.c.id == capture
            connection.execute(update(captures).where(here).values(ticket=ticket, search=search))
            return True

    def delete(self, capture: str) -> bool:
        """Remove a capture with everything made from it; False when there is none."""
        with self.write() as connection:
            gone = connection.execute(delete(captures).where(captures.c.id == capture)).rowcount > 0
        if gone:
            self.scrub()
        return gone

    def expire(self) -> list[str]:
        """Remove what has lived its time; the ids."""
        over = captures.c.expires < self.now()
        with self.write() as connection:
            ids = list(connection.execute(select(captures.c.id).where(over)).scalars())
            connection.execute(delete(captures).where(over))
        if ids:
            self.scrub()
        return ids

    def scrub(self) -> None:
        """Leave nothing of deleted rows in SQLite's log (secure_delete does so in the database itself)."""
        if not self.alone:
            return
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def unread(self, among: Sequence[str]) -> set[str]:
        """Those of the ids that still wait to be read."""
        known: set[str] = set()
        with self.look() as connection:
            for start in range(0, len(among), 500):
                part = captures.c.id.in_(among[start : start + 500])
                waits = captures.c.state.in_(("accepted", "reading"))
                known |= set(connection.execute(select(captures.c.id).where(part, waits)).scalars())
        return known


def word_of(row: Row[Any]) -> str:
    """The one of ``STATES`` a capture is in."""
    return _word(row.state, row.verdict)


def _word(state: str, verdict: str) -> str:
    if state == "done":
        return verdict
    return "not-read" if state == "failed" else "waiting"


def _mine(capture: str, owner: str) -> ColumnElement[bool]:
    return and_(captures.c.id == capture, captures.c.lease_owner == owner, captures.c.state == "reading")


def _failed(now: float, reason: str) -> dict[str, Any]:
    return {"state": "failed", "finished": now, "reason": reason, "lease_until": None}


def _shown(reading: Reading, upload: Row[Any], now: float) -> dict[str, Any]:
    names = ("verdict", "headline", "owner", "confidence", "rule", "fingerprint", "title", "browser", "exchanges")
    values = {name: getattr(reading, name) for name in names}
    search = f"{reading.search} {upload.ticket.lower()}"
    ends = {"state": "done", "finished": now, "lease_until": None, "search": search, "name": reading.name[:200]}
    return {**values, **ends, "browser": reading.browser[:80], "rule": reading.rule[:80]}


def _add_documents(connection: Connection, capture: str, reading: Reading) -> None:
    rows = [{"capture": capture, "format": name, "body": body} for name, body in reading.documents.items()]
    connection.execute(insert(documents), rows)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """As SQL. An archive stands in lists by its parts; while it waits, by itself."""
    found: list[ColumnElement[bool]] = [captures.c.parts == 0]
    if wanted.state == "waiting":
        found.append(captures.c.state.in_(("accepted", "reading")))
    elif wanted.state == "not-read":
        found.append(captures.c.state == "failed")
    elif wanted.state:
        found += [captures.c.state == "done", captures.c.verdict == wanted.state]
    for name in ("rule", "fingerprint", "owner", "ticket", "parent"):
        value = getattr(wanted, name)
        if value:
            found.append(captures.c[name] == value)
    found += [captures.c.search.contains(word, autoescape=True) for word in wanted.words.lower().split()[:10]]
    return found


def _asdict(wanted: Wanted) -> dict[str, str]:
    return {name: getattr(wanted, name) for name in Wanted.__dataclass_fields__}


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_size=5, max_overflow=10, pool_pre_ping=True)
    if url.get_backend_name() != "sqlite":
        raise OptionsError(f"a store is kept in SQLite or PostgreSQL, not in {url.get_backend_name()}")
    if url.database:
        Path(url.database).touch(mode=0o600)
    engine = create_engine(url, connect_args={"timeout": 20.0, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # Transactions are begun below, not by the driver, which would begin them too late.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _is_empty(connection: Connection) -> bool:
    from sqlalchemy import inspect

    return not inspect(connection).has_table("captures")


def _make(connection: Connection) -> None:
    """The newest tables at once: importing Alembic takes a quarter of a second, and a new database has no past."""
    metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _version(connection: Connection) -> str | None:
    from sqlalchemy import inspect

    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    """Run Alembic; imported only when there is something to do."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "haranalyze.web:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
