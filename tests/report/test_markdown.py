"""Words for Markdown: nothing in them links, mentions or refers by accident."""

import pytest

from haranalyze.report.markdown import code, fenced, plain, prose


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("#14 is refused", "`#14` is refused"),
        ("ask @team", "ask `@team`"),
        ("see https://evil.example/x", "see `https://evil.example/x`"),
        ("a_b *c* [d](e)", "a\\_b \\*c\\* \\[d\\](e)"),
    ],
)
def test_words_stay_words(words: str, written: str) -> None:
    assert plain(words) == written


def test_names_are_code() -> None:
    assert prose("The call GET /api/me lacks Set-Cookie.") == "The call `GET /api/me` lacks `Set-Cookie`."


def test_no_fence_or_span_can_be_closed_from_inside() -> None:
    assert code("a`b``c") == "```a`b``c```"
    assert fenced("diff", ["- ````"]).startswith("`````diff\n")
