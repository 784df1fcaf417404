"""Values that somebody else wrote: of the wanted type, or nothing."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture.values import (
    EMPTY,
    as_bytes,
    as_duration,
    as_object,
    as_size,
    as_status,
    as_text,
    is_amount,
    is_deeper,
    late,
)  # fmt: skip


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers())))
def test_any_value_as_size_duration_or_text_is_read_or_absent(value: Any) -> None:
    size, duration = as_size(value), as_duration(value)
    assert size is None or size >= 0
    assert duration is None or 0 <= duration < float("inf")
    assert isinstance(as_text(value), str)


@pytest.mark.parametrize("odd", [None, True, -1, float("nan"), float("inf"), 10**400, 1e300, "5", [5]])
def test_what_is_no_amount(odd: Any) -> None:
    assert not is_amount(odd)
    assert as_size(odd) is None
    assert as_duration(odd) is None


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (b'{"a": [1, "\\ud83d\\ude00"]}', {"a": [1, "\U0001f600"]}),
        (b'"\\ud800"', "\ud800"),
        (b"NaN1", None),
        (b'"\xff"', "\ufffd"),
        (b"[" * 100_000, None),
        (b"", None),
    ],
)
def test_late_values(written: bytes, value: Any) -> None:
    assert late(msgspec.Raw(written)) == value
    assert late(EMPTY) is None


def test_depth() -> None:
    value: Any = 1
    for _ in range(5):
        value = {"a": [value]}
    assert is_deeper(value, 9)
    assert not is_deeper(value, 10)
    assert not is_deeper("text", 0)


@pytest.mark.parametrize(
    ("written", "status"),
    [(200, 200), (401.0, 401), (99, 0), (1000, 0), (-1, 0), (float("nan"), 0), (10**400, 0), (True, 0), ("200", 0)],
)
def test_a_status_has_three_digits(written: Any, status: int) -> None:
    assert as_status(written) == status


def test_an_object_inside_others_is_given_or_an_empty_one() -> None:
    assert as_object({"a": {"b": {"c": 1}}}, "a", "b") == {"c": 1}
    assert as_object({"a": 1}) == {"a": 1}
    odd: list[Any] = [None, [], {"a": None}, {"a": {"b": []}}, {"b": {}}]
    assert [as_object(one, "a", "b") for one in odd] == [{}] * len(odd)


@pytest.mark.parametrize(
    ("written", "plain"),
    [("e30=", b"{}"), (b"e3\r\n0=\n", b"{}"), ("e30", b""), ("é30=", b""), ("", b"")],
)
def test_base64_is_read_over_line_breaks_or_not_at_all(written: str | bytes, plain: bytes) -> None:
    assert as_bytes(written) == plain
