"""The document: valid, projected, deterministic, and small for large recordings."""

import json
import re
from pathlib import Path

import jsonschema
import msgspec
import pytest

import haranalyze
from haranalyze.analysis import examine
from haranalyze.capture.model import Source
from haranalyze.capture.transcript import read_transcript
from haranalyze.facts.session import Role
from haranalyze.findings import Confidence, Outcome, Owner, Severity
from haranalyze.report import rows
from haranalyze.report.document import SCHEMA as SCHEMA_NAME
from haranalyze.report.document import FactsInfo, Report, build
from haranalyze.rulebook import Rulebook
from haranalyze.verdict import State
from tests.docs import FOLDER
from tests.rules.stories import ACCEPTED, PAGE, call, cookies, jwt, sign_in
from tests.samples import recording, stories

SCHEMA = json.loads((FOLDER / "report.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_every_sample_fits_the_schema(story: Path) -> None:
    document = json.loads((story / "expected.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_the_schema_refuses_what_does_not_fit() -> None:
    document = json.loads((stories()[0] / "expected.json").read_text(encoding="utf-8"))
    document["verdict"]["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_the_same_recording_gives_the_same_bytes() -> None:
    one, other = (haranalyze.analyze_file(recording(stories()[3])) for _ in range(2))
    assert msgspec.json.encode(one) == msgspec.json.encode(other)


def test_no_value_of_the_recording_is_in_the_document() -> None:
    token, secret = jwt(), "r-very-secret-refresh-token"
    story = PAGE + sign_in(token, setting=cookies(token, attributes="; Path=/; Domain=.other.net", refresh=secret))
    story += call(
        "/api/users/ada.lovelace/reset/Zq7kT9wKT9w", "> X-Api-Key: k-998877665544", f"> Authorization: Bearer {token}"
    )
    document = msgspec.json.encode(build(examine(read_transcript(story + ACCEPTED), Rulebook.installed()))).decode()
    for value in (token, token.split(".")[1], secret, "ada.lovelace", "Zq7kT9wKT9w", "k-998877665544"):
        assert value not in document


def test_a_large_recording_folds_static_files_and_third_parties(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_BYTES", 300_000)
    story = PAGE + sign_in(jwt()) + "> GET https://cdn.other.net/a.js\n* type: script\n< 200\n" * 4_100
    report = build(examine(read_transcript(story), Rulebook.installed()))
    assert report.folded == {"cdn.other.net": 4_100}
    assert report.capture.exchanges == 4_102
    assert len(report.exchanges) == 2


def test_the_documented_closed_lists_are_complete() -> None:
    page = (FOLDER / "report-format.md").read_text(encoding="utf-8")
    for words in (State, Role, Severity, Confidence, Owner, Outcome, Source):
        for word in words:
            assert re.search(rf"\b{re.escape(word.value)}\b", page), word
    assert f"`{SCHEMA_NAME}`" in page


def test_every_member_of_the_document_is_documented() -> None:
    page = (FOLDER / "report-format.md").read_text(encoding="utf-8")
    members = [
        *(name for name in Report.__struct_fields__[1:] if name != "facts"),
        *(f"facts.{name}" for name in FactsInfo.__struct_fields__),
    ]
    assert [name for name in members if f"`{name}`" not in page and f"`{name.rpartition('.')[2]}`" not in page] == []
