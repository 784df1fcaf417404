"""Two recordings of one flow: aligned by step, the first divergence named."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from haranalyze.errors import OptionsError

if TYPE_CHECKING:
    from haranalyze.capture.model import Capture
    from haranalyze.comparison.document import Comparison
    from haranalyze.options import Options
    from haranalyze.rulebook import Rulebook

FORMATS = {"text": "to_text", "html": "to_html", "json": "to_json"}


def compare(
    good: Capture, bad: Capture, rulebook: Rulebook | None = None, options: Options | None = None
) -> Comparison:
    """Analyse both recordings and lay them side by side. Pure, as :func:`haranalyze.analyze`.

    Raises:
        OptionsError, PackError: as :func:`haranalyze.analyze`.
    """
    from haranalyze.analysis import examine
    from haranalyze.comparison.document import build
    from haranalyze.rulebook import Rulebook as Book

    book = rulebook or Book.installed()
    return build(examine(good, book, options), examine(bad, book, options))


def render(comparison: Comparison, format: str, **how: Any) -> str:  # noqa: A002 - as haranalyze.render
    """The comparison as ``text``, ``html`` or ``json``.

    Raises:
        OptionsError: there is no such format.
    """
    if format not in FORMATS:
        raise OptionsError(f"a comparison cannot be written as {format}; known are {', '.join(FORMATS)}")
    text: str = import_module(f"haranalyze.comparison.{FORMATS[format]}").render(comparison, **how)
    return text
