"""Steps keep their names from one recording to the next."""

import pytest

from haranalyze.capture.transcript import read_transcript
from haranalyze.facts import Facts
from haranalyze.facts.flow import Flow, cookie_names, normal_path
from haranalyze.timeline import Timeline
from tests.rules.stories import ACCEPTED, PAGE, bearer_call, bearer_sign_in, jwt


def flow(story: str) -> Flow:
    return Facts(Timeline(read_transcript(story))).derive(Flow)


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/api/orders/4711", "/api/orders/{}"),
        ("/users/3fa85f64-5717-4562-b3fc-2c963f66afa6/sessions", "/users/{}/sessions"),
        ("/blob/9f86d081884c7d65", "/blob/{}"),
        ("/t/eyJhbGciOiJIUzI1NiJ9x0", "/t/{}"),
        ("/auth/session/refresh", "/auth/session/refresh"),
        ("/api/v2/feedback", "/api/v2/feedback"),
        ("/deadbeef", "/deadbeef"),
        ("/", "/"),
        ("/auth/signin/", "/auth/signin/"),
    ],
)
def test_segments_that_name_one_thing_of_many_are_equal(path: str, normal: str) -> None:
    assert normal_path(path) == normal


def test_static_files_and_third_parties_are_no_steps() -> None:
    aside = "> GET https://cdn.other.net/a.js\n* type: script\n< 200\n> GET https://t.other.org/p\n* type: xhr\n< 200\n"
    story = PAGE + aside + bearer_sign_in(jwt()) + bearer_call(f"Bearer {jwt()}", ACCEPTED)
    assert [step.request.url.path for step in flow(story).steps] == ["/", "/login", "/orders"]


def test_the_host_counts_only_where_both_recordings_know_it() -> None:
    here = flow(PAGE + bearer_sign_in(jwt()))
    there = flow((PAGE + bearer_sign_in(jwt())).replace("example.com", "staging.example.org"))
    shared = here.hosts & there.hosts
    assert [here.key(step, shared) for step in here.steps] == [there.key(step, shared) for step in there.steps]
    assert here.key(here.steps[1], here.hosts) != there.key(there.steps[1], there.hosts)


def test_a_chapter_begins_with_each_sign_in_that_works() -> None:
    refused = bearer_sign_in(jwt()).replace("< 200", "< 401").replace("access_token", "error")
    story = PAGE + refused + bearer_sign_in(jwt()) + bearer_call(f"Bearer {jwt()}", ACCEPTED)
    assert list(flow(story).chapters().values()) == [0, 0, 1, 1]


def test_cookie_names_keep_their_order_and_repeats() -> None:
    capture = read_transcript("> GET https://a.example.com/\n> Cookie: b=1; a=2; b=3\n< 200\n")
    assert [name == word for name, word in zip(cookie_names(capture.exchanges[0]), "bab", strict=True)] == [True] * 3
