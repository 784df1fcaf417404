"""The app's own note of a sign-in attempt: the state cookie set before leaving, and its fate at the callback."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from haranalyze.facts._provider_model import Attempt, Note
from haranalyze.facts.cookie_jar import Reason, SetCookieEvent
from haranalyze.protocol.url import parse_url, registrable_domain
from haranalyze.text import raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_BEFORE: Final = 120_000.0  # ms from the answer that sets it to the request that leaves
_LINES: Final = 200  # Set-Cookie lines before leaving that are looked at
_NEAR: Final = 50  # attempts before and after this one whose state a cookie may hold
_SECRET: Final = 8  # characters of a state that cannot be a part of a value by chance
# How libraries name it: Auth.js, Auth0, oauth2-proxy, mod_auth_openidc, ASP.NET Core, Passport, Apereo, home-made.
_NAMES: Final = re.compile(
    r"(^|[._-])(oauth2?|oidc|openid|sso)[._-]?(state|nonce|csrf|tx|txn|transaction|auth|session|req)|"
    r"(^|[._-])(next-auth|authjs)\.(state|pkce|nonce)|auth_verification|oauth2_proxy_csrf|mod_auth_openidc_state|"
    r"\.AspNetCore\.(Correlation|OpenIdConnect\.Nonce)|^(state|oauth|pkce|code_verifier|auth_state|login_state)$",
    re.IGNORECASE,
)


def note_of(facts: Facts, position: int, attempts: Sequence[Attempt]) -> Note | None:
    """The state cookie of the attempt at ``position`` of all, None where its request or such a line is not recorded."""
    attempt = attempts[position]
    if attempt.asked is None:
        return None
    callback = attempt.callback
    state = attempt.asked.raw_values.get("state", "")
    target = callback.request.host if callback is not None else _host(attempt.asked.raw_values)
    if not target:
        return None
    event = _line(facts, attempt.asked.exchange, registrable_domain(target), state)
    if event is None:
        return None
    holds = len(state) >= _SECRET and state in event.raw_parsed.value
    if callback is None:
        return Note(event, holds, None, None, False)
    value = dict(callback.request.raw_cookie_pairs()).get(raw(event.name))
    if value is not None:
        return Note(
            event,
            holds,
            True,
            None,
            False,
            _other(value, attempt, attempts[max(0, position - _NEAR) : position + _NEAR]) if holds else None,
        )
    request = callback.request
    if not request.has("cookie") and not facts.quality.shows_absence(callback, "cookie"):
        return Note(event, holds, None, None, False)
    return Note(event, holds, False, _reason(facts, event, callback), _removed(facts, event, callback))


def _host(values: dict[str, str]) -> str:
    return parse_url(values.get("redirect_uri", "")).host


def _line(facts: Facts, leaving: Exchange, site: str, state: str) -> SetCookieEvent | None:
    """The latest line before leaving that holds the state, else the latest with a name that says so."""
    events, sent = facts.cookie_jar.events, facts.timeline.sent(leaving)
    end = bisect_right(events, sent, key=_at)
    named: SetCookieEvent | None = None
    for event in reversed(events[max(0, end - _LINES) : end]):
        if sent - event.at > _BEFORE:
            break
        if event.is_deletion or registrable_domain(event.exchange.request.host) != site:
            continue
        if len(state) >= _SECRET and state in event.raw_parsed.value:
            return event
        if named is None and _NAMES.search(raw(event.name)):
            named = event
    return named


def _at(event: SetCookieEvent) -> float:
    return event.at


def _reason(facts: Facts, event: SetCookieEvent, callback: Exchange) -> Reason:
    if event.refused is not None:
        return event.refused
    for one in facts.cookie_jar.left_out(callback):
        if one.cookie.name == event.name and (one.cookie.by is event or one.cookie.by is None):
            return one.reason
    if event.raw_parsed.max_age is not None or event.raw_parsed.expires is not None:
        known = facts.cookie_jar.stored(event.name, callback)
        if not known:
            return Reason.EXPIRED
    return Reason.UNKNOWN


def _removed(facts: Facts, event: SetCookieEvent, callback: Exchange) -> bool:
    """Whether an answer between deleted it, as a callback does after its first use."""
    sent = facts.timeline.sent(callback)
    events = facts.cookie_jar.events
    end = bisect_right(events, sent, key=_at)
    between = events[max(bisect_right(events, event.at, key=_at), end - _LINES) : end]
    return any(one.is_deletion and one.name == event.name for one in between)


def _other(value: str, attempt: Attempt, attempts: Iterable[Attempt]) -> Attempt | None:
    """The attempt whose state a cookie of this value holds, where it is not this attempt's."""
    assert attempt.asked is not None
    if attempt.asked.raw_values.get("state", "") in value:
        return None
    for one in attempts:
        state = one.asked.raw_values.get("state", "") if one.asked is not None else ""
        if one is not attempt and len(state) >= _SECRET and state in value:
            return one
    return None
