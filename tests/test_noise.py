"""A thousand exchanges of other sites change nothing that is said about the session."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from haranalyze.analysis import Analysis, examine
from haranalyze.capture import read_capture
from haranalyze.options import Options
from haranalyze.rulebook import Rulebook
from tests.lab.noise import with_noise

SAMPLES = sorted(Path(__file__).parents[1].glob("samples/*/capture.har"))
BOOK = Rulebook.installed()


def said(document: dict[str, Any], hosts: frozenset[str] = frozenset()) -> tuple[object, ...]:
    """What an analysis came to."""
    analysis: Analysis = examine(read_capture(json.dumps(document).encode(), "capture"), BOOK, Options(focus=hosts))
    found = [(one.rule, one.severity, one.confidence, one.fingerprint, one.exchanges) for one in analysis.findings]
    root = analysis.verdict.root
    return analysis.verdict.state, root.rule if root else None, found


def focus_of(document: dict[str, Any]) -> frozenset[str]:
    """Without pages nothing but the person who asks can tell whose session is meant."""
    if document["log"].get("pages"):
        return frozenset()
    return frozenset(urlsplit(entry["request"]["url"]).hostname or "" for entry in document["log"]["entries"])


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.parent.name)
def test_noise_changes_no_finding_and_no_verdict(path: Path, seed: int) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    label = json.loads((path.parent / "label.json").read_text(encoding="utf-8"))
    noisy = with_noise(document, seed=seed, sanitized="sanitized" in label["exporter"])
    assert said(noisy, focus_of(document)) == said(document)
