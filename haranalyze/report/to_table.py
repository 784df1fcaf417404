"""The timeline as a table: text, CSV, JSON or Parquet. pandas is imported here and only here in the shells' way."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from haranalyze.capture.model import Capture
from haranalyze.errors import OptionsError
from haranalyze.redaction import Projector, visible
from haranalyze.timeline import Timeline

if TYPE_CHECKING:
    from pandas import DataFrame

# First characters that make spreadsheet programs read a cell as a formula, full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_SHORT = ["exchange", "at_ms", "duration_ms", "method", "host", "path", "status", "resource_type"]


def timeline_table(capture: Capture) -> DataFrame:
    """One row per exchange in client order; docs/timeline.md lists the columns."""
    return Timeline(capture).to_frame(Projector(capture=capture).show)


def pages_table(capture: Capture) -> DataFrame:
    """One row per page: load time, time to first byte and sizes, from haralyzer."""
    import pandas as pd

    projector = Projector(capture=capture)
    return pd.DataFrame(
        [
            {
                "page": projector.show(figure.page.title) if figure.page else "",
                "exchanges": figure.exchanges,
                "load_ms": figure.load,
                "content_loaded_ms": figure.content_loaded,
                "first_byte_ms": figure.first_byte,
                "size_bytes": figure.size,
                "transferred_bytes": figure.transferred,
            }
            for figure in Timeline(capture).page_figures()
        ]
    )


def write(table: DataFrame, format: str) -> str | bytes:  # noqa: A002 - the word the option uses
    """The table in one of text, csv, json (text) or parquet (bytes).

    Raises:
        OptionsError: there is no such format.
    """
    if format == "csv":
        return defused(table).to_csv(index=False, lineterminator="\n")
    if format == "json":
        return str(table.to_json(orient="records", date_format="iso", indent=2)) + "\n"
    if format == "parquet":
        out = io.BytesIO()
        table.to_parquet(out, index=False)
        return out.getvalue()
    if format == "text":
        columns = [name for name in _SHORT if name in table.columns] or list(table.columns)
        return visible_lines(
            table[columns].to_string(index=False, na_rep="", float_format=lambda number: f"{number:.1f}")
        )
    raise OptionsError(f"there is no table format {format!r}; known are text, csv, json, parquet")


def visible_lines(text: str) -> str:
    """Each line with its control characters spelled out, and a final newline."""
    return "\n".join(visible(line).rstrip() for line in text.split("\n")) + "\n"


def defused(table: DataFrame) -> DataFrame:
    """The table with text cells that no spreadsheet takes for a formula; numbers stay numbers."""
    safe = table.copy()
    for name in safe.columns:
        if safe[name].dtype.kind in "OUSTV" or str(safe[name].dtype) in {"string", "str", "category"}:
            safe[name] = safe[name].astype(object).map(defused_cell)
    return safe


def defused_cell(value: object) -> object:
    """The cell, as text where it would be a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
