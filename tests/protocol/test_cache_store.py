"""A cache that replays exchanges. The wide coverage is in tests/conformance (suite http-cache)."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.cache_fields import fields_of
from haranalyze.protocol.cache_store import Answer, Cache, Served
from haranalyze.protocol.http_cache import CacheKind, CacheMode, CacheRequest, CacheResponse, Reason

NOON = 1_795_348_800_000.0
URL = "https://api.example.com/me"


@dataclass
class Origin:
    """Answers with what is set, and keeps what it was asked."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = "0123456789"
    asked: list[CacheRequest] = field(default_factory=list)
    now: float = NOON
    down: bool = False

    def __call__(self, request: CacheRequest) -> CacheResponse | None:
        self.asked.append(request)
        if self.down:
            return None
        return CacheResponse(self.status, fields_of(self.headers.items()), self.now, self.now, self.body)


def get(cache: Cache, origin: Origin, seconds: float = 0, method: str = "GET", **headers: str) -> Answer:
    origin.now = NOON + seconds * 1000
    fields = {name.replace("_", "-"): (value,) for name, value in headers.items()}
    return cache.fetch(CacheRequest(method, URL, fields), origin.now, origin)


def test_a_fresh_answer_comes_from_the_cache_with_its_age() -> None:
    cache, origin = Cache(CacheKind.PRIVATE), Origin(headers={"Cache-Control": "max-age=60"})
    assert get(cache, origin).served is Served.ORIGIN
    again = get(cache, origin, 10)
    assert (again.served, again.reason, again.asked, again.body) == (Served.CACHE, Reason.FRESH, None, "0123456789")
    assert again.fields["age"] == ("10",)
    assert get(cache, origin, 61).served is Served.ORIGIN
    assert len(origin.asked) == 2


def test_a_stale_answer_is_asked_about_and_updated() -> None:
    cache = Cache(CacheKind.PRIVATE)
    origin = Origin(headers={"Cache-Control": "max-age=1", "ETag": '"a"', "X-Round": "1"})
    get(cache, origin)
    origin.status, origin.headers = 304, {"ETag": '"a"', "X-Round": "2", "Cache-Control": "max-age=60"}
    answer = get(cache, origin, 5)
    assert (answer.served, answer.status, answer.reason) == (Served.VALIDATED, 200, Reason.STALE)
    assert origin.asked[-1].fields["if-none-match"] == ('"a"',)
    assert get(cache, origin, 30).fields["x-round"] == ("2",)


def test_a_304_about_another_response_is_not_believed() -> None:
    cache, origin = Cache(CacheKind.PRIVATE), Origin(headers={"Cache-Control": "max-age=1", "ETag": '"a"'})
    get(cache, origin)
    origin.status, origin.headers = 304, {"ETag": '"b"'}
    assert get(cache, origin, 5).served is Served.ORIGIN
    assert "if-none-match" not in origin.asked[-1].fields


def test_one_users_answer_is_not_given_to_another_by_a_shared_cache() -> None:
    shared, private = Cache(CacheKind.SHARED), Cache(CacheKind.PRIVATE)
    for cache, expected in ((shared, Served.ORIGIN), (private, Served.CACHE)):
        origin = Origin(headers={"Cache-Control": "max-age=60"})
        get(cache, origin, authorization="Bearer one")
        assert get(cache, origin, 1, authorization="Bearer two").served is expected


def test_variants_stand_side_by_side() -> None:
    cache, origin = Cache(CacheKind.SHARED), Origin(headers={"Cache-Control": "max-age=60", "Vary": "Cookie"})
    get(cache, origin, cookie="u=1")
    assert get(cache, origin, 1, cookie="u=2").reason is Reason.VARY
    assert [get(cache, origin, 2, cookie=f"u={n}").served for n in (1, 2, 3)] == [
        Served.CACHE,
        Served.CACHE,
        Served.ORIGIN,
    ]


def test_an_unsafe_method_that_succeeds_clears_the_url() -> None:
    cache, origin = Cache(CacheKind.PRIVATE), Origin(headers={"Cache-Control": "max-age=60"})
    get(cache, origin)
    origin.status = 500
    get(cache, origin, 1, "POST")
    assert get(cache, origin, 2).served is Served.CACHE
    origin.status = 204
    get(cache, origin, 3, "POST")
    origin.status = 200
    assert get(cache, origin, 4).served is Served.ORIGIN


def test_a_failing_origin_is_covered_only_where_allowed() -> None:
    for control, down, expected in (
        ("max-age=1, stale-if-error=60", False, 200),
        ("max-age=1, stale-if-error=60", True, 200),
        ("max-age=1", False, 503),
        ("max-age=1", True, 0),
    ):
        cache, origin = Cache(CacheKind.PRIVATE), Origin(headers={"Cache-Control": control})
        get(cache, origin)
        origin.status, origin.down = 503, down
        assert get(cache, origin, 5).status == expected, (control, down)


def test_a_proxy_serves_stale_when_cut_off_unless_forbidden() -> None:
    for control, expected in (("max-age=1", 200), ("max-age=1, must-revalidate", 0), ("s-maxage=1", 0)):
        cache, origin = Cache(CacheKind.SHARED), Origin(headers={"Cache-Control": control})
        get(cache, origin)
        origin.down = True
        assert get(cache, origin, 5).status == expected, control


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        ("bytes=0-1", 206, "01"),
        ("bytes=8-", 206, "89"),
        ("bytes=-3", 206, "789"),
        ("bytes=4-99", 206, "456789"),
        ("bytes=5-3", 200, "0123456789"),
        ("lines=0-1", 200, "0123456789"),
    ],
)
def test_a_range_is_cut_from_the_whole(wanted: str, status: int, body: str) -> None:
    cache, origin = Cache(CacheKind.PRIVATE), Origin(headers={"Cache-Control": "max-age=60"})
    get(cache, origin)
    answer = get(cache, origin, 1, range=wanted)
    assert (answer.served, answer.status, answer.body) == (Served.CACHE, status, body)


def test_a_part_answers_only_what_it_holds() -> None:
    cache = Cache(CacheKind.PRIVATE)
    origin = Origin(206, {"Cache-Control": "max-age=60", "Content-Range": "bytes 5-9/10"}, "56789")
    get(cache, origin, range="bytes=5-")
    assert get(cache, origin, 1, range="bytes=6-7").body == "67"
    assert get(cache, origin, 1, range="bytes=-2").body == "89"
    assert get(cache, origin, 1, range="bytes=2-7").reason is Reason.RANGE
    assert get(cache, origin, 1).reason is Reason.RANGE


def test_head_is_answered_from_get_and_freshens_it() -> None:
    cache, origin = Cache(CacheKind.PRIVATE), Origin(headers={"Cache-Control": "max-age=2", "ETag": '"a"'})
    get(cache, origin)
    assert get(cache, origin, 1, "HEAD").body is None
    origin.headers["Cache-Control"] = "max-age=60"
    assert get(cache, origin, 5, "HEAD").served is Served.ORIGIN
    assert get(cache, origin, 6).served is Served.CACHE
    origin.headers["ETag"] = '"b"'
    get(cache, origin, 70, "HEAD")
    assert get(cache, origin, 71).served is Served.ORIGIN


def test_cache_modes_of_fetch() -> None:
    cache, origin = Cache(CacheKind.PRIVATE), Origin(headers={"Cache-Control": "max-age=60"})

    def fetch(mode: CacheMode, seconds: float) -> Answer:
        return cache.fetch(CacheRequest("GET", URL, mode=mode), NOON + seconds * 1000, origin)

    assert fetch(CacheMode.ONLY_IF_CACHED, 0).served is Served.NOTHING
    assert fetch(CacheMode.NO_STORE, 0).served is Served.ORIGIN
    assert fetch(CacheMode.ONLY_IF_CACHED, 0).served is Served.NOTHING
    assert fetch(CacheMode.DEFAULT, 0).served is Served.ORIGIN
    assert fetch(CacheMode.RELOAD, 1).served is Served.ORIGIN
    assert fetch(CacheMode.NO_CACHE, 2).served is Served.ORIGIN
    assert origin.asked[-1].fields["cache-control"] == ("max-age=0",)
    assert fetch(CacheMode.FORCE_CACHE, 1_000).served is Served.CACHE


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["GET", "HEAD", "POST", "PUT"]),
            st.sampled_from([200, 206, 304, 404, 503]),
            st.dictionaries(
                st.sampled_from(["Cache-Control", "ETag", "Vary", "Content-Range", "Age"]), st.text(max_size=20)
            ),
            st.dictionaries(st.sampled_from(["range", "if-none-match", "if-range"]), st.text(max_size=20)),
        ),
        max_size=8,
    ),
    st.sampled_from(list(CacheKind)),
)
def test_no_exchange_makes_it_raise_and_no_store_is_never_served(
    exchanges: list[tuple[str, int, dict[str, str], dict[str, str]]], kind: CacheKind
) -> None:
    cache, origin = Cache(kind), Origin()
    for seconds, (method, status, headers, sent) in enumerate(exchanges):
        origin.status, origin.headers = status, headers
        get(cache, origin, seconds, method, **sent)
    origin.status, origin.headers = 200, {"Cache-Control": "no-store", "X-Secret": "1"}
    cache.fetch(CacheRequest("GET", URL, mode=CacheMode.RELOAD), NOON, origin)
    origin.headers = {}
    assert "x-secret" not in get(cache, origin, 1).fields
