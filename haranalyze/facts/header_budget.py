"""How many bytes of headers each hop had to take, by cookie and header, against the limits of hops seen."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple

from haranalyze.facts.hops import SMALLEST_REQUEST, Hop, hop_of, page_of
from haranalyze.facts.quality import Sanitized
from haranalyze.facts.session import Role
from haranalyze.protocol.set_cookie import parse_set_cookie
from haranalyze.text import Kind, Place, Text, raw

if TYPE_CHECKING:
    from haranalyze.capture.message import Message, Response
    from haranalyze.capture.model import Exchange
    from haranalyze.facts import Facts
    from haranalyze.protocol.headers import Headers

__all__ = ["Budget", "HeaderBudget", "Hop", "Part", "ProxyError", "Share", "TooLarge"]

_GATEWAY: Final = frozenset((502, 503, 504, 520))
_OWN_WORDS: Final = frozenset((414, 431, 494))  # statuses that say by themselves what is too large
_NAMED: Final = (  # words of error pages that say it, in lower case
    "request header or cookie too large",
    "size of a request header field exceeds server limit",
    "the size of the request headers is too long",
    "bad request - request too long",
    "request header is too large",
    "request header fields too large",
    "requestheadersectiontoolarge",
    "request_header_too_large",
)
_CUT_OFF: Final = (
    "ERR_CONNECTION_CLOSED",
    "ERR_CONNECTION_RESET",
    "ERR_HTTP2_PROTOCOL_ERROR",
    "ERR_EMPTY_RESPONSE",
)
_NEAR = 0.8  # of a limit: HPACK, proxies' own headers and start lines make up the rest
_HANDS_OUT: Final = frozenset(("login", "signin", "sign-in", "signup", "sign-up", "token", "refresh", "callback"))
_FAILS: Final = 20
_CALLS: Final = frozenset(("xhr", "fetch", ""))


class Share(StrEnum):
    """What a part of the headers is."""

    COOKIE = "cookie"
    TOKEN = "token"  # noqa: S105 - Authorization, front-token, st-*, Set-Cookie of session cookies
    OTHER = "other"


class Part(NamedTuple):
    """One header or cookie and its bytes, name and separators included."""

    share: Share
    name: Text
    size: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Header bytes of one message, as HTTP/1.1 would write them.

    ``total`` counts the start line; ``largest_line`` the longest single field; ``exact`` False where the
    recording hides headers (then it is a lower bound). ``apart`` gives the parts in any order.
    """

    total: int
    largest_line: int
    cookies: int
    apart: Callable[[], Iterable[Part]]
    exact: bool

    @property
    def parts(self) -> tuple[Part, ...]:
        """Headers and cookies with their bytes, the largest first; taken apart now, since few are asked for."""
        return tuple(sorted(self.apart(), key=lambda part: -part.size))


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A request refused for its size; ``named`` when the answer says so itself (nginx page, 431, Vercel)."""

    exchange: Exchange
    hop: Hop | None
    budget: Budget
    limit: int | None
    named: bool
    evidence: Place


@dataclass(frozen=True, slots=True)
class ProxyError:
    """A 502, 503, 504 or 520 made by a hop in front of the application.

    ``sets_session``: the call is one whose answer carries the session (sign-in, refresh).
    ``host_answers``: an exchange on the same host answered by the application, nearest in time, None without.
    ``host_fails``: other calls on the host that got the same error from the hop, at most twenty.
    ``expected_bytes``: size of the answer's headers where an equal call succeeded, None unknown.
    """

    exchange: Exchange
    hop: Hop | None
    sets_session: bool
    host_answers: Exchange | None
    host_fails: tuple[Exchange, ...]
    expected_bytes: int | None
    evidence: Place


class HeaderBudget:
    """Sizes of request and response headers.

    Attributes:
        too_large: requests refused for their size, on our hosts and in navigations.
        proxy_errors: gateway errors a hop made on our hosts.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._requests: dict[int, Budget] = {}
        self._responses: dict[int, Budget] = {}

    # budgets

    def request(self, exchange: Exchange) -> Budget:
        """Header bytes of the request."""
        if exchange.index not in self._requests:
            self._requests[exchange.index] = self._request(exchange)
        return self._requests[exchange.index]

    def response(self, exchange: Exchange) -> Budget:
        """Header bytes of the response."""
        if exchange.index not in self._responses:
            self._responses[exchange.index] = self._response(exchange)
        return self._responses[exchange.index]

    def _request(self, exchange: Exchange) -> Budget:
        quality, request = self._facts.quality, exchange.request
        url = request.url
        target = len(url.path) + (len(url.query) + 1 if url.query else 0)
        start_line = len(request.method) + 1 + target + len(" HTTP/1.1\r\n")
        hidden = quality.hidden_request_bytes(exchange) or 0
        beside: list[Part] = []
        if hidden and quality.carries_hidden_credentials(exchange):
            beside.append(Part(Share.COOKIE, Text("cookie", Kind.HEADER_NAME), hidden))
        else:
            hidden = 0
        exact = not quality.is_provisional(exchange) and (
            quality.sanitized is Sanitized.NO or quality.hidden_request_bytes(exchange) is not None
        )
        return _budget(start_line, request, lambda: [*self._parts(request.headers), *beside], hidden, exact)

    def _response(self, exchange: Exchange) -> Budget:
        quality, response = self._facts.quality, exchange.response
        hidden = (quality.hidden_response_bytes(exchange) or 0) if quality.sanitized is not Sanitized.NO else 0
        beside = [Part(Share.TOKEN, Text("set-cookie", Kind.HEADER_NAME), hidden)] if hidden else []
        exact = quality.sanitized is Sanitized.NO or quality.hidden_response_bytes(exchange) is not None
        start_line = len("HTTP/1.1 200 \r\n") + _phrase_length(response.status)
        return _budget(start_line, response, lambda: [*self._parts(response.headers), *beside], hidden, exact)

    def _parts(self, headers: Headers) -> Iterator[Part]:
        for header in headers:
            name = header.name.lower()
            if name.startswith(":"):
                continue
            size = len(header.name) + len(header.value) + 4
            if name == "cookie":
                yield from self._cookie_parts(header.value, size)
            elif name == "set-cookie":
                cookie = parse_set_cookie(header.value)
                known = cookie is not None and self._is_session_cookie(cookie.name)
                label = cookie.name if cookie else ""
                yield Part(Share.TOKEN if known else Share.COOKIE, Text(label, Kind.COOKIE_NAME), size)
            else:
                share = Share.TOKEN if name in self._token_headers else Share.OTHER
                yield Part(share, Text(header.name, Kind.HEADER_NAME), size)

    def _cookie_parts(self, value: str, size: int) -> Iterator[Part]:
        pieces = [piece.strip() for piece in value.split(";")]
        for piece in pieces:
            yield Part(Share.COOKIE, Text(piece.partition("=")[0], Kind.COOKIE_NAME), len(piece) + 2)
        if rest := size - sum(len(piece) + 2 for piece in pieces):
            yield Part(Share.OTHER, Text("cookie", Kind.HEADER_NAME), max(0, rest))

    def _is_session_cookie(self, name: str) -> bool:
        return name in self._session_cookies

    @cached_property
    def _session_cookies(self) -> frozenset[str]:
        return frozenset(raw(name) for name in self._facts.session.session_cookie_names())

    @cached_property
    def _token_headers(self) -> frozenset[str]:
        names = {"authorization", "proxy-authorization"}
        for system in self._facts.systems:
            names.update(system.access_headers, system.refresh_headers)
            names.update(filter(None, (system.front_token_header, system.anti_csrf_header)))
        return frozenset(name.lower() for name in names)

    # hops

    def hop(self, exchange: Exchange) -> Hop | None:
        """The hop that made this answer, by the error page's own marks, server, via and vendor headers."""
        return hop_of(exchange)

    # request side

    @cached_property
    def too_large(self) -> tuple[TooLarge, ...]:
        """Requests refused for their size, in client order."""
        found = []
        for exchange in self._facts.timeline.exchanges:
            status = exchange.response.status
            refused = status == 400 or status in _OWN_WORDS or (status == 0 and _was_cut_off(exchange))
            if refused and self._concerns_us(exchange) and (item := self._judge_request(exchange)):
                found.append(item)
        return tuple(found)

    def _judge_request(self, exchange: Exchange) -> TooLarge | None:
        response, hop, budget = exchange.response, self.hop(exchange), self.request(exchange)
        words = next((words for words in _NAMED if words in page_of(response)), None)
        vendor = (response.raw("x-vercel-error") or "").upper() == "REQUEST_HEADER_TOO_LARGE"
        if words or vendor or response.status in _OWN_WORDS:
            evidence = response.body.place if words and not vendor else exchange.status_place
            if vendor:
                evidence = response.place("x-vercel-error")
            return TooLarge(exchange, hop, budget, _limit(hop, budget), True, evidence)
        if response.status == 0:
            return self._judge_cut_off(exchange)
        if "json" in response.body.raw_mime_type or self._is_by_application(response):
            return None
        limit = _limit(hop, budget) or SMALLEST_REQUEST
        if budget.largest_line < _NEAR * limit and budget.total < _NEAR * limit:
            return None
        return TooLarge(exchange, hop, budget, limit, False, exchange.status_place)

    def _judge_cut_off(self, exchange: Exchange) -> TooLarge | None:
        """A connection closed without an answer, and the cookies that would have gone with it are too large.

        The browser records no cookies with such a request: the jar says which it would have sent, else the
        cookies of the request before it on the same host count.
        """
        budget = self.request(exchange)
        predicted = self._facts.cookie_jar.predicted(exchange)
        size = sum(len(cookie.name) + len(cookie.value) + 3 for cookie in predicted)
        if not budget.cookies and size:
            parts = [*budget.parts, *(Part(Share.COOKIE, c.name, len(c.name) + len(c.value) + 3) for c in predicted)]
            line = size + len("cookie: \r\n")
            total = budget.total + line
            budget = Budget(total, max(budget.largest_line, line), line, lambda: parts, False)
        hop = self._hop_of_host(exchange)
        limit = (hop.request_line_limit or hop.request_limit if hop else None) or SMALLEST_REQUEST
        if budget.largest_line < limit:
            return None
        return TooLarge(exchange, hop, budget, limit, False, exchange.status_place)

    def _hop_of_host(self, exchange: Exchange) -> Hop | None:
        for other in self._by_host.get(exchange.request.host, ()):
            if other.response.status and (hop := self.hop(other)):
                return hop
        return None

    def _concerns_us(self, exchange: Exchange) -> bool:
        return exchange.request.host in self._facts.session.hosts or exchange.is_page

    @staticmethod
    def _is_by_application(response: Response) -> bool:
        """Whether the application itself answered: marks that the hops in front of it do not write."""
        return response.has("x-powered-by") or response.has("etag") or response.has("set-cookie")

    # response side

    @cached_property
    def proxy_errors(self) -> tuple[ProxyError, ...]:
        """Gateway errors made by a hop in front of the application on our hosts, in client order."""
        errors = [
            exchange
            for exchange in self._facts.timeline.exchanges
            if exchange.response.status in _GATEWAY
            and exchange.request.method != "OPTIONS"
            and self._facts.session.is_ours(exchange)
            and self._made_by_hop(exchange)
        ]
        groups: dict[tuple[str, int], list[Exchange]] = {}
        for exchange in errors:
            groups.setdefault((exchange.request.host, exchange.response.status), []).append(exchange)
        return tuple(self._proxy_error(e, groups[e.request.host, e.response.status][: _FAILS + 1]) for e in errors)

    def _made_by_hop(self, exchange: Exchange) -> bool:
        response = exchange.response
        hop = self.hop(exchange)
        if self._is_by_application(response) or any(response.has(name) for name in self._token_headers):
            return False
        return "json" not in response.body.raw_mime_type or (hop is not None and hop.response_limit is not None)

    def _proxy_error(self, exchange: Exchange, group: list[Exchange]) -> ProxyError:
        page = page_of(exchange.response)
        return ProxyError(
            exchange=exchange,
            hop=self.hop(exchange),
            sets_session=self._sets_session(exchange),
            host_answers=self._answer_near(exchange),
            host_fails=tuple(other for other in group if other is not exchange)[:_FAILS],
            expected_bytes=self._expected_bytes(exchange),
            evidence=exchange.response.body.place if page else exchange.status_place,
        )

    def _sets_session(self, exchange: Exchange) -> bool:
        if self._facts.session.role(exchange) in (Role.SIGN_IN, Role.REFRESH):
            return True
        url = exchange.request.url
        last = url.path.rstrip("/").rpartition("/")[2].lower()
        if exchange.request.method == "POST":
            return last in _HANDS_OUT
        return exchange.is_page and "code=" in url.query and "state=" in url.query

    @cached_property
    def _by_host(self) -> dict[str, list[Exchange]]:
        hosts = {e.request.host for e in self._facts.timeline.exchanges if self._may_need_host(e)}
        found: dict[str, list[Exchange]] = {host: [] for host in hosts}
        for exchange in self._facts.timeline.exchanges:
            if (host := exchange.request.host) in found:
                found[host].append(exchange)
        return found

    @staticmethod
    def _may_need_host(exchange: Exchange) -> bool:
        status = exchange.response.status
        return status in _GATEWAY or (status == 0 and _was_cut_off(exchange))

    def _answer_near(self, exchange: Exchange) -> Exchange | None:
        answers = self._answers.get(exchange.request.host, [])
        started = self._facts.timeline.started
        at = started(exchange)
        place = bisect_left(answers, at, key=started)
        return min(answers[max(0, place - 1) : place + 1], key=lambda e: abs(started(e) - at), default=None)

    @cached_property
    def _answers(self) -> dict[str, list[Exchange]]:
        """Calls the application answered, by host, in client order."""
        started = self._facts.timeline.started
        return {
            host: sorted((e for e in group if self._application_answered(e)), key=started)
            for host, group in self._by_host.items()
        }

    def _application_answered(self, exchange: Exchange) -> bool:
        """Whether a call, not a page or a file, was answered by the application behind the hop."""
        status = exchange.response.status
        if status < 200 or status in _GATEWAY or exchange.request.method == "OPTIONS":
            return False
        if self._facts.session.role(exchange) in (
            Role.SIGN_IN,
            Role.REFRESH,
            Role.SESSION_CALL,
            Role.SIGN_OUT,
        ):
            return True
        return exchange.resource_type in _CALLS and "json" in exchange.response.body.raw_mime_type

    def _expected_bytes(self, exchange: Exchange) -> int | None:
        request = exchange.request
        success = self._successes.get((request.host, request.method, request.url.path))
        return self.response(success).total if success else None

    @cached_property
    def _successes(self) -> dict[tuple[str, str, str], Exchange]:
        found: dict[tuple[str, str, str], Exchange] = {}
        for host, group in self._by_host.items():
            for other in group:
                if 200 <= other.response.status < 400:
                    found.setdefault((host, other.request.method, other.request.url.path), other)
        return found


def _budget(
    start_line: int,
    message: Message,
    parts: Callable[[], Iterable[Part]],
    hidden: int,
    exact: bool,
) -> Budget:
    lines = [
        (name.lower(), len(name) + len(value) + 4) for name, value in message.raw_pairs() if not name.startswith(":")
    ]
    if (authority := message.raw(":authority")) and not any(name == "host" for name, _ in lines):
        lines.append(("host", len("host: \r\n") + len(authority)))
    sizes = [size for _, size in lines]
    return Budget(
        total=start_line + sum(sizes) + hidden,
        largest_line=max(start_line, hidden, *sizes),
        cookies=sum([size for name, size in lines if name in ("cookie", "set-cookie")]) + hidden,
        apart=parts,
        exact=exact,
    )


def _limit(hop: Hop | None, budget: Budget) -> int | None:
    """The limit of the hop that the message exceeds, else the one it is nearest to."""
    if hop is None:
        return None
    line, total = hop.request_line_limit, hop.request_limit
    if line is not None and (budget.largest_line >= _NEAR * line or total is None):
        return line
    return total if total is not None else line


def _was_cut_off(exchange: Exchange) -> bool:
    return any(words in exchange.raw_error for words in _CUT_OFF)


def _phrase_length(status: int) -> int:
    try:
        return len(HTTPStatus(status).phrase)
    except ValueError:
        return 0
