"""Every exporter's start times and HTTP version spellings."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture.stamps import date_of, parse_http_version, parse_stamp

BASE = datetime(2026, 11, 22, 2, 34, 23, tzinfo=UTC).timestamp() * 1000


@pytest.mark.parametrize(
    ("text", "after_base", "has_zone"),
    [
        ("2026-11-22T02:34:23.123Z", 123.0, True),
        ("2026-11-22T04:34:23.123+02:00", 123.0, True),
        ("2026-11-22T02:34:23.123456Z", 123.456, True),
        ("2026-11-22T02:34:23.123456+00:00", 123.456, True),
        ("2026-11-22T05:34:23.1234567+03:00", 123.4567, True),
        ("2026-11-22T02:34:23.123456789Z", 123.456789, True),
        ("2026-11-22T02:34:23.12345678Z", 123.45678, True),
        ("2026-11-22T02:34:23.12Z", 120.0, True),
        ("2026-11-22T02:34:23.1234Z", 123.4, True),
        ("2026-11-22T08:04:23.123+0530", 123.0, True),
        ("2026-11-21T21:34:23.123-05", 123.0, True),
        ("2026-11-22T02:34:23.123", 123.0, False),
        ("2026-11-22T03:34:23+01:00", 0.0, True),
        ("2026-11-22 02:34:23,123Z", 123.0, True),
    ],
)
def test_every_form_of_a_stamp_names_the_same_instant(text: str, after_base: float, has_zone: bool) -> None:
    read = parse_stamp(text)
    assert read is not None
    assert read[0] == pytest.approx(BASE + after_base, abs=0.001)
    assert read[1] is has_zone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+058063-05-13T22:58:17.000Z",
        "NaN-NaN-NaNTNaN:NaN:NaN.000Z",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-11-22T25:00:00Z",
        "2026-11-22T02:34:23+99:00",
        "0000-01-01T00:00:00Z",
        "yesterday",
        "1763778863",
    ],
)
def test_what_is_no_stamp_gives_none(text: str) -> None:
    assert parse_stamp(text) is None


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(["milliseconds", "microseconds"]),
)
def test_an_iso_stamp_of_any_zone_is_read_back(moment: datetime, minutes: int, precision: str) -> None:
    zoned = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    text = zoned.isoformat(timespec=precision)
    read = parse_stamp(text)
    assert read is not None
    assert read[0] == pytest.approx(datetime.fromisoformat(text).timestamp() * 1000, abs=0.01)
    assert read[1] is True


@given(st.text(max_size=40))
def test_no_text_breaks_the_stamp_reader(text: str) -> None:
    read = parse_stamp(text)
    assert read is None or isinstance(read[0], float)


@pytest.mark.parametrize(
    ("spelled", "short"),
    [
        ("HTTP/1.1", "h1"), ("http/1.1", "h1"), ("1.1", "h1"), ("HTTP/1.0", "h1"),
        ("HTTP/2.0", "h2"), ("http/2.0", "h2"), ("HTTP/2", "h2"), ("h2", "h2"), ("spdy", "h2"), ("spdy/3.1", "h2"),
        ("h3", "h3"), ("HTTP/3", "h3"), ("h3-29", "h3"), ("http/2.0+quic/46", "h3"), ("QUIC", "h3"),
        ("unknown", ""), ("", ""), ("me:", ""), ("ori", ""), (": /", ""), ("HTTP/Q}T3X", ""),
    ],
)  # fmt: skip
def test_version_spellings_become_short_names_and_unknown_is_not_1_1(spelled: str, short: str) -> None:
    assert parse_http_version(spelled) == short


@pytest.mark.parametrize(
    ("headers", "moment"),
    [
        ([("DATE", "Sat, 22 Nov 2025 02:34:23 GMT"), ("date", "x")], 1_763_778_863_000.0),
        ([("Date", "yesterday")], None),
        ([("Date", "Sat, 22 Nov 99999 02:34:23 GMT")], None),
        ([("Date", "1" * 65)], None),
        ([], None),
    ],
)
def test_the_first_date_header_is_an_instant_or_nothing(headers: list[tuple[str, str]], moment: float | None) -> None:
    assert date_of(headers) == moment
