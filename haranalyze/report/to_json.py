"""The document itself as JSON."""

from __future__ import annotations

import msgspec

from haranalyze.report.document import Report
from haranalyze.report.rows import JsonWeight, folded_further, most_bytes


def render(report: Report) -> str:
    """JSON with a final newline, indented where that keeps to the size rule; characters outside ASCII as they are."""
    most, encoded = most_bytes(report.capture.exchanges), msgspec.json.encode(report)
    if len(encoded) >= most and not report.all_exchanges:
        beside = len(msgspec.json.encode(msgspec.structs.replace(report, exchanges=[])))
        listed, folded = folded_further(report.exchanges, report.folded, JsonWeight(), most - beside)
        encoded = msgspec.json.encode(msgspec.structs.replace(report, exchanges=listed, folded=folded))
    indented = msgspec.json.format(encoded, indent=2)
    return (indented if len(indented) < most else encoded).decode() + "\n"
