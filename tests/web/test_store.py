"""The store, on SQLite and on PostgreSQL: every change whole or not at all, every capture finished once."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import haranalyze
from haranalyze.errors import OptionsError
from haranalyze.web import migrations
from haranalyze.web.reading import Outcome, Reading, reading_of
from haranalyze.web.store import DAY, HEAD, LEASE, MOST_LEASES, ConflictError, Store, Wanted, _upgrade
from haranalyze.web.tables import metadata
from tests.web.conftest import HEALTHY, LOOP


class Clock:
    """Time that tests move."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def __call__(self) -> float:
        self.time += 0.001
        return self.time


def _url(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'store.db'}"
    return str(request.getfixturevalue("fresh_database")).replace("postgresql:", "postgresql+psycopg:")


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = Store(_url(request, tmp_path), Clock())
    made.migrate()
    yield made
    made.engine.dispose()


def read(path: Path) -> Reading:
    report = haranalyze.analyze_file(path)
    return reading_of({"json": haranalyze.render(report, "json").encode(), "html": b"<p>"})


@pytest.fixture(scope="module")
def loop() -> Reading:
    return read(LOOP)


@pytest.fixture(scope="module")
def healthy() -> Reading:
    return read(HEALTHY)


def accept(store: Store, capture: str, *, ticket: str = "", key: str | None = None, sha256: str = "0" * 64) -> None:
    store.accept(capture, f"{capture}.har", ticket, "alice", 10, sha256, key)


def test_the_migrations_make_exactly_the_tables_the_code_uses(store: Store) -> None:
    store.migrate()  # a second time changes nothing
    with store.look() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    folder = Path(migrations.__file__).parent
    script = ScriptDirectory(str(folder))
    assert script.get_heads() == [HEAD]


def test_a_new_database_is_made_as_the_migrations_make_it(store: Store) -> None:
    """A new one gets its tables at once; an old one is migrated to exactly the same."""
    with store.write() as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
        _upgrade(connection)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == HEAD


def test_a_capture_goes_from_accepted_to_done_with_its_documents(store: Store, loop: Reading) -> None:
    accept(store, "one", ticket="4711")
    claim = store.claim("server")
    assert claim is not None
    assert (claim.id, store.waiting()) == ("one", 1)
    assert store.document("one", "json") is None
    assert store.finish("server", "one", Outcome([loop]), 30)
    row = store.get("one")
    assert row is not None
    assert (row.state, row.verdict, row.rule, row.ticket) == ("done", "fault", "foreign-401", "4711")
    assert b'"verdict"' in (store.document("one", "json") or b"")
    assert store.waiting() == 0


def test_only_the_server_that_holds_a_capture_can_finish_it_and_only_once(store: Store, loop: Reading) -> None:
    accept(store, "one")
    assert store.claim("first")
    assert not store.finish("second", "one", Outcome([loop]), 30)
    assert store.finish("first", "one", Outcome([loop]), 30)
    assert not store.finish("first", "one", Outcome([loop]), 30)


def test_a_server_that_falls_silent_loses_its_capture_to_another_one(store: Store, loop: Reading) -> None:
    accept(store, "one")
    assert store.claim("first")
    assert store.claim("second") is None
    store.renew("first", ["one"])
    store.now.time += LEASE + 1  # type: ignore[attr-defined]
    assert store.claim("second")
    assert not store.finish("first", "one", Outcome([loop]), 30)
    assert store.finish("second", "one", Outcome([loop]), 30)


def test_a_server_reads_what_lies_in_its_own_folder(store: Store) -> None:
    other = Store(store.engine.url.render_as_string(hide_password=False), store.now, place="elsewhere")
    accept(store, "here")
    accept(other, "there")
    assert (store.waiting(), other.waiting()) == (1, 1)
    first, second = store.claim("server"), other.claim("server")
    assert first is not None
    assert second is not None
    assert (first.id, second.id) == ("here", "there")
    assert (store.claim("server"), store.release_all()) == (None, 1)
    assert store.claim("server") == first
    other.engine.dispose()


def test_a_capture_that_never_ends_is_given_up(store: Store) -> None:
    accept(store, "one")
    for _ in range(MOST_LEASES):
        assert store.claim("server")
        store.release("server", "one")
    assert store.claim("server") is None
    row = store.get("one")
    assert row is not None
    assert (row.state, "never came to an end" in row.reason) == ("failed", True)


def test_many_readers_never_get_the_same_capture(store: Store) -> None:
    names = [f"c{number:02}" for number in range(40)]
    for name in names:
        accept(store, name)
    got: list[str] = []

    def take(owner: str) -> None:
        while (claim := store.claim(owner)) is not None:
            got.append(claim.id)

    threads = [threading.Thread(target=take, args=(f"s{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # With PostgreSQL a row another reader has locked is skipped: a reader may stop early, none may get one twice.
    assert sorted(got) == sorted(set(got))
    take("last")
    assert sorted(got) == names


def test_an_archive_becomes_one_capture_for_each_recording(store: Store, loop: Reading, healthy: Reading) -> None:
    accept(store, "zip", ticket="7")
    store.claim("server")
    assert store.finish("server", "zip", Outcome([loop, healthy]), 30)
    parts = store.listed(Wanted(parent="zip"))
    assert [part.verdict for part in parts] == ["fault", "healthy"]
    assert {part.ticket for part in parts} == {"7"}
    assert [row.id for row in store.listed(Wanted())] == [part.id for part in parts]
    assert store.delete("zip")
    assert store.get(parts[0].id) is None
    assert store.document(parts[0].id, "json") is None


def test_the_same_key_gives_the_same_capture_and_another_file_is_told(store: Store) -> None:
    assert store.accept("one", "a", "", "alice", 1, "a" * 64, "key") == ("one", True)
    assert store.accept("two", "a", "", "alice", 1, "a" * 64, "key") == ("one", False)
    assert store.accept("three", "a", "", "bob", 1, "b" * 64, "key") == ("three", True)
    with pytest.raises(ConflictError):
        store.accept("four", "a", "", "alice", 1, "c" * 64, "key")
    assert len(store.listed(Wanted())) == 2


def test_lists_are_filtered_searched_and_paged(store: Store, loop: Reading, healthy: Reading) -> None:
    for number, reading in enumerate([loop, healthy, loop]):
        accept(store, f"c{number}", ticket=f"T-{number}")
        store.claim("server")
        store.finish("server", f"c{number}", Outcome([reading]), 30)
    accept(store, "waits")
    assert [row.id for row in store.listed(Wanted())] == ["waits", "c2", "c1", "c0"]
    first = store.listed(Wanted(), 2)
    assert [row.id for row in store.listed(Wanted(), 2, (first[-1].created, first[-1].id))] == ["c1", "c0"]
    assert [row.id for row in store.listed(Wanted(state="healthy"))] == ["c1"]
    assert [row.id for row in store.listed(Wanted(words="REFRESHED t-2"))] == ["c2"]
    assert store.listed(Wanted(words="100%_")) == []
    assert store.counts(Wanted(state="healthy"))["fault"] == 2
    assert store.counts(Wanted())["waiting"] == 1
    (cause,) = store.causes()
    assert (cause.count, cause.tickets, sum(cause.days), cause.days[-1]) == (2, 2, 2, 2)
    assert cause.rule == "foreign-401"


def test_a_ticket_can_be_changed_and_is_found_by_its_new_number(store: Store) -> None:
    accept(store, "one", ticket="old")
    assert store.set_ticket("one", "new")
    assert [row.id for row in store.listed(Wanted(words="new"))] == ["one"]
    assert store.listed(Wanted(words="old")) == []
    assert not store.set_ticket("none", "x")


def test_reports_leave_when_their_time_is_over(store: Store, loop: Reading) -> None:
    accept(store, "one")
    store.claim("server")
    store.finish("server", "one", Outcome([loop]), 1)
    assert store.expire() == []
    store.now.time += DAY + 1  # type: ignore[attr-defined]
    assert store.expire() == ["one"]
    assert store.document("one", "html") is None


def test_nothing_of_a_deleted_capture_stays_in_sqlites_files(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    store.migrate()
    store.accept("one", "name-to-find-again.har", "ticket-to-find-again", "alice", 1, "0" * 64, None)
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"name-to-find-again" in held
    store.delete("one")
    store.engine.dispose()
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"to-find-again" not in held


def test_sqlite_syncs_every_commit_and_only_this_user_can_read_it(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    store.migrate()
    with store.look() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "journal_mode")
        }
    assert asked == {"synchronous": 2, "journal_mode": "wal"}
    assert (tmp_path / "store.db").stat().st_mode & 0o777 == 0o600
    assert sqlite3.connect(tmp_path / "store.db").execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(OptionsError, match="cannot be opened"):
        Store("postgresql+psycopg://nobody@127.0.0.1:1/none").migrate()
    with pytest.raises(OptionsError, match="not in mysql"):
        Store("mysql://x/y")
