"""The document: complete, by its schema, free of secrets."""

import json
from pathlib import Path

import jsonschema
import msgspec

from haranalyze.comparison import render
from haranalyze.comparison.document import SCHEMA
from tests.comparison.test_pairs import FOLDER, PAIRS, compared, parting

ROOT = Path(__file__).parents[2]


def test_every_pair_follows_the_published_schema() -> None:
    schema = json.loads((ROOT / "docs" / "comparison.schema.json").read_text(encoding="utf-8"))
    for good, bad, *_ in PAIRS:
        document = json.loads(render(compared(good, bad), "json"))
        jsonschema.validate(document, schema)
        assert document["schema"] == SCHEMA


def test_no_cookie_or_token_of_either_recording_is_in_it() -> None:
    for good, bad, *_ in PAIRS:
        secrets = set()
        for name in (good, bad):
            for entry in json.loads((FOLDER / f"{name}.har").read_text(encoding="utf-8"))["log"]["entries"]:
                for header in (*entry["request"]["headers"], *entry["response"]["headers"]):
                    if header["name"].lower() in {"cookie", "set-cookie", "authorization", "front-token"}:
                        secrets |= {part for part in header["value"].replace("=", " ").split() if len(part) > 60}
        text = render(compared(good, bad), "json")
        assert [secret for secret in secrets if secret.rstrip(";") in text] == []


def test_a_cookie_that_is_refused_is_a_step_of_its_own() -> None:
    step = parting(compared("st-fixed-lax-cross-site-heroku", "st-lax-cross-site-heroku"))
    assert step.name == "Cookie kept?"
    assert step.good is not None
    assert step.bad is not None
    assert (step.good.remark, step.bad.remark) == ("stored", "refused")
    assert step.good.status is None


def test_the_summary_holds_the_sentence_and_every_step() -> None:
    made = compared("px-fixed-strip", "px-strip-set-cookie")
    lines = made.summary.splitlines()
    assert lines[0] == made.headline
    assert sum(" | " in line for line in lines) == len(made.steps)
    assert sum(line.startswith("> ") for line in lines) == 1


def test_who_must_act_is_what_the_failing_report_says() -> None:
    made = compared("px-fixed-502-big-header", "px-502-big-header-same-origin")
    assert (made.owner, made.rule) == ("proxy", "oversized-header-502")
    assert (made.good.state, made.bad.state) == ("healthy", "fault")
    assert made.bad.capture.name == "px-502-big-header-same-origin.har"


def test_steps_are_numbered_from_one_without_gaps() -> None:
    for good, bad, *_ in PAIRS:
        made = compared(good, bad)
        assert [step.number for step in made.steps] == list(range(1, len(made.steps) + 1))
        assert msgspec.json.decode(msgspec.json.encode(made), type=type(made)) == made
