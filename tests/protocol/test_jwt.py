"""JWTs are read whether or not PyJWT takes them."""

from base64 import urlsafe_b64encode
from json import dumps

import jwt as pyjwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.jwt import looks_like_jwt, read_jwt

KEY = "a-key-of-thirty-two-bytes-or-more-0123"


def part(value: object) -> str:
    return urlsafe_b64encode(dumps(value).encode()).rstrip(b"=").decode()


def test_a_sound_token() -> None:
    token = pyjwt.encode({"sub": "u", "iat": 100, "exp": 200, "nbf": 50}, KEY, algorithm="HS256")
    read = read_jwt(token)
    assert read is not None
    assert (read.algorithm, read.issued_at, read.expires, read.not_before) == ("HS256", 100, 200, 50)
    assert (read.raw_claim("sub"), read.problems, read.signature_bytes) == ("u", (), 32)
    assert looks_like_jwt(token)


def test_all_problems_at_once() -> None:
    read = read_jwt(f"{part({'alg': 'odd'})}.{part([1])}.")
    assert read is not None
    assert len(read.problems) == 3
    assert (read.algorithm, read.claims, read.expires) == ("", {}, None)


@pytest.mark.parametrize("algorithm", [None, 5, True, [], {}, ["HS256"], "HS256 "])
def test_an_algorithm_that_is_no_registered_name_is_a_problem(algorithm: object) -> None:
    read = read_jwt(f"{part({'alg': algorithm})}.{part({'sub': 'u'})}.x")
    assert read is not None
    assert (read.algorithm, read.problems) == ("", ("its algorithm is not a registered one",))


def test_times_that_are_no_numbers_do_not_count() -> None:
    read = read_jwt(f"{part({'alg': 'HS256'})}.{part({'exp': 'soon', 'iat': True, 'nbf': 10**400})}.x")
    assert read is not None
    assert (read.expires, read.issued_at, read.not_before) == (None, None, None)


def test_other_strings_are_no_jwt() -> None:
    for text in ("", "a.b.c", "abc", "encrypted.nonce.V2", "e30", part([1]) + ".e30.x"):
        assert read_jwt(text) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["alg", "exp", "kid", "b64"]), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "b64"]), JSON), JSON)
def test_no_header_and_no_claims_make_it_raise(header: dict[str, object], claims: object) -> None:
    read = read_jwt(f"{part(header)}.{part(claims)}.c2ln")
    assert read is not None
    assert set(read.header) == set(header)


@given(st.text(max_size=200), st.text(max_size=50), st.text(max_size=20))
def test_nothing_makes_it_raise(one: str, two: str, three: str) -> None:
    read_jwt(f"{one}.{two}.{three}")
    read_jwt(f"{part({'alg': 'none'})}.{two}.{three}")
