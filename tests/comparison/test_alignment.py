"""The n-th call of a kind after the n-th sign-in is the same step in both recordings."""

from haranalyze.capture.transcript import read_transcript
from haranalyze.comparison.alignment import Alignment, align
from haranalyze.facts import Facts
from haranalyze.timeline import Timeline
from tests.rules.stories import ACCEPTED, NO_TOKEN, PAGE, bearer_call, bearer_sign_in, jwt

TOKEN = f"Bearer {jwt()}"
WRONG = bearer_sign_in(jwt()).replace("< 200", "< 401").replace("access_token", "error")


def aligned(good: str, bad: str) -> Alignment:
    return align(*(Facts(Timeline(read_transcript(story))) for story in (good, bad)))


def indexes(alignment: Alignment) -> list[tuple[int | None, int | None]]:
    return [(one.good.index if one.good else None, one.bad.index if one.bad else None) for one in alignment.pairs]


def test_a_further_attempt_to_sign_in_shifts_nothing() -> None:
    rest = bearer_sign_in(jwt()) + bearer_call(TOKEN, ACCEPTED)
    assert indexes(aligned(PAGE + rest, PAGE + WRONG + rest)) == [(0, 0), (None, 1), (1, 2), (2, 3)]


def test_calls_made_at_once_may_swap_places() -> None:
    one, other = bearer_call(TOKEN, ACCEPTED, "/orders"), bearer_call(TOKEN, ACCEPTED, "/profile")
    made = aligned(PAGE + bearer_sign_in(jwt()) + one + other, PAGE + bearer_sign_in(jwt()) + other + one)
    assert indexes(made) == [(0, 0), (1, 1), (2, 3), (3, 2)]
    assert made.crossed == 1


def test_what_only_one_recording_has_stands_where_it_happened() -> None:
    loop = bearer_call(None, NO_TOKEN, "/refresh")
    call = bearer_call(TOKEN, ACCEPTED)
    start = PAGE + bearer_sign_in(jwt())
    assert indexes(aligned(start + call, start + loop + call)) == [(0, 0), (1, 1), (None, 2), (2, 3)]
    assert indexes(aligned(start + call + loop, start + call)) == [(0, 0), (1, 1), (2, 2), (3, None)]


def test_another_base_path_is_the_same_step_at_another_address() -> None:
    good = PAGE + bearer_sign_in(jwt()) + bearer_call(TOKEN, ACCEPTED, "/api/orders")
    bad = PAGE + bearer_sign_in(jwt()) + bearer_call(TOKEN, ACCEPTED, "/v1/orders")
    made = aligned(good, bad)
    assert indexes(made) == [(0, 0), (1, 1), (2, 2)]
    assert [one.moved for one in made.pairs] == [False, False, True]


def test_an_api_that_one_recording_takes_for_a_stranger_is_a_step_all_the_same() -> None:
    good = (
        PAGE
        + bearer_sign_in(jwt(), "api.other.net")
        + bearer_call(TOKEN, ACCEPTED).replace("api.example.com", "api.other.net")
    )
    bad = PAGE + "> POST https://api.other.net/login\n> Origin: https://app.example.com\n* error: net::ERR_FAILED\n"
    assert (1, 1) in indexes(aligned(good, bad))


def test_many_steps_take_linear_time_and_are_cut_with_a_count() -> None:
    story = PAGE + bearer_sign_in(jwt()) + bearer_call(TOKEN, ACCEPTED) * 6_000
    made = aligned(story, story)
    assert len(made.pairs) == 5_000
    assert made.cut == 1_002
