"""The browser's cookie jar, replayed (RFC 6265bis): stored, refused and why, sent, left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from haranalyze.facts._cookie_context import Situation, Situations
from haranalyze.facts._cookie_steps import SENDING, Step, at_the_request, carries, gone, steps, storing
from haranalyze.protocol.browsers import Browser
from haranalyze.protocol.cache_control import parse_http_date
from haranalyze.protocol.cookie_store import CookieStore, Reason, as_read_by
from haranalyze.protocol.set_cookie import SetCookie, parse_set_cookie, path_matches, with_attributes
from haranalyze.protocol.stored_cookies import SiteCookies, StoredCookie
from haranalyze.protocol.url import registrable_domain
from haranalyze.text import Kind, Place, Sentence, Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.model import CookieDecision, Exchange
    from haranalyze.facts import Facts
    from haranalyze.protocol.url import Url

__all__ = [
    "Absence",
    "Contradiction",
    "CookieJar",
    "JarCookie",
    "LeftOut",
    "Reason",
    "SentCookie",
    "SetCookieEvent",
    "Step",
]

_Pairs = tuple[tuple[str, str], ...]  # of a Cookie header: name and value
_LOOK_AT: Final = 50  # cookies of one name looked at
# A cookie sent to another host or path is another cookie of the same value.
_NEVER_EXCUSED: Final = frozenset((Reason.DOMAIN_MISMATCH, Reason.NOT_ON_PATH))
_moment: Final = itemgetter(0, 1, 2)
_DAY: Final = 86_400_000.0  # ms
_TICK: Final = 1e-6  # ms between the lines of one answer, which are stored one after the other


class Absence(StrEnum):
    """What could explain that a cookie the rules let go was not on a request."""

    CREDENTIALS_MODE = "credentials-mode"  # fetch with omit or same-origin, XMLHttpRequest without withCredentials
    THIRD_PARTY_BLOCKING = "third-party-blocking"
    SCRIPT_DELETED = "script-deleted"  # not HttpOnly
    EVICTED = "evicted"  # too many cookies of one site
    OTHER_PROFILE = "other-profile"  # a private window, another profile, cookies cleared
    NOT_RECORDED = "not-recorded"  # the exporter wrote provisional headers
    PROXY = "proxy"  # taken away between the browser and the place of recording


@dataclass(frozen=True, slots=True)
class SetCookieEvent:
    """One Set-Cookie line and what the browser did with it.

    ``raw_parsed`` is for analysis only; ``refused`` None when stored or a deletion; ``contradicted``: the profile
    predicts a refusal but a later request shows the cookie was stored (then ``refused`` is None and ``predicted``
    the reason that did not hold).
    """

    exchange: Exchange
    place: Place  # text is the SET_COOKIE line
    name: Text
    raw_parsed: SetCookie
    at: float
    refused: Reason | None
    is_deletion: bool
    contradicted: bool = False
    predicted: Reason | None = None

    @property
    def http_only(self) -> bool:
        """Whether scripts cannot read the cookie."""
        return self.raw_parsed.http_only


@dataclass(frozen=True, slots=True)
class JarCookie:
    """A stored cookie. ``by`` is the line that set it, None when learnt from a request (before the recording or
    written by JavaScript). ``partition``: the top-level site it is kept for, None for all."""

    name: Text
    value: Text
    domain: Text
    path: Text
    by: SetCookieEvent | None
    partition: Text | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A cookie in the jar that did not go with a request, with the reason the engine finds."""

    cookie: JarCookie
    reason: Reason


@dataclass(frozen=True, slots=True)
class SentCookie:
    """A cookie on a request; ``by`` the line that set it, None when learnt from a request."""

    name: Text
    value: Text
    by: SetCookieEvent | None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A cookie that was sent although the policy of the browser would have kept it back; from then on it counts."""

    exchange: Exchange
    cookie: JarCookie
    reason: Reason


class _Sending(NamedTuple):
    """A request as the jar looks at it; ``at`` is when it left."""

    exchange: Exchange
    url: Url
    at: float
    situation: Situation


def _cookie(kept: StoredCookie) -> JarCookie:
    return JarCookie(
        Text(kept.name, Kind.COOKIE_NAME),
        Text(kept.value, Kind.COOKIE_VALUE, kept.name),
        Text(kept.domain, Kind.HOST),
        Text(kept.path, Kind.PATH),
        kept.by,
        None if kept.partition is None else Text(kept.partition, Kind.HOST),
    )


# Chromium writes its reasons in capitals with underscores in net logs (net/cookies/cookie_inclusion_status.cc).
_BY_WORD: Final = {reason.value.upper(): reason for reason in Reason} | {
    "THIRDPARTYPHASEOUT": Reason.THIRD_PARTY,
    "THIRDPARTYBLOCKEDWITHINFIRSTPARTYSET": Reason.THIRD_PARTY,
}


def _reason_of(stated: CookieDecision, predicted: Reason | None) -> Reason | None:
    """The browser's own reason; the predicted one where it says the same in a wider word, None where it kept it."""
    if not stated.excluded:
        return None
    if "INVALID_DOMAIN" in stated.excluded:  # Chromium's one word for a public suffix and for another host
        return predicted if predicted is Reason.PUBLIC_SUFFIX else Reason.DOMAIN_MISMATCH
    known = (_BY_WORD.get(word.replace("_", "")) for word in stated.excluded)
    return next((reason for reason in known if reason is not None), predicted or Reason.UNKNOWN)


class CookieJar:
    """What the browser kept and sent.

    Set-Cookie lines are judged by RFC 6265bis section 5.7 with Chromium's names for the reasons and the policy of
    the browser that made the recording; a client that is no browser keeps the rules of domain, path, Secure and
    expiry only. What the capture shows overrides what the rules predict.
    """

    events: tuple[SetCookieEvent, ...]  # in order of arrival
    contradictions: list[Contradiction]

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._timeline = facts.timeline
        self._situations = Situations(facts)
        self._store = CookieStore(
            self._situations.browser, epoch=facts.timeline.wall(0.0), before_eviction=self._note_uses
        )
        self._events: dict[int, list[SetCookieEvent]] = {}
        self._seen: dict[tuple[str, _Pairs], int] = {}  # header read at this count of changes
        self._changes: dict[str, int] = {}  # by site
        self._asked: set[str] = set()  # hosts to which a request has carried cookies
        self._noted = 0  # requests, in order of sending, whose use of cookies the store knows
        self.contradictions = []
        self._replay()
        self.events = tuple(
            sorted((event for events in self._events.values() for event in events), key=lambda event: event.at)
        )

    @property
    def browser(self) -> Browser:
        """The policy in force."""
        return self._situations.browser

    # replaying

    def _replay(self) -> None:
        """Requests read the jar when they are sent, answers write it when their headers arrive."""
        moments: list[tuple[float, int, int, Exchange, _Pairs]] = []
        for exchange in self._facts.exchanges:
            if exchange.response.raw_set_cookies():
                moments.append((self._timeline.answered(exchange), 1, exchange.index, exchange, ()))
            if pairs := exchange.request.raw_cookie_pairs():
                moments.append((self._timeline.sent(exchange), 0, exchange.index, exchange, pairs))
        pauses = self._pauses() if self.browser.script_days is not None else []
        for at, is_answer, _, exchange, pairs in sorted(moments, key=_moment):
            self._drop_scripts(pauses, at)
            if is_answer:
                self._receive(exchange, at)
            else:
                self._learn(exchange, pairs, at)
        self._drop_scripts(pauses, float("inf"))

    def _drop_scripts(self, pauses: list[tuple[float, str, Exchange]], until: float) -> None:
        while pauses and pauses[-1][0] <= until:
            over, site, seen = pauses.pop()
            self._store.drop_scripts(site, over, seen=seen)

    def _pauses(self) -> list[tuple[float, str, Exchange]]:
        """When the browser drops what scripts of a site wrote: (moment, site, next request), the latest first.

        A visit is taken for a sign of its user, so that a site is left alone for as long as nothing asks it.
        """
        longest = (self.browser.script_days or 0) * _DAY
        found, last = [], dict[str, float]()
        for exchange in self._in_order_of_sending:
            site, sent = registrable_domain(exchange.request.host), self._timeline.sent(exchange)
            if sent - last.get(site, sent) > longest:
                found.append((last[site] + longest, site, exchange))
            last[site] = sent
        return sorted(found, key=itemgetter(0), reverse=True)

    @cached_property
    def _sent_pairs(self) -> dict[tuple[str, str, str], float]:
        """Last time each (site, name, value) was sent."""
        last: dict[tuple[str, str, str], float] = {}
        for exchange in self._facts.exchanges:
            if pairs := exchange.request.raw_cookie_pairs():
                domain, sent = registrable_domain(exchange.request.host), self._timeline.sent(exchange)
                for name, value in pairs:
                    last[domain, name, value] = sent
        return last

    def _receive(self, exchange: Exchange, at: float) -> None:
        url = exchange.request.url
        domain = registrable_domain(url.host)
        situation = self._situations.of(exchange)
        date = exchange.response.raw("date")
        server_time = parse_http_date(date) if date else None
        lines = exchange.response.raw_set_cookies()
        stated = self._stated(exchange, "store")
        for position, line in enumerate(lines):
            parsed = parse_set_cookie(line)
            if parsed is None:
                continue
            parsed = as_read_by(self.browser, parsed)
            moment = at + position * _TICK
            reason = self._store.refusal(
                parsed, url, moment, context=situation.storing, third_party=situation.third_party
            )
            if len(stated) == len(lines):  # the browser itself says what it did with each line
                reason = _reason_of(stated[position], reason)
            contradicted = (
                reason is not None
                and bool(parsed.value)
                and self._sent_pairs.get((domain, parsed.name, parsed.value), -1.0) > at
            )
            event = SetCookieEvent(
                exchange,
                self._line_place(exchange, position, line),
                Text(parsed.name, Kind.COOKIE_NAME),
                parsed,
                at,
                None if contradicted else reason,
                parsed.is_deletion(self._timeline.wall(at), early=self.browser.early_dates),
                contradicted,
                reason,
            )
            self._events.setdefault(exchange.index, []).append(event)
            if event.refused is None:
                self._store.store(
                    parsed,
                    url,
                    moment,
                    partition=situation.partition,
                    third_party=situation.third_party,
                    server_time=server_time,
                    by=event,
                )
                self._changes[domain] = self._changes.get(domain, 0) + 1

    @staticmethod
    def _stated(exchange: Exchange, operation: str) -> list[CookieDecision]:
        return [one for one in exchange.raw_cookie_decisions if one.operation == operation]

    def _line_place(self, exchange: Exchange, position: int, line: str) -> Place:
        places = exchange.response.places("set-cookie")
        if position < len(places):
            return places[position]
        return Place(exchange.index, f"{exchange.pointer}/response/cookies", Text(line, Kind.SET_COOKIE))

    def _learn(self, exchange: Exchange, pairs: _Pairs, at: float) -> None:
        """Cookies first seen on a request: from before the recording, or written by a script.

        A value not seen before takes the place of the one the jar would have sent. An older value of the same
        cookie is a request that left before the newer one arrived, and changes nothing.
        """
        url = exchange.request.url
        domain = registrable_domain(url.host)
        changes = self._changes.get(domain, 0)
        if self._seen.get((url.host, pairs)) == changes:
            return
        self._changes[domain] = before = changes
        newest, sending = at, _Sending(exchange, url, at, self._situations.of(exchange))
        going = self._sent_with(sending, at - _TICK / 2)
        foreseen = {kept.name: kept for kept in going}
        site = self._store.of_site(domain)
        for name, value in reversed(pairs):  # the header tells the order: a learnt cookie is older than the next one
            kept = foreseen.get(name)
            if kept is not None and kept.value == value:
                made = kept.created
            elif site is not None and (renewed := self._renewed(site, name, value, kept, sending)) is not None:
                made = renewed
                changes += 1
            else:
                made = self._learn_pair(name, value, sending, domain, newest - _TICK)
            newest = min(newest, made)
        names = {name for name, _ in pairs}
        self._asked.add(url.host)
        self._changes[domain] += changes - before
        self._notice_absence(going, sending, names, domain)
        self._seen[url.host, pairs] = self._changes[domain]

    def _renewed(
        self, site: SiteCookies, name: str, value: str, foreseen: StoredCookie | None, sending: _Sending
    ) -> float | None:
        """When the cookie was made, for a value never seen before in the place of the one that the jar holds: what
        most requests show. None where a closer look is needed."""
        url, at = sending.url, sending.at
        like = site.last_before(name, value)
        if like is None or (like is not foreseen and not self._stands_for(like, url, at)):
            return None
        return self._store.learn(name, value, url, at, like=like, seen=sending.exchange).created

    def _learn_pair(self, name: str, value: str, sending: _Sending, domain: str, newest: float) -> float:
        """Returns when the cookie was made, as far as known; ``newest``: the latest it can be."""
        url, at = sending.url, sending.at
        like: StoredCookie | None = None
        path = ""
        if same := [kept for kept in self._store.of_value(name, value, url.host)[-_LOOK_AT:] if kept.begin <= at]:
            current = [kept for kept in same if at < kept.end]
        if same and current:
            self._contradict(current, sending)
            like = current[-1]
            if not like.learnt or path_matches(url.path, like.path):
                return like.created
            path = "/"  # a learnt cookie, seen on another path now
        elif same:
            like = same[-1]
            if not like.lacked:
                return newest
        else:
            for kept in islice(reversed(self._store.named(name, url.host)), _LOOK_AT):
                if self._stands_for(kept, url, at):
                    like = kept
                    break
        learnt = self._store.learn(name, value, url, at, like=like, path=path, seen=sending.exchange)
        learnt.steady = like is not None and like.value == value
        if like is None:
            learnt.learnt, learnt.created = url.path, newest
            learnt.by_script = url.host in self._asked
        self._changes[domain] += 1
        return learnt.created

    def _stands_for(self, kept: StoredCookie, url: Url, at: float) -> bool:
        """Whether a pair of this name on the request can be the kept cookie with another value."""
        if not kept.begin <= at < kept.end or not path_matches(url.path, kept.path):
            return False
        host = url.host
        return host == kept.domain or (not kept.host_only and host.endswith(f".{kept.domain}"))

    def _notice_absence(self, going: list[StoredCookie], sending: _Sending, names: set[str], domain: str) -> None:
        """Cookies a script can reach and that are not on a request with others: deleted, or of a narrower path."""
        url, at = sending.url, sending.at
        for kept in going:
            if kept.name in names or kept.end <= at or kept.steady or (kept.by is not None and kept.http_only):
                continue
            self._changes[domain] += 1
            if kept.learnt and kept.path == "/" and not path_matches(url.path, kept.learnt):
                self._store.learn(kept.name, kept.value, url, at, like=kept, path=kept.learnt, seen=sending.exchange)
            else:
                self._store.end(kept, at, lacked=True, seen=sending.exchange)

    def _contradict(self, kept: list[StoredCookie], sending: _Sending) -> None:
        """A cookie was sent: where the rules would have kept it back, they did not hold here."""
        reasons = [(one, self._withheld(one, sending, sending.at)) for one in kept]
        if not reasons or any(reason is None for _, reason in reasons):
            return
        for one, reason in reasons:
            if reason is not None and reason not in _NEVER_EXCUSED:
                self._store.excuse(one, reason)
                self.contradictions.append(Contradiction(sending.exchange, _cookie(one), reason))

    @cached_property
    def _in_order_of_sending(self) -> list[Exchange]:
        return sorted(self._facts.exchanges, key=self._timeline.sent)

    def _note_uses(self, before: float) -> None:
        """Tell the store which cookies requests carried before this moment: over a limit they go by their last use."""
        requests = self._in_order_of_sending
        while self._noted < len(requests):
            exchange = requests[self._noted]
            if self._timeline.sent(exchange) >= before:
                break
            self._noted += 1
            for kept in self._going(exchange):
                self._store.touch(kept, self._timeline.sent(exchange))

    # asking

    def situation(self, exchange: Exchange) -> Situation:
        """How the request stood to the site of its page."""
        return self._situations.of(exchange)

    def _sending(self, exchange: Exchange) -> _Sending:
        request = exchange.request
        return _Sending(exchange, request.url, self._timeline.sent(exchange), self._situations.of(exchange))

    def _withheld(self, kept: StoredCookie, sending: _Sending, at: float) -> Reason | None:
        for stated in self._stated(sending.exchange, "send"):
            if stated.raw_name == kept.name:
                return _reason_of(stated, None)
        situation = sending.situation
        return self._store.withheld(
            kept,
            sending.url,
            at,
            context=situation.context,
            partition=situation.partition,
            third_party=situation.third_party,
        )

    def set_by(self, exchange: Exchange) -> tuple[SetCookieEvent, ...]:
        """The Set-Cookie lines of this response with their fate."""
        return tuple(self._events.get(exchange.index, ()))

    def refused(self, *reasons: Reason) -> tuple[SetCookieEvent, ...]:
        """Lines the browser did not store, for any of these reasons (none given: all), deletions left out."""
        return tuple(
            event
            for event in self.events
            if event.refused is not None and not event.is_deletion and (not reasons or event.refused in reasons)
        )

    def mended(self, event: SetCookieEvent, changes: Mapping[str, str | None]) -> Text | None:
        """The event's line with other attributes (as ``with_attributes`` takes them); None where the browser would
        not store that line either."""
        if event.place.text is None:
            return None
        line = with_attributes(raw(event.place.text), changes)
        parsed, situation = parse_set_cookie(line), self._situations.of(event.exchange)
        if parsed is None:
            return None
        reason = self._store.refusal(
            as_read_by(self.browser, parsed),
            event.exchange.request.url,
            event.at,
            context=situation.storing,
            third_party=situation.third_party,
        )
        return Text(line, Kind.SET_COOKIE, event.place.text.name) if reason is None else None

    def sent_with(self, exchange: Exchange) -> tuple[SentCookie, ...]:
        """The cookies the recording shows on the request, in the order of the header, each with what set it."""
        alive = self._store.alive(exchange.request.host, self._timeline.sent(exchange))
        setters = {(kept.name, kept.value): kept.by for kept in alive}
        return tuple(
            SentCookie(Text(name, Kind.COOKIE_NAME), Text(value, Kind.COOKIE_VALUE, name), setters.get((name, value)))
            for name, value in exchange.request.raw_cookie_pairs()
        )

    def stored(self, name: str | Text, exchange: Exchange) -> tuple[JarCookie, ...]:
        """Cookies of this name in the jar for the request's site when the request was sent."""
        alive = self._store.alive(exchange.request.host, self._timeline.sent(exchange))
        return tuple(_cookie(kept) for kept in alive if kept.name == name)

    def predicted(self, exchange: Exchange) -> tuple[JarCookie, ...]:
        """Cookies a browser would send with this request, longest path first, then oldest.

        Empty for preflights, which never carry any (Fetch standard 4.8), and where the jar knows none.
        """
        return tuple(_cookie(kept) for kept in self._going(exchange))

    def foreseen(self, exchange: Exchange) -> tuple[JarCookie, ...]:
        """As :meth:`predicted`, without what this request itself has shown: the test of the replay."""
        return tuple(_cookie(kept) for kept in self._going(exchange, before=_TICK / 2))

    def _going(self, exchange: Exchange, *, before: float = 0.0) -> list[StoredCookie]:
        if self._timeline.is_preflight(exchange):
            return []
        sending = self._sending(exchange)
        return sorted(self._sent_with(sending, sending.at - before), key=lambda kept: (-len(kept.path), kept.created))

    def _sent_with(self, sending: _Sending, at: float) -> list[StoredCookie]:
        """Cookies that the rules let go, in no order."""
        situation = sending.situation
        going = self._store.going(
            sending.url,
            at,
            context=situation.context,
            partition=situation.partition,
            third_party=situation.third_party,
        )
        # A blocked call has no time of its own: sent and answered are one moment.
        return [kept for kept in going if kept.by is None or kept.by.exchange is not sending.exchange]

    def left_out(self, exchange: Exchange) -> tuple[LeftOut, ...]:
        """Cookies kept for the request's site that would not go with it, each with its reason."""
        sending = self._sending(exchange)
        alive = self._store.alive(sending.url.host, sending.at)
        found = ((kept, self._withheld(kept, sending, sending.at)) for kept in alive)
        return tuple(LeftOut(_cookie(kept), reason) for kept, reason in found if reason is not None)

    def missing(self, exchange: Exchange) -> tuple[JarCookie, ...]:
        """Cookies that should have been sent and, as the recording proves, were not.

        Only cookies that an answer set and that scripts cannot delete (HttpOnly) count; :meth:`absences` says what
        could explain it.
        """
        request = exchange.request
        if not request.has("cookie") and not self._facts.quality.shows_absence(exchange, "cookie"):
            return ()
        names = {name for name, _ in request.raw_cookie_pairs()}
        return tuple(
            _cookie(kept)
            for kept in self._going(exchange)
            if kept.by is not None and kept.http_only and kept.name not in names
        )

    def absences(self, cookie: JarCookie, exchange: Exchange) -> tuple[Absence, ...]:
        """What could explain that a cookie the rules let go was not on the request, the nearest first."""
        request = exchange.request
        situation = self._situations.of(exchange)
        found = []
        if self._facts.quality.is_provisional(exchange):
            found.append(Absence.NOT_RECORDED)
        if situation.third_party:
            found.append(Absence.THIRD_PARTY_BLOCKING)
        by_script = request.raw("sec-fetch-mode") in ("cors", "same-origin") or exchange.resource_type in (
            "fetch",
            "xhr",
        )
        if by_script and not request.has("cookie"):
            found.append(Absence.CREDENTIALS_MODE)
        if cookie.by is None or not cookie.by.http_only:
            found.append(Absence.SCRIPT_DELETED)
        if any(kept.evicted for kept in self._store.named(raw(cookie.name), request.host)):
            found.append(Absence.EVICTED)
        if not request.has("cookie"):
            found.append(Absence.OTHER_PROFILE)
        return (*found, Absence.PROXY)

    def duplicates(self, exchange: Exchange) -> tuple[tuple[Text, int], ...]:
        """Cookie names sent more than once in this request, with their count."""
        counts = Counter(name for name, _ in exchange.request.raw_cookie_pairs() if name)
        return tuple((Text(name, Kind.COOKIE_NAME), count) for name, count in counts.items() if count > 1)

    # why

    def why(self, name: str | Text, exchange: Exchange) -> tuple[Step, ...]:
        """Why the cookie was or was not sent with this request, step by step, ending at the request.

        Each step points at what decides: the Set-Cookie line, the request's URL or the header that names its page, or
        whatever ended the cookie in between.
        """
        event = self._latest_line(name, exchange.request.host, self._timeline.sent(exchange))
        if event is None:
            return self._never_set(name, exchange), at_the_request(name, exchange)
        words = Sentence("#{index} answers with it", index=event.exchange.index)
        found = [Step("ok", Sentence("Set"), words, "", event.place)]
        if event.refused is not None:
            found += steps(event.refused, storing(self.browser), event.exchange, event.place)
            check, nothing = Sentence("Sent with #{index}", index=exchange.index), "nothing was stored to send"
            return (*found, Step("follows", check, Sentence(nothing), "", exchange.request.place("cookie")))
        if event.contradicted:
            words = Sentence("the rules say no, but a later request carries it")
            found.append(Step("info", Sentence("Stored"), words, event.predicted or "", event.place))
        else:
            found += steps(None, storing(self.browser), event.exchange, event.place)
        found += self._kept_steps(event, exchange)
        return (*found, at_the_request(name, exchange))

    def _latest_line(self, name: str | Text, host: str, sent: float) -> SetCookieEvent | None:
        site = registrable_domain(host)
        lines = [
            event
            for event in self.events
            if event.name == name
            and event.at <= sent
            and not event.is_deletion
            and registrable_domain(event.exchange.request.host) == site
        ]
        return lines[-1] if lines else None

    def _never_set(self, name: str | Text, exchange: Exchange) -> Step:
        site, sent = registrable_domain(exchange.request.host), self._timeline.sent(exchange)
        for one in self._in_order_of_sending:
            if self._timeline.sent(one) > sent:
                break
            if registrable_domain(one.request.host) == site and carries(one, name):
                words = Sentence("no answer here sets it; #{index} is the first to carry it", index=one.index)
                return Step("info", Sentence("Set"), words, "", one.request.place("cookie"))
        words = Sentence("no answer in the recording sets it, and no request before carries it")
        return Step("info", Sentence("Set"), words, "", exchange.request.place("cookie"))

    def _kept_steps(self, event: SetCookieEvent, exchange: Exchange) -> Iterator[Step]:
        sent = self._timeline.sent(exchange)
        its_own = [one for one in self._store.named(raw(event.name), exchange.request.host) if one.by is event]
        kept = next((one for one in its_own if one.begin <= sent < one.end), None)
        if kept is None:
            yield gone(its_own[-1] if its_own else None, event.place)
            return
        reason = self._withheld(kept, self._sending(exchange), sent)
        yield from steps(reason, SENDING, exchange, event.place)
