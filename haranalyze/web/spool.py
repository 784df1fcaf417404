"""Uploads that wait to be read: encrypted on disk, whole or absent, gone with their key once read."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from pathlib import Path
from typing import BinaryIO

from haranalyze.errors import HaranalyzeError
from haranalyze.sealed import Seal, Sealed

_MODE = 0o600
FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
EXHAUSTED = frozenset((errno.EMFILE, errno.ENFILE))


class TooLargeError(HaranalyzeError):
    """An upload is longer than the server takes."""


class DiskFullError(HaranalyzeError):
    """There is no room for an upload."""


class BusyError(HaranalyzeError):
    """The server has no file descriptor left for an upload; a later try works."""


class Incoming:
    """One upload while it arrives: append with :meth:`write`, then :meth:`keep` or :meth:`drop`.

    The file appears under its name only when it is whole and synced.
    """

    def __init__(self, spool: Spool, capture: str, limit: int) -> None:
        self.capture, self.size = capture, 0
        self._spool, self._limit = spool, limit
        self._digest = hashlib.sha256()
        self._part = spool.folder / f"{capture}.part"
        key = secrets.token_bytes(32)
        _write_new(spool.key(capture), key)
        self._file: BinaryIO = os.fdopen(os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "wb", 0)
        self._seal = Seal(key, self._file)

    @property
    def sha256(self) -> str:
        """Digest of what has arrived, in hexadecimal."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> None:
        """Append.

        Raises:
            TooLargeError: the upload passes its limit. DiskFullError: there is no room.
        """
        self.size += len(data)
        if self.size > self._limit:
            raise TooLargeError(f"the file is larger than {self._limit // 1024**2} MB, the limit of this server")
        self._digest.update(data)
        self._spool.require_room(len(data))
        with _told():
            self._seal.write(data)

    def keep(self) -> None:
        """Seal the rest and make the file durable under its name.

        Raises:
            DiskFullError: there is no room.
        """
        with _told():
            self._seal.finish()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(self._spool.path(self.capture))
            _sync_folder(self._spool.folder)

    def drop(self) -> None:
        """Leave nothing behind, however far it came."""
        self._file.close()
        self._spool.remove(self.capture)


class Spool:
    """The folder of uploads that wait.

    Args:
        folder: made with mode 0700 when missing.
        reserve: bytes that stay free on its disk, so that the database can always finish what was accepted.
    """

    def __init__(self, folder: Path, reserve: int = 0) -> None:
        self.folder, self.reserve = folder, reserve
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, capture: str) -> Path:
        """Where the sealed bytes of a capture are."""
        return self.folder / f"{capture}.sealed"

    def key(self, capture: str) -> Path:
        """Where its key is."""
        return self.folder / f"{capture}.key"

    def sealed(self, capture: str) -> Sealed:
        """What a reading process needs to open an upload."""
        return Sealed(str(self.path(capture)), str(self.key(capture)))

    def begin(self, capture: str, limit: int, announced: int = 0) -> Incoming:
        """Start an upload.

        Raises:
            TooLargeError: ``announced`` passes ``limit``. DiskFullError, BusyError: no room, no descriptor.
        """
        if announced > limit:
            raise TooLargeError(
                f"the file is {announced / 1024**2:.0f} MB, and {limit // 1024**2} MB is the limit of this server"
            )
        self.require_room(announced)
        try:
            with _told():
                return Incoming(self, capture, limit)
        except HaranalyzeError:
            self.remove(capture)
            raise

    def require_room(self, size: int) -> None:
        """Raises DiskFullError where ``size`` more bytes would eat into the reserve."""
        if shutil.disk_usage(self.folder).free - size < self.reserve:
            raise DiskFullError("the disk of this server is full; nothing was kept, try again later")

    def remove(self, capture: str) -> None:
        """Forget the upload: its key is overwritten first, which makes the sealed bytes unreadable for good."""
        key = self.key(capture)
        try:
            with key.open("r+b") as stream:
                stream.write(secrets.token_bytes(32))
                os.fsync(stream.fileno())
        except OSError:  # already gone, or a disk that takes no more: unlinking is what is left
            pass
        for path in (key, self.path(capture), self.folder / f"{capture}.part"):
            path.unlink(missing_ok=True)

    def held(self) -> set[str]:
        """Captures that have any file here."""
        return {path.name.split(".")[0] for path in self.folder.iterdir()}


class _told:  # noqa: N801 - reads as a statement: with _told()
    """Turns the system's word for a full disk or used-up descriptors into ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and error.errno in FULL:
            raise DiskFullError("the disk of this server is full; nothing was kept, try again later") from error
        if isinstance(error, OSError) and error.errno in EXHAUSTED:
            raise BusyError("the server has too many files open; nothing was kept, try again later") from error


def _write_new(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a rename durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
