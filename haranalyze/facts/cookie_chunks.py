"""Session cookies cut into pieces because one cookie holds 4096 bytes at most: which pieces came back."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from haranalyze.facts._survey import path_of, survey_of
from haranalyze.facts.cookie_jar import SetCookieEvent
from haranalyze.facts.session_cookies import sends_to_sign_in
from haranalyze.text import Kind, Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

# Auth.js and Supabase write name.0, name.1; nextjs-auth0 name__0; ASP.NET Core nameC1 beside name=chunks-2.
_PIECE = re.compile(r"(.{1,200}?)(\.|__|C)(\d{1,2})")
_KNOWN = re.compile(
    r"(?:__Secure-|__Host-)?(?:authjs|next-auth)\.session-token|sb-[\w-]{1,80}-auth-token|__session|appSession"
)
_COUNT = re.compile(r"chunks-(\d{1,2})")
_SESSION_WORDS: Final = ("session", "auth", "token", "aspnetcore", "identity", "cookies")
_LOOK_AT: Final = 100  # lines of one cookie looked at
_NOBODY: Final = frozenset(("null", "{}", ""))


@dataclass(frozen=True, slots=True)
class BrokenSet:
    """A request answered as without a session that carried some pieces of the session cookie and lacked others.

    ``missing`` are numbers of the pieces that did not come, ``came`` how many did; ``line`` the last Set-Cookie line of
    a missing piece before the request, None without one.
    """

    exchange: Exchange
    name: Text
    missing: tuple[int, ...]
    came: int
    line: SetCookieEvent | None


def broken_sets(facts: Facts) -> tuple[BrokenSet, ...]:
    """Such requests on our hosts, in client order."""
    found = []
    for exchange in facts.derive(survey_of).interesting:
        if not _sent_away(facts, exchange) or not exchange.request.has("cookie"):
            continue
        if facts.session.is_ours(exchange) and (one := _broken(facts, exchange)) is not None:
            found.append(one)
    return tuple(found)


def _sent_away(facts: Facts, exchange: Exchange) -> bool:
    """Whether the answer is one for nobody: 401, the sign-in page, or an empty session."""
    response = exchange.response
    if response.status == 401:
        refusal = facts.session.refusal(exchange)
        return refusal is None or not refusal.foreign
    if response.status == 200 and path_of(exchange.request.raw_url).endswith("/session"):
        small = response.body.present and (response.body.size or 0) < 10
        return small and (response.body.raw_text() or "").strip() in _NOBODY
    return sends_to_sign_in(exchange)


def _broken(facts: Facts, exchange: Exchange) -> BrokenSet | None:
    sent = dict(exchange.request.raw_cookie_pairs())
    sets: dict[tuple[str, str], set[int]] = {}
    for name in sent:
        piece = _PIECE.fullmatch(name)
        if piece is not None and any(word in piece[1].lower() for word in _SESSION_WORDS):
            sets.setdefault((piece[1], piece[2]), set()).add(int(piece[3]))
    for name, value in sent.items():
        if _COUNT.fullmatch(value):
            sets.setdefault((name, "C"), set())
    for (base, mark), came in sets.items():
        counted = _COUNT.fullmatch(sent.get(base, ""))
        if mark == "C" and counted is None:
            continue  # a name that only happens to end so
        if mark != "C" and len(came) < 2 and not _KNOWN.fullmatch(base) and not _lines(facts, exchange, base, mark):
            continue
        wanted = set(range(1, int(counted[1]) + 1)) if counted and mark == "C" else set(range(max(came) + 1))
        if mark != "C":
            wanted |= _set_together(facts, exchange, base, mark)
        if lacking := sorted(wanted - came):
            whole = Text(base, Kind.COOKIE_NAME)
            return BrokenSet(exchange, whole, tuple(lacking), len(came), _line(facts, exchange, base, mark, lacking))
    return None


_Pieces = dict[tuple[str, str], list[tuple[int, SetCookieEvent]]]


def _pieces_set(facts: Facts) -> _Pieces:
    """The lines that set pieces of cookies, by the cookie and the mark before the number, in order of arrival."""
    found: _Pieces = {}
    for event in facts.cookie_jar.events:
        if (piece := _PIECE.fullmatch(raw(event.name))) is not None:
            found.setdefault((piece[1], piece[2]), []).append((int(piece[3]), event))
    return found


def _lines(facts: Facts, exchange: Exchange, base: str, mark: str) -> list[tuple[int, SetCookieEvent]]:
    """The lines that set pieces of this cookie before the request, with the number of the piece."""
    lines = facts.derive(_pieces_set).get((base, mark), [])
    place = bisect_left(lines, facts.timeline.sent(exchange), key=lambda line: line[1].at)
    return lines[max(0, place - _LOOK_AT) : place]


def _set_together(facts: Facts, exchange: Exchange, base: str, mark: str) -> set[int]:
    """Numbers of the pieces that the last answer to set any of them had set."""
    lines = [(number, event) for number, event in _lines(facts, exchange, base, mark) if not event.is_deletion]
    if not lines:
        return set()
    last = lines[-1][1].exchange
    return {number for number, event in lines if event.exchange is last}


def _line(facts: Facts, exchange: Exchange, base: str, mark: str, lacking: list[int]) -> SetCookieEvent | None:
    lines = [event for number, event in _lines(facts, exchange, base, mark) if number in lacking]
    return lines[-1] if lines else None
