"""``haranalyze serve``: what it refuses before it listens, and how people are added."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from haranalyze.cli import main


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--host", "0.0.0.0"], "can be reached by others: give --password-file"),
        (["--host", "0.0.0.0", "--url", "https://x.example"], "give --password-file"),
        (["--proxy-peer", "not an address"], "--proxy-peer is an address or network"),
        (["--oidc-issuer", "https://x.example"], "HARANALYZE_OIDC_CLIENT_SECRET"),
        (["--password-file", "missing"], "--add-person"),
        (["--database", "mysql://x/y"], "SQLite or PostgreSQL"),
    ],
)
def test_unsafe_set_ups_do_not_start(arguments: list[str], reason: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["serve", "--port", "0", "--data", str(tmp_path / "data"), *arguments])
    assert result.exit_code == 2
    assert reason in result.stderr


def test_a_person_is_added_with_a_password_typed_twice(tmp_path: Path) -> None:
    path = tmp_path / "people"
    arguments = ["serve", "--password-file", str(path), "--add-person", "alice"]
    result = CliRunner().invoke(main, arguments, input="correct horse\ncorrect horse\n")
    assert result.exit_code == 0
    assert path.read_text(encoding="utf-8").startswith("alice:$argon2id$")
    assert "correct horse" not in result.output
    assert CliRunner().invoke(main, arguments[:3] + arguments[3:] + ["-q"], input="short\nshort\n").exit_code == 2


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(main, ["serve", "--port", port, "--data", str(tmp_path / "data")])
    assert result.exit_code == 2
    assert f"port {port} cannot be listened on" in result.stderr


def test_the_help_names_the_three_set_ups() -> None:
    text = CliRunner().invoke(main, ["serve", "--help"]).stdout
    for words in ("My machine", "A team", "An organisation", "--oidc-issuer", "postgresql://"):
        assert words in text
