"""Sanitizing a copy again changes nothing, whatever odd text the recording holds, and no odd text costs the copy."""

import json
import mmap
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

import haranalyze
from haranalyze import sanitizer
from haranalyze.capture import read_capture
from haranalyze.sanitizer import sanitize, sanitize_to
from haranalyze.sanitizer.leaks import Secrets

Entry = dict[str, Any]


def get(url: str = "https://app.example.com/", body: str | None = None, **headers: str) -> Entry:
    """A GET with headers (``_`` for ``-``), answered 200 with ``body``."""
    listed = [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()]
    content = {"size": -1, "mimeType": "text/html"} | ({} if body is None else {"text": body})
    return {
        "startedDateTime": "2026-11-22T02:34:23Z",
        "time": 1,
        "request": {"method": "GET", "url": url, "headers": listed},
        "response": {"status": 200, "headers": listed, "content": content},
    }


def document_of(*entries: Entry) -> bytes:
    return json.dumps({"log": {"version": "1.2", "entries": entries}}).encode()


def copy_of(*entries: Entry) -> bytes:
    return sanitize([haranalyze.read_capture(document_of(*entries))]).documents[0]


FILLER = " lorem ipsum" * 40
ODD = {
    "a word that matters inside one that is masked": get(body=f"<p>Xtokenqizer{FILLER}"),
    "a word that matters": get(body=f"<p>the token expired{FILLER}"),
    "a body whose escapes make it longer than a short one": get(body="\u00e9" * 200),
    "a long name of the platform": get(content_security_policy_report_only="script-src 'nonce-Ab3dEf9h'"),
    "percent signs that begin no escape": get(cookie="a=%zzT; b=%25zzQ; c=100%; d=%; e=%qf2; f=%a"),
    "a number that is a secret elsewhere": get("https://a.example/?version=01001903&aid=7000001", cookie="v=01001903"),
    "an age that is a secret elsewhere": get("https://a.example/?id=63072000&n=4711", cache_control="max-age=63072000"),
    "an address in an address in an address": get("https://a.example/?u=http%253A%252F%252Fb.example%252Fsports"),
    "a time in a fragment": get("https://a.example/#expires_in=31536000&access_token=Zx81kLmQv0Tr"),
    "an at sign in a path": get("https://a.example:5173/node_modules/.pnpm/lib@2.1.1/node_modules/lib/index.js"),
}


@pytest.mark.parametrize("entry", ODD.values(), ids=ODD.keys())
def test_a_copy_of_a_copy_is_the_same(entry: Entry) -> None:
    # Text of the same shapes behind it tells whether a stand-in was used up that the copy does not hold.
    after = get("https://b.example/Lorem/ipsum7/qwerty?p=63110&q=abc", cookie="x=ABC; y=12345678; z=ffF")
    copy = copy_of(entry, after)
    assert sanitize([haranalyze.read_capture(copy)]).documents[0] == copy


SECRET = "Zx81kLmQv0Tr"
NESTED = {
    "whole addresses": get("https://a.example/?a=" * 500 + SECRET),
    "encoded addresses": get(referer="https://a.example/?a=%68ttps://a.example/?a=" * 250 + SECRET),
    "relative addresses": get("https://a.example/" + "?a=/" * 500 + SECRET),
    "addresses in a fragment": get("https://a.example/#" + "/?a=" * 500 + SECRET),
    "addresses of blobs": get("blob:" * 500 + f"https://a.example/{SECRET}"),
    "schemes": get(authorization="Bearer " * 500 + SECRET),
    "cookies that are marked as signed": get(cookie="a=" + "s:" * 500 + SECRET),
}


@pytest.mark.parametrize("entry", NESTED.values(), ids=NESTED.keys())
def test_values_in_values_without_end_are_masked_too(entry: Entry) -> None:
    copy = copy_of(entry)
    assert SECRET.encode() not in copy
    assert sanitize([haranalyze.read_capture(copy)]).documents[0] == copy


def test_a_secret_in_an_address_in_addresses_is_looked_for() -> None:
    secrets = Secrets()
    secrets.read(haranalyze.read_capture(document_of(NESTED["whole addresses"])))
    assert SECRET.encode() in secrets.runs


def test_stand_ins_behind_a_percent_sign_begin_no_escape() -> None:
    before = "; ".join(f"n{number}=zz{letter}" for number, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    many = [get(cookie=before.replace("zz", a + b)) for a in "ghijkl" for b in "mnopqrstuvwxyz"]
    copy = copy_of(*many, get(cookie="a=%xyQ; b=%25xyR"))
    assert sanitize([haranalyze.read_capture(copy)]).documents[0] == copy


def test_a_code_that_is_short_and_made_of_digits_does_not_stay() -> None:
    sent = json.dumps({"code": 482913, "state": 5, "expires_in": 3600})
    asked = get("https://app.example.com/verify?code=482915&status=482916&max_age=3600")
    asked["request"] |= {"method": "POST", "postData": {"mimeType": "application/json", "text": sent}}
    copy = copy_of(asked)
    assert not {"482913", "482915", "482916"} & set(copy.decode().replace("\\", "").replace("&", '"').split('"'))
    assert b"48291" not in copy
    assert copy.count(b"3600") >= 2


def test_a_time_that_is_a_secret_elsewhere_goes_once() -> None:
    sent = get("https://app.example.com/verify", cookie="u=1298574000")
    sent["request"] |= {
        "method": "POST",
        "postData": {"mimeType": "application/json", "text": '{"expires":1298574000}'},
    }
    copy = copy_of(sent)
    assert b"1298574000" not in copy
    assert b"9999999999" in copy
    assert sanitize([haranalyze.read_capture(copy)]).documents[0] == copy


@pytest.mark.skipif(not hasattr(mmap, "MADV_DONTNEED"), reason="the system takes no memory back")
def test_memory_of_a_mapped_recording_can_be_given_back_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(__file__).parents[2] / "samples" / "healthy-bearer" / "capture.har"
    with path.open("rb") as stream:
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    given = 0

    def give_back() -> None:
        nonlocal given
        mapped.madvise(mmap.MADV_DONTNEED)
        given += 1

    made = BytesIO()
    monkeypatch.setattr(sanitizer, "_OFTEN", 16)
    sanitize_to([read_capture(mapped)], [made], give_back=give_back)
    assert given == 2
    assert made.getvalue() == sanitize([haranalyze.read_capture(path.read_bytes())]).documents[0]
