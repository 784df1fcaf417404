"""Set-Cookie and Cookie as RFC 6265bis reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.set_cookie import (
    SameSite,
    default_path,
    domain_matches,
    parse_cookie_date,
    parse_cookie_header,
    parse_set_cookie,
    path_matches,
    with_attributes,
)


def test_a_whole_line() -> None:
    cookie = parse_set_cookie("sid = a=b ; Path=/x; domain=.Example.COM; Max-Age=60; Secure; HttpOnly; SameSite=none")
    assert cookie is not None
    assert (cookie.name, cookie.value, cookie.path, cookie.domain) == ("sid", "a=b", "/x", "example.com")
    assert (cookie.max_age, cookie.secure, cookie.http_only, cookie.same_site) == (60, True, True, SameSite.NONE)
    assert cookie.pair_bytes == 6


@pytest.mark.parametrize("line", ["", "=", ";Secure", "a\x00=b", "a=b\x01"])
def test_lines_that_browsers_ignore(line: str) -> None:
    assert parse_set_cookie(line) is None


def test_the_last_of_repeated_attributes_stands_and_odd_ones_do_not_count() -> None:
    cookie = parse_set_cookie("a=b; Path=/one; Path=/two; Max-Age=x; Expires=never; SameSite=odd; Path=" + "z" * 2000)
    assert cookie is not None
    assert (cookie.path, cookie.max_age, cookie.expires, cookie.same_site) == ("/two", None, None, SameSite.UNSET)


def test_a_pair_without_a_name_is_a_nameless_cookie() -> None:
    cookie = parse_set_cookie("token")
    assert cookie is not None
    assert (cookie.name, cookie.value) == ("", "token")


@pytest.mark.parametrize(
    ("line", "deletes"),
    [
        ("a=; Max-Age=0", True),
        ("a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", True),
        ("a=b", False),
        ("a=b; Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT", False),
    ],
)
def test_deletions(line: str, deletes: bool) -> None:
    cookie = parse_set_cookie(line)
    assert cookie is not None
    assert cookie.is_deletion(1_700_000_000_000.0) is deletes


def test_no_cookie_lives_longer_than_400_days() -> None:
    now = 1_700_000_000_000.0
    for line in ("a=b; Max-Age=99999999999", "a=b; Expires=Fri, 31 Dec 9999 23:59:59 GMT"):
        cookie = parse_set_cookie(line)
        assert cookie is not None
        assert cookie.expiry(now) == now + 400 * 86_400_000


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("Sun, 22 Nov 2026 02:34:24 GMT", 1795314864000.0),
        ("Sunday, 22-Nov-26 02:34:24 GMT", 1795314864000.0),
        ("22 nov 2026 2:34:24", 1795314864000.0),
        ("Mon, 04-Sep-2017 14:10:04 GMT", 1504534204000.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("30 Feb 2020 00:00:00", None),
        ("22 Nov 1600 00:00:00", None),
        ("tomorrow", None),
    ],
)
def test_cookie_dates(text: str, milliseconds: float | None) -> None:
    assert parse_cookie_date(text) == milliseconds


def test_cookie_headers_keep_repeats() -> None:
    assert parse_cookie_header("a=1; b=2; a=3; ; c") == (("a", "1"), ("b", "2"), ("a", "3"), ("", "c"))


@pytest.mark.parametrize(
    ("request_path", "cookie_path", "matches"),
    [("/a/b", "/a", True), ("/apple", "/a", False), ("/a", "/a/", False), ("/a/", "/a", True), ("/x", "/", True)],
)
def test_paths(request_path: str, cookie_path: str, matches: bool) -> None:
    assert path_matches(request_path, cookie_path) is matches


def test_domains_and_default_paths() -> None:
    assert domain_matches("api.example.com", "example.com")
    assert not domain_matches("notexample.com", "example.com")
    assert not domain_matches("127.0.0.1", "0.0.1")
    assert [default_path(path) for path in ("/a/b", "/a", "", "x")] == ["/a", "/", "/", "/"]


@given(st.text(max_size=300))
def test_nothing_makes_them_raise(text: str) -> None:
    parse_set_cookie(text)
    parse_cookie_header(text)
    parse_cookie_date(text)


@pytest.mark.parametrize(
    ("line", "changes", "mended"),
    [
        (
            "a=b; Path=/; samesite=Lax",
            {"samesite": "SameSite=None", "secure": "Secure"},
            "a=b; Path=/; SameSite=None; Secure",
        ),
        ("a=b;Domain=.x.example;HttpOnly", {"domain": None}, "a=b; HttpOnly"),
        ("a=b; Path=/one; Secure; Path=/two", {"path": "Path=/"}, "a=b; Path=/; Secure"),
        ("a=b", {"secure": None}, "a=b"),
    ],
)
def test_a_line_with_other_attributes_keeps_the_rest(line: str, changes: dict[str, str | None], mended: str) -> None:
    assert with_attributes(line, changes) == mended
