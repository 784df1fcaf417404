"""The password file: hashed, changed while the server runs, silent about who exists."""

import time
from pathlib import Path

import pytest

from haranalyze.errors import OptionsError
from haranalyze.web.passwords import PasswordFile, add_person


def test_a_person_is_known_by_name_and_password_and_the_file_by_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "people"
    add_person(path, "alice", "correct horse")
    add_person(path, "bob", "battery staple")
    add_person(path, "alice", "another horse")
    assert path.stat().st_mode & 0o777 == 0o600
    assert "horse" not in path.read_text(encoding="utf-8")
    people = PasswordFile(path)
    assert people.knows("alice", "another horse")
    assert people.knows("bob", "battery staple")
    assert not people.knows("alice", "correct horse")
    assert not people.knows("bob", "another horse")
    assert not people.knows("carol", "another horse")


def test_a_change_counts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "people"
    add_person(path, "alice", "correct horse")
    people = PasswordFile(path)
    assert people.knows("alice", "correct horse")
    path.write_text("# nobody\n", encoding="utf-8")
    assert not people.knows("alice", "correct horse")


def test_an_unknown_name_takes_as_long_as_a_wrong_password(tmp_path: Path) -> None:
    """In processor time, which other work on the machine does not change."""
    path = tmp_path / "people"
    add_person(path, "alice", "correct horse")
    people = PasswordFile(path)
    people.knows("nobody", "x")  # makes the hash nobody has

    def takes(name: str) -> float:
        began = time.process_time()
        people.knows(name, "wrong")
        return time.process_time() - began

    known, unknown = (min(takes(name) for _ in range(3)) for name in ("alice", "nobody"))
    assert 0.5 < known / unknown < 2


@pytest.mark.parametrize(("name", "password"), [("a:b", "long enough"), ("", "long enough"), ("alice", "short")])
def test_what_cannot_be_used_is_refused(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(OptionsError):
        add_person(tmp_path / "people", name, password)
    assert not (tmp_path / "people").exists()


def test_a_line_that_is_no_hash_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / "people").write_text("alice:plaintext\nbob\n", encoding="utf-8")
    people = PasswordFile(tmp_path / "people")
    assert not people.knows("alice", "plaintext")
    assert not people.knows("bob", "")
