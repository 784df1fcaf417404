"""Files that are not sound JSON: cut off, damaged, or with numbers and characters JSON does not know."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture import read_capture, read_captures
from haranalyze.capture.model import Capture
from haranalyze.errors import CaptureError, LimitError
from tests.capture.small import entry, har, log

STATUSES = [200, 302, 401, 500]
WHOLE = har(*(entry({"url": f"https://a.example/{status}"}, {"status": status}) for status in STATUSES))


def statuses(capture: Capture) -> list[int]:
    return [exchange.response.status for exchange in capture]


def codes(capture: Capture) -> set[str]:
    return {note.code for note in capture.notes}


def test_a_file_cut_at_any_byte_gives_the_exchanges_before_the_cut_or_the_one_error() -> None:
    last_entry_ends = WHOLE.rindex(b"]}}")
    starts = [position for position in range(len(WHOLE)) if WHOLE.startswith(b'{"startedDateTime"', position)]
    ends = [*(start - len(b", ") for start in starts[1:]), last_entry_ends]
    first_possible = WHOLE.index(b'"entries"')
    for cut in range(len(WHOLE)):
        complete = sum(end <= cut for end in ends)
        try:
            capture = read_capture(WHOLE[:cut])
        except CaptureError as error:
            assert complete == 0
            assert cut < first_possible + 20
            assert str(error)  # noqa: PT017 - either outcome is right
            continue
        assert statuses(capture) == STATUSES[:complete], cut
        assert {"cut-off", "damaged"} & codes(capture)
        assert capture.salvaged is (cut <= last_entry_ends)


def test_the_note_on_a_cut_names_the_byte_and_the_place() -> None:
    cut = len(WHOLE) - 300
    note = next(note for note in read_capture(WHOLE[:cut]).notes if note.code == "cut-off")
    assert note.pointer == "/log/entries/3"
    assert f"of {cut}" in note.message
    assert "3 complete exchanges" in note.message


def test_creator_and_pages_before_the_cut_are_kept() -> None:
    capture = read_capture(har(entry(), entry(), pages=[{"id": "page_1", "title": "t"}])[:-50])
    assert capture.exporter == "chromium"
    assert len(capture.pages) == 1
    assert capture.version == "1.2"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NaN", "odd-json"),
        ("Infinity", "odd-json"),
        ("-Infinity", "odd-json"),
        ('"\\ud800 alone"', ""),
        ('"\\udc00\\ud800"', ""),
        ("12345678901234567890123456789", ""),
        ("1e999", ""),
        ("-0.0", ""),
    ],
)
@pytest.mark.parametrize("place", ["time", "header", "body", "unknown"])
def test_numbers_and_characters_json_does_not_know_leave_every_exchange_readable(
    text: str, code: str, place: str
) -> None:
    odd = entry()
    if place == "time":
        odd["time"] = "ODD"
    elif place == "header":
        odd["response"]["headers"] = [{"name": "X", "value": "ODD"}, {"name": "Age", "value": "4"}]
    elif place == "body":
        odd["response"]["content"]["text"] = "ODD"
    else:
        odd["_other"] = "ODD"
    capture = read_capture(json.dumps(log(entry(), odd, entry({}, {"status": 401}))).replace('"ODD"', text).encode())
    assert statuses(capture) == [200, 200, 401]
    response = capture.exchanges[1].response
    assert all(isinstance(header.value, str) for header in response.headers)
    json.dumps([header.value for header in response.headers], ensure_ascii=False).encode()
    (response.body.raw_text() or "").encode()
    if place == "header":
        assert response.raw("age") == "4"
    assert code == "" or place == "header" or code in codes(capture) or capture.exchanges[1].duration != 0


def test_bytes_that_are_not_utf_8_are_a_note_and_cost_only_themselves() -> None:
    data = WHOLE.replace(b"https://a.example/401", b"https://a.example/\xff\xfe401")
    capture = read_capture(data)
    assert statuses(capture) == STATUSES
    assert "\ufffd" in capture.exchanges[2].request.raw_url
    assert "not-utf-8" in codes(capture)


def test_a_wrong_byte_in_a_header_costs_only_that_header() -> None:
    made = entry({}, {"headers": [{"name": "X-Odd", "value": "BAD"}, {"name": "Age", "value": "7"}]})
    response = read_capture(har(made).replace(b"BAD", b"\xc3\x28")).exchanges[0].response
    assert response.raw("age") == "7"
    assert all("\ufffd" in header.value for header in response.headers.all("x-odd"))


def test_text_after_the_end_is_a_note() -> None:
    capture = read_capture(WHOLE + b"\n<!-- saved by a proxy -->")
    assert statuses(capture) == STATUSES
    assert "trailing-data" in codes(capture)
    assert read_capture(WHOLE + b"\r\n\x00").salvaged is False


def test_trailing_commas_between_and_after_entries_are_read_over() -> None:
    text = WHOLE.decode().replace("}, {", "},, {").replace("]}}", ",]}}")
    assert statuses(read_capture(text.encode())) == STATUSES


def test_members_named_twice_are_read_and_the_last_counts() -> None:
    twice = WHOLE.replace(b'"status": 401', b'"status": 200, "status": 401')
    assert statuses(read_capture(twice)) == STATUSES
    odd = twice.replace(b'"time": 20', b'"time": NaN', 1)
    capture = read_capture(odd)
    assert statuses(capture) == STATUSES
    assert "duplicate-members" in codes(capture)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_nesting_without_end_is_one_error_that_names_the_limit(opening: str) -> None:
    with pytest.raises(CaptureError) as caught:
        read_captures(b'{"log":{"version":"1.2","x":' + opening.encode() * 200_000)
    assert isinstance(caught.value, LimitError) or "byte" in str(caught.value)


@pytest.mark.parametrize(
    "data", [b'{"log"', b'{"log":{', b'{"log":[1,2', b'{"other": [1, 2', b"{", b'{"log":{"entries":[']
)
def test_a_stump_without_anything_in_it_is_an_error_that_names_the_byte(data: bytes) -> None:
    with pytest.raises(CaptureError, match="byte"):
        read_captures(data)


def everything(capture: Capture) -> list[Any]:
    return [
        (
            [header.value for header in (*exchange.request.headers, *exchange.response.headers)],
            exchange.response.body.raw_text(),
            exchange.timings,
            exchange.initiator,
        )
        for exchange in capture
    ]


@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=4), st.integers(0, 6))
def test_damage_anywhere_gives_a_recording_or_the_one_error(position: int, put: bytes, removed: int) -> None:
    data = WHOLE[:position] + put + WHOLE[position + removed :]
    try:
        capture = read_capture(data)
    except CaptureError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
    else:
        assert len(everything(capture)) == len(capture.exchanges) <= len(STATUSES) + 1
