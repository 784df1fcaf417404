"""What recordings come in: compressed, archived, with a BOM, in UTF-16, as JSONP; and what is refused."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.capture import read_capture, read_captures
from haranalyze.errors import CaptureError, LimitError
from haranalyze.options import Limits
from tests.capture.small import entry, har

PLAIN = har(entry(), entry({}, {"status": 401}))
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "brotli": brotli.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
}


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("name", PACKERS)
def test_a_compressed_recording_is_recognised_by_content(name: str) -> None:
    capture = read_capture(PACKERS[name](PLAIN), "no-ending")
    assert capture.container == (name,)
    assert [exchange.response.status for exchange in capture] == [200, 401]
    assert capture.exchanges[1].pointer == "/log/entries/1"


def test_size_and_hash_are_those_of_the_file_as_given() -> None:
    packed = gzip.compress(PLAIN, mtime=0)
    assert read_capture(packed).size == len(packed)
    assert read_capture(packed).sha256 != read_capture(PLAIN).sha256


@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_zlib_of_every_level_is_recognised(level: int) -> None:
    assert len(read_capture(zlib.compress(PLAIN, level)).exchanges) == 2


def test_gzip_in_several_members_and_with_padding_is_one_recording() -> None:
    half = len(PLAIN) // 2
    assert len(read_capture(gzip.compress(PLAIN[:half]) + gzip.compress(PLAIN[half:])).exchanges) == 2
    assert len(read_capture(gzip.compress(PLAIN) + b"\x00" * 40).exchanges) == 2


def test_a_zip_of_one_recording() -> None:
    capture = read_capture(zipped(("ticket/login.har", PLAIN), ("readme.txt", b"hello")))
    assert capture.container == ("zip",)
    assert "/log/entries/1" in capture.exchanges[1].pointer


def test_a_zip_of_several_recordings_gives_each_its_own_pointers() -> None:
    data = zipped(("a.har", PLAIN), ("b.har", har(entry({}, {"status": 500}))), ("c.txt", b"no"))
    captures = read_captures(data)
    assert [[exchange.response.status for exchange in capture] for capture in captures] == [[200, 401], [500]]
    assert [capture.exchanges[0].pointer for capture in captures] == ["0!/log/entries/0", "1!/log/entries/0"]
    with pytest.raises(CaptureError, match="2 recordings"):
        read_capture(data)


def test_names_in_a_zip_never_become_paths() -> None:
    captures = read_captures(zipped(("../../etc/passwd", PLAIN), ("/abs.har", PLAIN), ("C:\\x.har", PLAIN)))
    assert [capture.exchanges[0].pointer for capture in captures] == [f"{number}!/log/entries/0" for number in range(3)]


def playwright(name: str, **members: bytes) -> bytes:
    body = {"content": {"size": 9, "mimeType": "application/json", "_file": name}}
    posted = {"postData": {"mimeType": "application/json", "_file": name}}
    return zipped(
        ("har.har", har(entry(posted, body))), *((key.replace("_", "."), value) for key, value in members.items())
    )


def test_bodies_of_a_playwright_zip_are_read_from_beside_the_recording() -> None:
    exchange = read_capture(playwright("0a1b.json", **{"0a1b_json": b'{"ok":1}'})).exchanges[0]
    assert exchange.response.body.json() == {"ok": 1}
    assert exchange.request.body.json() == {"ok": 1}


@pytest.mark.parametrize("name", ["other.json", "../0a1b.json", "/0a1b.json", "0A1B.JSON", "har.har/../0a1b.json", ""])
def test_a_body_file_is_found_by_its_exact_name_only(name: str) -> None:
    exchange = read_capture(playwright(name, **{"0a1b_json": b'{"ok":1}'})).exchanges[0]
    assert not exchange.response.body.present
    assert not exchange.request.body.present


def test_a_body_file_that_is_no_text_is_present_without_text() -> None:
    body = read_capture(playwright("0a1b.png", **{"0a1b_png": b"\x89PNG\xff"})).exchanges[0].response.body
    assert (body.present, body.raw_text()) == (True, None)


def test_outside_an_archive_a_body_file_is_never_opened() -> None:
    made = entry({}, {"content": {"_file": __file__}})
    assert not read_capture(har(made)).exchanges[0].response.body.present


@pytest.mark.parametrize(("outer", "inner"), [("gzip", "gzip"), ("zstd", "brotli"), ("zlib", "gzip")])
def test_a_container_in_a_container_is_opened(outer: str, inner: str) -> None:
    assert read_capture(PACKERS[outer](PACKERS[inner](PLAIN))).container == (outer, inner)


def test_a_compressed_recording_in_a_zip_is_opened_and_deeper_is_refused() -> None:
    assert read_capture(zipped(("login.har.gz", gzip.compress(PLAIN)))).container == ("zip", "gzip")
    with pytest.raises(LimitError, match="max_nesting"):
        read_captures(gzip.compress(gzip.compress(gzip.compress(PLAIN))))
    with pytest.raises(LimitError, match="max_nesting"):
        read_captures(zipped(("a", zipped(("b", zipped(("c", PLAIN)))))))


BOMB = b'{"log":' + b" " * (8 << 20)


@pytest.mark.parametrize("name", PACKERS)
def test_what_unpacks_out_of_proportion_is_refused(name: str) -> None:
    with pytest.raises(LimitError, match="max_ratio"):
        read_captures(PACKERS[name](BOMB))


@pytest.mark.parametrize("name", PACKERS)
def test_what_unpacks_beyond_the_bytes_allowed_is_refused(name: str) -> None:
    with pytest.raises(LimitError, match="max_bytes"):
        read_captures(PACKERS[name](BOMB), limits=Limits(max_bytes=1 << 20, max_ratio=10**9))


def test_archives_out_of_proportion_are_refused() -> None:
    with pytest.raises(LimitError, match="max_ratio"):
        read_captures(zipped(("a.har", BOMB)))
    with pytest.raises(LimitError, match="max_members"):
        read_captures(zipped(*((f"{number}.har", PLAIN) for number in range(4))), limits=Limits(max_members=3))
    with pytest.raises(LimitError, match="max_bytes"):
        read_captures(PLAIN, limits=Limits(max_bytes=100))
    many = zipped(*((f"{number}.har", PLAIN + b" " * 4000) for number in range(20)), method=zipfile.ZIP_STORED)
    with pytest.raises(LimitError, match="max_bytes"):
        read_captures(many, limits=Limits(max_bytes=len(many) - 5000))


def encrypted() -> bytes:
    data = bytearray(zipped(("a.har", PLAIN), method=zipfile.ZIP_STORED))
    data[6] |= 1  # general purpose flag of the local header
    data[data.index(b"PK\x01\x02") + 8] |= 1  # and of the central directory
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped(("a.txt", b"x"), ("b.txt", b"y")), "2 members and none"),
        (zipped(("raw/1_c.txt", b"x"), ("raw/1_s.txt", b"x")), "Fiddler"),
        (encrypted(), "password"),
        (b"PK\x03\x04" + b"x" * 40, "damaged"),
        (b"\x1f\x8b" + b"x" * 40, "damaged"),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 40, "damaged"),
    ],
)
def test_an_archive_nobody_can_read_gives_one_clear_error(data: bytes, words: str) -> None:
    with pytest.raises(CaptureError, match=words):
        read_captures(data)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_byte_order_marks_and_utf_16_are_read(encoding: str) -> None:
    text = PLAIN.decode().replace("/feed", "/grün")
    data = text.encode(encoding)
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    elif encoding == "utf-16-le":
        data = b"\xff\xfe" + data
    capture = read_capture(data)
    assert capture.exchanges[0].request.raw_url.endswith("/grün")
    assert len(read_capture(gzip.compress(data)).exchanges) == 2


@pytest.mark.parametrize("frame", ["onInputData({});", "callback({})", " har.load ( {} ) ;\n", "$_1({});"])
def test_a_recording_wrapped_in_a_function_call_is_read(frame: str) -> None:
    head, tail = frame.split("{}")
    assert len(read_capture(head.encode() + PLAIN + tail.encode()).exchanges) == 2


@pytest.mark.parametrize("name", PACKERS)
def test_a_compressed_recording_that_was_cut_off_gives_what_is_before_the_cut(name: str) -> None:
    big = har(*(entry({"url": f"https://a.example/{number * 7919 % 1013}"}) for number in range(200)))
    packed = PACKERS[name](big)
    try:
        capture = read_capture(packed[: len(packed) * 3 // 4])
    except CaptureError as error:
        assert "damaged" in str(error)  # noqa: PT017 - a codec may give nothing before its first block is whole
    else:
        assert capture.salvaged
        assert len(capture.exchanges) < 200


@given(st.binary(max_size=200))
def test_any_bytes_give_a_recording_or_the_one_error(data: bytes) -> None:
    for start in (b"", b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"\x78\x9c", b"\xff\xfe", b'{"log":'):
        try:
            captures = read_captures(start + data)
        except CaptureError as error:
            assert str(error)  # noqa: PT017 - either outcome is right
        else:
            assert captures


@given(st.sampled_from(sorted(PACKERS)), st.integers(0, 4000), st.integers(1, 255))
def test_one_wrong_byte_in_a_compressed_recording_gives_a_recording_or_the_one_error(
    name: str, position: int, change: int
) -> None:
    packed = bytearray(PACKERS[name](PLAIN))
    packed[position % len(packed)] ^= change
    try:
        captures = read_captures(bytes(packed))
    except CaptureError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
    else:
        assert captures


@given(st.integers(0, 4000), st.integers(1, 255), st.booleans())
def test_one_wrong_byte_in_a_zip_gives_a_recording_or_the_one_error(position: int, change: int, end: bool) -> None:
    packed = bytearray(zipped(("har.har", PLAIN), ("a.json", b"{}")))
    packed[-1 - position % 200 if end else position % len(packed)] ^= change
    try:
        captures = read_captures(bytes(packed))
    except CaptureError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
    else:
        assert captures


def test_a_zip_that_lies_about_a_packed_size_is_refused_before_it_grows() -> None:
    data = bytearray(zipped(("a.har", BOMB)))
    directory = data.index(b"PK\x01\x02")
    data[directory + 20 : directory + 24] = (1 << 30).to_bytes(4, "little")
    with pytest.raises(CaptureError):
        read_captures(bytes(data))
