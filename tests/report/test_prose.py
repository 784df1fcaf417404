"""Sentences fall apart into words and names, and nothing is lost."""

from haranalyze.report.prose import parts

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
