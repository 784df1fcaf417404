"""Cookies as a store keeps them: one with its life, those of one name, those of one site."""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from haranalyze.protocol.set_cookie import Priority, SameSite

if TYPE_CHECKING:
    from haranalyze.protocol.cookie_store import Reason

FOREVER: Final = float("inf")
LOOK_AT: Final = 50  # cookies of one name looked at: hosts and paths of one site that set the same name


@dataclass(slots=True, eq=False)
class StoredCookie:
    """A cookie in the store from ``begin`` to ``end`` (ms); ``created`` orders it, ``expires`` None for the session.

    Attributes:
        partition: the top-level site it belongs to (CHIPS), None for an unpartitioned one.
        used: when a request last carried it, to the minute; by_script: a script wrote it.
        aged: it ended because nobody came to its site for long; ended_by: what the caller noted about its end.
        evicted: it ended because the store was full.
        learnt: the path of the request that first showed it, "" where an answer set it.
        lacked: it ended because a request went without it; steady: and came back.
        excused: reasons that were seen not to hold.
        by: whatever the caller noted about its origin.
    """

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    http_only: bool
    same_site: SameSite
    expires: float | None
    begin: float
    created: float
    end: float = FOREVER
    partition: str | None = None
    evicted: bool = False
    learnt: str = ""
    lacked: bool = False
    steady: bool = False
    excused: frozenset[Reason] = frozenset()
    by: Any = None
    priority: Priority = Priority.MEDIUM
    used: float = 0.0
    by_script: bool = False
    aged: bool = False
    ended_by: Any = None

    @property
    def size(self) -> int:
        """Bytes of name and value."""
        return len(self.name) + len(self.value)

    @property
    def identity(self) -> tuple[str, bool, str, str | None]:
        """What a cookie of this name replaces (RFC 6265bis section 5.7, step 23)."""
        return self.domain, self.host_only, self.path, self.partition


def _begin(cookie: StoredCookie) -> float:
    return cookie.begin


class NamedCookies:
    """The cookies of one name on one site.

    Attributes:
        kept: all ever kept, in order of begin; living: those that nothing has ended.
        latest: ms of the last begin or end; whoever asks about a later moment finds the answer in ``living``.
        by_value: the same cookies by their value.
    """

    __slots__ = ("by_value", "kept", "latest", "living")

    def __init__(self) -> None:
        self.kept: list[StoredCookie] = []
        self.living: list[StoredCookie] = []
        self.latest = float("-inf")
        self.by_value: dict[str, list[StoredCookie]] = {}

    def add(self, cookie: StoredCookie) -> None:
        """Keep a cookie, alive from its begin."""
        self.living.append(cookie)
        self.note(cookie)

    def note(self, cookie: StoredCookie) -> None:
        """Remember a cookie that is among the living already."""
        begin, kept = cookie.begin, self.kept
        if not kept or kept[-1].begin <= begin:
            kept.append(cookie)
        else:
            insort(kept, cookie, key=_begin)
        same = self.by_value.get(cookie.value)
        if same is None:
            self.by_value[cookie.value] = [cookie]
        else:
            same.append(cookie)
        self.latest = max(self.latest, begin)

    def end(self, cookie: StoredCookie, at: float) -> bool:
        """Whether that ended a living one."""
        was_living = cookie.end == FOREVER
        cookie.end = at
        self.latest = max(self.latest, at)
        if was_living:
            self.living.remove(cookie)
        return was_living

    def alive(self, at: float) -> list[StoredCookie]:
        """Those that lived at a moment, the latest of very many."""
        if at >= self.latest:
            return self.living[-LOOK_AT:]
        place = bisect_right(self.kept, at, key=_begin)
        return [cookie for cookie in self.kept[max(0, place - LOOK_AT) : place] if at < cookie.end]


class SiteCookies:
    """The cookies of one registrable domain.

    Attributes:
        named: all ever kept, by name; living: those names of which a cookie lives.
        counts, sizes: cookies that nothing has ended and their bytes, by partition.
    """

    __slots__ = ("counts", "latest", "living", "named", "sizes")

    def __init__(self) -> None:
        self.named: dict[str, NamedCookies] = {}
        self.living: dict[str, NamedCookies] = {}
        self.latest = float("-inf")
        self.counts: dict[str | None, int] = {}
        self.sizes: dict[str | None, int] = {}

    def add(self, cookie: StoredCookie) -> None:
        """Keep a cookie, alive from its begin."""
        named = self.named.get(cookie.name)
        if named is None:
            named = self.named[cookie.name] = NamedCookies()
        self.living[cookie.name] = named
        named.add(cookie)
        self.latest = max(self.latest, named.latest)
        partition = cookie.partition
        self.counts[partition] = self.counts.get(partition, 0) + 1
        if partition is not None:
            self.sizes[partition] = self.sizes.get(partition, 0) + cookie.size

    def end(self, cookie: StoredCookie, at: float, by: Any) -> bool:
        """Whether that ended a living one."""
        cookie.ended_by = by
        named = self.named[cookie.name]
        self.latest = max(self.latest, at)
        if not named.end(cookie, at):
            return False
        if not named.living:
            del self.living[cookie.name]
        partition = cookie.partition
        self.counts[partition] -= 1
        if partition is not None:
            self.sizes[partition] -= cookie.size
        return True

    def renew(self, old: StoredCookie, new: StoredCookie, by: Any) -> None:
        """A living cookie is followed by one of its name and partition: :meth:`end` and :meth:`add` in one, as pages
        renew cookies with every call."""
        at = new.begin
        named = self.named[old.name]
        old.end, old.ended_by = at, by
        if len(named.living) == 1:
            named.living[0] = new
        else:
            named.living.remove(old)
            named.living.append(new)
        named.note(new)
        self.latest = max(self.latest, at)
        if new.partition is not None:
            self.sizes[new.partition] += new.size - old.size

    def last_before(self, name: str, value: str) -> StoredCookie | None:
        """The cookie of a name that began last, where this value was never seen under it."""
        named = self.named.get(name)
        return None if named is None or value in named.by_value else named.kept[-1]

    def alive(self, at: float) -> list[StoredCookie]:
        """Those that lived at a moment."""
        if at >= self.latest:
            return [cookie for named in self.living.values() for cookie in named.living[-LOOK_AT:]]
        return [cookie for named in self.named.values() for cookie in named.alive(at)]
