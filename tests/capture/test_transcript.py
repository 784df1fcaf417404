"""The notation of rule tests says what a recording would say."""

import pytest

from haranalyze.capture.model import Source
from haranalyze.capture.transcript import read_transcript
from haranalyze.errors import CaptureError

STORY = """
# a sign-in and a call
* date: 2026-01-02T03:04:05Z
* page: https://app.example.com/
> POST https://api.example.com/signin
> Content-Type: application/json
>
> {"email": "a@example.com"}
* type: xhr
* took: 40 ms
* version: h1
< 200
< Set-Cookie: sid=1; Path=/     # the session
< Set-Cookie: csrf=2
<
< {"status": "OK"}

* +1500 ms
> GET https://api.example.com/me
> :authority: api.example.com
* from: disk-cache
* initiator: script
< 304
> GET https://api.example.com/gone
* error: net::ERR_FAILED
"""


def test_a_transcript_becomes_an_ordinary_capture() -> None:
    first, second, third = read_transcript(STORY).exchanges
    assert (first.request.method, first.request.raw_url) == ("POST", "https://api.example.com/signin")
    assert first.request.body.json() == {"email": "a@example.com"}
    assert first.response.raw_set_cookies() == ("sid=1; Path=/", "csrf=2")
    assert first.response.body.json() == {"status": "OK"}
    assert (first.duration, first.resource_type, first.response.http_version) == (40.0, "xhr", "h1")
    assert first.request.raw("host") == "api.example.com"
    assert (second.source, second.response.status) == (Source.DISK_CACHE, 304)
    assert second.request.raw(":authority") == "api.example.com"
    assert second.initiator is not None
    assert (third.failed, third.raw_error) == (True, "net::ERR_FAILED")
    assert first.started is not None
    assert second.started == first.started + 1500
    assert third.started == first.started + 1600


def test_the_exporter_can_be_chosen() -> None:
    assert read_transcript("* exporter: mitmproxy\n> GET https://a.example/\n< 200").exporter == "mitmproxy"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("hello", 1),
        ("> GET https://a.example/\n* unheard: of", 2),
        ("> GET https://a.example/\n< abc", 2),
        ("> GET https://a.example/\n> no header", 2),
        ("< 200", 1),
        ("* took: 4 ms", 1),
        ("> not a request", 1),
        ("* ??", 1),
        ("* date: fetch", 1),
        ("* date: 9999-12-31T23:59:59Z", 1),
        ("> GET https://a.example/\n< 200\n* took: long", 3),
        ("* +99999999999999999999 ms", 1),
    ],
)
def test_a_line_that_fits_nowhere_is_named(text: str, line: int) -> None:
    with pytest.raises(CaptureError, match=f"line {line} "):
        read_transcript(text)
