"""The list of a run: order, double names, columns."""

from haranalyze.batch.entries import Entry
from haranalyze.batch.listing import Listing
from haranalyze.batch.sources import Item


def test_items_come_in_their_order_and_results_sorted() -> None:
    listing = Listing()
    for number in range(1_200):
        listing.add(Item(f"{number % 7}", f"{1_200 - number:05}", f"/{number}"))
    assert [item.location for item in listing.items()] == [f"/{number}" for number in range(1_200)]
    for item in listing.items():
        if item.ticket != "3":
            listing.done(item, Entry("", int(item.location[1:])))
    results = list(listing.results())
    names = [(item.ticket, item.capture) for item, _ in results]
    assert names == sorted(names)
    assert len(results) == sum(number % 7 != 3 for number in range(1_200))
    assert all(entry.bytes == int(item.location[1:]) for item, entry in results)
    listing.close()


def test_a_file_counts_once_and_two_of_one_name_are_kept_apart() -> None:
    listing = Listing()
    for location in ("/a/x.har", "/b/x.har", "/a/x.har", "/c/x.har"):
        listing.add(Item("T", "x.har", location, {"plan": "a"}))
    assert [(item.capture, item.location) for item in listing.items()] == [
        ("x.har", "/a/x.har"),
        ("2/x.har", "/b/x.har"),
        ("3/x.har", "/c/x.har"),
    ]
    assert (len(listing), listing.columns) == (3, ["plan"])
    listing.close()
