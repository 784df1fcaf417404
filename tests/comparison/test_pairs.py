"""Pairs of recordings that differ in one configuration line: the step where they part, and what differs there."""

from functools import cache
from pathlib import Path

import pytest

import haranalyze
from haranalyze.capture.model import Capture
from haranalyze.comparison import compare
from haranalyze.comparison.document import Comparison, StepInfo

FOLDER = Path(__file__).parent / "recordings"
# works, fails, line of the step where they part, what decides there, words of the headline, words of the difference
PAIRS = [
    (
        "jwt-fixed-auth-header",
        "jwt-missing-auth-header",
        "GET /orders",
        "token",
        "GET /orders carries Authorization in the good recording and goes without it",
        "authorization Bearer «token",
    ),
    (
        "oauth-fixed-form-post",
        "oauth-form-post-lax",
        "POST /callback",
        "cookie",
        "POST /callback carries oauth_state in the good recording and goes without it",
        "",
    ),
    (
        "oauth-fixed-redirect-loop",
        "oauth-redirect-loop",
        "app_session",
        "cookie-kept",
        "the browser keeps app_session in the good recording and refuses it",
        "Domain=example.com in the good one, Domain=example.org in the failing one.",
    ),
    (
        "px-fixed-req-header",
        "px-400-cookie-too-large-nginx",
        "GET /api/me",
        "status",
        "GET /api/me is answered 304 in the good recording and is answered 400",
        "The recorded request is the same on both sides, so what differs lies behind it",
    ),
    (
        "px-fixed-502-big-header",
        "px-502-big-header-same-origin",
        "POST /api/login",
        "status",
        "POST /api/login is answered 200 in the good recording and is answered 502",
        "The recorded request is the same on both sides, so what differs lies behind it",
    ),
    (
        "px-fixed-authorization",
        "px-strip-authorization",
        "GET /api/me",
        "status",
        "GET /api/me is answered 200 in the good recording and is answered 401",
        "The recorded request is the same on both sides, so what differs lies behind it",
    ),
    (
        "px-fixed-cache",
        "px-nginx-cache-front-token",
        "GET /api/me",
        "set-cookie",
        "carries a front-token made for another user",
        "cache-control no-cache, no-store, max-age=0, must-revalidate in the good one only",
    ),
    (
        "px-fixed-strip",
        "px-strip-set-cookie",
        "POST /auth/signin",
        "set-cookie",
        "the answer to POST /auth/signin sets sAccessToken in the good recording and does not",
        "set-cookie sRefreshToken",
    ),
    (
        "st-fixed-apibasepath",
        "st-apibasepath-mismatch-404",
        "POST /api/auth/session/refresh",
        "status",
        "is answered 401 in the good recording and is answered 404",
        "",
    ),
    (
        "st-fixed-cookie-domain",
        "st-cookie-domain-foreign",
        "sAccessToken, sRefreshToken",
        "cookie-kept",
        "the browser keeps sAccessToken in the good recording and refuses it",
        "Domain=example.com in the good one, Domain=other.net in the failing one.",
    ),
    (
        "st-fixed-cors",
        "st-cors-allow-headers-missing-rid",
        "OPTIONS /auth/session/refresh",
        "cors",
        "a request header is not allowed (fdi-version, rid, st-auth-mode)",
        "access-control-allow-headers content-type, rid",
    ),
    (
        "st-fixed-cors",
        "st-cors-expose-headers-overridden",
        "POST /auth/session/refresh",
        "cors",
        "the app may read front-token",
        "access-control-expose-headers",
    ),
    (
        "st-fixed-cors",
        "st-cors-no-allow-credentials",
        "OPTIONS /auth/session/refresh",
        "cors",
        "Access-Control-Allow-Credentials is not true",
        "access-control-allow-credentials true in the good one only",
    ),
    (
        "st-fixed-cors",
        "st-cors-wildcard-nginx",
        "OPTIONS /auth/session/refresh",
        "cors",
        "* does not go with cookies",
        "access-control-allow-origin https://app.example.com in the good one, * in the failing one",
    ),
    (
        "st-fixed-older-cookie-domain",
        "st-duplicate-cookies-500",
        "POST /auth/session/refresh",
        "status",
        "POST /auth/session/refresh is answered 200 in the good recording and is answered 500",
        "The recorded request is the same on both sides",
    ),
    (
        "st-fixed-credentials",
        "st-swagger-credentials-same-origin",
        "GET /api/me",
        "cookie",
        "GET /api/me carries sAccessToken in the good recording and goes without it",
        "status 200 in the good one, 401 in the failing one",
    ),
    (
        "st-fixed-foreign-401",
        "st-foreign-401-loop",
        "GET /api/legacy",
        "",
        "the failing recording calls GET /api/legacy, which is answered 401",
        "",
    ),
    (
        "st-fixed-lax-cross-site-heroku",
        "st-lax-cross-site-heroku",
        "sAccessToken, sRefreshToken",
        "cookie-kept",
        "the browser keeps sAccessToken in the good recording and refuses it",
        "SameSite=None in the good one, SameSite=Lax in the failing one.",
    ),
    (
        "st-fixed-samesite-none",
        "st-samesite-none-insecure",
        "sAccessToken, sRefreshToken",
        "cookie-kept",
        "the browser keeps sAccessToken in the good recording and refuses it",
        "Secure in the good one, no Secure in the failing one.",
    ),
    (
        "st-fixed-secure-cookie-over-http",
        "st-secure-cookie-over-http",
        "sAccessToken, sRefreshToken",
        "cookie-kept",
        "the browser keeps sAccessToken in the good recording and refuses it",
        "no Secure in the good one, Secure in the failing one.",
    ),
]


@cache
def recording(name: str) -> Capture:
    return haranalyze.read_capture((FOLDER / f"{name}.har").read_bytes(), f"{name}.har")


@cache
def compared(good: str, bad: str) -> Comparison:
    return compare(recording(good), recording(bad))


def parting(comparison: Comparison) -> StepInfo:
    (step,) = (one for one in comparison.steps if one.state == "parts")
    assert step.number == comparison.step
    return step


@pytest.mark.parametrize(
    ("good", "bad", "line", "decides", "headline", "difference"), PAIRS, ids=[pair[1] for pair in PAIRS]
)
def test_the_first_divergence_is_named(
    good: str, bad: str, line: str, decides: str, headline: str, difference: str
) -> None:
    made = compared(good, bad)
    assert made.state == "parts"
    step = parting(made)
    assert step.line == line
    assert [one.kind for one in step.changes][:1] == ([decides] if decides else [])
    assert headline in made.headline
    assert difference in made.difference
    assert {one.state for one in made.steps if one.number < step.number} <= {"same", "differs"}
    assert {one.state for one in made.steps if one.number > step.number} <= {"same", "follows"}


@pytest.mark.parametrize("name", sorted({name for pair in PAIRS for name in pair[:2]}))
def test_a_recording_does_not_part_from_itself(name: str) -> None:
    made = compared(name, name)
    assert made.state == "same"
    assert {one.state for one in made.steps} == {"same"}
    assert made.minor == {}


@pytest.mark.parametrize("pair", [PAIRS[0], PAIRS[17]], ids=["token", "cookie"])
def test_the_wrong_way_round_is_said(pair: tuple[str, ...]) -> None:
    made = compared(pair[1], pair[0])
    assert made.notes[0].startswith("By their own reports the first recording fails and the second does not")


def test_two_fixed_recordings_of_one_set_up_do_not_part() -> None:
    made = compared("st-fixed-cookie-domain", "st-fixed-cors")
    assert made.state == "same"
    assert made.owner is None


def test_recordings_of_different_flows_have_nothing_in_common() -> None:
    good = haranalyze.read_capture((FOLDER / "oauth-fixed-form-post.har").read_bytes())
    empty = haranalyze.read_capture(b'{"log": {"entries": []}}')
    made = compare(good, empty)
    assert made.state == "unrelated"
    assert "no step in common" in made.headline


def test_a_loop_is_one_row_with_a_count() -> None:
    made = compared("st-fixed-foreign-401", "st-foreign-401-loop")
    counts = {(one.name, one.count) for one in made.steps if one.count > 1}
    assert counts == {("Refresh", 10), ("Call", 10)}


def test_a_recording_without_cookies_is_not_accused_of_losing_them() -> None:
    sanitized = Path(__file__).parents[2] / "samples" / "exported-without-cookies" / "capture.har"
    made = compare(recording("jwt-fixed-auth-header"), haranalyze.read_capture(sanitized.read_bytes()))
    assert any("holds no cookies" in note for note in made.notes)
    assert not any(one.kind in {"cookie", "set-cookie", "cookie-kept"} for step in made.steps for one in step.changes)
    assert not any(one.kind == "token" for step in made.steps for one in step.changes)


def test_the_same_pair_gives_the_same_document() -> None:
    pair = PAIRS[17]
    assert compare(recording(pair[0]), recording(pair[1])) == compared(*pair[:2])
