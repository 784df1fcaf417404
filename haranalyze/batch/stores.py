"""Where a batch writes: a folder, or a bucket by an fsspec URL. Nobody ever reads half of what is written here.

In a folder a file is written under a temporary name in ``.partial``, flushed to the disk and renamed; the names in
``.partial`` are the only unfinished files there are, and the next run removes them. Object stores show an object when
it is whole.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import platform
import shutil
from pathlib import Path
from typing import Any, Final, Protocol

from haranalyze.errors import OptionsError

PARTIAL: Final = ".partial"
_MOST_KNOWN: Final = 300  # folders that need not be made again; each ticket has one of its own
_NUMBERS = itertools.count()  # for temporary names


class Store(Protocol):
    """A place for files by relative name with ``/`` between its parts."""

    url: str
    scratch: Path | None
    """A local folder for files on their way here; None: the system's for temporary files."""

    def write(self, name: str, content: bytes, *, last: bool = True) -> None:
        """Write a file whole and durably; an old one of that name is replaced.

        Args:
            last: False where another file of the same folder is written next, which makes this name durable too.
        """

    def place(self, path: Path, name: str) -> None:
        """Move a finished local file here, as whole and durable as ``write`` does."""

    def read(self, name: str) -> bytes | None:
        """The content of a file, None where there is none."""

    def size(self, name: str) -> int | None:
        """Its size in bytes, None where there is none."""

    def link(self, source: str, name: str) -> None:
        """Let ``name`` have the content of ``source``: a hard link where the system has one, else a copy."""

    def is_link(self, source: str, name: str, size: int) -> bool:
        """Whether ``name`` already has the content of ``source``, which is ``size`` bytes long."""

    def remove(self, name: str) -> None:
        """Remove a file or a folder with all in it; it may be missing."""


def open_store(url: str) -> Store:
    """The store at a path or an fsspec URL. Raises OptionsError: it cannot be used, and why."""
    if is_remote(url):
        return BucketStore(url)
    return FolderStore(Path(url.removeprefix("file://")))


def is_remote(url: str) -> bool:
    """Whether this is a URL of something else than the local file system."""
    return "://" in url and not url.startswith("file://")


class FolderStore:
    """A local folder, made where it is missing. Raises OptionsError when it cannot be."""

    def __init__(self, folder: Path) -> None:
        self.url = str(folder.absolute())
        self._folder = folder.absolute()
        self.scratch: Path | None = self._folder / PARTIAL  # one file system, and the next run sweeps it
        try:
            (self._folder / PARTIAL).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OptionsError(f"{folder} cannot be written to: {error.strerror}") from error
        self._known: set[Path] = set()

    def write(self, name: str, content: bytes, *, last: bool = True) -> None:
        """Write, flush to the disk, rename; flush the folder, after the last file."""
        temporary = self._temporary()
        try:
            with temporary.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            self._rename(temporary, name, durable=last)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def place(self, path: Path, name: str) -> None:
        """As ``write``."""
        temporary = self._temporary()
        shutil.move(path, temporary)
        with temporary.open("r+b") as stream:
            os.fsync(stream.fileno())
        self._rename(temporary, name)

    def read(self, name: str) -> bytes | None:
        """The content, None where there is no such file."""
        try:
            return (self._folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def size(self, name: str) -> int | None:
        """The size, None where there is no such file."""
        try:
            return (self._folder / name).stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return None

    def link(self, source: str, name: str) -> None:
        """A hard link under a temporary name, renamed over what is there."""
        temporary = self._temporary()
        try:
            temporary.hardlink_to(self._folder / source)
        except OSError:  # the file system has no hard links, or no more of them for this file
            self.write(name, (self._folder / source).read_bytes())
            return
        self._rename(temporary, name, durable=False)  # the next run would make it again
        temporary.unlink(missing_ok=True)  # rename leaves it when both were the same file already

    def is_link(self, source: str, name: str, size: int) -> bool:
        """One file under both names, or two with the same bytes."""
        one, other = self._folder / source, self._folder / name
        try:
            return one.samefile(other) or (other.stat().st_size == size and one.read_bytes() == other.read_bytes())
        except OSError:
            return False

    def remove(self, name: str) -> None:
        """Remove a file or folder."""
        path = self._folder / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a killed run left unfinished. Only for the one that holds the lock."""
        shutil.rmtree(self._folder / PARTIAL, ignore_errors=True)
        (self._folder / PARTIAL).mkdir(exist_ok=True)

    def _temporary(self) -> Path:
        """A name that no other thread or process of any machine has."""
        return self._folder / PARTIAL / f"{platform.node()}-{os.getpid()}-{next(_NUMBERS)}"

    def _rename(self, temporary: Path, name: str, *, durable: bool = True) -> None:
        path = self._folder / name
        if path.parent not in self._known:
            path.parent.mkdir(parents=True, exist_ok=True)
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known.add(path.parent)
        temporary.replace(path)
        if durable and os.name == "posix":
            handle = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


class BucketStore:
    """A bucket or other remote file system of fsspec."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.scratch: Path | None = None
        self._system, self._root = file_system(self.url)
        self._root = self._root.rstrip("/")

    def write(self, name: str, content: bytes, *, last: bool = True) -> None:  # noqa: ARG002 - each is durable
        """Put one object."""
        self._parent(name)
        self._system.pipe_file(f"{self._root}/{name}", content)

    def place(self, path: Path, name: str) -> None:
        """Upload a file as one object."""
        self._parent(name)
        self._system.put_file(str(path), f"{self._root}/{name}")

    def read(self, name: str) -> bytes | None:
        """The content, None where there is no such object."""
        try:
            content: bytes = self._system.cat_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return None
        return content

    def size(self, name: str) -> int | None:
        """The size, None where there is no such object."""
        try:
            size: int = self._system.info(f"{self._root}/{name}")["size"]
        except FileNotFoundError:
            return None
        return size

    def link(self, source: str, name: str) -> None:
        """A copy, made by the server where it can."""
        self._parent(name)
        self._system.cp_file(f"{self._root}/{source}", f"{self._root}/{name}")

    def is_link(self, source: str, name: str, size: int) -> bool:
        """Whether both objects are there and equal."""
        return self.size(name) == size and self.read(name) == self.read(source)

    def remove(self, name: str) -> None:
        """Remove an object, or all objects below the name."""
        with contextlib.suppress(FileNotFoundError):
            self._system.rm(f"{self._root}/{name}", recursive=True)

    def _parent(self, name: str) -> None:
        self._system.makedirs(f"{self._root}/{name}".rpartition("/")[0], exist_ok=True)


def file_system(url: str) -> tuple[Any, str]:
    """The fsspec file system of a URL and the path in it; listings are not cached, so that what is new is seen.

    Raises:
        OptionsError: the protocol is unknown, or the package that speaks it is missing; the message names it.
    """
    import fsspec

    try:
        system, path = fsspec.core.url_to_fs(url, **({"use_listings_cache": False} if "::" not in url else {}))
    except ImportError as error:
        raise OptionsError(f"{url.partition('://')[0]}:// needs a package that is not installed: {error}") from error
    except ValueError as error:
        raise OptionsError(f"{url.partition('://')[0]}:// is not a kind of URL that can be read: {error}") from error
    return system, path
