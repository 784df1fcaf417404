"""What a WebSocket handshake carried."""

import pytest

from haranalyze.facts.sockets import bare_handshakes, is_handshake
from haranalyze.testing import facts_of
from tests.rules.stories import PAGE, jwt, sign_in

START = PAGE + sign_in(jwt())


@pytest.mark.parametrize(
    ("lines", "socket"),
    [
        ("> GET wss://api.example.com/s\n< 101\n", True),
        ("> GET https://api.example.com/s\n* type: websocket\n< 101\n", True),
        ("> GET https://api.example.com/s\n> Upgrade: websocket\n< 101\n", True),
        ("> GET https://api.example.com/s\n> Upgrade: h2c\n< 200\n", False),
    ],
)
def test_handshakes_by_type_scheme_or_header(lines: str, socket: bool) -> None:
    assert is_handshake(facts_of(START + lines).exchanges[-1]) is socket


def test_what_a_sanitized_export_hides_is_told() -> None:
    bare = "> GET wss://api.example.com/s\n* type: websocket\n< 401\n"
    (one,) = bare_handshakes(facts_of(START + bare))
    assert (one.refused, one.hidden) == (True, False)
    without = PAGE + sign_in(jwt(), setting="") + "> GET https://api.example.com/a\n< 200\n" * 2 + bare
    assert [one.hidden for one in bare_handshakes(facts_of(without))] == [True]
