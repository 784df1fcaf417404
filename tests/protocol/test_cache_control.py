"""Cache-Control and HTTP dates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.cache_control import (
    MAX_SECONDS,
    Fault,
    Side,
    parse_age,
    parse_cache_control,
    parse_delta_seconds,
    parse_http_date,
    read_cache_control,
    read_targeted_cache_control,
)


def test_directives_in_lower_case_with_their_arguments() -> None:
    read = parse_cache_control(['Private="a,b", MAX-AGE=30 , no-store', "max-age=5, s-maxage"])
    assert dict(read) == {"private": "a,b", "max-age": "30", "no-store": None, "s-maxage": None}


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("Sun, 22 Nov 2026 02:34:24 GMT", 1795314864000.0),
        ("Sunday, 22-Nov-26 02:34:24 GMT", 1795314864000.0),
        ("Sun Nov 22 02:34:24 2026", 1795314864000.0),
        ("SUN, 22 nov 2026 02:34:24 gmt", 1795314864000.0),
        ("Mon, 22 Nov 2026 02:34:24 GMT", 1795314864000.0),  # the weekday is not checked
        ("Sun, 22 Nov 2026 02:34:24 +0000", None),
        ("Sun, 22 Nov 2026 02:34:24 UTC", None),
        ("Sun, 22 Nov 26 02:34:24 GMT", None),
        ("Sun, 22  Nov 2026 02:34:24 GMT", None),
        ("Sun, 22 Nov 2026 2:34:24 GMT", None),
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


def test_huge_numbers_are_kept_up_to_a_bound() -> None:
    assert parse_delta_seconds("2147483649") == 2_147_483_649
    assert parse_delta_seconds("0000000000000000000000000010") == 10
    assert parse_delta_seconds("9" * 5_000) == MAX_SECONDS


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["7"], 7),
        (["0, 7200"], 0),
        (["0", "7200"], 0),
        (["abc"], None),
        (["7200.0"], None),
        (["-1"], None),
        (["", "7"], None),
        ([], None),
    ],
)
def test_the_first_age_counts_or_none(lines: list[str], expected: int | None) -> None:
    assert parse_age(lines) == expected


def test_the_first_number_of_a_repeated_directive_counts() -> None:
    read = read_cache_control(("max-age=now, max-age=20", "max-age=30"))
    assert read.seconds("max-age") == 20
    assert read.argument("max-age") == "now"
    assert read.conflicts == ("max-age",)


def test_fields_of_private_and_the_plain_form_are_told_apart() -> None:
    listed = read_cache_control(('private="Set-Cookie, X-User", no-cache',))
    assert listed.fields("private") == {"set-cookie", "x-user"}
    assert (listed.plain("private"), listed.plain("no-cache")) == (False, True)
    assert read_cache_control(('private="a", private',)).plain("private")


def test_quoted_strings_hide_commas_and_directives() -> None:
    read = read_cache_control(('a="x\\"y, no-store", max-age="60"',))
    assert read.argument("a") == 'x"y, no-store'
    assert "no-store" not in read
    assert read.seconds("max-age") == 60


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("no-store no-transform", Fault.MISSING_COMMA),
        ('private="a" public', Fault.MISSING_COMMA),
        ('foo="bar', Fault.OPEN_QUOTE),
        ("s-maxage", Fault.NO_ARGUMENT),
        ("max-age=", Fault.NO_ARGUMENT),
        ("max-age=-1", Fault.NOT_SECONDS),
        ("max-age=3 days", Fault.NOT_SECONDS),
        ('no-store=""', Fault.NEEDLESS_ARGUMENT),
        ("public=1", Fault.NEEDLESS_ARGUMENT),
        ("(max-age=1)", Fault.NOT_A_DIRECTIVE),
        ("max-age=1, max-age=2", Fault.CONFLICT),
    ],
)
def test_what_is_wrong_with_a_field_is_named(value: str, fault: Fault) -> None:
    assert [found for found, _ in read_cache_control((value,)).faults] == [fault]


def test_the_two_sides_know_different_directives() -> None:
    assert read_cache_control(("no-cache=x, max-stale",), Side.REQUEST).faults == (
        (Fault.NEEDLESS_ARGUMENT, "no-cache"),
    )
    assert read_cache_control(("no-cache=x, max-stale",)).faults == ()


def test_a_sound_field_has_no_faults() -> None:
    assert read_cache_control((",, public , max-age=60,", "no-cache=set-cookie")).faults == ()
    assert not read_cache_control(())


def test_targeted_fields_are_structured_dictionaries() -> None:
    read = read_targeted_cache_control(("max-age=10, private;x=1", 'no-store=?0, a="b"'))
    assert read is not None
    assert (read.seconds("max-age"), "private" in read, "no-store" in read, read.argument("a")) == (
        10,
        True,
        False,
        "b",
    )
    assert read_targeted_cache_control(("max-age =10",)) is None
    assert read_targeted_cache_control(("max-age=10, &&",)) is None
    assert read_targeted_cache_control(("MaX-aGe=10",)) is None
    assert read_targeted_cache_control(("",)) is None
    assert read_targeted_cache_control(()) is None
    assert read_targeted_cache_control(("ä",)) is None


@given(st.lists(st.text(max_size=200), max_size=3), st.sampled_from(list(Side)))
def test_nothing_makes_them_raise(values: list[str], side: Side) -> None:
    read = read_cache_control(tuple(values), side)
    read_targeted_cache_control(tuple(values))
    assert parse_cache_control(values).keys() == {one.name for one in read.directives}
    for text in values:
        parse_http_date(text)
        parse_delta_seconds(text)
    parse_age(values)
