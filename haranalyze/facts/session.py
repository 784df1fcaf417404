"""Sign-in, use, renewal, sign-out and loss of the session, told by the session systems' data files."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

from haranalyze.facts._auth_calls import AuthCalls, CallKind, session_cookies_set
from haranalyze.facts._loops import redirect_loops, refresh_loops
from haranalyze.facts._recognised import trust
from haranalyze.facts._refusals import REFUSING, RefusalReader
from haranalyze.facts._session_model import (
    DetectedSystem,
    Loop,
    RedirectLoop,
    Refresh,
    RefreshResult,
    Refusal,
    Role,
    Says,
    SignIn,
    SignInResult,
    Span,
)
from haranalyze.facts._spans import Story, follow_story
from haranalyze.facts._survey import (
    Survey,
    is_authorization_request,
    is_navigation,
    survey_of,
)
from haranalyze.facts.tokens import Carrier, Sighting, Token, TokenUse, tokens_in
from haranalyze.options import within
from haranalyze.protocol.url import registrable_domain
from haranalyze.systems import SessionSystem, name_matches
from haranalyze.text import Kind, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts
    from haranalyze.timeline import Timeline

__all__ = [
    "DetectedSystem",
    "Loop",
    "RedirectLoop",
    "Refresh",
    "RefreshResult",
    "Refusal",
    "Role",
    "Says",
    "Session",
    "SignIn",
    "SignInResult",
    "Span",
]

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_OTHER_CARRIERS = ("x-api-key", "x-access-token", "x-auth-token", "x-session-token")
_REFRESH_WAIT = 10_000.0  # ms a client takes at most from a refused call to its refresh
_RETRY_WAIT = 60_000.0  # ms from a refresh to the repeated call
_LATEST_REFUSED = 20  # refused calls before a refresh whose repetition is looked for
_STEP = 5.0  # ms: stamps are rounded
_TRANSPORTS = {Carrier.AUTHORIZATION: "header", Carrier.COOKIE: "cookie"}
_EVIDENCE = 6  # places shown per detected system


class Session:
    """The session's story.

    ``refusals`` holds refused session calls and refused refreshes, not refused sign-ins (see ``sign_ins``).
    """

    systems: tuple[DetectedSystem, ...]  # most certain first
    sign_ins: tuple[SignIn, ...]
    sign_outs: tuple[Exchange, ...]
    refreshes: tuple[Refresh, ...]
    refusals: tuple[Refusal, ...]  # on session hosts, preflights and third parties left out
    loops: tuple[Loop, ...]
    redirect_loops: tuple[RedirectLoop, ...]
    spans: tuple[Span, ...]
    hosts: frozenset[str]  # hosts of the user's own session: APIs and sites that carry it

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._timeline = facts.timeline
        self._tokens = facts.tokens
        self._survey: Survey = facts.derive(survey_of)
        self._auth_calls = AuthCalls(facts, self._survey, self._tokens)
        self._roles: dict[int, Role] = {}
        self._accepted: tuple[dict[tuple[str, str, str], list[Exchange]], dict[str, list[Exchange]]] | None = None
        self._transports: dict[str, str] = {}
        self._cookie_names: frozenset[Text] | None = None
        self.hosts = frozenset(self._survey.guards) | self._told_hosts()
        self._own_sites = self._survey.first_parties or frozenset(map(registrable_domain, self.hosts))
        self.systems = tuple(self._detected())
        self._calls: list[Exchange] = []  # session calls, refused and accepted, no authentication calls
        story = self._tell_story()
        self.sign_ins, self.sign_outs, self.spans = story.sign_ins, story.sign_outs, story.spans
        self._kinds = story.kinds
        self.refusals = tuple(self._read_refusals())
        self._refusal_by = {refusal.exchange.index: refusal for refusal in self.refusals}
        self.refreshes = tuple(self._refreshes(story))
        self._refresh_by = {refresh.exchange.index: refresh for refresh in self.refreshes}
        self.loops = self._find_loops()
        redirects = [
            exchange
            for exchange in self._survey.interesting
            if exchange.response.status in _REDIRECTS and is_navigation(exchange) and not self._is_third_party(exchange)
        ]
        self.redirect_loops = redirect_loops(self._timeline, redirects)

    # asking

    def role(self, exchange: Exchange) -> Role:
        """What the exchange does in the session's life."""
        role = self._roles.get(exchange.index)
        if role is None:
            role = self._roles[exchange.index] = self._find_role(exchange)
        return role

    def is_ours(self, exchange: Exchange) -> bool:
        """Whether it belongs to the user's own session (not third party, not static of another site)."""
        if exchange.request.method == "OPTIONS":
            return not self._is_third_party(exchange)
        return self.role(exchange) is not Role.THIRD_PARTY

    def system_of(self, exchange: Exchange) -> SessionSystem | None:
        """The session system that guards the exchange's host, None when none is identified."""
        return self._survey.guards.get(self._survey.host(exchange))

    def transport(self, exchange: Exchange) -> str:
        """How the session travels with this call: ``cookie``, ``header``, ``bearer``; ``""`` unknown."""
        system = self.system_of(exchange)
        if system is None:
            return ""
        if system.plain:
            return system.transport
        if system.transport_header:
            asked = (exchange.request.raw(system.transport_header) or "").lower()
            if asked in ("cookie", "header"):
                return asked
        for token, sighting in self._tokens.sent_with(exchange):
            if token.use in (TokenUse.ACCESS, TokenUse.REFRESH) and sighting.carrier in _TRANSPORTS:
                return _TRANSPORTS[sighting.carrier]
        host = self._survey.host(exchange)
        if host not in self._transports:
            self._transports[host] = self._usual_transport(host, system)
        return self._transports[host]

    def refusal(self, exchange: Exchange) -> Refusal | None:
        """The refusal this exchange is, or None."""
        return self._refusal_by.get(exchange.index)

    def refresh(self, exchange: Exchange) -> Refresh | None:
        """The refresh this exchange is, or None."""
        return self._refresh_by.get(exchange.index)

    def signed_in_before(self, exchange: Exchange) -> bool:
        """Whether a session existed when the request was sent: an earlier sign-in or accepted refresh, or one
        carried from before the recording, and no sign-out or loss since."""
        sent = self._timeline.sent(exchange) + _STEP
        return any(span.began <= sent and (span.ended is None or sent <= span.ended + _STEP) for span in self.spans)

    def accepted_like(self, exchange: Exchange) -> Exchange | None:
        """An accepted (2xx, 304) session call of the same method and path, else of the same host, that
        carried credentials; the nearest in time. None without one."""
        by_call, by_host = self._accepted or self._find_accepted()
        host = self._survey.host(exchange)
        candidates = by_call.get((exchange.request.method, host, self._survey.path(exchange))) or by_host.get(host, [])
        at = self._timeline.sent(exchange)
        others = (other for other in candidates if other is not exchange)
        return min(others, key=lambda other: abs(self._timeline.sent(other) - at), default=None)

    @cached_property
    def renewed_calls(self) -> frozenset[int]:
        """Indexes of calls refused for an old token whose repetition after the refresh was accepted: all is well."""
        return frozenset(
            one.after.index
            for one in self.refreshes
            if one.result is RefreshResult.OK and one.after and one.retry and 0 < one.retry.response.status < 400
        )

    @cached_property
    def unguarded_refusals(self) -> tuple[Exchange, ...]:
        """Calls answered 401 by hosts that show no session: of our own sites, and of others that take our pages'
        credentials. Whether anybody was signed in there the recording does not show."""
        found = []
        for exchange in self._survey.interesting:
            if exchange.response.status != 401 or exchange.request.method == "OPTIONS":
                continue
            host = self._survey.host(exchange)
            if not host or host in self.hosts or self._kinds.get(exchange.index):
                continue
            allows = exchange.response.raw("access-control-allow-credentials") == "true"
            if self._survey.is_first_party(host) or (allows and self._survey.is_from_us(exchange)):
                found.append(exchange)
        return tuple(found)

    def session_cookie_names(self) -> frozenset[Text]:
        """Names of cookies that carry the session on our hosts, by the data files and by what calls show."""
        if self._cookie_names is None:
            self._cookie_names = frozenset(self._find_cookie_names())
        return self._cookie_names

    # systems and roles

    def _told_hosts(self) -> frozenset[str]:
        """Hosts of the recording that the options name, whether or not they show a session."""
        options = self._facts.options
        if not options.focus and not options.api_domains:
            return frozenset()
        hosts = {self._survey.host(exchange) for exchange in self._survey.interesting}
        if options.focus:
            return frozenset(hosts & options.focus)
        return frozenset(host for host in hosts if within(host, options.api_domains))

    def _detected(self) -> Iterator[DetectedSystem]:
        survey = self._survey
        hosts_of: dict[str, set[str]] = {}
        known: dict[str, SessionSystem] = {}
        for host, system in (*survey.guards.items(), *survey.providers.items()):
            hosts_of.setdefault(system.id, set()).add(host)
            known.setdefault(system.id, system)
        has_protocol = any(not system.plain for system in known.values())
        found: list[DetectedSystem] = []
        for system in known.values():
            hosts = frozenset(hosts_of[system.id])
            signs = [sign for sign in survey.signs if sign.system.id == system.id]
            if system.generic:
                signs = [sign for sign in signs if sign.host in hosts]
            if not signs:
                continue
            confidence = trust(signs)
            if system.generic:
                confidence = min(confidence, 0.4 if has_protocol else 0.7)
            evidence = tuple((sign.place, sign.words) for sign in signs[:_EVIDENCE])
            found.append(DetectedSystem(system, confidence, evidence, hosts))
        found.sort(key=lambda one: (one.system.generic, -one.confidence, one.system.id))
        yield from found

    def _is_third_party(self, exchange: Exchange) -> bool:
        host = self._survey.host(exchange)
        if host in self.hosts or host in self._survey.provider_hosts:
            return False
        return not host or registrable_domain(host) not in self._own_sites

    def _find_role(self, exchange: Exchange) -> Role:
        if exchange.request.method == "OPTIONS" and self._timeline.is_preflight(exchange):
            return Role.PREFLIGHT
        kind = self._kinds.get(exchange.index, CallKind.NONE)
        if kind is not CallKind.NONE:
            return _KIND_ROLES[kind]
        if self._is_third_party(exchange):
            return Role.THIRD_PARTY
        if self._survey.is_static(exchange):
            return Role.STATIC
        is_page = exchange.resource_type == "document" or (not exchange.resource_type and exchange.is_page)
        if is_page and self._is_auth_page(exchange):
            return Role.AUTH_PAGE
        if exchange.response.status in _REDIRECTS:
            return Role.REDIRECT
        if is_page:
            return Role.PAGE
        return Role.SESSION_CALL if self._survey.host(exchange) in self.hosts else Role.STATIC

    def _is_auth_page(self, exchange: Exchange) -> bool:
        if self._survey.host(exchange) in self._survey.provider_hosts:
            return True
        return is_authorization_request(exchange.request.raw_url) or (
            self._auth_calls.kind(exchange) is CallKind.CALLBACK
        )

    # the story

    def _tell_story(self) -> Story:
        kinds: list[tuple[Exchange, CallKind]] = []
        for exchange in self._survey.interesting:
            if exchange.request.method == "OPTIONS" or self._is_third_party(exchange):
                continue
            kind = self._auth_calls.kind(exchange)
            if kind is CallKind.REFRESH and not self._auth_calls.is_refresh(exchange):
                kind = CallKind.NONE
            if kind is not CallKind.NONE:
                kinds.append((exchange, kind))
            elif self._survey.host(exchange) in self.hosts:
                self._calls.append(exchange)
        story = follow_story(self._facts, self._survey, self._auth_calls, kinds, self._calls)
        others = [e for e, _ in kinds if e.index not in story.kinds and self._survey.host(e) in self.hosts]
        if others:
            self._calls = sorted([*self._calls, *others], key=self._timeline.position)
        return story

    def _read_refusals(self) -> Iterator[Refusal]:
        reader = RefusalReader(self._facts.systems)
        sign_ins = {sign_in.exchange.index for sign_in in self.sign_ins}
        for exchange in self._survey.interesting:
            if not 400 < exchange.response.status < 500 or self._survey.host(exchange) not in self.hosts:
                continue
            if exchange.request.method == "OPTIONS" or exchange.index in sign_ins:
                continue
            refusal = reader.read(exchange, self.system_of(exchange), credentials=self.carries_credentials(exchange))
            if refusal is not None:
                yield refusal

    def carries_credentials(self, exchange: Exchange) -> bool:
        """Whether the recorded request shows credentials: Authorization, a token or a session cookie."""
        request = exchange.request
        if request.has("authorization"):
            return True
        if any(_is_credential(token, sighting) for token, sighting in self._tokens.sent_with(exchange)):
            return True
        if exchange.response.status in REFUSING and any(request.has(name) for name in _OTHER_CARRIERS):
            return True
        system = self.system_of(exchange)
        if system is None or not request.has("cookie"):
            return False
        names = system.access_cookies + system.refresh_cookies
        return any(name_matches(name, names) for name, _ in request.raw_cookie_pairs())

    def _refreshes(self, story: Story) -> Iterator[Refresh]:
        timeline = self._timeline
        refused = [r.exchange for r in self.refusals if self._kinds.get(r.exchange.index) is not CallKind.REFRESH]
        refused = [exchange for exchange in refused if exchange.response.status != 403]
        refused.sort(key=timeline.answered)
        answered = [timeline.answered(exchange) for exchange in refused]
        calls = RepeatedCalls(timeline, self._calls if story.refreshes else ())
        taken = 0
        begins = [*(timeline.started(exchange) for exchange, _ in story.refreshes), inf]
        for position, (exchange, result) in enumerate(story.refreshes):
            next_began = begins[position + 1]
            began, done = timeline.started(exchange), timeline.answered(exchange)
            first = max(taken, bisect_left(answered, began - _REFRESH_WAIT))
            last = max(first, bisect_right(answered, began + _STEP))
            # Where duplicates were cleared the client refreshes once more for the same calls.
            taken = first if result is RefreshResult.CLEARED_DUPLICATES else last
            waiting = refused[max(first, last - _LATEST_REFUSED) : last]
            retry_until = min(next_began, done + _RETRY_WAIT) if next_began > done else done + _RETRY_WAIT
            after, retry = _after_and_retry(waiting, calls, done, retry_until)
            new_token = next(tokens_in(self._tokens, exchange, TokenUse.ACCESS), None)
            system = self._survey.speaker(self._survey.host(exchange))
            yield Refresh(exchange, result, system, after, retry, new_token)

    def _find_loops(self) -> tuple[Loop, ...]:
        refused = frozenset(
            refusal.exchange.index for refusal in self.refusals if refusal.exchange.response.status != 403
        )
        if len(refused) < 3:
            return ()
        return refresh_loops(self._timeline, self._tokens, self._calls, refused, self.refreshes)

    # what calls show

    def _usual_transport(self, host: str, system: SessionSystem) -> str:
        counts = {"cookie": 0, "header": 0}
        for exchange in self._survey.interesting:
            if self._survey.host(exchange) != host:
                continue
            asked = (exchange.request.raw(system.transport_header) or "").lower() if system.transport_header else ""
            if asked in counts:
                counts[asked] += 1
            for token, sighting in self._tokens.issued_by(exchange):
                if token.use is TokenUse.ACCESS:
                    counts["cookie" if sighting.carrier is Carrier.COOKIE else "header"] += 5
        if not any(counts.values()):
            return ""
        return max(counts, key=lambda name: counts[name])

    def _find_accepted(
        self,
    ) -> tuple[dict[tuple[str, str, str], list[Exchange]], dict[str, list[Exchange]]]:
        by_call: dict[tuple[str, str, str], list[Exchange]] = {}
        by_host: dict[str, list[Exchange]] = {}
        quality = self._facts.quality
        for exchange in self._calls:
            status = exchange.response.status
            if not (200 <= status < 300 or status == 304) or exchange.is_page:
                continue
            if self.carries_credentials(exchange) or quality.carries_hidden_credentials(exchange):
                host = self._survey.host(exchange)
                by_call.setdefault((exchange.request.method, host, self._survey.path(exchange)), []).append(exchange)
                by_host.setdefault(host, []).append(exchange)
        self._accepted = (by_call, by_host)
        return self._accepted

    def _find_cookie_names(self) -> Iterator[Text]:
        yield from self._tokens.learnt_cookies()
        generic: tuple[str, ...] = ()
        for detected in self.systems:
            system = detected.system
            if system.plain:
                generic += system.access_cookies + system.refresh_cookies
            else:
                current = system.access_cookies[:1] + system.refresh_cookies[:1]
                yield from (Text(name, Kind.COOKIE_NAME) for name in current)
                yield from self._tokens.cookies_seen(system)
        made = {sign_in.exchange.index for sign_in in self.sign_ins if sign_in.result is SignInResult.OK}
        seen: set[str] = set()
        for exchange in self._survey.interesting:
            system_of = self.system_of(exchange)
            if system_of is not None and not system_of.plain:
                continue
            if self._survey.host(exchange) not in self.hosts and exchange.index not in made:
                continue
            if exchange.request.has("cookie"):
                seen |= {name for name, _ in exchange.request.raw_cookie_pairs() if name_matches(name, generic)}
            if exchange.response.has("set-cookie"):
                seen |= set(session_cookies_set(exchange, generic, by_build=exchange.index in made))
        yield from (Text(name, Kind.COOKIE_NAME) for name in sorted(seen))


def _is_credential(token: Token, sighting: Sighting) -> bool:
    """An ID token in a body or URL is handed in (a sign-in, a sign-out hint), it does not stand for a session."""
    if token.use is TokenUse.ID:
        return sighting.carrier in _TRANSPORTS
    return token.use is not TokenUse.ANTI_CSRF


class RepeatedCalls:
    """Session calls by method and URL, in order of their start, so that a repetition is found by bisection."""

    def __init__(self, timeline: Timeline, calls: Iterable[Exchange]) -> None:
        self._timeline = timeline
        self._by_call: dict[tuple[str, str], tuple[list[float], list[Exchange]]] = {}
        for call in calls:
            starts, same = self._by_call.setdefault((call.request.method, call.request.raw_url), ([], []))
            starts.append(timeline.started(call))
            same.append(call)

    def next_one(self, exchange: Exchange, earliest: float, latest: float) -> Exchange | None:
        """The first other call of the same method and URL that started between the two moments (ms)."""
        starts, same = self._by_call.get((exchange.request.method, exchange.request.raw_url), ((), ()))
        for position in range(bisect_left(starts, earliest), len(starts)):
            if starts[position] > latest:
                return None
            if same[position] is not exchange:
                return same[position]
        return None


def _after_and_retry(
    waiting: list[Exchange], calls: RepeatedCalls, done: float, until: float
) -> tuple[Exchange | None, Exchange | None]:
    """Of the refused calls before a refresh the latest that is repeated after it, else the latest."""
    for after in reversed(waiting):
        if (call := calls.next_one(after, done - _STEP, until)) is not None:
            return after, call
    return (waiting[-1] if waiting else None), None


_KIND_ROLES = {
    CallKind.SIGN_IN: Role.SIGN_IN,
    CallKind.SIGN_UP: Role.SIGN_IN,
    CallKind.SIGN_OUT: Role.SIGN_OUT,
    CallKind.REFRESH: Role.REFRESH,
    CallKind.CALLBACK: Role.AUTH_PAGE,
}
