"""Who writes the session cookie: two hosts or two programs that set one name in turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from haranalyze.facts._survey import survey_of
from haranalyze.facts.cookie_jar import SetCookieEvent
from haranalyze.facts.session import Role
from haranalyze.facts.session_cookies import sends_to_sign_in
from haranalyze.facts.tokens import Carrier
from haranalyze.protocol.set_cookie import default_path
from haranalyze.text import Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_MAKES_SESSION: Final = frozenset((Role.SIGN_IN, Role.SIGN_OUT, Role.REFRESH, Role.AUTH_PAGE))
_MOST: Final = 20  # pairs of writers looked at


@dataclass(frozen=True, slots=True)
class Overwriting:
    """A session cookie that a second writer replaced.

    ``first`` made the session and ``second``, of another host or program, wrote over it; ``refused`` is the call to the
    first host that was sent away for it, None where the session went on as ``another_user``.
    """

    first: SetCookieEvent
    second: SetCookieEvent
    refused: Exchange | None
    another_user: bool


def overwritings(facts: Facts) -> tuple[Overwriting, ...]:
    """Session cookies replaced by a second writer to the harm of the first, in order of arrival."""
    names = facts.session.session_cookie_names()
    latest: dict[tuple[str, str, str], SetCookieEvent] = {}
    pairs: list[tuple[SetCookieEvent, SetCookieEvent]] = []
    for event in facts.cookie_jar.events:
        if event.name not in names or event.refused is not None:
            continue
        key = _key(event)
        before = latest.get(key)
        if before is not None and not before.is_deletion and _is_other_writer(facts, before, event):
            pairs.append((before, event))
        latest[key] = event
    found = [_harm(facts, first, second) for first, second in pairs[:_MOST]]
    return tuple(one for one in found if one is not None)


def _key(event: SetCookieEvent) -> tuple[str, str, str]:
    """What makes a cookie the same one to a browser (RFC 6265bis section 5.7, step 23)."""
    parsed, url = event.raw_parsed, event.exchange.request.url
    domain = f".{parsed.domain}" if parsed.domain is not None else url.host
    return parsed.name, domain, parsed.path or default_path(url.path)


def _is_other_writer(facts: Facts, first: SetCookieEvent, second: SetCookieEvent) -> bool:
    if second.is_deletion or first.raw_parsed.value == second.raw_parsed.value:
        return False
    if facts.session.role(second.exchange) in _MAKES_SESSION:
        return False
    one, other = first.exchange, second.exchange
    if (raw(first.name), first.raw_parsed.value) not in other.request.raw_cookie_pairs():
        return False
    if one.request.host != other.request.host:
        return True
    marks = one.response.raw("x-powered-by"), other.response.raw("x-powered-by")
    return None not in marks and marks[0] != marks[1]


def _harm(facts: Facts, first: SetCookieEvent, second: SetCookieEvent) -> Overwriting | None:
    one, other = _subject(facts, first), _subject(facts, second)
    if one is not None and other is not None and one != other:
        return Overwriting(first, second, None, True)
    host, name = first.exchange.request.host, raw(first.name)
    worked, refused = False, None
    survey = facts.derive(survey_of)
    for exchange in facts.exchanges:
        if survey.host(exchange) != host or not exchange.request.has("cookie"):
            continue
        sent = facts.timeline.sent(exchange)
        if first.at < sent and exchange in facts.session.sign_outs:
            return None
        values = [value for pair, value in exchange.request.raw_cookie_pairs() if pair == name]
        away = exchange.response.status == 401 or sends_to_sign_in(exchange)
        if values == [first.raw_parsed.value] and not away and 200 <= exchange.response.status < 300:
            worked = worked or first.at < sent <= second.at
        if values == [second.raw_parsed.value] and sent > second.at:
            if not away:
                return None  # the first program knows the new value too
            refused = refused or exchange
    return Overwriting(first, second, refused, False) if worked and refused is not None else None


def _subject(facts: Facts, event: SetCookieEvent) -> Text | None:
    """The user named by the token that the line sets, None where it is no token or names none."""
    for token, sighting in facts.tokens.issued_by(event.exchange):
        if sighting.carrier is Carrier.COOKIE and sighting.name == event.name:
            return token.subject
    return None
