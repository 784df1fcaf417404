"""The second look finds a secret in every spelling, tells stand-ins from secrets, and closes the door."""

import json
import re
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from urllib.parse import quote

import pytest

import haranalyze
from haranalyze.capture.transcript import transcript_to_har
from haranalyze.errors import LeakError
from haranalyze.sanitizer import _places
from haranalyze.sanitizer._texts import Texts
from haranalyze.sanitizer._writer import WORDS
from haranalyze.sanitizer.leaks import SHORTEST, Output, Secrets

SECRET = "kU3x9QzT5mWv"
SAMPLE = Path(__file__).parents[2] / "samples" / "healthy-bearer" / "capture.har"


def capture_with(value: str) -> haranalyze.capture.model.Capture:
    header = {"name": "Cookie", "value": f"sid={value}"}
    request = {"method": "GET", "url": "https://app.example.com/", "headers": [header]}
    entry = {"startedDateTime": "2026-11-22T02:34:23Z", "request": request, "response": {"status": 200, "headers": []}}
    return haranalyze.read_capture(json.dumps({"log": {"version": "1.2", "entries": [entry]}}).encode())


@pytest.mark.parametrize(
    "spelled",
    [
        SECRET,
        f"before{SECRET}after",
        quote(SECRET.replace("U", "%55")),
        "%6B%55%33%78%39%51%7A%54%35%6D%57%76",
        b64encode(f"x={SECRET};".encode()).decode(),
        urlsafe_b64encode(f"  {SECRET}??".encode()).decode().rstrip("="),
        SECRET.encode().hex(),
        SECRET[::-1],
        json.dumps(json.dumps({"a": SECRET})),
    ],
)
def test_a_secret_is_found_in_every_spelling(spelled: str) -> None:
    secrets, output = Secrets(), Output()
    secrets.read(capture_with(SECRET))
    output.read([b'{"log":{"entries":[', f'{{"text":"{spelled}"}}'.encode(), b"]}}"])
    assert output.hits(secrets, [])


def test_a_stand_in_is_no_secret() -> None:
    secrets, output = Secrets(), Output()
    secrets.read(capture_with("gG0g0GgG0gGg"))
    output.read([b"sid=gG0g0GgG0gGg"])
    assert output.hits(secrets, [])
    assert not output.hits(secrets, ["gG0g0GgG0gGg"])


def test_any_hit_closes_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = haranalyze.read_capture(SAMPLE.read_bytes())
    monkeypatch.setitem(_places._HEADERS, "authorization", lambda _texts, value: value)
    with pytest.raises(LeakError, match="second look"):
        haranalyze.sanitize([capture])


def test_a_name_that_holds_a_known_secret_is_masked_too() -> None:
    word = "plainlookingword"
    value = json.loads(SAMPLE.read_bytes())
    value["log"]["entries"][0]["request"]["headers"] += [
        {"name": "Cookie", "value": f"sid={word}"},
        {"name": f"x-{word}", "value": "1"},
    ]
    copy = haranalyze.sanitize([haranalyze.read_capture(json.dumps(value).encode())]).documents[0]
    assert word.encode() not in copy
    assert Texts().addresses.name(f"x-{word}") == f"x-{word}"


def test_a_host_that_holds_a_known_secret_is_masked_however_it_is_written() -> None:
    value = json.loads(SAMPLE.read_bytes())
    value["log"]["entries"][0]["request"]["headers"] += [
        {"name": "Cookie", "value": "sid=plainLookingWord"},
        {"name": "Origin", "value": "https://PlainLookingWord.example"},
        {"name": "Referer", "value": "https://plainLookingWord.example/"},
    ]
    copy = haranalyze.sanitize([haranalyze.read_capture(json.dumps(value).encode())]).documents[0]
    assert b"plainlookingword" not in copy.lower()


def test_what_every_copy_says_is_no_secret_that_was_found() -> None:
    capture = capture_with("startedDateTime")
    assert haranalyze.sanitize([capture]).receipt.scan.hits == 0


def test_every_member_name_of_a_copy_is_known_to_the_second_look() -> None:
    names: set[str] = set()
    for path in SAMPLE.parents[1].glob("*/capture.har"):
        copy = haranalyze.sanitize([haranalyze.read_capture(path.read_bytes())]).documents[0]
        names |= set(re.findall(r'[{,]"(\w+)":', re.sub(r'"text":"(?:[^"\\]|\\.)*"', "", copy.decode())))
    assert {part for name in names for part in name.split("_") if len(part) >= SHORTEST} <= WORDS


@pytest.mark.parametrize(
    "named", ["< Host: cdn.excople.net", "> Origin: https://cdn.excople.net", "> Referer: https://cdn.excople.net/a"]
)
def test_a_host_that_only_a_header_names_is_no_secret_elsewhere(named: str) -> None:
    asked, answered = (f"\n{named}", "") if named.startswith(">") else ("", f"\n{named}")
    made = f"> GET https://a.example/\n> X-Upstream-Name: cdn.excople.net{asked}\n< 200{answered}\n"
    copy = haranalyze.sanitize([haranalyze.read_capture(transcript_to_har(made))]).documents[0]
    assert b"cdn.excople.net" in copy
