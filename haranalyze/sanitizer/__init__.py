"""A copy of a recording that is safe to send and gives the same findings.

The copy is built from what is known to be needed; nothing is carried over because it does not look secret. Values are
replaced by stand-ins of the same shape made of their ordinal; what a value is equal to stays equal in all recordings of
one call. The package is not called ``sanitize``, because ``haranalyze.sanitize`` is the function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Final

from haranalyze.capture.model import Capture
from haranalyze.errors import LeakError
from haranalyze.redaction import visible
from haranalyze.sanitizer._texts import Texts
from haranalyze.sanitizer._writer import WORDS, Writer
from haranalyze.sanitizer.leaks import SPELLINGS, Output, Secrets
from haranalyze.sanitizer.receipt import KEPT, LEFT_OUT, SCHEMA, File, Masked, Receipt, Scan
from haranalyze.text import raw

__all__ = ["Receipt", "Sanitized", "sanitize", "sanitize_to"]

_ROUNDS: Final = 4  # times the recordings are written again without a name that holds a secret
_OFTEN: Final = 1_024  # exchanges after which the memory of what was read is given back


@dataclass(frozen=True, slots=True)
class Sanitized:
    """Sanitized recordings: ``documents`` are HAR files (UTF-8 JSON) in the order of the captures."""

    documents: tuple[bytes, ...]
    receipt: Receipt


def sanitize(captures: Iterable[Capture], *, keep_bodies: bool = False) -> Sanitized:
    """Copies of recordings that are safe to send and give the same findings. Pure; the same input, the same bytes.

    Args:
        captures: recordings of one ticket; equal values get equal stand-ins in all of them.
        keep_bodies: mask every text body instead of removing those that no check reads.

    Raises:
        LeakError: the second look found a secret of the original in a copy.
    """
    captures = tuple(captures)
    streams = [BytesIO() for _ in captures]
    receipt = sanitize_to(captures, streams, keep_bodies=keep_bodies)
    return Sanitized(tuple(stream.getvalue() for stream in streams), receipt)


def sanitize_to(
    captures: Sequence[Capture],
    streams: Sequence[BinaryIO],
    *,
    keep_bodies: bool = False,
    give_back: Callable[[], None] = lambda: None,
) -> Receipt:
    """:func:`sanitize` into open files, one for each capture, which are written, read again and may be written anew.

    Args:
        give_back: called now and then while the copies are written: a caller who mapped the recordings can let go of
            what was read of them.

    Raises:
        LeakError: the second look found a secret; the files must not be used.
    """
    secrets = Secrets()
    for capture in captures:
        secrets.read(capture)
    denied: frozenset[str] = frozenset()
    for _ in range(_ROUNDS):
        texts = Texts(denied)
        files = _write(captures, streams, texts, keep_bodies=keep_bodies, give_back=give_back)
        texts.forget()
        output = Output()
        for stream in streams:
            stream.seek(0)
            output.read(stream)
        hits = output.hits(secrets, texts.table.values(), (*texts.listed, *WORDS))
        if not hits:
            return _receipt(texts, secrets, files)
        named = frozenset(name.lower() for name in texts.shown if _holds(name, secrets))
        if named <= denied:
            break
        denied |= named
    raise LeakError(
        f"the second look found {len(hits)} secrets of the original in the copy, which was not written; "
        "please report this, without the recording"
    )


def _holds(name: str, secrets: Secrets) -> bool:
    """Whether a secret stands in the copy because the name does, in any of the spellings the second look knows."""
    output = Output()
    output.read([name.encode("utf-8", "replace")])
    return bool(output.hits(secrets, ()))


def _write(
    captures: Sequence[Capture],
    streams: Sequence[BinaryIO],
    texts: Texts,
    *,
    keep_bodies: bool,
    give_back: Callable[[], None] = lambda: None,
) -> list[File]:
    writer = Writer(texts, keep_bodies=keep_bodies)
    writer.prepare(captures)
    files = []
    for capture, stream in zip(captures, streams, strict=True):
        stream.seek(0)
        stream.truncate()
        size = 0
        for count, piece in enumerate(writer.pieces(capture), start=1):
            size += stream.write(piece)
            if count % _OFTEN == 0:
                give_back()
        give_back()
        files.append(File(visible(raw(capture.name)), len(capture.exchanges), size))
    return files


def _receipt(texts: Texts, secrets: Secrets, files: list[File]) -> Receipt:
    from importlib.metadata import version

    return Receipt(
        SCHEMA,
        version("haranalyze"),
        tuple(files),
        tuple(Masked(kind, count) for kind, count in sorted(texts.masked.items())),
        tuple(Masked(kind, count) for kind, count in sorted(texts.removed.items())),
        LEFT_OUT,
        KEPT,
        Scan(secrets.count, SPELLINGS, 0),
    )
