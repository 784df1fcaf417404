"""Header lists: cut into headers, and what is remembered of them."""

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture import header_lists
from haranalyze.capture.header_lists import header_pairs, header_slices, read_header, read_headers


def test_what_is_remembered_of_header_names_has_an_end() -> None:
    for number in range(header_lists._MOST_SHAPES + 10):
        header_lists.wanted_headers(json.dumps([{"name": f"x-{number}", "value": ""}]).encode())
    remembered = len(header_lists._SHAPES)
    header_lists.wanted_headers(json.dumps([{"name": "x" * 5_000, "value": ""}]).encode())
    assert len(header_lists._SHAPES) == remembered <= header_lists._MOST_SHAPES


LINES = st.dictionaries(
    st.sampled_from(["name", "value", "comment", "x"]),
    st.one_of(
        st.text(),
        st.sampled_from(['a},{"name":"b', '},\n  {\n "name"', '"}', "}]", '{"a":[{"b":1},{"name":2}]}']),
        st.lists(st.just({"name": "inner"}), max_size=2),
    ),
)


@given(
    listed=st.one_of(st.lists(st.one_of(LINES, st.integers(), st.lists(st.text(), max_size=2)), max_size=6), LINES),
    indent=st.sampled_from([None, 0, 2]),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")]),
)
def test_a_header_list_that_is_cut_reads_like_the_whole(listed: Any, indent: int | None, separators: Any) -> None:
    written = json.dumps(listed, indent=indent, separators=separators).encode()
    slices = header_slices(written)
    try:
        pairs = None if slices is None else tuple(map(read_header, slices))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pairs = None
    if pairs is not None:
        assert pairs == header_pairs(written)
        assert pairs == tuple(read_headers(slices or ()))


def test_header_lists_as_browsers_write_them_are_cut() -> None:
    listed = [{"name": "Report-To", "value": '{"a":[{"name":"b"},{"name":"c"}]}'}, {"name": "NEL", "value": '{"a":1}'}]
    for indent in (None, 2):
        slices = header_slices(json.dumps(listed, indent=indent).encode())
        assert slices is not None
        assert [read_header(one) for one in slices] == [(one["name"], one["value"]) for one in listed]
