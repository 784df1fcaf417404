"""Bodies: where they lie, what their text is, and what they are not."""

import json
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture import read_capture
from haranalyze.capture.body import read_json
from haranalyze.capture.model import Exchange
from haranalyze.options import Limits
from tests.capture.small import entry, har


def only(made: dict[str, Any], limits: Limits | None = None) -> Exchange:
    return read_capture(har(made), limits=limits).exchanges[0]


def content(**members: Any) -> dict[str, Any]:
    return entry({}, {"content": members})


def test_a_base64_body_is_decoded_and_an_encoding_that_is_a_charset_is_not() -> None:
    body = json.dumps({"status": "grün"}, ensure_ascii=False)
    coded = only(content(text=b64encode(body.encode()).decode(), encoding="base64", mimeType="application/json"))
    assert coded.response.body.json() == {"status": "grün"}
    plain = only(content(text=body, encoding="utf-8", mimeType="Application/JSON; charset=utf-8"))
    assert plain.response.body.json() == {"status": "grün"}
    assert plain.response.body.raw_mime_type == "application/json"


@pytest.mark.parametrize(
    ("members", "may"),
    [
        ({"text": '{"token":"eyJ"}'}, True),
        ({"text": '{"token":"none"}'}, False),
        ({"text": b64encode(b'{"token":"eyJ"}').decode(), "encoding": "base64"}, True),
        ({}, False),
    ],
)
def test_what_is_in_no_body_is_known_before_it_is_decoded(members: dict[str, Any], may: bool) -> None:
    response = only(content(**members)).response
    assert response.raw_body_may_contain("eyJ") is may
    assert response.raw_body_may_contain("other", '"token":"eyJ"') is may
    assert response.body.present is bool(members)
    assert response.raw_body_may_contain("other", '"token":"eyJ"') is may  # and by another way when it was looked at


@pytest.mark.parametrize("text", ["%%%", "abc", b64encode(b"\xff\xfe\x00").decode(), "é"])
def test_a_body_that_is_no_text_has_no_text_but_is_present(text: str) -> None:
    body = only(content(text=text, encoding="base64", size=3)).response.body
    assert (body.present, body.raw_text(), body.json()) == (True, None, None)


@pytest.mark.parametrize("members", [{}, {"text": None}, {"size": 10}, {"text": 5}, {"text": ["1f8b"]}])
def test_a_body_that_was_not_kept_is_not_present(members: dict[str, Any]) -> None:
    body = only(content(**members)).response.body
    assert (body.present, body.raw_text(), body.json()) == (False, None, None)


def test_a_body_much_shorter_than_its_size_is_cut() -> None:
    assert only(content(text="x" * 100, size=50_000)).response.body.cut
    assert not only(content(text="x" * 49_000, size=50_000)).response.body.cut
    assert not only(content(text="x" * 100, size=-1)).response.body.cut


def test_a_body_over_the_limit_is_not_read() -> None:
    body = only(content(text='{"a": 1}'), Limits(max_body_bytes=4)).response.body
    assert (body.present, body.raw_text(), body.json()) == (True, None, None)


def test_the_mime_type_of_a_body_falls_back_to_the_header() -> None:
    assert only(content(text="{}")).response.body.raw_mime_type == "application/json"


def test_a_posted_form_is_read_from_its_text_or_from_its_params() -> None:
    params = [{"name": "user", "value": "a b"}, {"name": "file", "fileName": "x"}, None]
    from_params = only(entry({"postData": {"mimeType": "application/x-www-form-urlencoded", "params": params}}))
    assert from_params.request.body.raw_text() == "user=a+b&file="
    from_text = only(entry({"postData": {"mimeType": "text/plain", "text": "a=1", "params": params}}))
    assert from_text.request.body.raw_text() == "a=1"
    assert not only(entry({"postData": {"mimeType": "x", "text": ""}})).request.body.present
    assert not only(entry({"postData": "text"})).request.body.present


@given(st.text(max_size=200))
def test_any_text_as_a_body_is_given_back(text: str) -> None:
    assert only(content(text=text)).response.body.raw_text() == text
    coded = b64encode(text.encode()).decode()
    assert only(content(text=coded, encoding="base64")).response.body.raw_text() == text


@given(st.text(max_size=60))
def test_any_text_as_a_json_body_is_a_value_or_none(text: str) -> None:
    read_json(text)
    assert read_json("[" + json.dumps(text) + "]") == [text]


def test_a_body_nested_without_end_is_no_json() -> None:
    assert read_json("[" * 100_000 + "]" * 100_000) is None
