"""A site's cookies by moment: what lived then, and the counts that limits look at."""

from haranalyze.protocol.set_cookie import SameSite
from haranalyze.protocol.stored_cookies import LOOK_AT, SiteCookies, StoredCookie


def cookie(name: str, begin: float, value: str = "1", partition: str | None = None) -> StoredCookie:
    kept = StoredCookie(name, value, "a.example", True, "/", False, False, SameSite.UNSET, None, begin, begin)
    kept.partition = partition
    return kept


def test_every_moment_shows_what_lived_then() -> None:
    site = SiteCookies()
    first, second, other = cookie("a", 1), cookie("a", 5, "2"), cookie("b", 3)
    for one in (first, other):
        site.add(one)
    assert site.end(first, 5, by="line")
    site.add(second)
    assert site.end(other, 7, by="request")
    assert not site.end(other, 6, by="earlier")
    moments = {at: {(one.name, one.value) for one in site.alive(at)} for at in (0, 1, 4, 5, 6, 7)}
    both = {("a", "1"), ("b", "1")}
    assert moments == {
        0: set(), 1: {("a", "1")}, 4: both, 5: {("a", "2"), ("b", "1")}, 6: {("a", "2")}, 7: {("a", "2")},
    }  # fmt: skip
    assert first.ended_by == "line"
    assert set(site.living) == {"a"}


def test_counts_and_bytes_go_by_partition() -> None:
    site = SiteCookies()
    site.add(cookie("a", 1))
    apart = cookie("bb", 2, "three", "https://page.test")
    site.add(apart)
    assert (site.counts, site.sizes) == ({None: 1, "https://page.test": 1}, {"https://page.test": 7})
    site.end(apart, 3, by=None)
    assert (site.counts["https://page.test"], site.sizes["https://page.test"]) == (0, 0)


def test_of_very_many_with_one_name_the_latest_are_looked_at() -> None:
    site = SiteCookies()
    for number in range(LOOK_AT + 10):
        site.add(cookie("a", number, str(number)))
    assert [one.value for one in site.alive(1e6)] == [str(number) for number in range(10, LOOK_AT + 10)]
    assert len(list(site.alive(5.5))) == 6
