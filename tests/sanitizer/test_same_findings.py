"""A sanitized copy gives the findings of its original, and sanitizing it again changes nothing."""

import json
from pathlib import Path

import pytest

import haranalyze
from haranalyze.capture import read_captures
from tests.sanitizer.sameness import problems

ROOT = Path(__file__).parents[2]
RECORDINGS = sorted([*ROOT.glob("samples/*/capture.har"), *ROOT.glob("tests/facts/excerpts/*.har")])


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_copy_says_what_its_original_says(path: Path) -> None:
    assert problems(read_captures(path.read_bytes())) == []


def test_keeping_the_bodies_changes_no_finding_either() -> None:
    capture = haranalyze.read_capture((ROOT / "samples/refresh-loop-foreign-401/capture.har").read_bytes())
    short, long = (haranalyze.sanitize([capture], keep_bodies=keep) for keep in (False, True))
    assert len(long.documents[0]) > len(short.documents[0])
    for made in (short, long):
        report = haranalyze.analyze(haranalyze.read_capture(made.documents[0]))
        assert report.verdict.state == "fault"
        assert [one.fingerprint for one in report.findings] == [
            one.fingerprint for one in haranalyze.analyze(capture).findings
        ]


def test_the_copy_carries_a_mark_that_is_recognised() -> None:
    capture = haranalyze.read_capture((ROOT / "samples/healthy-bearer/capture.har").read_bytes())
    copy = haranalyze.read_capture(haranalyze.sanitize([capture]).documents[0])
    assert "sanitized-by-haranalyze" not in {note.code for note in capture.notes}
    assert "sanitized-by-haranalyze" in {note.code for note in copy.notes}


def test_recordings_of_one_ticket_stay_comparable() -> None:
    def har(path: str) -> bytes:
        return (
            b'{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"1"},"entries":[{"startedDateTime":'
            b'"2026-11-22T02:34:23Z","time":1,"request":{"method":"GET","url":"https://a.example/'
            + path.encode()
            + b'","httpVersion":"h2","headers":[{"name":"Cookie","value":"sid=%s"}]},"response":{"status":200,'
            b'"headers":[]}}]}}' % b"q7rXw2LkP0vT"
        )

    one, other = (haranalyze.read_capture(har(path)) for path in ("secretplace", "otherplace"))
    first, second = (haranalyze.read_capture(copy) for copy in haranalyze.sanitize([one, other]).documents)
    values = [copy.exchanges[0].request.raw_cookie_pairs() for copy in (first, second)]
    assert values[0] == values[1] != one.exchanges[0].request.raw_cookie_pairs()
    assert first.exchanges[0].request.raw_url != second.exchanges[0].request.raw_url


def test_a_key_set_stays_so_that_a_reader_sees_which_keys_there_were() -> None:
    keys = {"keys": [{"kty": "RSA", "kid": f"d-{number}", "use": "sig", "n": "q7rXw2LkP0vT" * 20} for number in (1, 2)]}
    request = {"method": "GET", "url": "https://id.example/.well-known/jwks.json", "headers": []}
    content = {"size": 600, "mimeType": "application/json", "text": json.dumps(keys)}
    response = {"status": 200, "headers": [], "content": content}
    entry = {"startedDateTime": "2026-11-22T02:34:23Z", "time": 1, "request": request, "response": response}
    capture = haranalyze.read_capture(json.dumps({"log": {"version": "1.2", "entries": [entry]}}).encode())
    copy = haranalyze.read_capture(haranalyze.sanitize([capture]).documents[0])
    body = copy.exchanges[0].response.body.json()
    assert [(one["kty"], one["use"], len(one["n"])) for one in body["keys"]] == [("RSA", "sig", 240)] * 2
