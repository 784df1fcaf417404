"""haranalyze reads a recording of a login that does not work and says what broke first, what proves it and who acts.

capture = haranalyze.read_capture(data)
report = haranalyze.analyze(capture)
print(haranalyze.render(report, "text"))
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haranalyze.capture.model import Capture
    from haranalyze.options import Options
    from haranalyze.report.document import Report
    from haranalyze.rulebook import Rulebook
    from haranalyze.sanitizer import Sanitized

__all__ = ["analyze", "analyze_file", "read_capture", "render", "sanitize"]


def read_capture(data: bytes, name: str = "") -> Capture:
    """Read one recording: HAR of any dialect, plain or inside gzip, zlib, zip, brotli or zstd.

    Raises:
        CaptureError: the bytes are not a recording anyone could read; the message names the byte or field.
    """
    from haranalyze.capture import read_capture as read

    return read(data, name)


def analyze(capture: Capture, rulebook: Rulebook | None = None, options: Options | None = None) -> Report:
    """Judge one recording (None: the installed rule packs, the defaults). Same input, same report.

    Raises:
        OptionsError: ``options`` names a rule that does not exist.
        PackError: ``rulebook`` is None and no usable rule pack is installed.
    """
    from haranalyze.analysis import examine
    from haranalyze.report.document import build
    from haranalyze.rulebook import Rulebook as Book

    return build(examine(capture, rulebook or Book.installed(), options))


def analyze_file(path: str | Path, rulebook: Rulebook | None = None, options: Options | None = None) -> Report:
    """Read a file and judge it. Raises OSError besides the errors of :func:`read_capture` and :func:`analyze`."""
    path = Path(path)
    return analyze(read_capture(path.read_bytes(), path.name), rulebook, options)


def render(report: Report, format: str, **how: Any) -> str:  # noqa: A002 - the promised name
    """The report as ``text``, ``html``, ``json``, ``sarif``, ``junit`` or ``markdown``; OptionsError for any other."""
    from haranalyze.report import render as write

    return write(report, format, **how)


def sanitize(captures: Iterable[Capture], *, keep_bodies: bool = False) -> Sanitized:
    """Copies of recordings that are safe to send and give the same findings, with a receipt.

    ``documents`` of the result are HAR files in the order of the captures, ``receipt`` says what was masked and kept.
    Recordings given together share one table, so that equal values stay equal in all of them. ``keep_bodies`` masks
    every text body instead of removing those that no check reads.

    Raises:
        LeakError: the second look found a secret of the original in a copy; there is no result then.
    """
    from haranalyze.sanitizer import sanitize as write

    return write(captures, keep_bodies=keep_bodies)
