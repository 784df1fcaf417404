"""Which cookies go when a store is full; the numbers are Chromium's (net/cookies/cookie_monster.cc) and Firefox's."""

from collections.abc import Callable

import pytest

from haranalyze.protocol.browsers import CHROMIUM, CLIENT, FIREFOX, Browser
from haranalyze.protocol.cookie_store import CookieStore
from haranalyze.protocol.set_cookie import parse_set_cookie
from haranalyze.protocol.stored_cookies import StoredCookie
from haranalyze.protocol.url import Url, parse_url

SITE = parse_url("https://api.example.com/")
DAY = 86_400_000.0


def put(store: CookieStore, line: str, at: float, url: Url = SITE, partition: str | None = None) -> StoredCookie:
    cookie = parse_set_cookie(line)
    assert cookie is not None
    kept = store.store(cookie, url, at, partition=partition)
    assert kept is not None
    return kept


def filled(attributes: Callable[[int], str], count: int = 181, browser: Browser = CHROMIUM) -> CookieStore:
    """A store after ``count`` cookies c0, c1, ... a second apart."""
    store = CookieStore(browser)
    for number in range(count):
        put(store, f"c{number}=1; Path=/{attributes(number)}", number * 1_000.0)
    return store


def left(store: CookieStore, at: float = 1e9) -> set[int]:
    return {int(one.name[1:]) for one in store.alive(SITE.host, at)}


def test_the_least_recently_used_go() -> None:
    store = CookieStore()
    kept = [put(store, f"c{number}=1; Path=/", number * 1_000.0) for number in range(180)]
    store.touch(kept[0], 600_000.0)
    put(store, "c180=1; Path=/", 601_000.0)
    assert left(store) == {0, *range(32, 181)}  # 31 of 181 go: 180 - 30 stay
    assert kept[1].evicted
    assert not kept[0].evicted


def test_uses_within_a_minute_are_not_told_apart() -> None:
    store = CookieStore()
    kept = put(store, "a=1", 0.0)
    store.touch(kept, 59_999.0)
    assert kept.used == 0.0
    store.touch(kept, 60_000.0)
    assert kept.used == 60_000.0


@pytest.mark.parametrize(
    ("attributes", "gone"),
    [
        # insecure ones of medium priority first, then secure ones
        (lambda n: "; Secure" if n < 100 else "", {*range(100, 131)}),
        # 30 of low priority are spared, however old
        (lambda n: "; Priority=Low" if n < 40 else "", {*range(10), *range(40, 61)}),
        # of 10 with low priority none goes
        (lambda n: "; Priority=Low" if n < 10 else "", {*range(10, 41)}),
        # 20 insecure ones of medium priority are within its quota of 50; those of high priority go
        (lambda n: "" if n < 20 else "; Priority=High", {*range(20, 51)}),
    ],
)
def test_chromium_goes_by_priority_and_secure(attributes: Callable[[int], str], gone: set[int]) -> None:
    assert left(filled(attributes)) == set(range(181)) - gone


def test_expired_ones_go_before_any_other() -> None:
    store = filled(lambda n: "; Max-Age=100" if n < 20 else "")
    assert left(store) == set(range(20, 181))


def test_firefox_takes_only_insecure_ones_while_there_are_any() -> None:
    assert left(filled(lambda n: "" if n < 5 else "; Secure", browser=FIREFOX)) == set(range(5, 181))
    assert left(filled(lambda n: "; Secure", browser=FIREFOX)) == set(range(30, 181))


def test_a_client_that_is_no_browser_keeps_all() -> None:
    assert len(left(filled(lambda n: "", 400, CLIENT))) == 400


def test_a_partition_has_its_own_limits_of_count_and_bytes() -> None:
    store = CookieStore()
    for number in range(180):
        put(store, f"s{number}=1; Path=/", number)
    for number in range(181):
        put(store, f"c{number}=1; Path=/; Secure; Partitioned", 1_000.0 + number, partition="https://page.test")
    kept = [one for one in store.alive(SITE.host, 1e9) if one.partition]
    assert {one.name for one in kept} == {f"c{number}" for number in range(1, 181)}
    assert sum(one.partition is None for one in store.alive(SITE.host, 1e9)) == 180
    put(store, f"big={'x' * 4_000}; Secure; Partitioned", 2_000.0, partition="https://other.test")
    put(store, f"two={'x' * 4_000}; Secure; Partitioned", 2_001.0, partition="https://other.test")
    put(store, f"new={'x' * 4_000}; Secure; Partitioned", 2_002.0, partition="https://other.test")
    kept = [one for one in store.alive(SITE.host, 1e9) if one.partition == "https://other.test"]
    assert [one.name for one in kept] == ["two", "new"]


def test_beyond_3300_in_all_those_not_used_for_30_days_go_insecure_ones_first() -> None:
    store = CookieStore()
    for number in range(3_300):
        url = parse_url(f"https://host{number // 100}.test/")
        put(store, f"c{number}=1; Path=/{'; Secure' if number < 100 else ''}", number, url)
    put(store, "c9999=1", 29 * DAY)
    assert sum(1 for _ in store.everything(29 * DAY)) == 3_301
    put(store, "c9998=1", 31 * DAY)
    left_over = {one.name for one in store.everything(31 * DAY)}
    assert len(left_over) == 3_000
    assert {f"c{number}" for number in range(100)} <= left_over  # Secure
    assert not {f"c{number}" for number in range(100, 402)} & left_over
    assert {"c402", "c9998", "c9999"} <= left_over
