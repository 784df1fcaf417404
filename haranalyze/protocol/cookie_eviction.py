"""Which cookies go when a store is full (Chromium, net/cookies/cookie_monster.cc; Firefox, CookieStorage.cpp).

Chromium's numbers (kDomainMaxCookies and the like) stand in ``browsers.py``; all of them go by last use.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from haranalyze.protocol.set_cookie import Priority

if TYPE_CHECKING:
    from haranalyze.protocol.browsers import Browser
    from haranalyze.protocol.stored_cookies import StoredCookie

_ORDER: Final = {Priority.LOW: 0, Priority.MEDIUM: 1, Priority.HIGH: 2}  # of a browser's quotas
SAFE_FROM_GLOBAL_PURGE: Final = 30 * 86_400_000.0  # ms since the last use (kSafeFromGlobalPurgeDays)
# The rounds of Chromium: priority, and whether Secure cookies are spared (kPurgeRounds).
_ROUNDS: Final = (
    (Priority.LOW, True),
    (Priority.LOW, False),
    (Priority.MEDIUM, True),
    (Priority.HIGH, True),
    (Priority.MEDIUM, False),
    (Priority.HIGH, False),
)


def by_use(cookies: Iterable[StoredCookie]) -> list[StoredCookie]:
    """Cookies in the order of their last use, the oldest first among equals."""
    return sorted(cookies, key=lambda cookie: (cookie.used, cookie.created))


def over_site(living: list[StoredCookie], browser: Browser) -> list[StoredCookie]:
    """Cookies of one site that go because it has more than the browser keeps; ``living`` holds no expired ones."""
    if len(living) <= browser.per_site:
        return []
    goal = len(living) - browser.per_site + browser.purged
    if not browser.quotas:
        insecure = [cookie for cookie in living if not cookie.secure]
        return by_use(insecure or living)[:goal]
    gone: list[StoredCookie] = []
    left = by_use(living)
    for priority, spares_secure in _ROUNDS:
        found = _round(left, priority, browser.quotas[_ORDER[priority]], goal - len(gone), spares_secure=spares_secure)
        gone += found
        out = set(map(id, found))
        left = [cookie for cookie in left if id(cookie) not in out]
    return gone


def _round(
    cookies: list[StoredCookie], priority: Priority, quota: int, goal: int, *, spares_secure: bool
) -> list[StoredCookie]:
    """One round: ``quota`` cookies of the priority stay (PurgeLeastRecentMatches)."""
    of_priority = [cookie for cookie in cookies if cookie.priority is priority]
    secure = sum(cookie.secure for cookie in of_priority) if spares_secure else 0
    most = min(goal, len(of_priority) - max(secure, quota))
    if len(of_priority) <= quota or most <= 0:
        return []
    return [cookie for cookie in of_priority if not (spares_secure and cookie.secure)][:most]


def over_partition(living: list[StoredCookie], browser: Browser) -> list[StoredCookie]:
    """Cookies of one site in one partition that go: as many as bring count and bytes below the limits."""
    gone: list[StoredCookie] = []
    count, size = len(living), sum(cookie.size for cookie in living)
    for cookie in by_use(living):
        if count <= browser.per_site and size <= browser.partition_bytes:
            break
        gone.append(cookie)
        count, size = count - 1, size - cookie.size
    return gone


def over_all(living: list[StoredCookie], browser: Browser, at: float) -> list[StoredCookie]:
    """Cookies of all sites that go: those not used for 30 days, insecure ones first."""
    if len(living) <= browser.in_all:
        return []
    goal = len(living) - browser.in_all + browser.purged_in_all
    stale = [cookie for cookie in by_use(living) if cookie.used < at - SAFE_FROM_GLOBAL_PURGE]
    return sorted(stale, key=lambda cookie: cookie.secure)[:goal]
