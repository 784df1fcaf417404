"""Sentences fall apart into words and names, and nothing is lost."""

import pytest

from haranalyze.report.prose import address, parts

SENTENCE = "POST /auth/signin sets sAccessToken («cookie 5, 9 B») on api.example.com with SameSite=Lax; it is refused."


def test_nothing_is_lost() -> None:
    assert "".join(part for _, part in parts(SENTENCE)) == SENTENCE


def test_names_and_masked_values_are_told_apart() -> None:
    kinds = {part: kind for kind, part in parts(SENTENCE)}
    assert kinds["POST /auth/signin"] == "name"
    assert kinds["sAccessToken"] == "name"
    assert kinds["api.example.com"] == "name"
    assert kinds["«cookie 5, 9 B»"] == "chip"
    assert kinds[" sets "] == "words"


@pytest.mark.parametrize(
    ("reference", "where"),
    [
        ("RFC 9110 section 15.5.2", "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2"),
        ("RFC 6797", "https://www.rfc-editor.org/rfc/rfc6797"),
        (
            "RFC 6265bis section 5.7",
            "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.7",
        ),
        ("Fetch standard 4.4 (HTTP-redirect fetch)", "https://fetch.spec.whatwg.org/"),
        ("https://supertokens.com/docs (antiCsrf)", "https://supertokens.com/docs"),
        ("nginx proxy_buffer_size", ""),
        ("http://plain.example", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_a_reference_whose_name_tells_its_address_can_be_opened(reference: str, where: str) -> None:
    assert address(reference) == where
