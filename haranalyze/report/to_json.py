"""The document itself as JSON."""

from __future__ import annotations

import msgspec

from haranalyze.report.document import Report
from haranalyze.report.rows import most_bytes


def render(report: Report) -> str:
    """JSON with a final newline, indented where that keeps to the size rule; characters outside ASCII as they are."""
    encoded = msgspec.json.encode(report)
    indented = msgspec.json.format(encoded, indent=2)
    fits = len(indented) < most_bytes(report.capture.exchanges)
    return (indented if fits else encoded).decode() + "\n"
