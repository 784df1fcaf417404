"""Stand-ins keep length, kind of characters and equality, and hold nothing but their ordinal."""

from hypothesis import given
from hypothesis import strategies as st

from haranalyze.sanitizer._pseudonyms import Pseudonyms, shape_of
from haranalyze.sanitizer._words import is_known, words

ATOMS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=40)


@given(st.lists(ATOMS, max_size=60))
def test_equal_stays_equal_different_stays_different_and_again_changes_nothing(atoms: list[str]) -> None:
    table, again = Pseudonyms(is_known), Pseudonyms(is_known)
    made = [table[atom] for atom in atoms]
    assert len(set(made)) == len(set(atoms))
    assert [len(one.encode()) for one in made] == [len(atom.encode()) for atom in atoms]
    assert [shape_of(one) for one in made] == [shape_of(atom) for atom in atoms]
    assert [again[one] for one in made] == made


def test_a_stand_in_is_made_of_its_ordinal() -> None:
    table = Pseudonyms(is_known)
    atoms = ["hunter2secret", "zebras7horses", "Quux", "Grau", "9f86d081884c7d65", "e3b0c44298fc1c14", "4711", "0815"]
    assert [table[atom] for atom in atoms] == [
        "gggggg0gggggg", "gggggg0gggggh", "Gggg", "Gggh", "0a00a000000a0a00", "a0a0a00000aa0a00", "1000", "0000",
    ]  # fmt: skip


def test_no_stand_in_is_a_word_that_is_shown() -> None:
    table = Pseudonyms(is_known)
    atoms = [f"{first}{second}{third}" for first in "qwertz" for second in "asdfgh" for third in "yxcvbnm"]
    assert not any(is_known(table[atom]) for atom in atoms if not is_known(atom))


def test_what_reads_as_two_short_words_stays_different_at_once() -> None:
    table = Pseudonyms(is_known)
    assert all(map(is_known, ["abC", "xyZ", "ggG"]))
    assert [table[atom] for atom in ["abC", "xyZ", "idX"]] == ["ggG", "ggH", "ggI"]


def test_no_word_has_what_stand_ins_are_told_by() -> None:
    assert not [word for word in words() if "ggg" in word]
