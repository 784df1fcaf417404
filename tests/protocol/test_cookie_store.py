"""The store over time; most single decisions are the vectors of tests/conformance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.browsers import CHROMIUM, CLIENT, FIREFOX, SAFARI, STANDARD, Browser
from haranalyze.protocol.cookie_store import CookieStore, Reason, cookie_domain
from haranalyze.protocol.same_site import Context
from haranalyze.protocol.set_cookie import parse_set_cookie
from haranalyze.protocol.stored_cookies import StoredCookie
from haranalyze.protocol.url import Url, parse_url

SITE = parse_url("https://api.example.com/auth/signin")
LOCAL = parse_url("http://localhost:3000/")


def put(store: CookieStore, line: str, at: float, url: Url = SITE) -> StoredCookie | None:
    cookie = parse_set_cookie(line)
    assert cookie is not None
    assert store.refusal(cookie, url, at) is None
    return store.store(cookie, url, at)


def header(store: CookieStore, at: float, url: Url = SITE) -> str:
    return "; ".join(f"{one.name}={one.value}" for one in store.sent(url, at))


def test_every_moment_can_be_asked_about() -> None:
    store = CookieStore()
    put(store, "a=1; Path=/", 10)
    put(store, "a=2; Path=/", 20)
    put(store, "a=; Path=/; Max-Age=0", 30)
    assert [header(store, at) for at in (5, 10, 19, 20, 29, 30)] == ["", "a=1", "a=1", "a=2", "a=2", ""]


@pytest.mark.parametrize(("browser", "order"), [(CHROMIUM, "b=1; a=2"), (FIREFOX, "a=2; b=1")])
def test_a_new_value_moves_a_cookie_back_in_chromium(browser: Browser, order: str) -> None:
    store = CookieStore(browser)
    put(store, "a=1; Path=/", 1)
    put(store, "b=1; Path=/", 2)
    put(store, "a=2; Path=/", 3)
    assert header(store, 4) == order


def test_longer_paths_come_first() -> None:
    store = CookieStore()
    put(store, "a=root; Path=/", 1)
    put(store, "a=deep; Path=/auth", 2)
    assert header(store, 3) == "a=deep; a=root"


@pytest.mark.parametrize(("browser", "reason"), [(CHROMIUM, None), (SAFARI, Reason.SECURE_ONLY)])
def test_localhost_is_trusted_except_by_safari(browser: Browser, reason: Reason | None) -> None:
    cookie = parse_set_cookie("a=b; Secure")
    assert cookie is not None
    assert CookieStore(browser).refusal(cookie, LOCAL, 0) is reason


@pytest.mark.parametrize(("browser", "reason"), [(CHROMIUM, None), (FIREFOX, None), (SAFARI, Reason.THIRD_PARTY)])
def test_safari_keeps_nothing_of_third_parties(browser: Browser, reason: Reason | None) -> None:
    cookie = parse_set_cookie("a=b; Secure; SameSite=None")
    assert cookie is not None
    store = CookieStore(browser)
    assert store.refusal(cookie, SITE, 0, context=Context.CROSS_SITE, third_party=True) is reason


def test_firefox_keeps_a_jar_for_each_page() -> None:
    store = CookieStore(FIREFOX)
    cookie = parse_set_cookie("a=b; Secure; SameSite=None")
    assert cookie is not None
    kept = store.store(cookie, SITE, 0, partition="https://one.test", third_party=True)
    assert kept is not None
    assert store.withheld(kept, SITE, 1, partition="https://one.test", third_party=True) is None
    assert store.withheld(kept, SITE, 1, partition="https://two.test", third_party=True) is Reason.OTHER_PARTITION
    assert store.withheld(kept, SITE, 1, partition="https://example.com") is Reason.OTHER_PARTITION


def test_a_client_that_is_no_browser_knows_no_policy() -> None:
    store = CookieStore(CLIENT)
    put(store, "__Host-a=b; SameSite=None; Domain=example.com", 1)
    assert header(store, 2) == "__Host-a=b"


def test_the_lax_post_window_closes_after_two_minutes() -> None:
    store = CookieStore()
    kept = put(store, "a=b; Path=/", 0)
    assert kept is not None
    assert store.withheld(kept, SITE, 120_000, context=Context.LAX_UNSAFE) is None
    assert store.withheld(kept, SITE, 120_001, context=Context.LAX_UNSAFE) is Reason.SAME_SITE_UNSPECIFIED


def test_expires_is_read_by_the_clock_of_the_server() -> None:
    store = CookieStore(epoch=1_000_000.0)
    cookie = parse_set_cookie("a=b; Path=/; Expires=Thu, 01 Jan 1970 00:30:00 GMT")
    assert cookie is not None
    kept = store.store(cookie, SITE, 0.0, server_time=1_700_000.0)  # the server is 700 s ahead
    assert kept is not None
    assert kept.expires == 1_800_000.0 - 700_000.0 - 1_000_000.0


def test_what_a_request_shows_holds_from_then_on() -> None:
    store = CookieStore()
    kept = put(store, "a=b; Path=/; SameSite=Strict", 0)
    assert kept is not None
    assert store.withheld(kept, SITE, 1, context=Context.CROSS_SITE) is Reason.SAME_SITE_STRICT
    store.excuse(kept, Reason.SAME_SITE_STRICT)
    assert store.withheld(kept, SITE, 1, context=Context.CROSS_SITE) is None
    learnt = store.learn("a", "c", SITE, 5, like=kept)
    assert (header(store, 4), header(store, 6)) == ("a=b", "a=c")
    assert learnt.same_site is kept.same_site


labels = st.text("ab.-", max_size=8)


@given(st.sampled_from(["app.example.com", "example.com", "com", "127.0.0.1", "a..", ""]), labels)
def test_a_cookie_never_leaves_the_registrable_domain(host: str, attribute: str) -> None:
    found = cookie_domain(host, attribute)
    if not isinstance(found, Reason):
        domain, host_only = found
        assert host == domain or (not host_only and host.endswith("." + domain))


@given(st.text(max_size=60), st.sampled_from(list(Context)), st.booleans())
def test_no_line_breaks_the_store(line: str, context: Context, by_script: bool) -> None:
    cookie = parse_set_cookie(line)
    if cookie is not None:
        store = CookieStore()
        if store.refusal(cookie, SITE, 0, context=context, by_script=by_script) is None:
            kept = store.store(cookie, SITE, 0)
            assert kept is None or kept in store.named(cookie.name, SITE.host)


@pytest.mark.parametrize(("browser", "reason"), [(CHROMIUM, Reason.INVALID_PREFIX), (STANDARD, Reason.SECURE_ONLY)])
def test_chromium_judges_the_prefix_first(browser: Browser, reason: Reason) -> None:
    cookie = parse_set_cookie("__Host-a=b; Secure; Path=/; Domain=example.com")
    assert cookie is not None
    assert CookieStore(browser).refusal(cookie, parse_url("http://example.com/"), 0) is reason


@pytest.mark.parametrize(
    ("domain", "browser", "reason"),
    [
        ("127.2.87.1", CHROMIUM, None),
        ("127.2.87.2", CHROMIUM, Reason.DOMAIN_MISMATCH),
        ("127.2.87.1", STANDARD, Reason.INVALID_PREFIX),
        ("127.2.87.1", FIREFOX, Reason.INVALID_PREFIX),
    ],
)
def test_chromium_lets_a_host_cookie_name_the_address_it_is_for(
    domain: str, browser: Browser, reason: Reason | None
) -> None:
    cookie = parse_set_cookie(f"__Host-a=b; Secure; Path=/; Domain={domain}")
    assert cookie is not None
    assert CookieStore(browser).refusal(cookie, parse_url("https://127.2.87.1/"), 0) is reason


@pytest.mark.parametrize(("browser", "reason"), [(CHROMIUM, None), (FIREFOX, Reason.NO_COOKIE_CONTENT)])
def test_firefox_drops_a_cookie_without_a_name(browser: Browser, reason: Reason | None) -> None:
    store = CookieStore(browser)
    parsed = parse_set_cookie("=value; Path=/")
    assert parsed is not None
    assert store.refusal(parsed, SITE, 0.0) is reason


def test_what_scripts_wrote_can_be_dropped() -> None:
    store = CookieStore(SAFARI)
    cookie = parse_set_cookie("a=1; Path=/")
    assert cookie is not None
    written = store.store(cookie, SITE, 1, by_script=True)
    put(store, "b=1; Path=/", 2)
    store.drop_scripts("example.com", 3, seen="later")
    assert header(store, 4) == "b=1"
    assert written is not None
    assert (written.aged, written.ended_by) == (True, "later")


@pytest.mark.parametrize(("browser", "kept"), [(CHROMIUM, False), (FIREFOX, True), (STANDARD, True)])
def test_a_year_before_1601_is_long_past_in_chromium(browser: Browser, kept: bool) -> None:
    store = CookieStore(browser)
    cookie = parse_set_cookie("a=1; Expires=Sat, 15 Apr 1600 21:01:22 GMT")
    assert cookie is not None
    assert (store.store(cookie, SITE, 1) is not None) is kept
    assert cookie.is_deletion(0.0, early=browser.early_dates) is not kept
