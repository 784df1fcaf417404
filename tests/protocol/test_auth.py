"""Authorization and WWW-Authenticate."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.auth import Challenge, Credential, parse_authorization, parse_challenges


@pytest.mark.parametrize(
    ("value", "scheme", "shape"),
    [
        ("Bearer abc.def", "bearer", Credential.WELL_FORMED),
        ("bearer abc", "bearer", Credential.WELL_FORMED),
        ("Basic dXNlcjpwYXNz", "basic", Credential.WELL_FORMED),
        ("Bearer", "bearer", Credential.EMPTY),
        ("", "", Credential.EMPTY),
        ("abc.def.ghi", "", Credential.NO_SCHEME),
        ("Bearer Bearer abc", "bearer", Credential.DOUBLED_SCHEME),
        ("Bearer undefined", "bearer", Credential.PLACEHOLDER),
        ("Bearer [object Object]", "bearer", Credential.PLACEHOLDER),
        ("Bearer {{token}}", "bearer", Credential.TEMPLATE),
        ("Bearer ${TOKEN}", "bearer", Credential.TEMPLATE),
        ('Bearer "abc"', "bearer", Credential.QUOTED),
    ],
)
def test_shapes(value: str, scheme: str, shape: Credential) -> None:
    read = parse_authorization(value)
    assert (read.scheme, read.shape) == (scheme, shape)


def test_several_challenges_in_one_value_are_split() -> None:
    assert parse_challenges('Bearer realm="a, b", error="invalid_token", Basic realm=x') == (
        Challenge("bearer", {"realm": "a, b", "error": "invalid_token"}),
        Challenge("basic", {"realm": "x"}),
    )
    assert parse_challenges("Bearer") == (Challenge("bearer", {}),)


@pytest.mark.parametrize(
    ("value", "challenges"),
    [
        (
            'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
            [("newauth", {"realm": "apps", "type": "1", "title": 'Login to "apps"'}), ("basic", {"realm": "simple"})],
        ),
        ("Negotiate, NTLM", [("negotiate", {}), ("ntlm", {})]),
        ("Negotiate dG9rZW4=", [("negotiate", {})]),
        ('Bearer error = "invalid_token" , scope="a b"', [("bearer", {"error": "invalid_token", "scope": "a b"})]),
        ('Bearer realm="never closed, Basic realm=x', [("bearer", {"realm": "never closed, Basic realm=x"})]),
        (", , Basic realm=x", [("basic", {"realm": "x"})]),
        ("", []),
    ],
)
def test_challenges_are_read_as_they_are_written(value: str, challenges: list[tuple[str, dict[str, str]]]) -> None:
    read = parse_challenges(value)
    schemes = [(one.scheme, {n: v for n, v in one.parameters.items() if n != "dg9rzw4"}) for one in read]
    assert schemes == challenges


@pytest.mark.parametrize("piece", ["a", "a ", " ", ", ", 'a="', 'a="\\', "a=", "Basic "])
def test_a_long_challenge_is_read_in_linear_time(piece: str) -> None:
    started = perf_counter()
    for ordinal in range(10):  # quadratic time would be 4 s and more
        parse_challenges(f"Basic {piece * (8_000 // len(piece))}{ordinal}")
    assert perf_counter() - started < 2


@given(st.text(max_size=300))
def test_nothing_makes_them_raise(text: str) -> None:
    parse_authorization(text)
    parse_challenges(text)
