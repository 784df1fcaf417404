"""OAuth on the wire: parameters, codes, words, PKCE."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.oauth import (
    Trouble,
    base64_text,
    challenge_of,
    entra_code,
    is_authorization,
    parameters,
    trouble_in,
    trouble_of,
)


def test_the_first_value_of_a_parameter_counts_and_empty_ones_are_kept() -> None:
    assert parameters("state=a&state=b&scope=&x=%C3%A9+y") == {"state": "a", "scope": "", "x": "é y"}


def test_what_is_too_large_is_no_set_of_parameters() -> None:
    assert parameters("a=" + "b" * 300_000) == {}
    assert parameters("&".join(f"p{n}=1" for n in range(500))) == {}


def test_pkce_by_the_example_of_the_standard() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636 appendix B
    assert challenge_of(verifier, "S256") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert challenge_of(verifier, "plain") == challenge_of(verifier, "") == verifier
    assert challenge_of(verifier, "S512") is None
    assert challenge_of("é", "S256") is None
    assert challenge_of("", "S256") is None


@pytest.mark.parametrize(
    ("error", "description", "trouble"),
    [
        ("", "anything", None),
        ("access_denied", "The state does not match", Trouble.DENIED),
        ("login_required", "AADSTS50058: Session information is not sufficient", Trouble.LOGIN),
        ("interaction_required", "AADSTS65001: The user has not consented", Trouble.CONSENT),
        ("interaction_required", "", Trouble.INTERACTION),
        ("invalid_request", "AADSTS50011: The redirect URI ...", Trouble.REDIRECT_URI),
        ("invalid_request", "missing parameter", Trouble.OTHER),
        ("invalid_grant", "AADSTS54005: code was already redeemed", Trouble.CODE_USED),
        ("invalid_grant", "The authorization code has expired", Trouble.CODE_EXPIRED),
        ("invalid_grant", "PKCE verification failed", Trouble.VERIFIER),
        ("invalid_grant", "Bad Request", Trouble.GRANT),
        ("invalid_client", "AADSTS7000215: Invalid client secret provided", Trouble.CLIENT),
        ("OAuthCallback", "", Trouble.OTHER),
    ],
)
def test_an_error_is_read_by_code_and_description(error: str, description: str, trouble: Trouble | None) -> None:
    assert trouble_of(error, description) is trouble


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ('{"message": "State cookie was missing."}', Trouble.STATE_MISSING),
        ("Exception: Correlation failed.", Trouble.STATE_MISSING),
        ("[authorization_request_not_found]", Trouble.STATE_MISSING),
        ("mismatching_state: CSRF Warning!", Trouble.STATE_MISMATCH),
        ("We are sorry... Client not found.", Trouble.CLIENT),
        ("error=invalid_request, then invalid_client", Trouble.CLIENT),
        ("the state of the art", None),
        ("", None),
    ],
)
def test_words_of_servers(text: str, trouble: Trouble | None) -> None:
    assert trouble_in(text) is trouble


def test_entra_codes_are_ours_and_whole() -> None:
    assert entra_code("AADSTS50011: The redirect URI") == "AADSTS50011"
    assert entra_code("AADSTS999999 and AADSTS700016:") == "AADSTS700016"
    assert entra_code("AADSTS5001") == ""
    assert trouble_in("AADSTS500112") is Trouble.REDIRECT_URI


def test_base64_without_padding_and_what_is_none() -> None:
    assert base64_text("cmVkaXJlY3RfdXJpX21pc21hdGNo") == "redirect_uri_mismatch"
    assert base64_text("YQ") == "a"
    assert base64_text("é") == ""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("client_id=a&response_type=code", True),
        ("client_id=a&redirect_uri=b&state=c", True),
        ("client_id=a&request_uri=urn:x", True),
        ("client_id=a&redirect_uri=b", False),
        ("client_id=a&logout_uri=b", False),
        ("client_id=&response_type=code", False),
    ],
)
def test_what_asks_for_authorization(query: str, expected: bool) -> None:
    assert is_authorization(parameters(query)) is expected


@given(st.text())
def test_nothing_raises(text: str) -> None:
    parameters(text)
    trouble_in(text)
    trouble_of(text, text)
    base64_text(text)
    challenge_of(text, "S256")
