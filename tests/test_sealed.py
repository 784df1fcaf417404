"""The seal of recordings on disk: what comes back is what went in, or nothing does."""

import io
from pathlib import Path

import pytest

from haranalyze.errors import CaptureError
from haranalyze.sealed import CHUNK, Seal, Sealed

KEY = bytes(range(32))


def sealed(folder: Path, *parts: bytes) -> Sealed:
    stream = io.BytesIO()
    seal = Seal(KEY, stream)
    for part in parts:
        seal.write(part)
    seal.finish()
    (folder / "sealed").write_bytes(stream.getvalue())
    (folder / "key").write_bytes(KEY)
    return Sealed(str(folder / "sealed"), str(folder / "key"))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_comes_back_is_what_went_in(tmp_path: Path, size: int) -> None:
    plain = bytes(position % 251 for position in range(1000)) * (size // 1000 + 1)
    plain = plain[:size]
    assert sealed(tmp_path, plain[: size // 3], plain[size // 3 :]).read() == plain


def test_the_file_holds_nothing_readable(tmp_path: Path) -> None:
    sealed(tmp_path, b"a very secret cookie" * 100)
    assert b"secret" not in (tmp_path / "sealed").read_bytes()


@pytest.mark.parametrize("harm", ["cut at a chunk", "cut", "longer", "changed", "reordered", "other key", "gone"])
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, harm: str) -> None:
    kept = sealed(tmp_path, b"x" * (2 * CHUNK + 5))
    path, data = tmp_path / "sealed", (tmp_path / "sealed").read_bytes()
    chunk = CHUNK + 16
    harmed = {
        "cut at a chunk": data[: 2 * chunk],
        "cut": data[:-3],
        "longer": data + b"x" * 20,
        "changed": data[:50] + b"?" + data[51:],
        "reordered": data[chunk : 2 * chunk] + data[:chunk] + data[2 * chunk :],
    }
    if harm in harmed:
        path.write_bytes(harmed[harm])
    elif harm == "other key":
        (tmp_path / "key").write_bytes(bytes(32))
    else:
        path.unlink()
    with pytest.raises(CaptureError, match="no longer whole"):
        kept.read()
