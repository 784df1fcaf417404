"""Refusals out of a service worker's store, as Chromium exports them."""

import json
from pathlib import Path

import haranalyze
from haranalyze.analysis import examine
from haranalyze.capture.model import Source
from haranalyze.facts import Facts
from haranalyze.facts.worker_answers import refusals_by_worker
from haranalyze.rulebook import Rulebook
from haranalyze.timeline import Timeline

EXCERPT = Path(__file__).parent / "excerpts" / "service-worker-keeps-401.har"


def test_a_real_worker_that_kept_a_refusal() -> None:
    facts = Facts(Timeline(haranalyze.read_capture(EXCERPT.read_bytes())))
    assert [one.source for one in facts.capture] == [
        Source.NETWORK,
        Source.SERVICE_WORKER,
        Source.NETWORK,
        Source.NETWORK,
        Source.SERVICE_WORKER,
    ]
    (one,) = refusals_by_worker(facts)
    assert (one.exchange.index, one.sign_in.index, one.is_older) == (4, 3, True)
    assert one.kept is facts.capture.exchanges[2]


def test_the_verdict_about_it_blames_the_worker_alone() -> None:
    analysis = examine(haranalyze.read_capture(EXCERPT.read_bytes()), Rulebook.installed())
    assert analysis.verdict.root is not None
    assert analysis.verdict.root.rule == "service-worker-replays-refusal"


def test_without_dates_or_with_young_ones_it_is_not_known() -> None:
    table = json.loads(EXCERPT.read_text(encoding="utf-8"))
    headers = table["log"]["entries"][4]["response"]["headers"]
    headers[:] = [header for header in headers if header["name"].lower() != "date"]
    facts = Facts(Timeline(haranalyze.read_capture(json.dumps(table).encode())))
    assert [one.is_older for one in refusals_by_worker(facts)] == [None]
    headers.append({"name": "Date", "value": "Fri, 27 Nov 2026 23:59:59 GMT"})
    facts = Facts(Timeline(haranalyze.read_capture(json.dumps(table).encode())))
    assert refusals_by_worker(facts) == ()
