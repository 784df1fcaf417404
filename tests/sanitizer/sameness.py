"""Whether a sanitized copy gives the findings of its original: the comparison all tests share."""

from collections.abc import Sequence
from typing import Any

from haranalyze.analysis import Analysis, examine
from haranalyze.capture import read_capture
from haranalyze.capture.model import Capture
from haranalyze.rulebook import Rulebook
from haranalyze.sanitizer import sanitize

BOOK = Rulebook.installed()


def told(analysis: Analysis) -> dict[str, Any]:
    """What an analysis says, as far as a copy must say the same."""
    verdict = analysis.verdict
    return {
        "verdict": (verdict.state, verdict.confidence, verdict.owner, verdict.root.rule if verdict.root else None),
        "findings": [
            (one.rule, one.severity, one.confidence, one.owner, one.exchanges, one.fingerprint)
            for one in analysis.findings
        ],
        "outcomes": [(one.rule, one.outcome) for one in analysis.outcomes],
        "questions": len(analysis.questions),
    }


def difference(capture: Capture, copy: bytes) -> list[str]:
    """What the copy of a capture says otherwise."""
    before, after = told(examine(capture, BOOK)), told(examine(read_capture(copy), BOOK))
    return [f"{name}: {before[name]} became {after[name]}" for name in before if before[name] != after[name]]


def problems(captures: Sequence[Capture]) -> list[str]:
    """Where the copies say otherwise, or are not the same when they are sanitized once more."""
    copies = sanitize(captures).documents
    found = [told for capture, copy in zip(captures, copies, strict=True) for told in difference(capture, copy)]
    again = sanitize([read_capture(copy) for copy in copies]).documents
    if again != copies:
        found.append("a second sanitizing changes the copies")
    return found
