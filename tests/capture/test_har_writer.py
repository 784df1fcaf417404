"""What convert writes is HAR 1.2 with every required member, and gives the verdict of the original."""

import json
from pathlib import Path
from typing import Any

import pytest

import haranalyze
from haranalyze.capture import read_capture
from tests.capture.small import entry, har
from tests.samples import recording, stories

# Required members of HAR 1.2 (ahmadnassri/har-spec, versions/1.2.md) and their types.
NUMBER = (int, float)
LOG: dict[str, Any] = {"version": str, "creator": dict, "entries": list}
ENTRY: dict[str, Any] = {
    "startedDateTime": str, "time": NUMBER, "request": dict, "response": dict, "cache": dict, "timings": dict,
}  # fmt: skip
MESSAGE: dict[str, Any] = {"httpVersion": str, "cookies": list, "headers": list, "headersSize": int, "bodySize": int}
REQUEST = MESSAGE | {"method": str, "url": str, "queryString": list}
RESPONSE = MESSAGE | {"status": int, "statusText": str, "content": dict, "redirectURL": str}


def written(data: bytes, name: str = "capture") -> dict[str, Any]:
    document: dict[str, Any] = json.loads(b"".join(read_capture(data, name).timeline.to_har()))
    return document


def check(value: dict[str, Any], members: dict[str, Any]) -> None:
    for name, kind in members.items():
        assert isinstance(value.get(name), kind), name


def check_har(document: dict[str, Any]) -> None:
    check(document["log"], LOG)
    for one in document["log"]["entries"]:
        check(one, ENTRY)
        check(one["request"], REQUEST)
        check(one["response"], RESPONSE)
        check(one["response"]["content"], {"size": int, "mimeType": str})
        assert all(
            isinstance(one["timings"][phase], NUMBER) and one["timings"][phase] >= 0
            for phase in ("send", "wait", "receive")
        )
        for half in (one["request"], one["response"]):
            for pair in (*half["headers"], *half["cookies"]):
                check(pair, {"name": str, "value": str})


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_a_converted_sample_is_a_har_with_the_same_verdict(story: Path) -> None:
    original = read_capture(recording(story).read_bytes(), "capture")
    converted = b"".join(original.timeline.to_har())
    check_har(json.loads(converted))
    one, other = (haranalyze.analyze(capture) for capture in (original, read_capture(converted, "capture")))
    assert other.verdict.state == one.verdict.state
    assert other.verdict.headline == one.verdict.headline
    assert [(f.rule, f.severity, f.primary.exchange) for f in other.findings] == [
        (f.rule, f.severity, f.primary.exchange) for f in one.findings
    ]


@pytest.mark.parametrize(
    "odd",
    [
        entry({"headers": None, "cookies": None, "postData": 5}, {"content": None, "headers": {}}),
        entry({}, {"status": -1}, startedDateTime="", time=None, timings=None),
        {"request": None, "response": None},
        {},
    ],
)
def test_odd_exchanges_become_valid_ones(odd: dict[str, Any]) -> None:
    check_har(written(har(entry(), odd)))


def test_bodies_of_every_kind_are_kept() -> None:
    content = {"size": 3, "mimeType": "image/png", "text": "/wD+", "encoding": "base64"}
    posted = {"postData": {"mimeType": "text/plain", "text": "a" * 20_000}}
    document = written(har(entry(posted, {"content": content})))
    (one,) = document["log"]["entries"]
    assert one["response"]["content"] == content
    assert one["request"]["postData"]["text"] == "a" * 20_000


def test_what_devtools_write_beyond_har_is_kept_where_findings_need_it() -> None:
    given = entry(
        {}, {"_transferSize": 7, "status": 0, "_error": "net::ERR_FAILED"}, _resourceType="fetch", _connectionId="9"
    )
    document = written(
        har({**given, "_corsErrorStatus": {"corsError": "MissingAllowOriginHeader"}, "_initiator": {"type": "script"}})
    )
    (one,) = document["log"]["entries"]
    assert (one["_resourceType"], one["_connectionId"], one["_error"]) == ("fetch", "9", "net::ERR_FAILED")
    assert one["_corsErrorStatus"]["corsError"] == "MissingAllowOriginHeader"
    assert one["response"]["_transferSize"] == 7
    assert one["_initiator"] == {"type": "script"}
