"""Renderers: each turns the report document into text and computes nothing about traffic."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from haranalyze.errors import OptionsError

if TYPE_CHECKING:
    from haranalyze.report.document import Report

FORMATS = {
    "text": "to_text",
    "html": "to_html",
    "json": "to_json",
    "sarif": "to_sarif",
    "junit": "to_junit",
    "markdown": "to_markdown",
}


def render(report: Report, format: str, **how: Any) -> str:  # noqa: A002 - the promised name
    """The report in one of ``FORMATS``.

    Args:
        how: for ``text``: ``width`` in columns (80) and ``color`` (False).

    Raises:
        OptionsError: there is no such format.
    """
    text: str = _renderer(format).render(report, **how)
    return text


def render_all(reports: Sequence[Report], format: str, **how: Any) -> str:  # noqa: A002 - as above
    """Several reports as one text: JSON as an array, SARIF as runs, JUnit as suites, the others one after the other.

    Raises:
        OptionsError: there is no such format, or it holds no more than one report (HTML) or fewer than these.
    """
    renderer = _renderer(format)
    if hasattr(renderer, "render_all"):
        text: str = renderer.render_all(reports)
        return text
    if format == "html":
        raise OptionsError(f"{len(reports)} pages do not go into one; name a folder with -o")
    texts = [renderer.render(report, **how) for report in reports]
    return "[" + ",".join(texts) + "]" if format == "json" else "\n".join(texts)


def _renderer(format: str) -> Any:  # noqa: A002 - as above
    if format not in FORMATS:
        raise OptionsError(f"there is no report format {format!r}; known are {', '.join(FORMATS)}")
    return import_module(f"haranalyze.report.{FORMATS[format]}")
