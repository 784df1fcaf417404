"""Who is a third party to the page: cookies that cross sites, and hosts that are spelled in two ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from haranalyze.facts._survey import survey_of
from haranalyze.facts.cookie_jar import Reason, SetCookieEvent
from haranalyze.facts.cors import CorsStep
from haranalyze.facts.session import Says
from haranalyze.protocol.set_cookie import SameSite
from haranalyze.protocol.url import Url, is_ip, parse_url, registrable_domain
from haranalyze.text import Kind, Place, Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts

_LOOPBACK: Final = frozenset(("localhost", "127.0.0.1", "::1", "0.0.0.0"))  # noqa: S104 - a name people type
_MOST: Final = 20  # session cookies looked at


@dataclass(frozen=True, slots=True)
class ThirdPartyCookie:
    """A session cookie set with SameSite=None for a page of another site.

    ``page`` is the host of that page; ``without`` are refused calls that went without the cookie although it fits
    them, ``with_it`` calls of pages of the other site that carried it. ``blocked``: the browser keeps it back, by its
    own policy or because the session client's own refresh lacked it; ``in_frame``: it was set or left out in a frame.
    ``told``: the call on which the browser itself says so (Sec-Fetch-Storage-Access).
    """

    event: SetCookieEvent
    page: Text
    without: tuple[Exchange, ...]
    with_it: tuple[Exchange, ...]
    blocked: bool
    in_frame: bool
    told: Exchange | None


def page_host(facts: Facts, exchange: Exchange) -> str:
    """Host of the page the user sees when the exchange happens (of a frame: the page around it); ``""`` unknown."""
    page = facts.timeline.page(exchange)
    url: Url | None = page.url if page is not None else None
    if url is None or not url.host:
        url = parse_url(facts.timeline.page_url(exchange))
    return url.host if url.ok else ""


def is_third_party(facts: Facts, exchange: Exchange) -> bool:
    """Whether a call goes to another site (registrable domain) than that of the page the user sees.

    Browsers that block third-party cookies look at the registrable domain, not at the scheme.
    """
    if exchange.is_page and not facts.timeline.in_frame(exchange):
        return False
    fetched = exchange.request.raw("sec-fetch-site")
    framed = facts.timeline.in_frame(exchange)
    if fetched in {"same-origin", "same-site", "none"} and not framed:
        return False
    host = page_host(facts, exchange)
    target = exchange.request.host
    if not host or not target or (host in _LOOPBACK and target in _LOOPBACK):
        return False
    return registrable_domain(host) != registrable_domain(target)


def third_party_cookies(facts: Facts) -> tuple[ThirdPartyCookie, ...]:
    """Session cookies of our hosts that can only live as third-party cookies, in order of arrival."""
    names = facts.session.session_cookie_names()
    found: dict[tuple[str, str], ThirdPartyCookie] = {}
    for event in facts.cookie_jar.events:
        exchange, parsed = event.exchange, event.raw_parsed
        host = exchange.request.host
        if len(found) >= _MOST:
            break
        if event.name not in names or event.is_deletion or host not in facts.session.hosts:
            continue
        if event.refused not in {None, Reason.THIRD_PARTY}:
            continue
        usable = parsed.same_site is SameSite.NONE and parsed.secure and not parsed.partitioned
        if not usable or (host, parsed.name) in found or not is_third_party(facts, exchange):
            continue
        page = Text(page_host(facts, exchange), Kind.HOST)
        found[host, parsed.name] = ThirdPartyCookie(event, page, *_calls(facts, event))
    return tuple(found.values())


def _calls(
    facts: Facts, event: SetCookieEvent
) -> tuple[tuple[Exchange, ...], tuple[Exchange, ...], bool, bool, Exchange | None]:
    without, with_it = [], []
    told: Exchange | None = None
    blocked = event.refused is Reason.THIRD_PARTY
    refused = {one.exchange.index for one in facts.session.refusals if one.says in {Says.NO_CREDENTIALS, Says.UNKNOWN}}
    host, name = event.exchange.request.host, raw(event.name)
    framed = facts.timeline.in_frame(event.exchange)
    survey = facts.derive(survey_of)
    for exchange in facts.exchanges:
        if survey.host(exchange) != host or facts.timeline.sent(exchange) <= event.at:
            continue
        if not is_third_party(facts, exchange):
            continue
        if any(sent == name for sent, _ in exchange.request.raw_cookie_pairs()):
            with_it.append(exchange)
        elif exchange.index in refused and (kept_back := _kept_back(facts, event, exchange)):
            without.append(exchange)
            framed = framed or facts.timeline.in_frame(exchange)
            # The session client itself refreshes with credentials: what its refresh lacks, the browser kept back.
            blocked = blocked or kept_back is Reason.THIRD_PARTY or _by_the_client(facts, exchange)
            told = told or (exchange if has_no_access(exchange) else None)
    return tuple(without), tuple(with_it), blocked or told is not None, framed, told


def has_no_access(exchange: Exchange) -> bool:
    """Whether the browser says that a request made with credentials has no cookies of its own site here.

    Sec-Fetch-Storage-Access goes with requests to other sites with credentials mode "include" only; ``none`` and
    ``inactive`` say that cookies of other sites are blocked (Storage Access Headers, section 3.1).
    """
    return exchange.request.raw("sec-fetch-storage-access") in ("none", "inactive")


def _kept_back(facts: Facts, event: SetCookieEvent, exchange: Exchange) -> Reason | None:
    """Why the cookie is not on a request of another site: the browser's policy, or unknown; None where it could be."""
    if any(one.name == event.name for one in facts.cookie_jar.missing(exchange)):
        return Reason.UNKNOWN
    if not exchange.request.has("cookie") and not facts.quality.shows_absence(exchange, "cookie"):
        return None
    left = [one.reason for one in facts.cookie_jar.left_out(exchange) if one.cookie.name == event.name]
    return Reason.THIRD_PARTY if event.refused is Reason.THIRD_PARTY or Reason.THIRD_PARTY in left else None


def _by_the_client(facts: Facts, exchange: Exchange) -> bool:
    """Whether it is a refresh that the client of a named session system made, with its own marks on it."""
    refresh = facts.session.refresh(exchange)
    system = refresh.system if refresh is not None else None
    return system is not None and any(exchange.request.has(name) for name in system.request_marks)


def are_twins(one: str, other: str) -> bool:
    """Whether two hosts are spellings people take for the same: loopback names, and a domain with and without www."""
    if one == other or not one or not other:
        return False
    if one in _LOOPBACK or other in _LOOPBACK:
        return one in _LOOPBACK and other in _LOOPBACK
    return not is_ip(one) and (one == f"www.{other}" or other == f"www.{one}")


@dataclass(frozen=True, slots=True)
class TwoNames:
    """A call that fails because one host goes by two names.

    ``used`` is the name of the page or call, ``meant`` the one the API or the cookie has. ``effect``: ``origin``
    (CORS allows the other name), ``cookie`` (the session cookie belongs to the other), ``same-site`` (the browser
    does not keep the cookie of the other). ``place`` is the header that shows it.
    """

    exchange: Exchange
    used: Text
    meant: Text
    effect: str
    place: Place


def two_names(facts: Facts) -> tuple[TwoNames, ...]:
    """Calls of our session that fail because of two spellings of one host, in client order."""
    survey = facts.derive(survey_of)
    hosts = {survey.host(exchange) for exchange in facts.exchanges}
    hosts |= {page.url.host for page in facts.capture.pages if page.url is not None}
    found = [*_by_origin(facts)]
    if any(are_twins(one, other) for one in hosts for other in (*_LOOPBACK, f"www.{one}") if other in hosts):
        found += [*_by_same_site(facts), *_by_cookie(facts)]
    return tuple(sorted(found, key=lambda one: facts.timeline.position(one.exchange)))


def _by_origin(facts: Facts) -> Iterator[TwoNames]:
    for exchange in facts.derive(survey_of).interesting:
        if not exchange.response.has("access-control-allow-origin") or not facts.session.is_ours(exchange):
            continue
        decision = facts.cors.decision(exchange)
        if decision is None or decision.step is not CorsStep.ALLOW_ORIGIN_MISMATCH or decision.place is None:
            continue
        allowed = parse_url(exchange.response.raw("access-control-allow-origin") or "")
        origin = parse_url(raw(decision.origin))
        same = (allowed.scheme, allowed.port) == (origin.scheme, origin.port)
        if same and are_twins(allowed.host, origin.host):
            yield TwoNames(exchange, _host(origin.host), _host(allowed.host), "origin", decision.place)


def _by_same_site(facts: Facts) -> Iterator[TwoNames]:
    names = facts.session.session_cookie_names()
    for event in facts.cookie_jar.refused(
        Reason.SAME_SITE_LAX, Reason.SAME_SITE_STRICT, Reason.SAME_SITE_UNSPECIFIED, Reason.SAME_SITE_NONE_INSECURE
    ):
        host, page = event.exchange.request.host, page_host(facts, event.exchange)
        if event.name in names and facts.session.is_ours(event.exchange) and are_twins(host, page):
            yield TwoNames(event.exchange, _host(page), _host(host), "same-site", event.place)


def _by_cookie(facts: Facts) -> Iterator[TwoNames]:
    """Refused calls to the one name while the session cookie is kept for the other alone."""
    names = facts.session.session_cookie_names()
    stored = [e for e in facts.cookie_jar.events if e.name in names and e.refused is None and not e.is_deletion]
    first: dict[str, SetCookieEvent] = {}  # of each host
    for event in stored:
        if event.raw_parsed.domain is None:
            first.setdefault(event.exchange.request.host, event)
    for exchange in facts.exchanges if first else ():
        if exchange.response.status != 401 or not _asks_for_session(facts, exchange):
            continue
        host, sent = exchange.request.host, {name for name, _ in exchange.request.raw_cookie_pairs()}
        if not sent and not facts.quality.shows_absence(exchange, "cookie"):
            continue
        twins = (*_LOOPBACK, f"www.{host}", host.removeprefix("www."))
        events = [first[name] for name in twins if are_twins(name, host) and name in first]
        events = [event for event in events if event.at < facts.timeline.sent(exchange)]
        if events and host not in first and not any(raw(name) in sent for name in names):
            meant = _host(events[0].exchange.request.host)
            yield TwoNames(exchange, _host(host), meant, "cookie", events[0].place)


def _host(name: str) -> Text:
    return Text(name, Kind.HOST)


def _asks_for_session(facts: Facts, exchange: Exchange) -> bool:
    """Whether a 401 asks for a session. The other name has none, so its refusals need not be known as such."""
    refusal = facts.session.refusal(exchange)
    if refusal is None:
        return not exchange.request.has("authorization") and not facts.timeline.is_preflight(exchange)
    return refusal.says in {Says.NO_CREDENTIALS, Says.UNKNOWN}
