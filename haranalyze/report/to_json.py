"""The document itself as JSON."""

from __future__ import annotations

import msgspec

from haranalyze.report.document import Report


def render(report: Report) -> str:
    """Indented JSON with a final newline; characters outside ASCII as they are."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
