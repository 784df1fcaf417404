"""Uploads on disk: whole or absent, readable by this user only, gone with their key."""

import os
from pathlib import Path

import pytest

from haranalyze.web import spool as module
from haranalyze.web.spool import BusyError, DiskFullError, Spool, TooLargeError


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "uploads")


def modes(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in folder.iterdir()}


def test_an_upload_appears_whole_under_its_name(spool: Spool) -> None:
    incoming = spool.begin("one", 100)
    incoming.write(b"cookie=secret")
    assert not spool.path("one").exists()
    incoming.keep()
    assert spool.sealed("one").read() == b"cookie=secret"
    assert incoming.size == 13
    assert modes(spool.folder) == {0o600}
    assert spool.folder.stat().st_mode & 0o777 == 0o700


def test_the_modes_do_not_depend_on_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        spool = Spool(tmp_path / "open")
        spool.begin("one", 100).keep()
    finally:
        os.umask(before)
    assert modes(spool.folder) == {0o600}


def test_nothing_stays_of_an_upload_that_is_dropped_or_removed(spool: Spool) -> None:
    dropped = spool.begin("one", 100)
    dropped.write(b"x")
    dropped.drop()
    kept = spool.begin("two", 100)
    kept.keep()
    assert spool.held() == {"two"}
    spool.remove("two")
    spool.remove("two")
    assert list(spool.folder.iterdir()) == []


def test_a_large_file_is_refused_when_announced_and_when_it_comes(spool: Spool) -> None:
    with pytest.raises(TooLargeError, match="5 MB"):
        spool.begin("one", 2**20, announced=5 * 2**20)
    assert spool.held() == set()
    incoming = spool.begin("two", 10)
    incoming.write(b"0123456789")
    with pytest.raises(TooLargeError):
        incoming.write(b"0")
    incoming.drop()


def test_a_disk_without_room_is_told_and_nothing_stays(tmp_path: Path) -> None:
    spool = Spool(tmp_path, reserve=2**60)
    with pytest.raises(DiskFullError, match="nothing was kept"):
        spool.begin("one", 100)
    assert spool.held() == set()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits of open files are POSIX's")
def test_used_up_descriptors_are_told_and_nothing_stays(spool: Spool) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        with pytest.raises(BusyError):
            spool.begin("one", 100)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert spool.held() == set()
    assert module.EXHAUSTED
