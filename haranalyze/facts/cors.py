"""What CORS allowed (Fetch standard, section 3.2 and 4.9), and the step that refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from haranalyze.facts._cookie_steps import Step
from haranalyze.facts._cors_steps import steps_of
from haranalyze.facts._survey import survey_of
from haranalyze.protocol.browsers import browser_named
from haranalyze.protocol.cors_check import (
    CHROMIUM_STEPS,
    FORBIDDEN_RESPONSE_HEADERS,
    PREFLIGHT_STEPS,
    PROFILES,
    REDIRECTS,
    SAFELISTED_RESPONSE_HEADERS,
    STANDARD,
    CorsStep,
    Refusal,
    cors_refusal,
    is_forbidden_header,
    is_readable,
    needs_preflight,
    preflight_refusal,
    read_allowed,
    unsafe_header_names,
)
from haranalyze.protocol.cors_fetch import (
    MOST_REDIRECTS,
    OPAQUE_ORIGIN,
    Mode,
    PreflightCache,
    Tainting,
    origin_sent,
    redirect_refusal,
)
from haranalyze.protocol.headers import split_list
from haranalyze.protocol.url import Url, parse_url, same_site
from haranalyze.text import Kind, Place, Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts


__all__ = ["Cors", "CorsDecision", "CorsStep", "Credentials", "Pairing", "Step", "Tainting"]


class Credentials(StrEnum):
    """Credentials mode of a request, as far as the capture shows it."""

    INCLUDED = "included"
    OMITTED = "omitted"
    UNKNOWN = "unknown"


class Pairing(StrEnum):
    """How a call stands to its preflight."""

    NOT_NEEDED = "not-needed"  # method and headers may go unasked
    LINKED = "linked"  # the exporter says it is a preflight; URL, method and time name the call
    BY_TIME = "by-time"  # URL, method and time alone
    CACHED = "cached"  # an earlier answer was still fresh
    NOT_RECORDED = "not-recorded"  # the exporter writes none
    MISSING = "missing"  # one was needed, others are recorded, this one is not
    ALONE = "alone"  # a preflight whose call is not in the recording


@dataclass(frozen=True, slots=True)
class CorsDecision:
    """The decision on one cross-origin request (the exchange may be a preflight whose request was never sent).

    ``allowed`` None when the capture lacks the evidence; ``refused_at`` the exchange whose headers decided;
    ``missing`` request-header names the preflight did not allow; ``place`` the deciding header (or its absence).
    ``step`` is the fault to mend: an error status of a preflight before the headers it lacks. ``named`` is the step a
    browser names, which looks at Access-Control-Allow-Origin first. ``sent`` and ``needed``: what stood at the step
    and what would have passed it, None where nothing stood or no value is meant. ``origin_lost``: redirects over a
    foreign origin made the origin ``null``. ``error_page``: the call was answered 5xx without any CORS header, as
    gateways do. ``by_silence``: a proxy recorded repeated preflights and never their call, which shows that the
    browser did not take the answers.
    """

    exchange: Exchange
    origin: Text
    preflight: Exchange | None
    credentials: Credentials
    allowed: bool | None
    step: CorsStep | None
    place: Place | None
    missing: tuple[Text, ...] = ()
    named: CorsStep | None = None
    sent: Text | None = None
    needed: Text | None = None
    refused_at: Exchange | None = None
    origin_lost: bool = False
    error_page: bool = False
    by_silence: bool = False


# Programs that record every request a browser sends, each as soon as it was sent.
_PROXIES: Final = frozenset(("burp", "charles", "fiddler", "http-toolkit", "mitmproxy", "proxyman", "zap"))
_CORS_TYPES: Final = frozenset(("fetch", "xhr", "eventsource", "preflight"))
_BLOCKED_BY_NETWORK: Final = ("_PRIVATE_NETWORK_ACCESS_CHECKS", "_LOCAL_NETWORK_ACCESS_CHECKS")
# Request headers that clients add by themselves; the page need not have set them.
_CLIENTS_OWN: Final = frozenset(
    """
    cache-control if-match if-modified-since if-none-match if-range if-unmodified-since origin pragma priority purpose
    range save-data upgrade-insecure-requests user-agent x-client-data
    """.split()
)


class Cors:
    """CORS decisions by exchange."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._timeline = facts.timeline
        self._decisions: dict[int, CorsDecision | None] = {}
        self._modes: dict[int, Credentials] = {}
        self._outcomes: dict[int, Place] = {}  # by exchange: the header whose effect shows the credentials mode
        self._profile = PROFILES.get(browser_named(raw(facts.quality.browser)).name, STANDARD)

    def decision(self, exchange: Exchange) -> CorsDecision | None:
        """The decision, None for same-origin requests, navigations, no-cors loads and non-browser captures.

        A preflight whose request is in the recording is judged with that request.
        """
        if exchange.index not in self._decisions:
            self._decisions[exchange.index] = self._decide(exchange)
        return self._decisions[exchange.index]

    def is_cross_origin(self, exchange: Exchange) -> bool:
        """Whether the request went to another origin than its page's."""
        origin = self._origin(exchange)
        return bool(origin) and origin != exchange.request.url.origin

    def is_cross_site(self, exchange: Exchange) -> bool | None:
        """Whether the request went to another site than its page's (Sec-Fetch-Site first); None unknown."""
        fetched = exchange.request.raw("sec-fetch-site")
        if fetched:
            return fetched == "cross-site"
        page = parse_url(self._origin(exchange) or self._timeline.page_url(exchange))
        return not same_site(page, exchange.request.url) if page.ok and page.host else None

    def tainting(self, exchange: Exchange) -> Tainting | None:
        """What a script sees of the answer: all, what CORS lets it, or nothing; None for navigations and unknown."""
        mode = exchange.request.raw("sec-fetch-mode")
        if mode in ("navigate", "websocket") or not self._origin(exchange):
            return None
        if not self.is_cross_origin(exchange):
            return Tainting.BASIC
        if mode:
            return Tainting.OPAQUE if mode == "no-cors" else Tainting.CORS
        return Tainting.CORS if self._uses_cors(exchange) else None

    # credentials mode

    def credentials(self, exchange: Exchange) -> Credentials:
        """Credentials mode, by what shows it.

        Cookies on the request; what went through or was blocked where the answers allow it in one mode only; cookies
        that should have gone and did not; the client's own marks.
        """
        found = self._modes.get(exchange.index)
        if found is None:
            found = self._modes[exchange.index] = self._mode(exchange)
        return found

    def credentials_place(self, exchange: Exchange) -> Place | None:
        """What shows the credentials mode: a request header, its absence, or the answer that decides by it."""
        mode, request = self.credentials(exchange), exchange.request
        if mode is Credentials.UNKNOWN:
            return None
        if exchange.index in self._outcomes:
            return self._outcomes[exchange.index]
        for name in ("cookie", _STORAGE_ACCESS, *sorted(self._client_marks)):
            if mode is Credentials.INCLUDED and request.has(name):
                return request.place(name)
        if mode is Credentials.INCLUDED and request.has("access-control-request-headers"):
            return request.place("access-control-request-headers")
        return request.place("cookie")

    def _mode(self, exchange: Exchange) -> Credentials:
        request = exchange.request
        if request.has("cookie") or self._facts.quality.carries_hidden_credentials(exchange):
            return Credentials.INCLUDED
        if request.has(_STORAGE_ACCESS):  # sent with credentials mode "include" only (Storage Access headers)
            return Credentials.INCLUDED
        if (outcome := self._by_outcome(exchange)) is not Credentials.UNKNOWN:
            return outcome
        if self._facts.cookie_jar.missing(exchange):
            return Credentials.OMITTED
        if self._marked(exchange):
            return Credentials.INCLUDED
        return Credentials.UNKNOWN

    def _by_outcome(self, exchange: Exchange) -> Credentials:
        """What happened, where an answer passes without credentials and not with them (``*``, no Allow-Credentials).

        Then a call that went on was made without, and one that the browser says it blocked was made with them.
        """
        if not self._uses_cors(exchange):
            return Credentials.UNKNOWN
        if self._timeline.is_preflight(exchange):
            return self._by_silence(exchange)
        went_on, blocked = exchange.response.status > 0, _names_cors(exchange)
        preflight = self._timeline.preflight_of(exchange)
        if preflight is not None and preflight.response.status:
            asked = (self._of_preflight(exchange, preflight, credentialed=mode) for mode in (False, True))
            without, with_them = asked
            if without is None and with_them is not None and (went_on or blocked):
                self._outcomes[exchange.index] = _place(preflight, with_them)
                return Credentials.OMITTED if went_on else Credentials.INCLUDED
            if without is not None:
                return Credentials.UNKNOWN
        followed = self._timeline.redirected_to(exchange) is not None
        if went_on and (followed or (blocked and self._redirect_refusal(exchange, self._origin(exchange)) is None)):
            origin, lines = self._origin(exchange), exchange.response.raw_all
            with_them = cors_refusal(origin, lines, credentialed=True)
            if with_them is not None and cors_refusal(origin, lines, credentialed=False) is None:
                self._outcomes[exchange.index] = _place(exchange, with_them)
                return Credentials.OMITTED if followed else Credentials.INCLUDED
        return Credentials.UNKNOWN

    def _by_silence(self, preflight: Exchange) -> Credentials:
        """A call that was tried more than once and never followed its preflight would have, without credentials."""
        if preflight.index not in self._unfollowed or not preflight.response.status:
            return Credentials.UNKNOWN
        with_them = self._of_preflight(preflight, preflight, credentialed=True)
        if with_them is None or self._of_preflight(preflight, preflight, credentialed=False) is not None:
            return Credentials.UNKNOWN
        self._outcomes[preflight.index] = _place(preflight, with_them)
        return Credentials.INCLUDED

    @cached_property
    def _unfollowed(self) -> frozenset[int]:
        """Preflights in a proxy's recording whose call was tried more than once and is nowhere in it."""
        if self._facts.capture.exporter not in _PROXIES:
            return frozenset()
        tried: dict[tuple[str, str], list[int]] = {}
        for one in self._guards:
            method = one.request.raw("access-control-request-method") or ""
            tried.setdefault((method.upper(), one.request.raw_url), []).append(one.index)
        made = {(one.request.method, one.request.raw_url) for one in self._facts.exchanges} if tried else set()
        return frozenset(
            index for call, indexes in tried.items() if len(indexes) > 1 and call not in made for index in indexes
        )

    @cached_property
    def _client_marks(self) -> frozenset[str]:
        """Request headers of session clients that send credentials with every call."""
        return frozenset(name for system in self._facts.systems if not system.generic for name in system.request_marks)

    def _marked(self, exchange: Exchange) -> bool:
        asked = exchange.request.raw("access-control-request-headers")
        if asked:
            return any(name.lower() in self._client_marks for name in split_list(asked))
        return any(exchange.request.has(name) for name in self._client_marks)

    # what a script may read

    def exposes(self, exchange: Exchange, name: str) -> bool:
        """Whether a script may read this response header (lower case): same-origin, safelisted or exposed.

        ``*`` counts for requests without credentials only (Fetch standard, CORS-exposed header-name list).
        """
        response = exchange.response
        if not self.is_cross_origin(exchange):
            return name not in FORBIDDEN_RESPONSE_HEADERS
        if name in SAFELISTED_RESPONSE_HEADERS:
            return True
        allowed = response.raw("access-control-allow-credentials") == "true"
        with_credentials = allowed and self.credentials(exchange) is not Credentials.OMITTED
        return is_readable(name, response.raw_all, credentialed=with_credentials)

    # preflights

    def pairing(self, exchange: Exchange) -> Pairing | None:
        """How the call stands to its preflight, None where there is no decision on it.

        Headers the browser added are taken for its own, so a needed preflight may be called ``not-needed`` where the
        recording shows only such headers.
        """
        if self.decision(exchange) is None:
            return None
        if self._timeline.is_preflight(exchange):
            guarded = self._timeline.preflight_for(exchange)
            return Pairing.ALONE if guarded is None else self.pairing(guarded)
        preflight = self._timeline.preflight_of(exchange)
        if preflight is not None:
            marked = preflight.initiator is not None and preflight.initiator.kind == "preflight"
            return Pairing.LINKED if marked or preflight.resource_type == "preflight" else Pairing.BY_TIME
        if not needs_preflight(exchange.request.method, self._own_headers(exchange)):
            return Pairing.NOT_NEEDED
        if self.cached_preflight(exchange) is not None:
            return Pairing.CACHED
        return Pairing.MISSING if self._facts.quality.records_preflights and self._guards else Pairing.NOT_RECORDED

    def cached_preflight(self, exchange: Exchange) -> Exchange | None:
        """The earlier preflight whose answer was still fresh for this call (Access-Control-Max-Age)."""
        request = exchange.request
        kept = self._guards and self._remembered.covering(
            self._origin(exchange),
            request.raw_url.partition("#")[0],
            self._timeline.started(exchange),
            request.method,
            unsafe_header_names(self._own_headers(exchange)),
            credentialed=self.credentials(exchange) is Credentials.INCLUDED,
            profile=self._profile,
        )
        return self._timeline.exchange(kept.by) if kept else None

    @cached_property
    def _guards(self) -> list[Exchange]:
        timeline = self._timeline
        return [one for one in self._facts.exchanges if one.request.method == "OPTIONS" and timeline.is_preflight(one)]

    @cached_property
    def _remembered(self) -> PreflightCache:
        """Answers of all preflights that passed, in order of arrival."""
        cache = PreflightCache()
        for one in sorted(self._guards, key=self._timeline.answered):
            lines, origin = one.response.raw_all, self._origin(one)
            allowed = read_allowed(lines, self._profile)
            if isinstance(allowed, Refusal) or not 200 <= one.response.status <= 299:
                continue
            if cors_refusal(origin, lines, credentialed=False) is None:
                with_credentials = cors_refusal(origin, lines, credentialed=True) is None
                url = one.request.raw_url.partition("#")[0]
                at = self._timeline.answered(one)
                cache.store(origin, url, at, allowed, credentialed=with_credentials, by=one.index)
        return cache

    @staticmethod
    def _own_headers(exchange: Exchange) -> list[tuple[str, str]]:
        """Headers the page set, as far as names tell."""
        return [
            (header.name, header.value)
            for header in exchange.request.headers
            if not header.name.startswith(":")
            and header.name.lower() not in _CLIENTS_OWN
            and not is_forbidden_header(header.name, header.value)
        ]

    # deciding

    def why(self, exchange: Exchange) -> tuple[Step, ...]:
        """Why the answer was or was not given to the page, step by step; empty where there is no decision."""
        decision = self.decision(exchange)
        if decision is None:
            return ()
        shown = self.credentials_place(decision.exchange)
        by_outcome = decision.exchange.index in self._outcomes
        return steps_of(decision, self.pairing(decision.exchange), shown, by_outcome=by_outcome)

    def _origin(self, exchange: Exchange) -> str:
        """Origin of the page that made the request, ``null`` after redirects that lost it, ``""`` unknown."""
        origin = exchange.request.raw("origin")
        if origin:
            return origin
        preflight = self._timeline.preflight_of(exchange)
        if preflight and (origin := preflight.request.raw("origin")):
            return origin
        page = parse_url(self._timeline.page_url(exchange))
        if not page.ok or not page.host:
            return ""
        if self._timeline.redirected_from(exchange) and not exchange.is_page:
            return origin_sent(page.origin, self._chain(exchange))
        return page.origin

    def _chain(self, exchange: Exchange) -> list[Url]:
        """URLs of the redirects before the request and its own, last; at most as many as a browser follows."""
        chain = [exchange.request.url]
        before = self._timeline.redirected_from(exchange)
        while before is not None and len(chain) <= MOST_REDIRECTS:
            chain.append(before.request.url)
            before = self._timeline.redirected_from(before)
        return chain[::-1]

    def _decide(self, exchange: Exchange) -> CorsDecision | None:
        if not self._facts.quality.is_browser or not self._uses_cors(exchange):
            return None
        if self._timeline.is_preflight(exchange):
            guarded = self._timeline.preflight_for(exchange)
            return self.decision(guarded) if guarded else self._judged(exchange, exchange)
        return self._judged(exchange, self._timeline.preflight_of(exchange))

    def _uses_cors(self, exchange: Exchange) -> bool:
        mode = exchange.request.raw("sec-fetch-mode")
        if mode and mode != "cors":
            return False
        if not mode and exchange.resource_type not in _CORS_TYPES and not exchange.request.has("origin"):
            return False
        return not (exchange.is_page and not mode) and self.is_cross_origin(exchange)

    def _judged(self, exchange: Exchange, preflight: Exchange | None) -> CorsDecision:
        origin, credentials = self._origin(exchange), self.credentials(exchange)
        found = self._refusal(exchange, preflight, origin, credentialed=credentials is Credentials.INCLUDED)
        word = (preflight.raw_cors_error if preflight else "") or exchange.raw_cors_error
        if word:
            found = self._browsers_word(word, exchange, preflight, found)
        blocked = exchange is preflight or bool(word) or _is_blocked(exchange)
        allowed: bool | None = False if word else None if exchange.failed or _names_cors(exchange) else True
        if found is not None:
            allowed = False if blocked else None
        common = (exchange, Text(origin, Kind.HOST), preflight, credentials, allowed)
        lost = origin == OPAQUE_ORIGIN and self._timeline.redirected_from(exchange) is not None
        if found is None:
            return CorsDecision(*common, None, None, origin_lost=lost)
        at, refusal, named = found
        return CorsDecision(
            *common,
            refusal.step,
            _place(at, refusal),
            _missing(refusal),
            named,
            *_values(refusal),
            at,
            lost,
            refusal.step is CorsStep.ALLOW_ORIGIN_MISSING and at is not preflight and at.response.status >= 500,
            exchange is preflight and exchange.index in self._outcomes,
        )

    def _refusal(
        self, exchange: Exchange, preflight: Exchange | None, origin: str, *, credentialed: bool
    ) -> tuple[Exchange, Refusal, CorsStep] | None:
        """The exchange that refused, the fault to mend, and the step a browser names."""
        if exchange.raw_error.endswith(_BLOCKED_BY_NETWORK):
            refusal = Refusal(CorsStep.PRIVATE_NETWORK, "", None, "")
            return exchange, refusal, refusal.step
        if preflight is not None and preflight.response.status:
            refused = self._of_preflight(exchange, preflight, credentialed=credentialed)
            if refused is not None:
                return preflight, _root(refused, preflight.response.status), refused.step
        if preflight is not exchange and exchange.response.status:
            refused = cors_refusal(origin, exchange.response.raw_all, credentialed=credentialed)
            if refused is None:
                refused = self._redirect_refusal(exchange, origin)
            if refused is not None:
                return exchange, refused, refused.step
        return None

    def _of_preflight(self, exchange: Exchange, preflight: Exchange, *, credentialed: bool) -> Refusal | None:
        answer, asking = preflight.response, preflight.request
        return preflight_refusal(
            self._origin(exchange),
            answer.status,
            answer.raw_all,
            asking.raw("access-control-request-method") or exchange.request.method,
            split_list(asking.raw("access-control-request-headers") or ""),
            credentialed=credentialed,
            profile=self._profile,
        )

    @staticmethod
    def _browsers_word(
        word: str, exchange: Exchange, preflight: Exchange | None, found: tuple[Exchange, Refusal, CorsStep] | None
    ) -> tuple[Exchange, Refusal, CorsStep] | None:
        """What the recording itself names (``_corsErrorStatus``); the headers' own story where both agree."""
        step = CHROMIUM_STEPS.get(word.removeprefix("Preflight"))
        if step is None or (found is not None and step is found[2]):
            return found
        by_preflight = preflight is not None and (word.startswith("Preflight") or step in PREFLIGHT_STEPS)
        at = preflight if by_preflight and preflight is not None else exchange
        return at, Refusal(step, "", None, ""), step

    def _redirect_refusal(self, exchange: Exchange, origin: str) -> Refusal | None:
        """A redirect no browser follows for a CORS request; only where the recording shows that it was not."""
        target = exchange.response.raw("location")
        if not target or exchange.response.status not in REDIRECTS or self._timeline.redirected_to(exchange):
            return None
        return redirect_refusal(origin, exchange.request.url, target, Mode.CORS, Tainting.CORS)


def readable_without_cors(facts: Facts) -> tuple[Exchange, ...]:
    """Calls of our session that were answered well without Access-Control-Allow-Origin and without an error of the
    browser: either nothing read them, or the browser does not check."""
    if facts.quality.is_browser is False or facts.capture.exporter not in ("chromium", "firefox"):
        return ()
    found = []
    for exchange in facts.derive(survey_of).interesting:
        response = exchange.response
        if not 200 <= response.status < 300 or exchange.request.host not in facts.session.hosts:
            continue
        if exchange.raw_error or response.has("access-control-allow-origin"):
            continue
        if exchange.request.method == "OPTIONS" or not facts.session.carries_credentials(exchange):
            continue
        decision = facts.cors.decision(exchange) if facts.session.is_ours(exchange) else None
        if decision is not None and decision.step is CorsStep.ALLOW_ORIGIN_MISSING and decision.allowed is None:
            found.append(exchange)
    return tuple(found)


_STORAGE_ACCESS: Final = "sec-fetch-storage-access"


def _is_blocked(exchange: Exchange) -> bool:
    """Whether the page got nothing, and the browser names no other cause (Chromium: ERR_FAILED is CORS's word)."""
    error = exchange.raw_error
    if error.startswith("net::ERR_"):
        return error.startswith("net::ERR_FAILED") or error.endswith(_BLOCKED_BY_NETWORK)
    return exchange.failed


def _names_cors(exchange: Exchange) -> bool:
    """Whether the recording itself says that CORS blocked the call."""
    named = exchange.raw_error.startswith("net::ERR_FAILED") and not exchange.raw_error.endswith(_BLOCKED_BY_NETWORK)
    return named or bool(exchange.raw_cors_error)


def _root(refusal: Refusal, status: int) -> Refusal:
    """An error status is the fault to mend, whichever headers the error page lacks."""
    if refusal.step is CorsStep.PREFLIGHT_REDIRECT or 200 <= status <= 299:
        return refusal
    return Refusal(CorsStep.PREFLIGHT_STATUS, "", str(status), "")


def _place(at: Exchange, refusal: Refusal) -> Place:
    return at.response.place(refusal.header) if refusal.header else at.status_place


def _missing(refusal: Refusal) -> tuple[Text, ...]:
    """Request headers that are not allowed; a method is no header."""
    if refusal.step is not CorsStep.ALLOW_HEADERS:
        return ()
    return tuple(Text(name, Kind.HEADER_NAME) for name in refusal.missing)


def _values(refusal: Refusal) -> tuple[Text | None, Text | None]:
    """What stood at the step and what would have passed, as captured text."""
    if not refusal.header:
        return (Text(refusal.sent, Kind.STATUS) if refusal.sent else None), None
    if refusal.header == "location":
        return (Text(refusal.sent, Kind.URL) if refusal.sent else None), None
    sent = None if refusal.sent is None else Text(refusal.sent, Kind.HEADER_VALUE, refusal.header)
    if refusal.step in (CorsStep.ALLOW_METHODS_INVALID, CorsStep.ALLOW_HEADERS_INVALID):
        return sent, None
    return sent, Text(refusal.needed, Kind.HEADER_VALUE, refusal.header)
