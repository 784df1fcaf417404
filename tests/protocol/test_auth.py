"""Authorization and WWW-Authenticate."""

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


@given(st.text(max_size=300))
def test_nothing_makes_them_raise(text: str) -> None:
    parse_authorization(text)
    parse_challenges(text)
