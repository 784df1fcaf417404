"""Sign-ins and sign-outs by the traces they leave: none at all, or a session that outlives its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from haranalyze.capture.model import Source
from haranalyze.facts.session_cookies import sends_to_sign_in
from haranalyze.systems import path_ends
from haranalyze.text import Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_WRITING: Final = frozenset(("POST", "PUT", "PATCH"))
_USER_WORDS: Final = ("user", "email", "login", "username", "sub", "userid", "user_id", "account", "profile")
_LONGEST: Final = 64 * 1024
_MOST: Final = 20  # sign-ins of one host and sign-outs looked at
_JUST: Final = 5.0  # ms: stamps are rounded


def asks_to_sign_in(facts: Facts, exchange: Exchange) -> bool:
    """Whether it is a call of a sign-in path of the host's session system, whatever the answer."""
    if exchange.request.method not in _WRITING:
        return False
    system = facts.session.system_of(exchange)
    systems = (system,) if system is not None else tuple(one for one in facts.systems if one.generic)
    return any(bool(path_ends(exchange.request.url.path, one.sign_in_paths)) for one in systems)


@dataclass(frozen=True, slots=True)
class SilentSignIn:
    """A sign-in that was answered well and left nothing behind: no cookie, no token; ``refused`` what followed."""

    exchange: Exchange
    refused: tuple[Exchange, ...]


def silent_sign_ins(facts: Facts) -> tuple[SilentSignIn, ...]:
    """Sign-ins over https to Express servers that set no cookie, with the calls refused after them."""
    found = []
    looked: Counter[str] = Counter()
    for exchange in facts.exchanges:
        if not asks_to_sign_in(facts, exchange) or not facts.session.is_ours(exchange):
            continue
        looked[exchange.request.host] += 1
        if looked[exchange.request.host] > _MOST:
            continue
        if "express" not in (exchange.response.raw("x-powered-by") or "").lower():
            continue
        if exchange.request.url.scheme != "https" or not 200 <= exchange.response.status < 400:
            continue
        if exchange.request.has("cookie") or not facts.quality.shows_absence(exchange, "cookie"):
            continue
        if not facts.quality.shows_absence(exchange, "set-cookie") or facts.tokens.issued_by(exchange):
            continue
        if sends_to_sign_in(exchange) or _host_sets_cookies(facts, exchange):
            continue
        if refused := _refused_after(facts, exchange):
            found.append(SilentSignIn(exchange, refused))
    return tuple(found)


def _host_sets_cookies(facts: Facts, exchange: Exchange) -> bool:
    """Whether any answer of this host sets an HttpOnly cookie: then its session is not silent."""
    host = exchange.request.host
    return any(event.exchange.request.host == host and event.http_only for event in facts.cookie_jar.events)


def _refused_after(facts: Facts, sign_in: Exchange) -> tuple[Exchange, ...]:
    """Calls and pages of the same host that were sent away after the sign-in; none where one carries credentials."""
    host, done = sign_in.request.host, facts.timeline.answered(sign_in)
    refused = []
    for exchange in facts.exchanges:
        if exchange.request.host != host or facts.timeline.sent(exchange) < done - _JUST or exchange is sign_in:
            continue
        if exchange.request.has("authorization"):
            return ()
        sent_away = exchange.response.status == 401 or sends_to_sign_in(exchange)
        if sent_away and facts.quality.shows_absence(exchange, "cookie"):
            refused.append(exchange)
    return tuple(refused)


@dataclass(frozen=True, slots=True)
class LastingSession:
    """A session that answers after a sign-out as it did before.

    ``before`` and ``after`` are the same call with the same cookie ``name`` and the same answer about the user;
    ``cleared`` whether the sign-out told the browser to remove that cookie.
    """

    sign_out: Exchange
    before: Exchange
    after: Exchange
    name: Text
    cleared: bool


def lasting_sessions(facts: Facts) -> tuple[LastingSession, ...]:
    """Sign-outs after which the same session cookie still gets the same answer about the user."""
    names = facts.session.session_cookie_names()
    found = []
    for sign_out in facts.session.sign_outs[:_MOST]:
        if not 200 <= sign_out.response.status < 400 or not names:
            continue
        if (one := _lasting(facts, sign_out, names)) is not None:
            found.append(one)
    return tuple(found)


def _lasting(facts: Facts, sign_out: Exchange, names: frozenset[Text]) -> LastingSession | None:
    done, began = facts.timeline.ended(sign_out), facts.timeline.sent(sign_out)
    anew = [facts.timeline.sent(one.exchange) for one in facts.session.sign_ins]
    until = min((at for at in anew if at > began), default=float("inf"))
    earlier: dict[tuple[str, str], Exchange] = {}
    for exchange in facts.exchanges:
        key = exchange.request.method, exchange.request.raw_url
        sent = facts.timeline.sent(exchange)
        if key[0] != "GET" or exchange.source is not Source.NETWORK or exchange.response.status != 200:
            continue
        if facts.timeline.ended(exchange) < began and facts.session.is_ours(exchange):
            earlier[key] = exchange
        elif done + _JUST < sent < until and (before := earlier.get(key)) is not None:
            name = _same_session(before, exchange, names)
            if name is not None and _tells_user(before) and _same_answer(before, exchange):
                cleared = any(e.name == name and e.is_deletion for e in facts.cookie_jar.set_by(sign_out))
                return LastingSession(sign_out, before, exchange, name, cleared)
    return None


def _same_session(before: Exchange, after: Exchange, names: frozenset[Text]) -> Text | None:
    """Name of the session cookie both requests carry with one value."""
    sent = dict(before.request.raw_cookie_pairs())
    again = dict(after.request.raw_cookie_pairs())
    for name in sorted(names, key=raw):
        value = sent.get(raw(name))
        if value and again.get(raw(name)) == value:
            return name
    return None


def _tells_user(exchange: Exchange) -> bool:
    """Whether the answer is a JSON object about the user who is signed in."""
    body = exchange.response.body
    if not body.present or (body.size or 0) > _LONGEST or "json" not in body.raw_mime_type:
        return False
    table = body.json()
    if not isinstance(table, dict):
        return False
    return any(key.lower() in _USER_WORDS and value for key, value in table.items())


def _same_answer(before: Exchange, after: Exchange) -> bool:
    return before.response.body.raw_text() == after.response.body.raw_text()
