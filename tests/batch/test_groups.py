"""Groups: what a person names, merges and splits; what rises; what is near."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.batch.aggregates import places_of, rise
from haranalyze.batch.groups import Group, Grouping, groups_table, with_near
from haranalyze.errors import OptionsError
from tests.batch.rows import FAULT, tickets_of


def grouped(folder: Path, *rows: dict[str, Any], grouping: Grouping | None = None) -> list[Group]:
    grouping = grouping or Grouping()
    with tickets_of(folder / "tickets", [FAULT | one for one in rows], grouping=grouping) as tickets:
        return places_of(tickets, grouping)[0]


def test_a_group_says_who_has_it_since_when_and_where(tmp_path: Path) -> None:
    first, second = grouped(
        tmp_path,
        {"fingerprint": "v1:a", "customer": "Acme", "started": "2026-11-20T01:00Z"},
        {"fingerprint": "v1:a", "customer": "Acme", "confidence": "likely", "browser": "Safari 26"},
        {
            "fingerprint": "v1:a",
            "customer": "Nimbus",
            "hosts": ["api.example.com", "x.test"],
            "sdks": ["SuperTokens FDI 4.1"],
        },
        {"fingerprint": "v1:b", "subject": "other", "path": "/", "rule": "other-rule"},
        {"fingerprint": None, "state": "healthy"},
    )
    assert (first.id, first.tickets, first.customers) == ("v1:a", 3, 2)
    assert (first.first_seen, first.last_seen) == ("2026-11-20", "2026-11-22")
    assert first.browsers == [("Chrome 156", 2), ("Safari 26", 1)]
    assert first.sdks == [("SuperTokens FDI 4.1", 1)]
    assert first.hosts == [("api.example.com", 3), ("x.test", 1)]
    assert first.example_ticket == "T002"  # the newest of the certain ones
    assert first.days[-3:] == [1, 0, 2]
    assert (second.id, second.near, second.customers) == ("v1:b", [], None)


def test_near_groups_share_rule_cookie_or_endpoint(tmp_path: Path) -> None:
    found = grouped(
        tmp_path,
        {"fingerprint": "v1:a"},
        {"fingerprint": "v1:b", "rule": "other-rule", "path": "/x"},
        {"fingerprint": "v1:c", "subject": "other"},
        {"fingerprint": "v1:d", "subject": "", "path": "/y", "rule": "third"},
    )
    first = next(one for one in found if one.id == "v1:a")
    assert first.near == [("v1:c", "same rule, same endpoint"), ("v1:b", "same sid")]


def group(number: int, rule: str, subject: str, path: str, tickets: int) -> Group:
    same: dict[str, Any] = {one.name: "" for one in fields(Group)}
    same |= {"id": f"v1:{number:04}", "rule": rule, "subject": subject, "path": path, "tickets": tickets}
    return Group(**same)


@given(
    st.lists(
        st.tuples(st.sampled_from("rs"), st.sampled_from(("", "a", "b")), st.sampled_from("/xy"), st.integers(1, 3))
    )
)
def test_the_nearest_are_those_a_look_at_every_pair_finds(causes: list[tuple[str, str, str, int]]) -> None:
    groups = [group(number, *cause) for number, cause in enumerate(causes)]
    groups.sort(key=lambda one: (-one.tickets, one.id))

    def alike(one: Group, other: Group) -> int:
        path = one.path == other.path != "/"
        return (one.rule == other.rule) + bool(one.subject and one.subject == other.subject) + path

    for one in with_near(groups):
        others = [(-alike(one, other), -other.tickets, other.id) for other in groups if other.id != one.id]
        assert [name for name, _ in one.near] == [name for shared, _, name in sorted(others)[:3] if shared]
        by_id = {other.id: other for other in groups}
        assert all(len(words.split(", ")) == alike(one, by_id[name]) for name, words in one.near)


def test_a_person_names_merges_and_splits(tmp_path: Path) -> None:
    (tmp_path / "groups.toml").write_text(
        """
        [[group]]
        name = "Both of them"
        fingerprints = ["v1:a", "v1:b"]
        [[group]]
        name = "Only Heroku"
        fingerprints = ["v1:a"]
        only = { host = "*.herokuapp.com" }
        """,
        encoding="utf-8",
    )
    found = grouped(
        tmp_path,
        {"fingerprint": "v1:a"},
        {"fingerprint": "v1:b"},
        {"fingerprint": "v1:a", "hosts": ["app.example.com", "api.herokuapp.com"]},
        {"fingerprint": "v1:c"},
        grouping=Grouping(tmp_path / "groups.toml"),
    )
    assert {one.name: (one.tickets, one.is_named) for one in found} == {
        "Both of them": (2, True),
        "Only Heroku": (1, True),
        "It breaks.": (1, False),
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[[group", "is not TOML"),
        ("groups = 1", "holds .*group.* tables"),
        ('[[group]]\nname = "x"', "group 1: fingerprints is a list"),
        ('[[group]]\nname = "x"\nfingerprints = ["44"]', "group 1: fingerprints"),
        ('[[group]]\nname = "x"\nfingerprints = ["v1:4"]\nonly = 3', "group 1: only is a table"),
        ('[[group]]\nnames = "x"', "group 1: its members are"),
        ('[[group]]\nname = ""\nfingerprints = ["v1:4"]', "group 1: name is a text"),
    ],
)
def test_a_wrong_groups_file_says_where(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "groups.toml").write_text(content, encoding="utf-8")
    with pytest.raises(OptionsError, match=words):
        Grouping(tmp_path / "groups.toml")


@pytest.mark.parametrize(
    ("days", "known", "words"),
    [
        ([1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 9, 11, 12], 14, "rising: 0.6 to 11 a day"),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 4, 5], 14, "new: 12 in 3 days"),
        ([5, 7, 4, 6, 8, 5, 6, 4, 7, 5, 6, 6, 7, 5], 14, ""),  # as every day
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1], 14, ""),  # too few to say
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9], 4, ""),  # the batch knows one day before
        ([0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 2, 2, 3], 6, ""),
    ],
)
def test_a_rise_is_sudden_and_not_chance(days: list[int], known: int, words: str) -> None:
    assert rise(days, known) == words


def test_a_recording_without_times_takes_those_of_its_ticket(tmp_path: Path) -> None:
    times = ("2026-11-03T08:00:00Z", "2026-11-04", "2026-11-05 23:30:00-01:00", "soon")
    without = [{"fingerprint": f"v1:{n}", "started": None, "created": told} for n, told in enumerate(times)]
    found = grouped(tmp_path, *without, {"fingerprint": "v1:b", "created": "2026-11-01"})
    assert {one.id: one.first_seen for one in found} == {
        "v1:0": "2026-11-03",
        "v1:1": "2026-11-04",
        "v1:2": "2026-11-06",
        "v1:3": None,
        "v1:b": "2026-11-22",
    }


def test_the_table_of_groups_holds_every_group(tmp_path: Path) -> None:
    table = groups_table(grouped(tmp_path, {"fingerprint": "v1:a"}, {"fingerprint": "v1:b", "path": ""}))
    read = table.to_pylist()
    assert [one["group"] for one in read] == ["v1:a", "v1:b"]
    assert read[0]["browsers"] == [{"value": "Chrome 156", "tickets": 1}]
    assert read[0]["near"] == [{"group": "v1:b", "why": "same rule, same sid"}]


@pytest.mark.parametrize(
    ("headlines", "shared"),
    [
        (["The API on a.test refuses 9 calls."], "The API on a.test refuses 9 calls."),
        (["It ends at a.test, again."] * 2 + ["It ends at b.test, again."], "It ends at a.test, again."),
        (["It ends at a.test, again.", "It ends at b.test, again."], "It ends at different hosts, again."),
        (["All of it ends at a.test.", "All of it ends at b.test.", "It ends."], "All of it ends at different hosts."),
        (["It was tried 3 times."], "It was tried 3 times."),
        (["It was tried 3 times.", "It was tried 8 times."], "It was tried … times."),
        (["One two.", "Three four.", "One two.", "Five six."], "One two."),
        (["It breaks on x.", "It breaks."], "It breaks."),
    ],
)
def test_a_group_is_named_by_what_its_sentences_share(tmp_path: Path, headlines: list[str], shared: str) -> None:
    for said in (headlines, headlines[::-1]):
        (group,) = grouped(tmp_path, *({"fingerprint": "v1:a", "headline": one} for one in said))
        assert group.name == group.sentence == shared


def test_a_group_of_many_hosts_names_none_of_them(tmp_path: Path) -> None:
    said = ({"fingerprint": "v1:a", "headline": f"The call to {host} is refused."} for host in ("a.test", "b.test"))
    (group,) = grouped(tmp_path, *said)
    assert group.name == "The call to different hosts is refused."
