"""What CORS allowed (Fetch standard, section 3.2 and 4.9), and the step that refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from haranalyze.protocol.headers import split_list
from haranalyze.protocol.url import parse_url, same_site
from haranalyze.text import Kind, Place, Text

if TYPE_CHECKING:
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts


class Credentials(StrEnum):
    """Credentials mode of a request, as far as the capture shows it."""

    INCLUDED = "included"
    OMITTED = "omitted"
    UNKNOWN = "unknown"


class CorsStep(StrEnum):
    """The step of the algorithm that refused."""

    PREFLIGHT_STATUS = "preflight-status"
    PREFLIGHT_REDIRECT = "preflight-redirect"
    ALLOW_ORIGIN_MISSING = "allow-origin-missing"
    ALLOW_ORIGIN_MULTIPLE = "allow-origin-multiple"
    ALLOW_ORIGIN_WILDCARD = "allow-origin-wildcard"  # * with credentials
    ALLOW_ORIGIN_MISMATCH = "allow-origin-mismatch"
    ALLOW_CREDENTIALS = "allow-credentials"
    ALLOW_METHODS = "allow-methods"
    ALLOW_HEADERS = "allow-headers"


@dataclass(frozen=True, slots=True)
class CorsDecision:
    """The decision on one cross-origin request (the exchange may be a preflight whose request was never sent).

    ``allowed`` None when the capture lacks the evidence; ``refused_at`` the exchange whose headers decided;
    ``missing`` request-header names the preflight did not allow; ``place`` the deciding header (or its absence).
    """

    exchange: Exchange
    origin: Text
    preflight: Exchange | None
    credentials: Credentials
    allowed: bool | None
    step: CorsStep | None
    place: Place | None
    missing: tuple[Text, ...] = ()


_CORS_TYPES: Final = frozenset(("fetch", "xhr", "eventsource", "preflight"))
_SIMPLE_METHODS: Final = frozenset(("GET", "HEAD", "POST"))  # Fetch standard, CORS-safelisted method
_SAFELISTED_RESPONSE: Final = frozenset(
    (
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    )
)  # Fetch standard, CORS-safelisted response-header name


class Cors:
    """CORS decisions by exchange."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._timeline = facts.timeline
        self._decisions: dict[int, CorsDecision | None] = {}

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

    def credentials(self, exchange: Exchange) -> Credentials:
        """Credentials mode: cookies seen, the client's own marks, or cookies that should have gone and did not."""
        request = exchange.request
        if request.has("cookie") or self._facts.quality.carries_hidden_credentials(exchange):
            return Credentials.INCLUDED
        if self._facts.cookie_jar.missing(exchange):
            return Credentials.OMITTED
        if self._marked(exchange):
            return Credentials.INCLUDED
        return Credentials.UNKNOWN

    def exposes(self, exchange: Exchange, name: str) -> bool:
        """Whether a script may read this response header (lower case): same-origin, safelisted or exposed.

        ``*`` counts for requests without credentials only (Fetch standard, CORS-exposed header-name list).
        """
        if not self.is_cross_origin(exchange) or name in _SAFELISTED_RESPONSE:
            return True
        listed = {
            item.lower()
            for value in exchange.response.raw_all("access-control-expose-headers")
            for item in split_list(value)
        }
        with_credentials = (exchange.response.raw("access-control-allow-credentials") or "") == "true"
        return name in listed or ("*" in listed and not with_credentials)

    @cached_property
    def _client_marks(self) -> frozenset[str]:
        """Request headers of session clients that send credentials with every call."""
        return frozenset(name for system in self._facts.systems if not system.generic for name in system.request_marks)

    def _marked(self, exchange: Exchange) -> bool:
        asked = exchange.request.raw("access-control-request-headers")
        if asked:
            return any(name.lower() in self._client_marks for name in split_list(asked))
        return any(exchange.request.has(name) for name in self._client_marks)

    def _origin(self, exchange: Exchange) -> str:
        """Origin of the page that made the request, ``""`` unknown."""
        origin = exchange.request.raw("origin")
        if origin:
            return origin
        preflight = self._timeline.preflight_of(exchange)
        if preflight and (origin := preflight.request.raw("origin")):
            return origin
        page = parse_url(self._timeline.page_url(exchange))
        return page.origin if page.ok and page.host else ""

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
        found: tuple[CorsStep, Place, tuple[str, ...]] | None = None
        if preflight is not None and preflight.response.status:
            found = self._preflight_refusal(exchange, preflight, origin, credentials)
        if found is None and preflight is not exchange and exchange.response.status:
            step = self._response_refusal(exchange, origin, credentials)
            found = (*step, ()) if step else None
        blocked = exchange is preflight or exchange.failed or exchange.raw_error.startswith("net::ERR_FAILED")
        allowed: bool | None = None if exchange.failed else True
        if found is not None:
            allowed = False if blocked else None
        return CorsDecision(
            exchange,
            Text(origin, Kind.HOST),
            preflight,
            credentials,
            allowed,
            found[0] if found else None,
            found[1] if found else None,
            tuple(Text(name, Kind.HEADER_NAME) for name in found[2]) if found else (),
        )

    def _preflight_refusal(
        self, exchange: Exchange, preflight: Exchange, origin: str, credentials: Credentials
    ) -> tuple[CorsStep, Place, tuple[str, ...]] | None:
        """CORS-preflight fetch (Fetch standard 4.8): origin check, then status, then methods and headers."""
        response = preflight.response
        if 300 <= response.status < 400:
            return CorsStep.PREFLIGHT_REDIRECT, preflight.status_place, ()
        if step := self._response_refusal(preflight, origin, credentials):
            if 200 <= response.status < 300:
                return (*step, ())
            return CorsStep.PREFLIGHT_STATUS, preflight.status_place, ()
        if not 200 <= response.status < 300:
            return CorsStep.PREFLIGHT_STATUS, preflight.status_place, ()
        wildcard = credentials is not Credentials.INCLUDED
        method = preflight.request.raw("access-control-request-method") or exchange.request.method
        methods = _members(preflight, "access-control-allow-methods")
        if method not in _SIMPLE_METHODS and method not in methods and not (wildcard and "*" in methods):
            return CorsStep.ALLOW_METHODS, response.place("access-control-allow-methods"), ()
        allowed = {name.lower() for name in _members(preflight, "access-control-allow-headers")}
        asked = split_list(preflight.request.raw("access-control-request-headers") or "")
        lacking = tuple(
            name
            for name in asked
            if name.lower() not in allowed and not (wildcard and "*" in allowed and name.lower() != "authorization")
        )
        if lacking:
            return CorsStep.ALLOW_HEADERS, response.place("access-control-allow-headers"), lacking
        return None

    def _response_refusal(
        self, exchange: Exchange, origin: str, credentials: Credentials
    ) -> tuple[CorsStep, Place] | None:
        """CORS check (Fetch standard 4.9): Allow-Origin, then Allow-Credentials."""
        response = exchange.response
        values = response.raw_all("access-control-allow-origin")
        step: CorsStep | None = None
        if not values:
            step = CorsStep.ALLOW_ORIGIN_MISSING
        elif len(values) > 1 or "," in values[0]:
            step = CorsStep.ALLOW_ORIGIN_MULTIPLE
        elif values[0] == "*":
            if credentials is not Credentials.INCLUDED:
                return None
            step = CorsStep.ALLOW_ORIGIN_WILDCARD
        elif values[0] != origin:
            step = CorsStep.ALLOW_ORIGIN_MISMATCH
        if step is not None:
            return step, response.place("access-control-allow-origin")
        if credentials is Credentials.INCLUDED and response.raw("access-control-allow-credentials") != "true":
            return CorsStep.ALLOW_CREDENTIALS, response.place("access-control-allow-credentials")
        return None


def _members(exchange: Exchange, name: str) -> tuple[str, ...]:
    return tuple(item for value in exchange.response.raw_all(name) for item in split_list(value))
