"""Values that somebody else wrote: of the wanted type, or nothing."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture.values import EMPTY, as_duration, as_size, as_text, is_amount, is_deeper, late


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
