"""The HAR that readers of other formats write: names of bodies, odd text, limits."""

import json

import pytest

from haranalyze.capture.har_log import Bodies, Content, Half, HarLog, bytes_of, text_of
from haranalyze.capture.stamps import stamp
from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits


def damaged() -> bytes:
    raise CaptureError("a member of the zip archive is damaged")


def test_a_long_body_stays_where_it_is() -> None:
    log = HarLog("x", "X", Limits())
    data = memoryview(b"a" * 10_000)
    log.add("GET", "https://a.example/", Half(), 200, Half(body=Content(data)))
    content = json.loads(log.har())["log"]["entries"][0]["response"]["content"]
    assert (content["size"], content["_file"]) == (10_000, "body-0")
    assert log.bodies["body-0"] == bytes(data)


@pytest.mark.parametrize("name", ["body-1", "body--1", "body-", "body-x", "", "0", "body-0 ", "body-²", "../body-0"])
def test_only_names_that_were_given_are_bodies(name: str) -> None:
    bodies = Bodies(100)
    bodies.hold(Content(b"x"))
    assert bodies.get(name) is None
    assert bodies.get("body-0") == b"x"


def test_a_body_that_cannot_be_read_is_absent() -> None:
    bodies = Bodies(100)
    assert bodies.get(bodies.hold(Content(damaged))) is None


@pytest.mark.parametrize("encodings", ["gzip", "br", "zstd", "deflate", "gzip, br", "nothing", ""])
def test_damaged_codings_give_the_bytes_as_they_are(encodings: str) -> None:
    assert bytes_of(Content(b"not compressed at all", encodings), 1_000) == b"not compressed at all"


def test_lone_surrogates_and_odd_stamps() -> None:
    log = HarLog("x", "X", Limits())
    log.add("GET", "https://a.example/\ud800", Half([("a", "\udfff")]), 200, Half(), started=1e30)
    one = json.loads(log.har())["log"]["entries"][0]
    assert (one["request"]["url"], one["startedDateTime"]) == ("https://a.example/?", "")
    assert stamp(1_795_757_061_000.5) == "2026-11-27T05:24:21.000500Z"
    assert (stamp(None), stamp(-1.0)) == ("", "")
    assert text_of(b"caf\xe9") == "café"


def test_notes_count_and_the_number_of_exchanges_has_a_limit() -> None:
    log = HarLog("x", "X", Limits(max_exchanges=1))
    log.note("odd", "something odd", here=True)
    log.note("odd", "something else", 2)
    assert [(note.message, note.pointer, note.count) for note in log.notes] == [("something odd", "/log/entries/0", 3)]
    log.add_entry({})
    with pytest.raises(LimitError, match="max_exchanges"):
        log.add_entry({})
