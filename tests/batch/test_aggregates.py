"""What is said of groups is the same whoever adds it up, in pieces of any size."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from haranalyze.batch import aggregates
from haranalyze.batch.aggregates import combined, places_of, tally
from haranalyze.batch.groups import Grouping
from haranalyze.batch.tables import ROW_GROUP
from haranalyze.batch.tickets import Tickets, piece, pieces
from tests.batch.rows import FAULT, tickets_of

COUNT = 3 * ROW_GROUP + 7


def row(number: int, dice: random.Random) -> dict[str, Any]:
    """A ticket with a few causes of very different size, and values that are missing, empty, many and strange."""
    cause = min(int(dice.expovariate(0.4)), 9)
    host = f"shop{dice.randrange(900)}.example.com"
    made = FAULT | {
        "ticket": f"T{number:05}",
        "fingerprint": f"v1:{cause}",
        "headline": f"The call to {host} is refused." if cause % 2 else "Nothing ä ✗ works.",
        "confidence": dice.choice(("certain", "likely", "possible", None)),
        "hosts": dice.sample((host, "api.example.com", "cdn.example.com"), dice.randrange(4)),
        "systems": dice.choice(([], ["SuperTokens"])),
        "browser": dice.choice(("", "Chrome 156", "Safari 26", None)),
        "customer": dice.choice((None, f"customer {dice.randrange(50)}")),
        "next_step": dice.choice((None, "Change\nit.", "Do this.")),
        "started": dice.choice((None, f"2026-11-{dice.randrange(1, 29):02}T23:59:59.9+00:00")),
        "missing": dice.sample(("cookies", "bodies", "sizes"), dice.randrange(3)),
    }
    without = {"fingerprint": None, "state": dice.choice(("healthy", "cannot-tell", "other-trouble"))}
    unread = {"fingerprint": None, "state": "not-read", "headline": None, "missing": None, "hosts": None}
    return made | dice.choice(({}, {}, {}, without, unread | {"reason": "the file is empty"}))


@pytest.fixture(scope="module")
def tickets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tickets]:
    dice = random.Random(5)
    path = tmp_path_factory.mktemp("tickets") / "tickets"
    with tickets_of(path, [row(number, dice) for number in range(COUNT)]) as made:
        yield made


@pytest.mark.parametrize("row_groups", [1, 3])
def test_dask_says_what_pandas_says(tickets: Tickets, row_groups: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aggregates, "PARTITION", row_groups)
    here = places_of(tickets, Grouping())
    spilled = places_of(tickets, Grouping(), most_here=COUNT - 1)
    assert spilled == here
    groups, others = here
    told = [one.tickets for one in groups] + [one.tickets for one in others]
    assert sum(told) == COUNT == len(tickets)
    assert [one.state for one in others] == ["other-trouble", "cannot-tell", "not-read", "healthy"]
    assert len(list(tickets.path.parent.iterdir())) == 1  # what it kept on disk is gone


def test_without_dask_pandas_does_it(tickets: Tickets, monkeypatch: pytest.MonkeyPatch) -> None:
    here = places_of(tickets, Grouping())
    monkeypatch.setattr(aggregates, "find_spec", lambda _: None)
    monkeypatch.setattr(aggregates, "_spilled", None)
    assert places_of(tickets, Grouping(), most_here=0) == here


def test_tallies_add_up_in_any_order_and_pieces(tickets: Tickets) -> None:
    whole = [tally(piece(tickets.path, number)) for number in pieces(tickets.path)]
    assert len(whole) == 4
    want = combined(whole)
    assert want["tickets"].sum() > 10 * COUNT
    dice = random.Random(3)
    for _ in range(4):
        dice.shuffle(whole)
        cut = dice.randrange(1, 4)
        assert combined([combined(whole[:cut]), combined(whole[cut:])]).equals(want)


def test_the_counts_are_those_of_the_rows(tickets: Tickets) -> None:
    """Counted by hand from the lists of the same tickets."""
    groups, _ = places_of(tickets, Grouping())
    for group in groups:
        listed = list(tickets.at(group.id))
        assert group.tickets == len(listed)
        assert group.customers == len({one.customer for one in listed if one.customer})
        assert dict(group.browsers) == Counter(one.browser for one in listed if one.browser)
        assert dict(group.hosts)["api.example.com"] == sum("api.example.com" in (one.hosts or ()) for one in listed)
        assert group.last_seen == max(one.day for one in listed if one.day)
