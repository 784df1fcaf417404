"""Renderers: each turns the report document into text and computes nothing about traffic."""

from __future__ import annotations

from typing import Any

from haranalyze.errors import OptionsError
from haranalyze.report.document import Report

FORMATS = {"text": "to_text", "json": "to_json", "html": "to_html"}


def render(report: Report, format: str, **how: Any) -> str:  # noqa: A002 - the promised name
    """The report in one of ``FORMATS``.

    Args:
        how: for ``text``: ``width`` in columns (80) and ``color`` (False).

    Raises:
        OptionsError: there is no such format.
    """
    from importlib import import_module

    if format not in FORMATS:
        raise OptionsError(f"there is no report format {format!r}; known are {', '.join(FORMATS)}")
    text: str = import_module(f"haranalyze.report.{FORMATS[format]}").render(report, **how)
    return text
