"""Brakes on what one person or address may do in a minute. Kept in memory: each server process has its own."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from haranalyze.errors import HaranalyzeError

MOST_KEYS = 10_000  # people or addresses remembered; beyond it the longest silent are forgotten
MINUTE = 60.0


class TooManyError(HaranalyzeError):
    """Somebody does too much at once. ``wait``: seconds until a next try makes sense."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = max(1, round(wait + 0.5))


class Brake:
    """Counts events of each key within a minute, and how many are under way.

    Args:
        per_minute: events of one key in 60 seconds; at_once: of these under way at the same time.
        what: the words for them in messages.
    """

    def __init__(self, per_minute: int, at_once: int, what: str, now: Callable[[], float] = time.monotonic) -> None:
        self._per_minute, self._at_once, self._what, self._now = per_minute, at_once, what, now
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._running: dict[str, int] = {}

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """One event of ``key`` while the block lasts.

        Raises:
            TooManyError: a limit is reached.
        """
        if self._running.get(key, 0) >= self._at_once:
            raise TooManyError(f"{self._at_once} {self._what} at once are the limit for one person", 1.0)
        self.count(key)
        self._running[key] = self._running.get(key, 0) + 1
        try:
            yield
        finally:
            self._running[key] -= 1
            if not self._running[key]:
                del self._running[key]

    def count(self, key: str) -> None:
        """One event of ``key``.

        Raises:
            TooManyError: the limit of a minute is reached.
        """
        self.check(key)
        self._times.setdefault(key, deque()).append(self._now())
        self._times.move_to_end(key)
        while len(self._times) > MOST_KEYS:
            self._times.popitem(last=False)

    def check(self, key: str) -> None:
        """Raises TooManyError where :meth:`count` would."""
        times = self._times.get(key)
        if not times:
            return
        now = self._now()
        while times and times[0] <= now - MINUTE:
            times.popleft()
        if len(times) >= self._per_minute:
            message = f"{self._per_minute} {self._what} a minute are the limit"
            raise TooManyError(message, times[0] + MINUTE - now)
