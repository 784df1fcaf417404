"""What became of the session's cookies on their way: kept back by path, left from an older SDK."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from haranalyze.facts.cookie_jar import JarCookie, Reason, SetCookieEvent
from haranalyze.facts.session import RefreshResult, Says
from haranalyze.facts.tokens import Carrier, TokenUse
from haranalyze.protocol.set_cookie import default_path
from haranalyze.protocol.url import parse_url, registrable_domain
from haranalyze.systems import name_matches
from haranalyze.text import Kind, Place, Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_SIGN_IN_WORDS = frozenset(("login", "signin", "sign-in", "sign_in", "log-in"))
_LOOK_AT = 50  # lines of one cookie looked at
_PARALLEL = 50.0  # ms: a call this near may have been on its way when the new cookie came
_UNSERVED = frozenset((RefreshResult.REFUSED, RefreshResult.FAILED, RefreshResult.NO_SESSION))


@dataclass(frozen=True, slots=True)
class OffPath:
    """A refused call or refresh that lacked a session cookie only because of the cookie's Path.

    ``line`` is the Set-Cookie line; ``prefix`` what a proxy has taken away from the path before the backend saw it,
    ``""`` where the two paths differ in another way.
    """

    exchange: Exchange
    cookie: JarCookie
    line: Place
    is_refresh: bool
    prefix: Text


def kept_by_path(facts: Facts) -> tuple[OffPath, ...]:
    """Refused session calls and refreshes that needed a cookie whose Path does not cover them, in client order."""
    names = facts.session.session_cookie_names()
    if not any(event.name in names for event in facts.cookie_jar.events):
        return ()
    refreshes = {
        one.exchange.index: one
        for one in facts.session.refreshes
        if one.result in _UNSERVED and 400 <= one.exchange.response.status < 500
    }
    wanting = {one.exchange.index: one.exchange for one in facts.session.refusals if _asks_for_session(one.says)}
    wanting |= {index: one.exchange for index, one in refreshes.items()}
    found = []
    for exchange in sorted(wanting.values(), key=facts.timeline.position):
        refresh = exchange.index in refreshes
        if facts.session.refresh(exchange) is not None and not refresh:
            continue
        if (one := _kept_back(facts, exchange, names, is_refresh=refresh)) is not None:
            found.append(one)
    return tuple(found)


def left_by_scheme(facts: Facts) -> tuple[tuple[Exchange, JarCookie], ...]:
    """Calls over http answered as without a session, each with the Secure session cookie that stayed behind."""
    names = facts.session.session_cookie_names()
    found: list[tuple[Exchange, JarCookie]] = []
    for exchange in _asking(facts):
        if exchange.request.url.is_trustworthy or exchange.request.has("authorization"):
            continue
        sent = {name for name, _ in exchange.request.raw_cookie_pairs()}
        if not sent and not facts.quality.shows_absence(exchange, "cookie"):
            continue
        if any(name in sent for name in map(raw, names)):
            continue
        left = [one for one in facts.cookie_jar.left_out(exchange) if one.cookie.name in names]
        held = [one.cookie for one in left if one.reason is Reason.SECURE_ONLY and one.cookie.by is not None]
        if held and not any(one.name in names for one in facts.cookie_jar.predicted(exchange)):
            found.append((exchange, held[-1]))
    return tuple(found)


def _asking(facts: Facts) -> tuple[Exchange, ...]:
    """Exchanges answered as to somebody without a session: 401, or a redirect to the sign-in page."""
    found = {one.exchange.index: one.exchange for one in facts.session.refusals if _asks_for_session(one.says)}
    for exchange in facts.exchanges:
        if exchange.response.status in _REDIRECTS and facts.session.is_ours(exchange) and sends_to_sign_in(exchange):
            found[exchange.index] = exchange
    return tuple(sorted((one for one in found.values() if one.response.status != 403), key=facts.timeline.position))


@dataclass(frozen=True, slots=True)
class KeptForSibling:
    """A call refused for want of a session on one host, whose session cookie a sibling host set without Domain."""

    call: Exchange
    event: SetCookieEvent


def kept_for_sibling(facts: Facts) -> tuple[KeptForSibling, ...]:
    """Calls to a host of the same site and session system that never sets the session cookie itself, in client order.

    Only named systems count: their own words on both hosts show that the hosts share a kind of session.
    """
    names = facts.session.session_cookie_names()
    stored = [
        event
        for event in facts.cookie_jar.events
        if event.name in names and event.refused is None and not event.is_deletion
    ]
    setters = {event.exchange.request.host for event in stored}
    found: list[KeptForSibling] = []
    for refusal in facts.session.refusals if stored else ():
        call, host = refusal.exchange, refusal.exchange.request.host
        if refusal.says is not Says.NO_CREDENTIALS or refusal.by is None or refusal.foreign or host in setters:
            continue
        if not facts.quality.shows_absence(call, "cookie") and not call.request.has("cookie"):
            continue
        if any(Text(name, Kind.COOKIE_NAME) in names for name, _ in call.request.raw_cookie_pairs()):
            continue
        for event in stored:
            own = event.exchange
            if event.raw_parsed.domain is not None or event.at > facts.timeline.sent(call):
                continue
            same = registrable_domain(own.request.host) == registrable_domain(host)
            if same and facts.session.system_of(own) is refusal.by:
                found.append(KeptForSibling(call, event))
                break
    return tuple(found)


def sends_to_sign_in(exchange: Exchange) -> bool:
    """Whether the answer redirects to a sign-in page, by the words of its path; not one that comes from there."""
    if exchange.response.status not in _REDIRECTS:
        return False
    target = parse_url(exchange.response.raw_redirect_url, exchange.request.raw_url)
    if not target.ok:
        return False
    last = target.path.rstrip("/").rpartition("/")[2].lower().partition(".")[0]
    return last in _SIGN_IN_WORDS and target.path != exchange.request.url.path


def marker_sent(facts: Facts, exchange: Exchange) -> Text | None:
    """Name of a cookie of an older release of the session system that the request carried, None without one."""
    system = facts.session.system_of(exchange)
    if system is None or not system.marker_cookies:
        return None
    pairs = exchange.request.raw_cookie_pairs()
    found = next((name for name, value in pairs if value and name_matches(name, system.marker_cookies)), None)
    return None if found is None else Text(found, Kind.COOKIE_NAME)


def refresh_cookies(facts: Facts) -> frozenset[Text]:
    """Names of the cookies that hold a refresh token, by the data files and by what the tokens show."""
    return frozenset(
        sighting.name
        for token in facts.tokens.all
        if token.use is TokenUse.REFRESH
        for sighting in (*(token.uses or ()), *((token.issued,) if token.issued else ()))
        if sighting.carrier is Carrier.COOKIE
    )


def _asks_for_session(says: Says) -> bool:
    return says in {Says.NO_CREDENTIALS, Says.UNKNOWN}


def _kept_back(facts: Facts, exchange: Exchange, names: frozenset[Text], *, is_refresh: bool) -> OffPath | None:
    """The session cookie that this call lacks by its Path alone; None where it has one, or lacks another way."""
    if exchange.response.status == 403 or exchange.request.has("authorization"):
        return None
    sent = {name for name, _ in exchange.request.raw_cookie_pairs()}
    if not sent and not facts.quality.shows_absence(exchange, "cookie"):
        return None
    of_refresh = facts.derive(refresh_cookies)
    wanted = of_refresh & names if is_refresh and of_refresh & names else names - of_refresh
    if any(name in sent for name in map(raw, wanted)):
        return None
    left = [one for one in facts.cookie_jar.left_out(exchange) if one.cookie.name in wanted]
    left = [one for one in left if one.cookie.by is not None]
    if not left or any(one.reason is not Reason.NOT_ON_PATH for one in left):
        return None
    cookie = left[-1].cookie
    if cookie.by is None or any(one.name in wanted for one in facts.cookie_jar.predicted(exchange)):
        return None
    prefix = _prefix(exchange.request.url.path, raw(cookie.path))
    if not is_refresh and not prefix and cookie.by.raw_parsed.path is not None:
        return None  # a Path somebody chose: the call may belong to another program of the host
    return OffPath(exchange, cookie, cookie.by.place, is_refresh, prefix)


def _prefix(path: str, kept: str) -> Text:
    """What stands before the cookie's Path in the path called: ``/prod`` of /prod/auth/session/refresh."""
    found = path.removesuffix(kept) if len(kept) > 1 and path.endswith(kept) else ""
    return Text(found, Kind.PATH)


@dataclass(frozen=True, slots=True)
class Leftover:
    """A refused call that carried another value of a session cookie than the one set last before it.

    ``event`` set the new value; ``older`` the line that set the old one with another Domain or Path, None where that
    was before the recording.
    """

    exchange: Exchange
    event: SetCookieEvent
    older: SetCookieEvent | None


def leftovers(facts: Facts) -> tuple[Leftover, ...]:
    """Refused calls with an old session cookie in the place of the new one, in client order."""
    names = facts.session.session_cookie_names()
    lines: dict[str, list[SetCookieEvent]] = {}
    for event in facts.cookie_jar.events:
        if event.name in names and event.refused is None and not event.is_deletion:
            lines.setdefault(raw(event.name), []).append(event)
    if not lines:
        return ()
    spans = _sent_between(facts, frozenset(lines))
    found = [_leftover(facts, one.exchange, lines, spans) for one in facts.session.refusals]
    return tuple(one for one in found if one is not None and not _is_used(lines[raw(one.event.name)][-1], spans))


_Spans = dict[tuple[str, str], tuple[float, float]]


def _sent_between(facts: Facts, names: frozenset[str]) -> _Spans:
    """First and last time each value of these cookies was sent."""
    spans: _Spans = {}
    for exchange in facts.exchanges:
        if not exchange.request.has("cookie"):
            continue
        sent = facts.timeline.sent(exchange)
        for pair in exchange.request.raw_cookie_pairs():
            if pair[0] in names:
                first, last = spans.get(pair, (sent, sent))
                spans[pair] = min(first, sent), max(last, sent)
    return spans


def _is_used(newest: SetCookieEvent, spans: _Spans) -> bool:
    """Whether the latest value of the cookie is on any later request: then it is stored where calls find it."""
    span = spans.get((raw(newest.name), newest.raw_parsed.value))
    return span is not None and span[1] > newest.at


def _leftover(
    facts: Facts, exchange: Exchange, lines: dict[str, list[SetCookieEvent]], spans: _Spans
) -> Leftover | None:
    if exchange.response.status == 403:
        return None
    pairs = exchange.request.raw_cookie_pairs()
    # Browsers read the jar before they connect, so the start counts: a call may wait longer than the answer took.
    began, site = facts.timeline.started(exchange), registrable_domain(exchange.request.host)
    for name, value in pairs:
        before = [
            event
            for event in lines.get(name, ())[-_LOOK_AT:]
            if event.at + _PARALLEL < began and registrable_domain(event.exchange.request.host) == site
        ]
        if not before or not value or sum(other == name for other, _ in pairs) > 1:
            continue
        newest = before[-1]
        if newest.raw_parsed.value == value or not newest.http_only or newest.exchange is exchange:
            continue
        older = next((event for event in reversed(before) if event.raw_parsed.value == value), None)
        # Sent before the new cookie arrived: then no script has written it since.
        if older is None and spans[name, value][0] < newest.at:
            return Leftover(exchange, newest, None)
        if older is not None and _kept_for(older) != _kept_for(newest):
            return Leftover(exchange, newest, older)
    return None


def _kept_for(event: SetCookieEvent) -> tuple[str, str]:
    parsed, url = event.raw_parsed, event.exchange.request.url
    return parsed.domain or url.host, parsed.path or default_path(url.path)
