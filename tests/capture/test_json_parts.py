"""JSON read member by member, also where msgspec refuses it."""

import pytest

from haranalyze.capture.json_parts import items_of, members_of, object_of, value_of


@pytest.mark.parametrize(
    "data", [b'{"a": [1, 2], "b": null}', b'{"a": [1, 2], "b": NaN}', b'{"a": [1, 2], "b": "\\ud800"}']
)
def test_members(data: bytes) -> None:
    found = members_of(data)
    assert list(found) == ["a", "b"]
    assert [value_of(one) for one in items_of(found["a"])] == [1, 2]


@pytest.mark.parametrize("data", [b"", b"5", b"[", b"{", b'"x"', b"\xff", b"null", b"[" * 5_000])
def test_what_is_neither_has_no_parts(data: bytes) -> None:
    assert members_of(data) == {}
    assert [value_of(one) for one in items_of(data)] == []


def test_objects() -> None:
    found = members_of(b'{"a": {"b": 1}, "c": 5}')
    assert object_of(found["a"]) == {"b": 1}
    assert object_of(found["c"]) == {}
    assert object_of(None) == {}
