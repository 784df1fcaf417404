"""The comparison's document as JSON."""

from __future__ import annotations

import msgspec

from haranalyze.comparison.document import Comparison


def render(comparison: Comparison) -> str:
    """Indented JSON with a final newline."""
    return msgspec.json.format(msgspec.json.encode(comparison), indent=2).decode() + "\n"
