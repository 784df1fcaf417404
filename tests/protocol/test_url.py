"""URLs, origins and sites as browsers see them."""

from time import perf_counter

import ada_url
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.url import is_public_suffix, parse_url, registrable_domain, same_site, site


@pytest.mark.parametrize(
    ("raw", "origin", "path"),
    [
        ("https://api.example.com/auth?x=1#y", "https://api.example.com", "/auth"),
        ("HTTPS://API.Example.com:443/../a/./b", "https://api.example.com", "/a/b"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000", "/"),
        ("http://0x7f.1/", "http://127.0.0.1", "/"),
        ("http://[::1]:8080/x", "http://[::1]:8080", "/x"),
        ("https://user:pass@example.com/a", "https://example.com", "/a"),
        ("https://example.com\\evil", "https://example.com", "/evil"),
    ],
)
def test_an_address_has_the_origin_a_browser_gives_it(raw: str, origin: str, path: str) -> None:
    url = parse_url(raw)
    assert (url.origin, url.path, url.ok) == (origin, path, True)


@pytest.mark.parametrize("raw", ["", "nonsense", "https://", "http://a b/", "https://[::1"])
def test_what_no_browser_could_open_is_not_ok(raw: str) -> None:
    assert not parse_url(raw).ok


def test_a_relative_address_needs_its_base() -> None:
    assert parse_url("/callback?code=1", "https://app.example.com/login").origin == "https://app.example.com"


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("api.example.com", "example.com"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("acme.herokuapp.com", "acme.herokuapp.com"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("api.example.com.", "example.com."),
        (".api.example.com", "example.com"),
        ("co.uk.", "co.uk."),
        ("..", ".."),
        ("a..com", "a..com"),
    ],
)
def test_the_registrable_domain_knows_private_suffixes(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


def test_public_suffixes() -> None:
    assert is_public_suffix("herokuapp.com")
    assert is_public_suffix("co.uk")
    assert not is_public_suffix("example.com")
    assert not is_public_suffix("localhost")


def test_a_site_has_a_scheme() -> None:
    assert same_site(parse_url("https://a.example.com"), parse_url("https://b.example.com"))
    assert not same_site(parse_url("http://example.com"), parse_url("https://example.com"))
    assert site(parse_url("wss://a.example.com")) == "https://example.com"


@pytest.mark.parametrize(
    ("raw", "trusted"),
    [("https://a.b", True), ("http://localhost:1", True), ("http://127.0.0.9/", True), ("http://a.b/", False)],
)
def test_trustworthy_origins(raw: str, trusted: bool) -> None:
    assert parse_url(raw).is_trustworthy is trusted


@pytest.mark.parametrize(
    ("raw", "same_as"),
    [
        ("http://example.com/foo/%2e", "http://example.com/foo/"),
        ("http://example.com/foo/%2E%2e/html", "http://example.com/html"),
        ("https://example.com/a/../b?x='y'", "https://example.com/b?x=%27y%27"),
        ("https://example.com/.well-known/x", "https://example.com/.well-known/x"),
        ("https://example.com/caf\u00e9?\u00e9", "https://example.com/caf%C3%A9?%C3%A9"),
        ("https://ex\u00e4mple.com/", "https://xn--exmple-cua.com/"),
        ("https://example.com:443/?", "https://example.com/"),
        ("https://example.com:080/", "https://example.com:80/"),
        ("wss://example.com/s", "wss://example.com/s"),
        (" https://exam\tple.com/a\nb ", "https://example.com/ab"),
        ("https://a.b/x^y`z{}", "https://a.b/x^y%60z%7B%7D"),
    ],
)
def test_spellings_a_browser_takes_for_the_same_address(raw: str, same_as: str) -> None:
    assert parse_url(raw) == parse_url(same_as)


PLAIN = st.text(alphabet="ab.-/:%2eE0x?#=&~_;,\\^'[] \u00e9", max_size=12)


@given(st.sampled_from(["http", "https", "ws", "wss"]), PLAIN, PLAIN)
def test_the_quick_way_and_the_full_parser_agree(scheme: str, authority: str, rest: str) -> None:
    raw = f"{scheme}://a{authority}b/{rest}"
    url = parse_url(raw)
    try:
        full = ada_url.URL(raw)
    except (ValueError, UnicodeError):
        assert not url.ok
        return
    assert (url.host, url.path, url.query) == (full.hostname.strip("[]"), full.pathname, full.search[1:])
    assert (url.scheme, url.origin) == (full.protocol[:-1], full.origin)


@pytest.mark.parametrize("piece", ["a", "a.", "a.b", "-", "/", "../", "%2e", "?", ":1"])
def test_a_long_address_is_read_in_linear_time(piece: str) -> None:
    started = perf_counter()
    parse_url(f"https://a{piece * (30_000 // len(piece))}^")  # quadratic time would be 20 s
    assert perf_counter() - started < 2


@given(st.text(max_size=200))
def test_nothing_makes_it_raise(raw: str) -> None:
    url = parse_url(raw)
    registrable_domain(url.host)
    site(url)
