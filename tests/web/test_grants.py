"""Grants: found by their secret alone, spent once, ended at once, and never stored as they are."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from haranalyze.web.grants import Grants
from haranalyze.web.store import Store
from haranalyze.web.tables import grants as table


class Clock:
    time = 1_800_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(f"sqlite:///{tmp_path / 'store.db'}", Clock())
    made.migrate()
    return made


def test_a_secret_has_192_bits_and_only_its_digest_is_stored(store: Store) -> None:
    grants = Grants(store)
    secrets = {grants.create("share", "alice", 60) for _ in range(50)}
    assert len(secrets) == 50
    assert {len(secret) for secret in secrets} == {32}
    with store.look() as connection:
        rows = str(list(connection.execute(select(table))))
    assert not any(secret in rows for secret in secrets)


def test_a_grant_is_found_while_it_lasts_and_only_as_its_kind(store: Store) -> None:
    grants = Grants(store)
    secret = grants.create("session", "alice", 60)
    found = grants.find(("session",), secret)
    assert found is not None
    assert found.person == "alice"
    assert grants.find(("token", "share"), secret) is None
    assert grants.find(("session",), secret + "x") is None
    store.now.time += 61  # type: ignore[attr-defined]
    assert grants.find(("session",), secret) is None
    grants.prune()
    with store.look() as connection:
        assert list(connection.execute(select(table))) == []


def test_a_link_signs_in_one_of_many_who_try_at_the_same_time(store: Store) -> None:
    grants = Grants(store)
    secret = grants.create("link", "owner", 60)
    used: list[bool] = []
    threads = [
        threading.Thread(target=lambda: used.append(grants.use_once("link", secret) is not None)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(used) == [False] * 7 + [True]


def test_grants_end_at_once_by_secret_id_and_kind_and_only_ones_own(store: Store) -> None:
    grants = Grants(store)
    one, two, three = (grants.create("token", person, 60) for person in ("alice", "alice", "bob"))
    grants.end(one)
    assert grants.find(("token",), one) is None
    (left,) = grants.listed("token", "alice")
    assert not grants.revoke("token", left.id, person="bob")
    assert grants.revoke("token", left.id, person="alice")
    assert grants.find(("token",), two) is None
    grants.end_kind("token")
    assert grants.find(("token",), three) is None
