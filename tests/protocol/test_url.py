"""URLs, origins and sites as browsers see them."""

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


@given(st.text(max_size=200))
def test_nothing_makes_it_raise(raw: str) -> None:
    url = parse_url(raw)
    registrable_domain(url.host)
    site(url)
