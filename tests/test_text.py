"""Captured text cannot be formatted; sentences and places carry it to where it is projected."""

import pickle
from collections.abc import Callable

import pytest

from haranalyze.text import Kind, Sentence, Text, raw

SECRET = Text("eyJhbGciOi.secret.value", Kind.TOKEN)


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(lambda: f"{SECRET}", id="f-string"),
        pytest.param(lambda: str(SECRET), id="str"),
        pytest.param(lambda: "%s" % SECRET, id="percent"),  # noqa: UP031 - the very thing under test
        pytest.param(lambda: "{}".format(SECRET), id="format"),  # noqa: UP032
        pytest.param(lambda: "".join([SECRET]), id="join"),  # type: ignore[list-item]
        pytest.param(lambda: list(SECRET), id="iterate"),
        pytest.param(lambda: "a" + SECRET, id="add"),  # type: ignore[operator]
        pytest.param(lambda: pickle.dumps(SECRET), id="pickle"),
    ],
)
def test_captured_text_cannot_become_a_string_by_accident(attempt: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        attempt()


def test_its_repr_says_kind_and_length_only() -> None:
    assert repr(SECRET) == "<Text token, 23 characters>"


def test_it_compares_with_text_and_words_by_its_characters() -> None:
    assert Text("rid", Kind.HEADER_NAME) == "rid"
    assert Text("rid", Kind.HEADER_NAME) == Text("rid", Kind.COOKIE_NAME)
    assert Text("rid", Kind.HEADER_NAME) != Text("RID", Kind.HEADER_NAME)
    assert len({Text("a", Kind.HOST), Text("a", Kind.PATH), "a"}) == 1
    assert Text("Bearer", Kind.HEADER_VALUE).same_word("bearer")


def test_raw_gives_the_characters_back() -> None:
    assert raw(SECRET) == "eyJhbGciOi.secret.value"


def test_a_sentence_keeps_its_words_and_values_apart() -> None:
    sentence = Sentence("{name} is not stored", name=SECRET)
    assert sentence.template == "{name} is not stored"
    assert sentence.values == {"name": SECRET}
