"""A sanitized copy gives the findings of its original, and sanitizing it again changes nothing."""

import json
from pathlib import Path

import pytest

import haranalyze
from haranalyze.capture import read_captures
from tests.sanitizer.sameness import problems

ROOT = Path(__file__).parents[2]
FOLDERS = ("samples/*/capture.*", "tests/facts/excerpts/*.har", "tests/capture/recorded/*.[!m]*")
RECORDINGS = sorted(path for folder in FOLDERS for path in ROOT.glob(folder))


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


def test_a_copy_keeps_what_checks_ask_of_its_original() -> None:
    """The length of a reason phrase counts into the headers; a cut stays a cut; a browser's own word on a cookie."""
    log = {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}}
    entry = {
        "startedDateTime": "2026-11-22T02:34:23Z",
        "request": {"method": "GET", "url": "https://a.example/", "httpVersion": "HTTP/1.1", "headers": []},
        "_cookieDecisions": [{"operation": "store", "name": "sid", "status": "EXCLUDE_SAMESITE_LAX, WARN_OTHER"}],
    }
    phrases = ("OK", "Fine", "", "Grace Hopper is in")
    entries = [
        entry | {"response": {"status": 200, "statusText": phrase, "httpVersion": "HTTP/1.1", "headers": []}}
        for phrase in phrases
    ]
    entries.append(entry | {"response": {"status": 404, "httpVersion": "HTTP/1.1", "headers": []}})
    written = json.dumps({"log": log | {"entries": entries}})
    cut = haranalyze.read_capture(written[: written.rindex('"response"')].encode())
    for capture in (haranalyze.read_capture(written.encode()), cut):
        document = haranalyze.sanitize([capture]).documents[0]
        copy = haranalyze.read_capture(document)
        assert copy.salvaged is capture.salvaged is (capture is cut)
        assert [one.raw_cookie_decisions for one in copy] == [one.raw_cookie_decisions for one in capture]
        assert [one.response.phrase_size for one in copy][:4] == [len(phrase) for phrase in phrases]
        assert b"Hopper" not in document
    assert b'"statusText":"Not Found"' in haranalyze.sanitize([haranalyze.read_capture(written.encode())]).documents[0]


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
