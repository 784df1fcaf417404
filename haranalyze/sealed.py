"""Recordings sealed on disk: AES-256-GCM in chunks, under a key of one file alone.

The nonce counts the chunks and the last chunk says that it is the last, thus a cut, extended or reordered file is
noticed (the STREAM construction, https://eprint.iacr.org/2015/189).
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from haranalyze.errors import CaptureError

CHUNK: Final = 1 << 18  # bytes of plain text in every chunk but the last
_TAG: Final = 16  # bytes AES-GCM adds to each chunk


class Sealed(msgspec.Struct, frozen=True):
    """Where a sealed recording is, and where its key."""

    path: str
    key: str

    def read(self) -> bytes:
        """The plain bytes.

        Raises:
            CaptureError: the file was changed, cut, or is gone.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        plain = bytearray()
        path = Path(self.path)
        try:
            cipher, left = AESGCM(Path(self.key).read_bytes()), path.stat().st_size
            with path.open("rb") as stream:
                for count in range(2**32):
                    sealed = stream.read(CHUNK + _TAG)
                    left -= len(sealed)
                    plain += cipher.decrypt(_nonce(count), sealed, b"more" if left else b"last")
                    if not left:
                        break
        except (OSError, InvalidTag, ValueError) as error:
            raise CaptureError("the upload is no longer whole on the disk of the server; upload it again") from error
        return bytes(plain)


class Seal:
    """Seals what is written to it into an unbuffered file.

    Args:
        key: 32 bytes, used for this file and never again.
    """

    def __init__(self, key: bytes, file: BinaryIO) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher, self._file = AESGCM(key), file
        self._buffer = bytearray()
        self._count = 0

    def write(self, data: bytes) -> None:
        """Append; what does not fill a chunk waits. Raises OSError."""
        self._buffer += data
        while len(self._buffer) > CHUNK:
            self._chunk(bytes(self._buffer[:CHUNK]), b"more")
            del self._buffer[:CHUNK]

    def finish(self) -> None:
        """Write the last chunk. Raises OSError."""
        self._chunk(bytes(self._buffer), b"last")

    def _chunk(self, plain: bytes, place: bytes) -> None:
        view = memoryview(self._cipher.encrypt(_nonce(self._count), plain, place))
        self._count += 1
        while view:  # an unbuffered file may take less than it is given
            view = view[self._file.write(view) :]


def _nonce(count: int) -> bytes:
    return count.to_bytes(12, "big")
