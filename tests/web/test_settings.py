"""Which set-ups a server refuses because strangers could read recordings there."""

import ipaddress
from pathlib import Path
from typing import Any

import pytest

from haranalyze.errors import OptionsError
from haranalyze.web.settings import Provider, Settings

PEERS = (ipaddress.ip_network("10.0.0.4"),)
PROVIDER = Provider("https://login.example.com", "id", "secret", frozenset(("@example.com",)))
URL = "https://har.example.com"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"host": "localhost"},
        {"host": "::1"},
        {"host": "127.8.0.1"},
        {"host": "0.0.0.0", "url": URL, "provider": PROVIDER},
        {"host": "10.0.0.5", "url": URL, "proxy_header": "X-User", "peers": PEERS},
    ],
)
def test_set_ups_that_keep_strangers_out(given: dict[str, Any]) -> None:
    Settings(Path("data"), **given).check()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"host": "0.0.0.0"}, "--password-file"),
        ({"host": "10.0.0.5", "url": URL}, "--password-file"),
        ({"host": "example.com", "url": URL}, "--password-file"),
        ({"host": "10.0.0.5", "provider": PROVIDER}, "--url https"),
        ({"host": "10.0.0.5", "provider": PROVIDER, "url": "http://har.example.com"}, "--url https"),
        ({"proxy_header": "X-User"}, "--proxy-peer"),
        ({"peers": PEERS}, "--proxy-header"),
        ({"password_file": Path("not there")}, "--add-person"),
        ({"url": "har.example.com"}, "--url"),
    ],
)
def test_set_ups_that_let_strangers_in_are_refused_with_what_is_missing(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(OptionsError, match=reason):
        Settings(Path("data"), **given).check()


def test_only_our_own_names_are_answered() -> None:
    assert Settings(Path("data")).allowed == {"127.0.0.1:8321", "localhost:8321", "[::1]:8321"}
    behind = Settings(Path("data"), host="10.0.0.5", url=URL, hosts=frozenset(("probe",)))
    assert behind.allowed == {"har.example.com", "probe"}


def test_database_urls_people_write_are_opened_with_psycopg() -> None:
    for scheme in ("postgres", "postgresql"):
        assert Settings(Path("d"), database=f"{scheme}://h/x").database_url == "postgresql+psycopg://h/x"
    assert Settings(Path("d")).database_url == "sqlite:///d/haranalyze.db"
