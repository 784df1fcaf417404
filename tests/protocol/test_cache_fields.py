"""Header fields as caches compare, send, update and drop them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.cache_control import read_cache_control
from haranalyze.protocol.cache_fields import (
    absolute,
    client_is_current,
    conditions,
    confirms,
    fields_of,
    freshened,
    invalidated,
    kept,
    same_variant,
    served,
    vary_names,
)

URL = "https://api.example.com/users/7"


@pytest.mark.parametrize(
    ("vary", "stored", "presented", "expected"),
    [
        ("Accept", {"accept": ("a",)}, {"accept": ("a",)}, True),
        ("Accept", {"accept": ("a",)}, {"accept": ("A",)}, False),
        ("Accept", {"accept": ("a",)}, {}, False),
        ("Accept", {}, {}, True),
        ("Accept", {"cookie": ("a",)}, {"cookie": ("b",)}, True),
        ("*", {}, {}, False),
        ("Foo", {"foo": ("1, 2",)}, {"foo": ("1", "2")}, True),
        ("Foo", {"foo": ("1,2",)}, {"foo": ("2,1",)}, False),
        ("Accept-Language", {"accept-language": ("en, de",)}, {"accept-language": ("de,en",)}, True),
        ("Accept-Language", {"accept-language": ("en;q=0.50, de",)}, {"accept-language": ("de, en;q=0.5",)}, True),
        ("Accept-Language", {"accept-language": ("en, de;q=0.1",)}, {"accept-language": ("de, en;q=0.1",)}, False),
    ],
)
def test_requests_agree_in_what_the_response_varies_by(
    vary: str, stored: dict[str, tuple[str, ...]], presented: dict[str, tuple[str, ...]], expected: bool
) -> None:
    assert same_variant(stored, presented, {"vary": (vary,)}) is expected


def test_the_language_given_is_the_one_now_wanted() -> None:
    response = fields_of([("Vary", "Accept-Language"), ("Content-Language", "de")])
    stored = {"accept-language": ("en, de",)}
    assert same_variant(stored, {"accept-language": ("fr;q=0.5, de",)}, response)
    assert not same_variant(stored, {"accept-language": ("fr, de;q=0.5",)}, response)
    assert not same_variant(stored, {"accept-language": ("fr, de",)}, response)


def test_vary_lists_names_over_all_lines() -> None:
    assert vary_names(fields_of([("Vary", "Accept, Cookie"), ("vary", ""), ("VARY", "*")])) == ("accept", "cookie", "*")


def test_a_conditional_request_carries_both_validators_and_the_clients_own() -> None:
    stored = fields_of([("ETag", '"b"'), ("Last-Modified", "Sun, 22 Nov 2026 12:00:00 GMT")])
    asked = conditions(stored, {"if-none-match": ('W/"a"',), "if-modified-since": ("yesterday",)})
    assert asked == {
        "if-none-match": ('W/"a", "b"',),
        "if-modified-since": ("Sun, 22 Nov 2026 12:00:00 GMT",),
    }
    assert conditions({}, {}) == {}


@pytest.mark.parametrize(
    ("presented", "stored", "expected"),
    [
        ({"if-none-match": ('"a", "b"',)}, {"etag": ('"b"',)}, True),
        ({"if-none-match": ('W/"b"',)}, {"etag": ('"b"',)}, True),
        ({"if-none-match": ('"a"',)}, {"etag": ('"b"',)}, False),
        ({"if-none-match": ("*",)}, {}, True),
        (
            {"if-none-match": ('"a"',), "if-modified-since": ("Sun, 22 Nov 2026 12:00:00 GMT",)},
            {"etag": ('"b"',)},
            False,
        ),
        (
            {"if-modified-since": ("Sun, 22 Nov 2026 12:00:00 GMT",)},
            {"last-modified": ("Sun, 22 Nov 2026 12:00:00 GMT",)},
            True,
        ),
        (
            {"if-modified-since": ("Sun, 22 Nov 2026 12:00:00 GMT",)},
            {"last-modified": ("Sun, 22 Nov 2026 12:00:01 GMT",)},
            False,
        ),
        ({"if-modified-since": ("never",)}, {}, False),
        ({}, {"etag": ('"b"',)}, False),
    ],
)
def test_whether_the_clients_copy_is_the_stored_one(
    presented: dict[str, tuple[str, ...]], stored: dict[str, tuple[str, ...]], expected: bool
) -> None:
    assert client_is_current(presented, stored) is expected


@pytest.mark.parametrize(
    ("stored", "answer", "expected"),
    [
        ({"etag": ('"a"',)}, {"etag": ('"a"',)}, True),
        ({"etag": ('"a"',)}, {"etag": ('"b"',)}, False),
        ({"etag": ('W/"a"',)}, {"etag": ('"a"',)}, False),
        ({"etag": ('"a"',)}, {"etag": ('W/"a"',)}, True),
        ({"etag": ('"a"',)}, {}, True),
        ({}, {"etag": ('"a"',)}, False),
        ({"last-modified": ("x",)}, {"last-modified": ("y",)}, False),
    ],
)
def test_whether_a_304_speaks_of_the_stored_response(
    stored: dict[str, tuple[str, ...]], answer: dict[str, tuple[str, ...]], expected: bool
) -> None:
    assert confirms(stored, answer) is expected


def test_a_304_updates_what_it_repeats_and_nothing_of_the_content() -> None:
    stored = fields_of([("A", "1"), ("B", "1"), ("Content-Length", "9"), ("Content-Type", "text/html")])
    newer = fields_of(
        [("B", "2"), ("Content-Length", "0"), ("Content-Type", "text/xml"), ("Connection", "x-hop"), ("X-Hop", "1")]
    )
    assert freshened(stored, newer, browser=True) == {**stored, "b": ("2",)}
    assert freshened(stored, newer, browser=False) == {**stored, "b": ("2",), "content-type": ("text/xml",)}


def test_fields_of_one_connection_or_one_user_are_not_stored() -> None:
    fields = fields_of(
        [("A", "1"), ("Keep-Alive", "1"), ("Connection", "X-Hop"), ("X-Hop", "1"), ("Set-Cookie", "a=b")]
    )
    control = read_cache_control(('private="Set-Cookie"',))
    assert kept(fields, control, shared=False).keys() == {"a", "set-cookie"}
    assert kept(fields, control, shared=True).keys() == {"a"}


def test_a_stored_answer_tells_its_age_and_withholds_what_must_be_checked() -> None:
    control = read_cache_control(('no-cache="Set-Cookie", max-age=60',))
    assert served({"a": ("1",), "set-cookie": ("b=c",)}, control, 12.9) == {"a": ("1",), "age": ("12",)}


@pytest.mark.parametrize(
    ("method", "status", "fields", "expected"),
    [
        ("POST", 200, {}, (URL,)),
        ("FOO", 303, {"location": ("/users",)}, (URL, "https://api.example.com/users")),
        ("PUT", 204, {"content-location": ("https://other.example/x",)}, (URL,)),
        ("DELETE", 404, {}, ()),
        ("GET", 200, {}, ()),
        ("QUERY", 200, {}, ()),
    ],
)
def test_what_an_unsafe_method_invalidates(
    method: str, status: int, fields: dict[str, tuple[str, ...]], expected: tuple[str, ...]
) -> None:
    assert invalidated(method, URL, status, fields) == expected


def test_references_are_told_against_their_base() -> None:
    assert absolute("", URL + "?a=1#top") == URL + "?a=1"
    assert absolute("../x", URL) == "https://api.example.com/x"
    assert absolute("http://[", URL) == "http://["


@given(
    st.dictionaries(
        st.sampled_from("vary foo accept-language content-language etag if-none-match".split()),
        st.lists(st.text(max_size=20), min_size=1, max_size=2).map(tuple),
    )
)
def test_nothing_makes_them_raise(fields: dict[str, tuple[str, ...]]) -> None:
    assert same_variant(fields, fields, fields) is ("*" not in vary_names(fields))
    client_is_current(fields, fields)
    conditions(fields, fields)
    assert confirms(fields, fields)
