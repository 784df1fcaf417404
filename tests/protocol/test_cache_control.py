"""Cache-Control and HTTP dates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.cache_control import parse_cache_control, parse_delta_seconds, parse_http_date


def test_directives_in_lower_case_with_their_arguments() -> None:
    read = parse_cache_control(['Private="a,b", MAX-AGE=30 , no-store', "max-age=5, s-maxage"])
    assert dict(read) == {"private": "a,b", "max-age": "30", "no-store": None, "s-maxage": None}


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("Sun, 22 Nov 2026 02:34:24 GMT", 1795314864000.0),
        ("Sunday, 22-Nov-26 02:34:24 GMT", 1795314864000.0),
        ("Sun Nov 22 02:34:24 2026", 1795314864000.0),
        ("Sun, 22 Nov 2026 02:34:24 +0000", None),
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1483228799000.0),
        ("Sun, 22 Nov 2026 02:34:61 GMT", None),
        ("Sun, 22 Nov 2026 24:00:00 GMT", None),
        ("Mon, 30 Feb 2026 00:00:00 GMT", None),
        ("0", None),
    ],
)
def test_only_the_three_forms_are_dates(text: str, milliseconds: float | None) -> None:
    assert parse_http_date(text) == milliseconds


def test_seconds_are_whole_and_not_negative() -> None:
    assert [parse_delta_seconds(one) for one in ("60", "-1", "1.5", "", None, "٣")] == [
        60,
        None,
        None,
        None,
        None,
        None,
    ]


@given(st.text(max_size=200))
def test_nothing_makes_them_raise(text: str) -> None:
    parse_cache_control([text])
    parse_http_date(text)
    parse_delta_seconds(text)
