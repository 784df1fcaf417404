"""The password file: a line for each person, ``name:argon2id hash``."""

from __future__ import annotations

import os
from pathlib import Path

from haranalyze.errors import OptionsError

MIN_LENGTH = 10  # characters of a password (NIST SP 800-63B-4 asks for 8 with, 15 without a second factor)


class PasswordFile:
    """Reads the file anew whenever it has changed, so that adding or removing a person needs no restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._hashes: dict[str, str] = {}

    def knows(self, name: str, password: str) -> bool:
        """The password is that person's. An unknown name takes as long as a wrong password."""
        from argon2 import PasswordHasher
        from argon2.exceptions import InvalidHashError, VerificationError

        hasher = PasswordHasher()
        try:
            return hasher.verify(self._read().get(name, _nobody()), password)
        except (VerificationError, InvalidHashError):
            return False

    def _read(self) -> dict[str, str]:
        about = self._path.stat()
        seen = (about.st_mtime_ns, about.st_size)
        if seen != self._seen:
            lines = (line.strip() for line in self._path.read_text(encoding="utf-8").splitlines())
            pairs = (line.partition(":") for line in lines if line and not line.startswith("#"))
            self._hashes, self._seen = {name: hashed for name, _, hashed in pairs}, seen
        return self._hashes


_NOBODY: list[str] = []


def _nobody() -> str:
    """A hash that no password has."""
    from argon2 import PasswordHasher

    if not _NOBODY:
        _NOBODY.append(PasswordHasher().hash(os.urandom(16)))
    return _NOBODY[0]


def add_person(path: Path, name: str, password: str) -> None:
    """Add a person to the file, or change the password; the file is made with mode 0600.

    Raises:
        OptionsError: the name or password cannot be used, or the file not be written.
    """
    from argon2 import PasswordHasher

    if not name or ":" in name or name.startswith("#") or not name.isprintable() or len(name) > 100:
        raise OptionsError("a name has 1 to 100 printable characters, no colon, and does not begin with #")
    if len(password) < MIN_LENGTH:
        raise OptionsError(f"a password has at least {MIN_LENGTH} characters")
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = [line for line in lines if line.partition(":")[0].strip() != name]
        fresh = path.with_name(path.name + ".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            stream.write("\n".join([*kept, f"{name}:{PasswordHasher().hash(password)}"]) + "\n")
        fresh.replace(path)
    except OSError as error:
        raise OptionsError(f"{path} cannot be written: {error.strerror}") from error
