"""Brakes: so many a minute, so many at once, and never for ever."""

import contextlib

import pytest

from haranalyze.web.brakes import MINUTE, MOST_KEYS, Brake, TooManyError


class Clock:
    time = 0.0

    def __call__(self) -> float:
        return self.time


def test_the_next_minute_is_free_again() -> None:
    clock = Clock()
    brake = Brake(3, 9, "uploads", clock)
    for _ in range(3):
        brake.count("alice")
    with pytest.raises(TooManyError, match="3 uploads a minute") as refused:
        brake.count("alice")
    assert 60 <= refused.value.wait <= 61
    brake.count("bob")
    clock.time = MINUTE + 0.1
    brake.count("alice")


def test_only_so_many_run_at_once_and_an_error_gives_the_place_back() -> None:
    brake = Brake(100, 1, "uploads", Clock())
    with brake.hold("alice"), pytest.raises(TooManyError, match="1 uploads at once"), brake.hold("alice"):
        pass
    with contextlib.suppress(KeyError), brake.hold("alice"):
        raise KeyError
    with brake.hold("alice"):
        pass


def test_memory_is_bounded_however_many_there_are() -> None:
    brake = Brake(3, 3, "tries", Clock())
    for number in range(MOST_KEYS + 500):
        brake.count(str(number))
    assert len(brake._times) == MOST_KEYS
