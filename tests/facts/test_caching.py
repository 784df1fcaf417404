"""What was answered from a cache, what could be, and for whom it had been made."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import haranalyze
from haranalyze.facts import Facts
from haranalyze.facts.caching import CacheKind, CacheMark
from haranalyze.testing import facts_of as transcribed
from haranalyze.text import raw
from haranalyze.timeline import Timeline

HIDDEN = {"cookie", "authorization", "set-cookie"}
EXCERPTS = Path(__file__).parent / "excerpts"


def load(name: str) -> dict[str, Any]:
    har: dict[str, Any] = json.loads((EXCERPTS / f"{name}.har").read_text(encoding="utf-8"))
    return har


def facts_of(har: dict[str, Any]) -> Facts:
    return Facts(Timeline(haranalyze.read_capture(json.dumps(har).encode())))


def sanitized(har: dict[str, Any]) -> dict[str, Any]:
    """The capture as devtools exports it by default."""
    for entry in har["log"]["entries"]:
        for part in ("request", "response"):
            kept = [h for h in entry[part]["headers"] if h["name"].lower() not in HIDDEN]
            entry[part]["headers"] = kept
    return har


def calls(har: dict[str, Any], path: str) -> list[int]:
    entries = enumerate(har["log"]["entries"])
    return [i for i, e in entries if e["request"]["url"].endswith(path) and e["request"]["method"] == "GET"]


def set_header(har: dict[str, Any], index: int, name: str, value: str | None) -> None:
    response = har["log"]["entries"][index]["response"]
    response["headers"] = [h for h in response["headers"] if h["name"].lower() != name]
    if value is not None:
        response["headers"].append({"name": name, "value": value})


def test_a_proxy_cache_that_answers_with_another_users_session_is_a_replay() -> None:
    har = load("nginx-cache-front-token")
    facts = facts_of(har)
    refused, first, hit, other = calls(har, "/api/me")
    same, foreign = facts.caching.replays
    assert (same.exchange.index, foreign.exchange.index) == (hit, other)
    assert same.original is not None
    assert same.original.index == first
    assert (same.identical, same.other_user, same.shared) == (True, False, True)
    assert (foreign.other_user, foreign.shared) == (True, True)
    assert raw(foreign.header) == "front-token"
    assert CacheMark.HIT_HEADER in dict(foreign.marks)
    assert foreign.cache is not None
    assert (foreign.cache.kind, foreign.cache.product, foreign.cache.node) == (CacheKind.SHARED, "", None)
    assert refused not in {replay.exchange.index for replay in facts.caching.replays}


def test_the_replay_is_seen_without_cookies_too() -> None:
    har = sanitized(load("nginx-cache-front-token"))
    replays = facts_of(har).caching.replays
    assert [replay.other_user for replay in replays] == [False, True]


def test_without_any_mark_the_requests_own_token_still_contradicts_the_answer() -> None:
    har = load("nginx-cache-front-token")
    for index in calls(har, "/api/me"):
        set_header(har, index, "x-cache-status", None)
    (foreign,) = facts_of(har).caching.replays
    assert foreign.other_user
    assert dict(foreign.marks).keys() == {CacheMark.NOT_MODIFIED}


def test_the_browsers_own_cache_replays_an_older_header() -> None:
    har = load("browser-cache-front-token")
    first, replayed = calls(har, "/api/me")[-2:]
    (replay,) = facts_of(har).caching.replays
    assert replay.exchange.index == replayed
    assert replay.original is not None
    assert replay.original.index == first
    assert (replay.older, replay.other_user, replay.shared) == (True, False, False)
    assert CacheMark.FROM_CACHE in dict(replay.marks)
    assert replay.cache is not None
    assert replay.cache.kind is CacheKind.BROWSER


def test_a_real_change_of_user_is_no_replay() -> None:
    facts = facts_of(load("healthy-no-store"))
    assert facts.caching.replays == ()
    assert facts.caching.storable_session_answers == ()


def test_the_same_fresh_header_twice_within_a_second_is_no_replay() -> None:
    har = load("healthy-no-store")
    index = calls(har, "/api/me")[0]
    har["log"]["entries"].insert(index + 1, copy.deepcopy(har["log"]["entries"][index]))
    assert facts_of(har).caching.replays == ()


def test_an_old_date_with_the_same_header_is_a_replay_without_any_mark() -> None:
    har = load("healthy-no-store")
    index = calls(har, "/api/me")[0]
    again = copy.deepcopy(har["log"]["entries"][index])
    again["startedDateTime"] = har["log"]["entries"][-1]["startedDateTime"].replace(":12.", ":32.")
    har["log"]["entries"].append(again)
    replays = facts_of(har).caching.replays
    assert [replay.exchange.index for replay in replays] == [len(har["log"]["entries"]) - 1]
    assert replays[0].identical
    assert CacheMark.SAME_DATE in dict(replays[0].marks)


@pytest.mark.parametrize(
    ("control", "vary", "expected"),
    [
        (None, None, (True, None, False)),
        ("public, max-age=600", None, (True, 600, True)),
        ("max-age=60, s-maxage=600", None, (True, 600, True)),
        ("private, max-age=300", None, (False, 300, True)),
        ("max-age=300", "Cookie", (False, 300, True)),
        ("private", None, (False, None, False)),
        ("no-store", None, None),
        ("no-cache", None, None),
        ("private, max-age=0", None, None),
        ("max-age=300", "*", None),
    ],
)
def test_what_a_cache_may_keep_follows_from_its_headers(
    control: str | None, vary: str | None, expected: tuple[bool, int | None, bool] | None
) -> None:
    har = load("healthy-no-store")
    index = next(
        i
        for i in calls(har, "/api/me")
        if any(h["name"] == "front-token" for h in har["log"]["entries"][i]["response"]["headers"])
    )
    set_header(har, index, "cache-control", control)
    set_header(har, index, "vary", vary)
    set_header(har, index, "etag", None)
    found = [s for s in facts_of(har).caching.storable_session_answers if s.exchange.index == index]
    assert [(s.shared, s.seconds, s.explicit) for s in found] == ([] if expected is None else [expected])


def test_expires_allows_keeping_too() -> None:
    har = load("healthy-no-store")
    index = next(
        i
        for i in calls(har, "/api/me")
        if any(h["name"] == "front-token" for h in har["log"]["entries"][i]["response"]["headers"])
    )
    set_header(har, index, "cache-control", None)
    set_header(har, index, "date", "Sun, 22 Nov 2026 03:10:11 GMT")
    set_header(har, index, "expires", "Sun, 22 Nov 2026 03:20:11 GMT")
    (found,) = facts_of(har).caching.storable_session_answers
    assert (found.seconds, found.explicit) == (600, True)


def test_marks_of_caches_are_read_from_many_headers() -> None:
    har = load("healthy-no-store")
    marks = {
        "x-cache": "Hit from cloudfront",
        "cf-cache-status": "HIT",
        "cache-status": "edge; hit; ttl=30",
        "x-cache-hits": "0, 2",
        "x-varnish": "163842 98310",
        "age": "12",
    }
    for name, value in marks.items():
        set_header(har, 1, name, value)
    set_header(har, 2, "x-cache", "Miss from cloudfront")
    set_header(har, 2, "age", "0")
    set_header(har, 2, "x-varnish", "163843")
    facts = facts_of(har)
    found = [mark for mark, _ in facts.caching.marks(facts.timeline.exchange(1))]
    assert sorted(found) == [CacheMark.AGE, *[CacheMark.HIT_HEADER] * 5]
    assert facts.caching.marks(facts.timeline.exchange(2)) == ()


@pytest.mark.parametrize(
    ("line", "hit"),
    [
        ("X-Nginx-Cache: HIT", True),
        ("X-Nginx-Cache: UPDATING", True),
        ("X-Nginx-Cache: STALE", True),
        ("X-Nginx-Cache: MISS", False),
        ("X-Nginx-Cache: BYPASS", False),
        ("X-Nginx-Cache: EXPIRED", False),
        ("X-Drupal-Cache: HIT", True),
        ("X-Drupal-Cache: MISS", False),
        ("X-Drupal-Cache: UNCACHEABLE (request policy)", False),
        ("X-Cache: TCP_MEM_HIT from a23.example.net (AkamaiGHost/11.0)", True),
        ("X-Cache: RefreshHit from cloudfront", True),
        ("X-Cache: MISS, HIT", True),
        ("X-Cache: MISS from whitney", False),
        ("X-Cache: Miss from hit.example.net", False),
        ("Cache-Status: edge; hit", True),
        ("Cache-Status: origin; fwd=miss, edge;hit;ttl=30", True),
        ("Cache-Status: edge; fwd=stale", False),
        ("Cache-Status: hit; fwd=uri-miss", False),
        ("Cache-Status: edge; hit=?0", False),
        ("Via: 1.1 varnish", False),
        ("X-Served-By: cache-fra-1", False),
    ],
)
def test_only_what_says_a_hit_is_a_mark(line: str, hit: bool) -> None:
    facts = transcribed(f"> GET https://www.example.com/\n< 200\n< {line}\n")
    (exchange,) = facts.capture.exchanges
    assert [mark for mark, _ in facts.caching.marks(exchange)] == [CacheMark.HIT_HEADER] * hit
    assert (facts.caching.cache(exchange) is not None) is hit


@pytest.mark.parametrize(
    ("lines", "product", "node"),
    [
        ("< CF-Cache-Status: HIT\n", "Cloudflare", None),
        ("< X-Cache: Hit from cloudfront\n< Via: 1.1 abc.cloudfront.net (CloudFront)\n", "CloudFront", None),
        (
            "< X-Cache: TCP_MEM_HIT from a23-1-2-3.deploy.akamaitechnologies.com (AkamaiGHost/11.0)\n",
            "Akamai",
            "a23-1-2-3.deploy.akamaitechnologies.com",
        ),
        ("< X-Cache: MISS, HIT\n< X-Served-By: cache-iad-1, cache-lhr-2\n", "Fastly", "cache-lhr-2"),
        ("< X-Cache: HIT, MISS\n< X-Served-By: cache-iad-1, cache-lhr-2\n", "Fastly", "cache-iad-1"),
        ("< X-Cache: HIT\n< X-Served-By: cache-iad-1, cache-lhr-2\n", "", None),
        ("< X-Cache: HIT\n< X-Served-By: varnish-3\n", "", "varnish-3"),
        ("< X-Cache: HIT from squid.example.com\n", "", "squid.example.com"),
        ("< X-Varnish: 163842 98310\n< Via: 1.1 varnish\n", "Varnish", None),
        ("< X-Nginx-Cache: HIT\n", "nginx", None),
        ("< X-Drupal-Cache: HIT\n", "Drupal", None),
        ("< Age: 12\n< Via: 1.1 proxy.example.com (squid)\n", "", "proxy.example.com"),
        ("< Age: 12\n< Via: 1.1 one, 1.1 two\n", "", None),
        ("< Age: 12\n", "", None),
    ],
)
def test_the_cache_that_answered_is_named_where_a_header_proves_it(lines: str, product: str, node: str | None) -> None:
    facts = transcribed(f"> GET https://www.example.com/\n< 200\n{lines}")
    found = facts.caching.cache(facts.capture.exchanges[0])
    assert found is not None
    assert (found.kind, found.product) == (CacheKind.SHARED, product)
    assert (found.node if found.node is None else raw(found.node)) == node


@pytest.mark.parametrize(
    ("lines", "age"),
    [
        ("< Age: 60\n< Date: Sun, 22 Nov 2026 02:33:53 GMT\n", 60.0),
        ("< X-Cache: HIT\n< Date: Sun, 22 Nov 2026 02:33:53 GMT\n", 30.0),
        ("< X-Cache: HIT\n", None),
        ("< Date: Sun, 22 Nov 2026 02:33:53 GMT\n", None),
    ],
)
def test_the_age_of_a_cached_answer(lines: str, age: float | None) -> None:
    fresh = "> POST https://api.example.com/{}\n< 200\n< Date: Sun, 22 Nov 2026 02:34:23 GMT\n"
    story = fresh.format(1) + fresh.format(2) + f"> GET https://api.example.com/me\n< 200\n{lines}"
    facts = transcribed(story)
    found = facts.caching.age(facts.capture.exchanges[2])
    assert found == pytest.approx(age, abs=1.0) if age is not None else found is None


def test_no_age_from_date_where_no_fresh_answer_tells_the_clock() -> None:
    facts = transcribed(
        "> GET https://api.example.com/me\n< 200\n< X-Cache: HIT\n< Date: Sun, 22 Nov 2026 02:33:53 GMT\n"
    )
    assert facts.caching.age(facts.capture.exchanges[0]) is None


@given(
    st.lists(
        st.sampled_from(
            ["x-cache", "x-served-by", "via", "age", "cache-control", "expires", "date", "vary", "front-token"]
        ),
        max_size=5,
    ),
    st.text(max_size=30),
)
def test_no_header_value_makes_the_fact_raise(names: list[str], value: str) -> None:
    har = load("login-502-big-header")
    for index in range(len(har["log"]["entries"])):
        har["log"]["entries"][index]["request"]["method"] = "GET"
        for name in names:
            set_header(har, index, name, value)
    facts = facts_of(har)
    for exchange in facts.exchanges:
        facts.caching.marks(exchange)
        facts.caching.cache(exchange)
    assert isinstance(facts.caching.replays, tuple)
    assert isinstance(facts.caching.storable_session_answers, tuple)
