"""JSON is the document, and nothing but."""

import json

import haranalyze
from haranalyze.report.document import SCHEMA
from tests.samples import recording, stories


def test_it_is_json_without_surprises() -> None:
    text = haranalyze.render(haranalyze.analyze_file(recording(stories()[0])), "json")
    assert text.endswith("}\n")
    document = json.loads(text, parse_constant=refuse)
    assert document["schema"] == SCHEMA
    assert all("for" in fix for finding in document["findings"] for fix in finding["fix"])


def refuse(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")
