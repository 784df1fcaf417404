"""What a cache may keep, for how long, and for whom. The wide coverage is in tests/conformance (suite http-cache)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.cache_fields import Fields, fields_of
from haranalyze.protocol.http_cache import (
    Basis,
    CacheKind,
    CacheMode,
    CachePolicy,
    CacheRequest,
    CacheResponse,
    Need,
    Reason,
)

NOON = 1_795_348_800_000.0  # Sun, 22 Nov 2026 12:00:00 GMT
DATE = "Sun, 22 Nov 2026 12:00:00 GMT"
URL = "https://api.example.com/me"


def policy(
    control: str | None,
    *,
    kind: CacheKind = CacheKind.PRIVATE,
    method: str = "GET",
    status: int = 200,
    sent: Fields | None = None,
    **others: str,
) -> CachePolicy:
    pairs = [(name.replace("_", "-"), value) for name, value in others.items()]
    if control is not None:
        pairs.append(("Cache-Control", control))
    return CachePolicy(kind, CacheRequest(method, URL, sent or {}), CacheResponse(status, fields_of(pairs), NOON, NOON))


@pytest.mark.parametrize(
    ("kind", "control", "others", "expected"),
    [
        ("private", None, {}, Reason.ALLOWED_BY_STATUS),
        ("private", "no-store, max-age=60", {}, Reason.RESPONSE_NO_STORE),
        ("private", "private", {"status": 403}, Reason.ALLOWED_EXPLICITLY),
        ("shared", "private", {}, Reason.RESPONSE_PRIVATE),
        ("shared", 'private="x-user", max-age=60', {}, Reason.ALLOWED_EXPLICITLY),
        ("shared", "s-maxage=60", {"status": 403}, Reason.ALLOWED_EXPLICITLY),
        ("private", "s-maxage=60", {"status": 403}, Reason.NOTHING_ALLOWS),
        ("private", None, {"status": 403}, Reason.NOTHING_ALLOWS),
        ("private", "max-age=60", {"status": 429}, Reason.STATUS),
        ("private", "max-age=60", {"status": 304}, Reason.STATUS),
        ("private", "max-age=60", {"status": 206}, Reason.PARTIAL),
        ("private", "max-age=60", {"method": "PUT"}, Reason.METHOD),
        ("private", None, {"method": "POST"}, Reason.METHOD),
        ("private", "max-age=60", {"method": "POST"}, Reason.ALLOWED_EXPLICITLY),
        ("shared", "max-age=60", {"sent": {"authorization": ("Bearer x",)}}, Reason.AUTHORIZATION),
        ("shared", "max-age=60, public", {"sent": {"authorization": ("Bearer x",)}}, Reason.ALLOWED_EXPLICITLY),
        ("private", "max-age=60", {"sent": {"authorization": ("Bearer x",)}}, Reason.ALLOWED_EXPLICITLY),
        ("private", "max-age=60", {"sent": {"cache-control": ("no-store",)}}, Reason.REQUEST_NO_STORE),
        ("private", "no-store, must-understand", {}, Reason.ALLOWED_BY_STATUS),
        ("private", "max-age=60, must-understand", {"status": 299}, Reason.NOT_UNDERSTOOD),
        ("shared", "no-store", {"CDN_Cache_Control": "max-age=60"}, Reason.RESPONSE_NO_STORE),
        ("cdn", "no-store", {"CDN_Cache_Control": "max-age=60"}, Reason.ALLOWED_EXPLICITLY),
        ("cdn", "no-store", {"CDN_Cache_Control": "max-age=60, &"}, Reason.RESPONSE_NO_STORE),
    ],
)
def test_what_may_be_kept_and_why(kind: str, control: str | None, others: dict[str, object], expected: Reason) -> None:
    storage = policy(control, kind=CacheKind(kind), **others).storage  # type: ignore[arg-type]
    assert storage.reason is expected
    assert storage.allowed is (expected in (Reason.ALLOWED_BY_STATUS, Reason.ALLOWED_EXPLICITLY))


@pytest.mark.parametrize(
    ("kind", "control", "others", "seconds", "basis"),
    [
        ("private", "max-age=60, s-maxage=5", {}, 60, Basis.MAX_AGE),
        ("shared", "max-age=60, s-maxage=5", {}, 5, Basis.S_MAXAGE),
        ("shared", "max-age=10, max-age=20", {}, 10, Basis.MAX_AGE),
        ("private", "max-age=soon", {"Expires": "Sun, 22 Nov 2026 13:00:00 GMT"}, 0, Basis.MAX_AGE),
        ("private", None, {"Expires": "Sun, 22 Nov 2026 12:10:00 GMT"}, 600, Basis.EXPIRES),
        ("private", None, {"Expires": "0"}, 0, Basis.EXPIRES),
        ("private", None, {"Expires": "Sat, 21 Nov 2026 12:10:00 GMT"}, 0, Basis.EXPIRES),
        ("private", None, {"Last_Modified": "Sun, 22 Nov 2026 11:50:00 GMT"}, 60, Basis.LAST_MODIFIED),
        ("private", None, {"Last_Modified": "Sun, 22 Nov 2026 12:50:00 GMT"}, 0, Basis.NONE),
        ("private", "must-revalidate", {"Last_Modified": "Sun, 22 Nov 2026 11:50:00 GMT"}, 0, Basis.NONE),
        ("private", None, {"status": 403, "Last_Modified": "Sun, 22 Nov 2026 11:50:00 GMT"}, 0, Basis.NONE),
        ("private", None, {"status": 308}, 10**15, Basis.PERMANENT),
        ("shared", None, {"status": 308}, 0, Basis.NONE),
        ("cdn", "max-age=60", {"CDN_Cache_Control": "max-age=7"}, 7, Basis.MAX_AGE),
    ],
)
def test_how_long_it_stays_fresh(
    kind: str, control: str | None, others: dict[str, object], seconds: int, basis: Basis
) -> None:
    lifetime = policy(control, kind=CacheKind(kind), Date=DATE, **others).lifetime  # type: ignore[arg-type]
    assert (lifetime.seconds, lifetime.basis) == (seconds, basis)


def test_age_counts_the_way_the_delay_and_the_rest() -> None:
    fields = fields_of([("Date", "Sun, 22 Nov 2026 11:59:50 GMT"), ("Age", "20")])
    response = CacheResponse(200, fields, NOON - 3_000, NOON)
    read = CachePolicy(CacheKind.PRIVATE, CacheRequest("GET", URL), response)
    assert read.age(NOON) == 23  # Age and the delay outweigh the ten seconds since Date
    assert read.age(NOON + 7_000) == 30


@pytest.mark.parametrize(
    ("control", "request_control", "seconds", "need", "reason"),
    [
        ("max-age=60", None, 59, Need.NONE, Reason.FRESH),
        ("max-age=60", None, 60, Need.BEFORE_USE, Reason.STALE),
        ("no-cache, max-age=60", None, 1, Need.BEFORE_USE, Reason.NO_CACHE),
        ('no-cache="set-cookie", max-age=60', None, 1, Need.NONE, Reason.FRESH),
        ("max-age=60", "no-cache", 1, Need.BEFORE_USE, Reason.REQUEST_NO_CACHE),
        ("max-age=60", "max-age=0", 1, Need.BEFORE_USE, Reason.REQUEST_MAX_AGE),
        ("max-age=60, immutable", "max-age=0", 1, Need.NONE, Reason.FRESH),
        ("max-age=60", "min-fresh=60", 1, Need.BEFORE_USE, Reason.MIN_FRESH),
        ("max-age=60", "max-stale=20", 70, Need.NONE, Reason.MAX_STALE),
        ("max-age=60, must-revalidate", "max-stale=20", 70, Need.BEFORE_USE, Reason.STALE),
        ("max-age=60, stale-while-revalidate=30", None, 70, Need.IN_BACKGROUND, Reason.WHILE_REVALIDATE),
        ("max-age=60, stale-while-revalidate=30", None, 90, Need.BEFORE_USE, Reason.STALE),
    ],
)
def test_when_it_may_be_used_again(
    control: str, request_control: str | None, seconds: int, need: Need, reason: Reason
) -> None:
    asked = CacheRequest("GET", URL, {} if request_control is None else {"cache-control": (request_control,)})
    use = policy(control).use(asked, NOON + seconds * 1000)
    assert (use.need, use.reason) == (need, reason)


def test_a_reload_asks_unless_the_response_is_immutable() -> None:
    reload = CacheRequest("GET", URL, mode=CacheMode.NO_CACHE)
    assert policy("max-age=60").use(reload, NOON).need is Need.BEFORE_USE
    assert policy("max-age=60, immutable").use(reload, NOON).need is Need.NONE
    assert policy("max-age=60, immutable").use(reload, NOON + 61_000).need is Need.BEFORE_USE


@pytest.mark.parametrize(
    ("stored", "asked", "expected"),
    [
        ("GET", ("HEAD", URL), None),
        ("HEAD", ("GET", URL), Reason.METHOD),
        ("GET", ("POST", URL), Reason.METHOD),
        ("GET", ("GET", URL + "?page=2"), Reason.URL),
    ],
)
def test_which_requests_it_answers(stored: str, asked: tuple[str, str], expected: Reason | None) -> None:
    assert policy("max-age=60", method=stored).matches(CacheRequest(*asked)) is expected


@pytest.mark.parametrize(("location", "expected"), [(URL, None), ("", None), ("/you", Reason.METHOD)])
def test_an_answer_to_post_stands_for_a_get_only_where_it_says_so(location: str, expected: Reason | None) -> None:
    stored = policy("max-age=60", method="POST", Content_Location=location)
    assert stored.matches(CacheRequest("GET", URL)) is expected
    assert stored.matches(CacheRequest("POST", URL)) is Reason.METHOD


def test_a_shared_cache_keeps_cookies_to_itself_unless_told_otherwise() -> None:
    def need(control: str, kind: CacheKind) -> Need:
        return policy(control, kind=kind, Set_Cookie="a=b").need(NOON).need

    assert need("max-age=60", CacheKind.PRIVATE) is Need.NONE
    assert need("max-age=60", CacheKind.SHARED) is Need.BEFORE_USE
    assert need("max-age=60, public", CacheKind.SHARED) is Need.NONE


def test_stale_use_is_forbidden_by_s_maxage_in_a_proxy_but_not_in_a_cdn() -> None:
    control = "s-maxage=60, stale-while-revalidate=60, stale-if-error=60"
    late = NOON + 70_000
    assert [policy(control, kind=kind).stale_while_revalidate(late) for kind in (CacheKind.SHARED, CacheKind.CDN)] == [
        False,
        True,
    ]
    assert policy("max-age=60, stale-if-error=60").stale_if_error(late)
    assert not policy("max-age=60, stale-if-error=60").stale_if_error(NOON + 120_000)


CONTROLS = st.lists(
    st.sampled_from(
        "no-store no-cache public private must-revalidate must-understand immutable max-age=60 s-maxage=5 "
        'max-age= max-age=x private="a" no-cache="b" stale-while-revalidate=9'.split()
    ),
    max_size=5,
).map(", ".join)
VALUES = st.one_of(CONTROLS, st.text(max_size=30), st.sampled_from([DATE, "0", "-1", "99999999999999999999", "*"]))
NAMES = st.sampled_from(
    "cache-control cdn-cache-control expires date last-modified age vary pragma set-cookie content-location".split()
)
FIELDS = st.lists(st.tuples(NAMES, VALUES), max_size=6).map(fields_of)
KINDS = st.sampled_from(list(CacheKind))


@given(KINDS, FIELDS, FIELDS, st.integers(0, 999), st.floats(-1e13, 1e13), st.floats(-1e13, 1e13))
def test_nothing_makes_a_policy_raise_and_no_age_is_negative(
    kind: CacheKind, sent: Fields, received: Fields, status: int, at: float, now: float
) -> None:
    read = CachePolicy(kind, CacheRequest("GET", URL, sent), CacheResponse(status, received, at, NOON))
    assert read.age(now) >= 0
    assert read.lifetime.seconds >= 0
    assert read.use(CacheRequest("GET", URL, sent), now).need in Need
    if not read.storage.allowed:
        assert not read.is_fresh(now)


@given(KINDS, CONTROLS, st.sampled_from(["GET", "HEAD", "POST"]), st.sampled_from([200, 301, 404, 500]))
def test_what_says_no_store_is_never_kept(kind: CacheKind, control: str, method: str, status: int) -> None:
    said = f"{control}, no-store" if control else "no-store"
    if "must-understand" not in said:
        assert not policy(said, kind=kind, method=method, status=status, Expires=DATE).storage.allowed
