"""Timeline rows are in client order, findings pin them, and the engine's remarks stand beside them."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

import haranalyze
from bench import captures
from haranalyze.analysis import examine
from haranalyze.capture.transcript import read_transcript
from haranalyze.options import Options
from haranalyze.redaction import Projector
from haranalyze.report import rows as module
from haranalyze.report.document import build
from haranalyze.report.rows import MOST_HOSTS, JsonWeight, PageWeight, rows
from haranalyze.rulebook import Rulebook
from tests.rules.stories import ACCEPTED, NO_TOKEN, PAGE, asks, bearer_call, bearer_sign_in, jwt
from tests.test_timeline import entry


def test_rows_carry_role_times_and_pins() -> None:
    story = PAGE + bearer_sign_in(jwt()) + bearer_call(f"Bearer {jwt()}", ACCEPTED) + asks("GET", "/orders") + NO_TOKEN
    analysis = examine(read_transcript(story), Rulebook.installed())
    listed, folded = rows(analysis, Projector(analysis.facts))
    assert folded == {}
    assert [(row.exchange, row.role, row.status) for row in listed] == [
        (0, "page", 200),
        (1, "sign-in", 200),
        (2, "session-call", 200),
        (3, "session-call", 401),
    ]
    assert [row.at for row in listed] == [0.0, 100.0, 200.0, 300.0]
    assert listed[3].findings == ["f1"]


@pytest.fixture
def small_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports of at most 200 KB, so that a story of 2,000 exchanges is too much."""
    monkeypatch.setattr(module, "MOST_BYTES", 200_000)


QUIET_HOSTS = {"app.example.com", "cdn.metrics-cdn.net", "static.example.com", "fonts.cdn-x.net"}


@pytest.mark.parametrize(("exchanges", "json_lists_all"), [(100, True), (3_000, True), (28_000, False)])
def test_each_form_folds_only_what_is_too_much_for_it(exchanges: int, json_lists_all: bool, tmp_path: Path) -> None:
    captures.write(tmp_path / "capture.har", exchanges)
    report = haranalyze.analyze_file(tmp_path / "capture.har")
    written = {form: haranalyze.render(report, form) for form in ("html", "json")}
    for form, text in written.items():
        assert len(text.encode()) <= min(1_500_000 + 512 * exchanges, 8_000_000), form
    assert (len(report.exchanges), report.folded) == (exchanges, {})  # a page holds them all
    assert "--all-exchanges" not in written["html"]
    document = msgspec.json.decode(written["json"])
    assert len(document["exchanges"]) + sum(document["folded"].values()) == exchanges
    assert (document["folded"] == {}) is json_lists_all
    if not json_lists_all:  # the quiet ones alone are folded, by their hosts
        assert set(document["folded"]) <= QUIET_HOSTS


def test_a_page_that_would_be_too_large_folds_its_quiet_exchanges_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    captures.write(tmp_path / "capture.har", 3_000)
    whole = haranalyze.analyze_file(tmp_path / "capture.har")
    most = len(haranalyze.render(msgspec.structs.replace(whole, details=[]), "html")) - 10_000
    monkeypatch.setattr(module, "MOST_BYTES", most)
    page = haranalyze.render(whole, "html")
    assert len(page.encode()) <= most
    assert re.search(r"[\d,]+ third-party and static exchanges of \d hosts are folded away", page)
    assert "--all-exchanges" in page
    assert haranalyze.render(msgspec.structs.replace(whole, all_exchanges=True), "html").count("folded away") == 0


def test_long_paths_are_folded_earlier_than_short_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 500_000)
    for segments, all_listed in ((1, True), (30, False)):
        story = f"> GET https://cdn.other.net{'/assets' * segments}\n* type: script\n< 200\n" * 1_200
        report = build(examine(read_transcript(PAGE + story), Rulebook.installed()))
        assert (msgspec.json.decode(haranalyze.render(report, "json"))["folded"] == {}) is all_listed


@pytest.mark.usefixtures("small_reports")
def test_a_large_recording_keeps_what_findings_name_and_their_neighbours() -> None:
    token = jwt()
    story = PAGE + bearer_sign_in(token) + bearer_call(f"Bearer {token}", ACCEPTED) * 2_500
    analysis = examine(read_transcript(story + asks("GET", "/orders") + NO_TOKEN), Rulebook.installed())
    listed, folded = rows(analysis, Projector(analysis.facts))
    assert sum(map(PageWeight(), listed)) < 200_000
    assert 400 < len(listed) == 2_503 - sum(folded.values())
    assert [row.exchange for row in listed][-11:] == list(range(2_492, 2_503))
    assert listed[-1].findings == ["f1"]


@pytest.mark.usefixtures("small_reports")
def test_all_exchanges_are_kept_when_asked_for() -> None:
    story = PAGE + "> GET https://cdn.other.net/a.js\n* type: script\n< 200\n" * 2_100
    analysis = examine(read_transcript(story), Rulebook.installed(), Options(all_exchanges=True))
    listed, folded = rows(analysis, Projector(analysis.facts))
    assert (len(listed), folded) == (2_101, {})


def test_rows_say_what_the_engine_has_to_say() -> None:
    story = PAGE + bearer_sign_in(jwt()) + bearer_call(f"Bearer {jwt()}", ACCEPTED) + asks("GET", "/orders") + NO_TOKEN
    analysis = examine(read_transcript(story), Rulebook.installed())
    listed, _ = rows(analysis, Projector(analysis.facts))
    assert listed[1].remark == "session starts"
    assert listed[2].remark == "accepted with the header"
    assert listed[0].remark == ""


def test_many_rows_weigh_together_what_they_weigh_one_by_one() -> None:
    story = PAGE + bearer_sign_in(jwt()) + bearer_call(f"Bearer {jwt()}", ACCEPTED) * 3 + asks("GET", "/<&>") + NO_TOKEN
    analysis = examine(read_transcript(story), Rulebook.installed())
    listed, _ = rows(analysis, Projector(analysis.facts))
    for together, each in ((PageWeight(), PageWeight()), (JsonWeight(), JsonWeight())):
        assert together.together(listed[:2]) == sum(map(each, listed[:2]))
        assert together.together(listed[1:]) == sum(map(each, listed[1:]))


def test_times_are_rounded_to_a_tenth() -> None:
    log: dict[str, Any] = {"version": "1.2", "creator": {"name": "WebInspector"}, "pages": [], "entries": []}
    for at, blocked, wait in ((0.0, 0.04, 0.02), (100.05, 0.05, 0.3), (1234.449, 3.25, 1e9)):
        timings = {"blocked": blocked, "send": 0, "wait": wait, "receive": 0}
        log["entries"] += [entry(at, timings=timings, time=-1)]
    analysis = examine(haranalyze.read_capture(msgspec.json.encode({"log": log})), Rulebook.installed())
    listed, _ = rows(analysis, Projector(analysis.facts))
    for row, exchange in zip(listed, analysis.facts.exchanges, strict=True):
        started, sent, answered, ended = analysis.facts.timeline.times(exchange)
        told = (row.at, row.sent, row.answered, row.took)
        for exact, shown in zip((started, sent, answered, ended - started), told, strict=True):
            assert shown == pytest.approx(exact, abs=0.0501)
            assert shown * 10 == pytest.approx(round(shown * 10), abs=1e-6)


def test_a_very_long_path_is_cut() -> None:
    analysis = examine(read_transcript(f"> GET https://api.example.com{'/users' * 200}\n< 200\n"), Rulebook.installed())
    listed, _ = rows(analysis, Projector(analysis.facts))
    assert len(listed[0].path) == module.LONGEST_PATH + 1


@pytest.mark.usefixtures("small_reports")
def test_hosts_beyond_the_first_five_hundred_are_counted_together() -> None:
    story = "".join(
        f"> GET https://h{number}.other{number}.net/a.js\n* type: script\n< 200\n" for number in range(2_100)
    )
    analysis = examine(read_transcript(PAGE + story), Rulebook.installed())
    listed, folded = rows(analysis, Projector(analysis.facts))
    assert len(folded) == MOST_HOSTS + 1
    assert len(listed) + sum(folded.values()) == 2_101
