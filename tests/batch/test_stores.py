"""Writing whole and durably, to a folder and to another file system."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from haranalyze.batch.stores import FolderStore, Store, open_store
from haranalyze.errors import OptionsError


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "folder":
        yield open_store(str(tmp_path / "out"))
    else:
        made = open_store(f"memory://{tmp_path.name}")
        yield made
        made.remove("a")


def test_what_is_written_is_read(store: Store, tmp_path: Path) -> None:
    store.write("a/b/one", b"12")
    store.write("a/b/one", b"123")
    assert (store.read("a/b/one"), store.size("a/b/one")) == (b"123", 3)
    (tmp_path / "file").write_bytes(b"4")
    store.place(tmp_path / "file", "a/two")
    assert store.read("a/two") == b"4"
    store.remove("a/b")
    store.remove("a/none")
    assert (store.read("a/b/one"), store.size("a/b/one")) == (None, None)


def test_links_have_the_content_of_their_source(store: Store) -> None:
    store.write("a/one", b"1")
    store.write("a/two", b"2")
    assert not store.is_link("a/one", "a/two", 1)
    assert not store.is_link("a/one", "a/none", 1)
    for _ in range(2):
        store.link("a/one", "a/two")
        assert store.is_link("a/one", "a/two", 1)
    assert store.read("a/two") == b"1"


def test_a_folder_shows_no_unfinished_file_and_forgets_what_a_killed_run_left(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.write("one", b"1")
    (tmp_path / ".partial" / "left").write_bytes(b"half")
    store.sweep()
    assert [path.name for path in sorted(tmp_path.rglob("*"))] == [".partial", "one"]
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o666 & ~umask()


def umask() -> int:
    import os

    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_without_hard_links_reports_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    store = FolderStore(tmp_path)
    store.write("one", b"1")
    store.link("one", "deep/two")
    assert store.read("deep/two") == b"1"
    assert store.is_link("one", "deep/two", 1)


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OptionsError, match="cannot be written to"):
        open_store(str(tmp_path / "file" / "out"))


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "paramiko", None)
    with pytest.raises(OptionsError, match="sftp:// needs a package that is not installed"):
        open_store("sftp://host/x")
