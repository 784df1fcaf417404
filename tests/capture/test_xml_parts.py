"""XML of strangers."""

from typing import Any

import pytest

from haranalyze.capture.xml_parts import attributes_of, each_item
from haranalyze.errors import CaptureError


def parts(data: bytes, item: str) -> list[dict[str, tuple[str, dict[str, str]]]]:
    found: list[Any] = []
    each_item(data, item, lambda one: found.append({name: (part.text, part.attributes) for name, part in one.items()}))
    return found


def test_elements_below_items() -> None:
    data = b"<r><i><a x='1'>t<!-- c -->u</a><b/></i><i><a>v</a></i><a>outside</a></r>"
    assert parts(data, "i") == [{"a": ("tu", {"x": "1"}), "b": ("", {})}, {"a": ("v", {})}]


def test_attributes() -> None:
    assert attributes_of(b"<r><t a='1'/></r>", "t") == {"a": "1"}
    assert attributes_of(b"<r/>", "t") == {}
    assert attributes_of(b"nothing", "t") == {}


@pytest.mark.parametrize("data", [b"", b"<", b"<r>", b"<r><i></r>", b"\xff\xfe<", b"<r>&unknown;</r>", b"<a>" * 1_000])
def test_what_is_no_xml(data: bytes) -> None:
    with pytest.raises(CaptureError):
        parts(data, "i")
