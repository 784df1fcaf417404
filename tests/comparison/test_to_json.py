"""JSON is the document."""

import json

from haranalyze.comparison import render
from tests.comparison.test_pairs import compared


def test_it_is_the_document_and_ends_with_a_line_end() -> None:
    made = compared("jwt-fixed-auth-header", "jwt-missing-auth-header")
    text = render(made, "json")
    assert text.endswith("}\n")
    assert json.loads(text)["headline"] == made.headline
