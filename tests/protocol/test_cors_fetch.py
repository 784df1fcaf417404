"""Whole fetches over redirects, and the cache of preflights."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haranalyze.protocol.cors_check import PROFILES, Allowed, CorsStep, read_allowed
from haranalyze.protocol.cors_fetch import (
    Answer,
    Fetched,
    Mode,
    PreflightCache,
    Tainting,
    Walk,
    origin_sent,
    redirect_refusal,
    redirect_tainted,
    redirected_method,
    sends_credentials,
)
from haranalyze.protocol.url import Url, parse_url
from tests.protocol.test_cors_check import lines

APP, API, OTHER = "https://app.example", "https://api.example", "https://other.example"


def server(hops: dict[str, Answer]) -> Callable[[Url, bool], Answer | None]:
    """Answers by path; OPTIONS is allowed everything."""
    free = Answer(204, lines(allow_origin="*", allow_methods="*", allow_headers="*"))
    return lambda url, preflight: free if preflight else hops.get(url.path)


def to(target: str, allowed: str = "*", status: int = 302) -> Answer:
    known = {"location": (target,), "access-control-allow-origin": (allowed,)}
    return Answer(status, lambda name: known.get(name, ()))


FINE = Answer(200, lines(allow_origin="*"))


def fetch(first: str, hops: dict[str, Answer], method: str = "GET", *headers: tuple[str, str]) -> Fetched:
    return Walk(APP, first, method, headers).run(server(hops))


def test_the_own_origin_asks_nobody() -> None:
    found = fetch(f"{APP}/a", {"/a": Answer(500, lines())}, "PUT", ("rid", "1"))
    assert found.outcome == "ok"
    assert [(hop.tainting, hop.asked, hop.credentialed) for hop in found.hops] == [(Tainting.BASIC, None, True)]


def test_redirects_over_a_foreign_origin_lose_the_origin() -> None:
    hops = {"/a": to(f"{OTHER}/b"), "/b": to(f"{API}/c", "null"), "/c": FINE}
    found = fetch(f"{API}/a", hops)
    assert [hop.origin for hop in found.hops] == [APP, "null", "null"]
    assert found.outcome == "ok"
    refused = fetch(f"{API}/a", {**hops, "/b": to(f"{API}/c", APP)}).refusal
    assert refused is not None
    assert (refused.step, refused.needed) == (CorsStep.ALLOW_ORIGIN_MISMATCH, "null")


def test_a_redirect_from_the_own_origin_keeps_the_origin() -> None:
    found = fetch(f"{APP}/a", {"/a": to(f"{API}/b", APP), "/b": FINE})
    assert [hop.origin for hop in found.hops] == [None, APP]


def test_once_foreign_the_own_origin_needs_permission_too() -> None:
    found = fetch(f"{API}/a", {"/a": to(f"{APP}/b"), "/b": Answer(200, lines())})
    assert found.refusal is not None
    assert found.refusal.step is CorsStep.ALLOW_ORIGIN_MISSING
    assert found.hops[-1].origin == "null"


def test_every_hop_asks_again_and_authorization_stays_behind() -> None:
    found = fetch(
        f"{API}/a", {"/a": to(f"{OTHER}/b", status=307), "/b": FINE}, "PUT", ("Authorization", "x"), ("rid", "1")
    )
    assert found.refusal is not None  # a wildcard does not cover Authorization
    found = fetch(
        f"{APP}/a", {"/a": to(f"{OTHER}/b", status=307), "/b": FINE}, "PUT", ("Authorization", "x"), ("rid", "1")
    )
    assert [hop.asked for hop in found.hops] == [None, ("rid",)]


def test_a_post_becomes_a_get_without_a_body() -> None:
    json = ("Content-Type", "application/json")
    found = fetch(f"{API}/a", {"/a": to(f"{API}/b"), "/b": FINE}, "POST", json)
    assert [(hop.method, hop.asked) for hop in found.hops] == [("POST", ("content-type",)), ("GET", None)]
    assert redirected_method(307, "POST") == "POST"
    assert redirected_method(303, "DELETE") == "GET"
    assert redirected_method(303, "HEAD") == "HEAD"


@pytest.mark.parametrize(
    ("target", "step"),
    [
        (f"{API}/b", None),
        ("/b", None),
        ("//:@api.example/b", None),
        ("https://user@api.example/b", CorsStep.REDIRECT_CREDENTIALS),
        ("//user:x@api.example/b", CorsStep.REDIRECT_CREDENTIALS),
        ("HTTPS:\\\\a:b@api.example", CorsStep.REDIRECT_CREDENTIALS),
        ("/path/user:x@y", None),
        ("myapp://done", CorsStep.REDIRECT_URL),
        ("https://[", CorsStep.REDIRECT_URL),
    ],
)
def test_targets_of_redirects(target: str, step: CorsStep | None) -> None:
    found = redirect_refusal(APP, parse_url(f"{API}/a"), target, Mode.CORS, Tainting.CORS)
    assert (found and found.step) == step


def test_redirects_end() -> None:
    found = fetch(f"{API}/a", {"/a": to("/a")})
    assert found.refusal is not None
    assert found.refusal.step is CorsStep.REDIRECT_LIMIT
    assert len(found.hops) == 21


def test_other_modes() -> None:
    opaque = Walk(APP, f"{API}/a", mode=Mode.NO_CORS).run(server({"/a": Answer(200, lines())}))
    assert (opaque.outcome, opaque.hops[0].origin) == ("opaque", None)
    own = Walk(APP, f"{APP}/a", mode=Mode.SAME_ORIGIN).run(server({"/a": to(f"{API}/b"), "/b": FINE}))
    assert own.refusal is not None
    assert own.refusal.step is CorsStep.SAME_ORIGIN_MODE


def test_credentials_modes() -> None:
    answers = {
        (mode, tainting): sends_credentials(mode, tainting)
        for mode in ("omit", "same-origin", "include")
        for tainting in (Tainting.BASIC, Tainting.CORS)
    }
    assert [key for key, sent in answers.items() if sent] == [
        ("same-origin", Tainting.BASIC),
        ("include", Tainting.BASIC),
        ("include", Tainting.CORS),
    ]


def test_a_kept_answer_covers_what_it_allows_until_it_ends() -> None:
    allowed = read_allowed(lines(allow_methods="PUT", allow_headers="rid", max_age="10"))
    assert isinstance(allowed, Allowed)
    cache = PreflightCache()
    cache.store(APP, "u", 1_000.0, allowed, credentialed=False, by=7)

    def by(at: float, method: str = "PUT", *names: str, credentialed: bool = False, origin: str = APP) -> int | None:
        kept = cache.covering(origin, "u", at, method, names, credentialed=credentialed)
        return None if kept is None else kept.by

    assert by(999.0) is None
    assert by(1_000.0) == by(10_999.0, "PUT", "rid") == 7
    assert by(11_000.0) is None
    assert by(2_000.0, "DELETE") is None
    assert by(2_000.0, "PUT", "rid", "x") is None
    assert by(2_000.0, credentialed=True) is None
    assert by(2_000.0, origin=OTHER) is None
    cache.clear(APP, "u")
    assert by(2_000.0) is None


def test_an_answer_of_no_age_is_not_kept() -> None:
    allowed = read_allowed(lines(allow_methods="PUT", max_age="0"), PROFILES["Chromium"])
    assert isinstance(allowed, Allowed)
    cache = PreflightCache()
    cache.store(APP, "u", 0.0, allowed, credentialed=True)
    assert cache.covering(APP, "u", 0.0, "PUT", (), credentialed=False) is None


@given(st.lists(st.sampled_from((APP, API, OTHER)), min_size=1, max_size=6))
def test_an_origin_once_lost_stays_lost(origins: list[str]) -> None:
    chain = [parse_url(f"{origin}/") for origin in origins]
    tainted = [redirect_tainted(APP, chain[: end + 1]) for end in range(len(chain))]
    assert tainted == sorted(tainted)
    assert origin_sent(APP, chain) == ("null" if tainted[-1] else APP)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=10))
def test_no_walk_raises(url: str, target: str, method: str) -> None:
    found = Walk(APP, url, method).run(lambda _url, _preflight: to(target))
    assert found.outcome in ("ok", "network-error")
