"""What an opened row of the timeline shows: header lines, cookies with reasons, claims, CORS, sizes, phases, links."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.capture.body import Body
from haranalyze.capture.message import Message
from haranalyze.capture.model import Exchange
from haranalyze.facts import Facts
from haranalyze.facts.session import Role
from haranalyze.findings import Finding
from haranalyze.redaction import Projector
from haranalyze.report.proof import cors_words
from haranalyze.report.rows import most_bytes
from haranalyze.text import Text

MOST = 500  # exchanges with details: those findings name first, then those of the session, then the others
MOST_LINES = 60  # header lines of one message
MOST_COOKIES = 60
LONGEST = 600  # characters of one shown value


class HeaderLine(msgspec.Struct, frozen=True, gc=False):
    """One header line as it may be shown."""

    name: str
    value: str


class CookieSent(msgspec.Struct, frozen=True, gc=False):
    """A cookie on the request; ``set_by`` the exchange whose answer set it, None unknown."""

    name: str
    value: str
    set_by: int | None


class CookieLeft(msgspec.Struct, frozen=True, gc=False):
    """A kept cookie that did not go with the request: ``reason`` under Chromium's name, ``scope`` where it goes.

    ``finding``: id of a finding that says it should have gone, None where leaving it out is right.
    """

    name: str
    reason: str
    scope: str
    finding: str | None


class CookieSet(msgspec.Struct, frozen=True, gc=False):
    """A Set-Cookie line: ``fate`` is stored, removed or refused, ``reason`` under Chromium's name where refused."""

    line: str
    fate: str
    reason: str


class ClaimsInfo(msgspec.Struct, frozen=True, gc=False):
    """A JWT the exchange carries: the claims that may be shown.

    ``side`` request or response, ``where`` the header, cookie or member. ``issued`` and ``expires`` in ms after the
    first exchange by the server's clock, ``left`` ms of life when the request was sent. ``signature`` is verified,
    refused or unknown (no key in the recording); ``faults`` what its claims say against it at that moment.
    """

    token: int
    use: str
    side: str
    where: str
    algorithm: str
    issued: float | None
    expires: float | None
    left: float | None
    shown: dict[str, str]
    signature: str
    faults: list[str]


class Phases(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Phases in ms, as the recording gives them; None where it gives none."""

    blocked: float | None = None
    dns: float | None = None
    connect: float | None = None
    ssl: float | None = None
    send: float | None = None
    wait: float | None = None
    receive: float | None = None


class Sizes(msgspec.Struct, frozen=True, gc=False):
    """Header bytes against the limits of the hop that answered (None: none known); ``exact`` False: a lower bound."""

    request: int
    request_limit: int | None
    response: int
    response_limit: int | None
    hop: str
    exact: bool


class Link(msgspec.Struct, frozen=True, gc=False):
    """How the exchange hangs together with another: retry-of, redirect-to, preflight, after-refresh, ..."""

    kind: str
    exchange: int


class Detail(msgspec.Struct, frozen=True, gc=False):
    """Everything about one exchange that an opened row shows."""

    exchange: int
    request: list[HeaderLine]
    request_body: str
    response: list[HeaderLine]
    response_body: str
    sent: list[CookieSent]
    left: list[CookieLeft]
    set: list[CookieSet]
    claims: list[ClaimsInfo]
    cors: str
    cors_allowed: bool | None
    sizes: Sizes
    phases: Phases
    links: list[Link]


def details(analysis: Analysis, projector: Projector) -> list[Detail]:
    """Details in client order, of at most :data:`MOST` exchanges and half the size a report may have."""
    teller, facts = _Teller(analysis, projector), analysis.facts
    chosen = _chosen(analysis)
    told = [teller.detail(exchange) for exchange in facts.exchanges if exchange.index in chosen]
    room = most_bytes(len(facts.exchanges)) // 2
    if facts.options.all_exchanges or len(msgspec.json.encode(told)) <= room:
        return told
    named = {index for finding in analysis.findings for index in finding.exchanges}
    kept: set[int] = set()
    for one in sorted(told, key=lambda one: one.exchange not in named):
        room -= len(msgspec.json.encode(one)) + 1
        if room < 0:
            break
        kept.add(one.exchange)
    return [one for one in told if one.exchange in kept]


_QUIET = frozenset((Role.STATIC, Role.THIRD_PARTY))


def _chosen(analysis: Analysis) -> set[int]:
    facts = analysis.facts
    if len(facts.exchanges) <= MOST:
        return {exchange.index for exchange in facts.exchanges}
    chosen: set[int] = set()
    for index in _by_weight(analysis):
        chosen.add(index)
        if len(chosen) >= MOST:
            break
    return chosen


def _by_weight(analysis: Analysis) -> Iterator[int]:
    facts, session = analysis.facts, analysis.facts.session
    named = [index for finding in analysis.findings for index in finding.exchanges]
    yield from named
    yield from (one.exchange.index for one in session.sign_ins)
    yield from (one.index for one in session.sign_outs)
    for index in named[:100]:
        at = facts.timeline.position(facts.timeline.exchange(index))
        yield from (one.index for one in facts.exchanges[max(at - 10, 0) : at + 11])
    yield from (one.exchange.index for one in session.refreshes)
    yield from (one.index for one in facts.exchanges if session.role(one) not in _QUIET)
    yield from (one.index for one in facts.exchanges)


class _Teller:
    """Tells about exchanges of one analysis."""

    def __init__(self, analysis: Analysis, projector: Projector) -> None:
        self._facts: Facts = analysis.facts
        self._projector = projector
        self._findings: dict[int, list[Finding]] = {}
        for finding in analysis.findings:
            for index in finding.exchanges:
                self._findings.setdefault(index, []).append(finding)
        refreshes = analysis.facts.session.refreshes
        self._refreshed_by = {one.after.index: one.exchange.index for one in refreshes if one.after}
        self._after_refresh = {one.retry.index: one.exchange.index for one in refreshes if one.retry}

    def detail(self, exchange: Exchange) -> Detail:
        """The details of one exchange."""
        decision = self._facts.cors.decision(exchange)
        request, response = exchange.request, exchange.response
        sent = self._facts.cookie_jar.sent_with(exchange)
        return Detail(
            exchange.index,
            self._lines(request),
            self._body(request.body),
            self._lines(response),
            self._body(response.body),
            [
                CookieSent(self._show(one.name), self._show(one.value), one.by.exchange.index if one.by else None)
                for one in sent[:MOST_COOKIES]
            ],
            list(self._left(exchange, {one.name for one in sent})),
            [
                CookieSet(
                    self._projector.quote(event.place)[:LONGEST],
                    "refused" if event.refused else "removed" if event.is_deletion else "stored",
                    event.refused.value if event.refused else "",
                )
                for event in self._facts.cookie_jar.set_by(exchange)[:MOST_COOKIES]
            ],
            list(self._claims(exchange)),
            cors_words(decision, self._projector) if decision else "",
            decision.allowed if decision else None,
            self._sizes(exchange),
            self._phases(exchange),
            list(self._links(exchange)),
        )

    def _show(self, text: Text) -> str:
        return self._projector.show(text)[:LONGEST]

    def _lines(self, message: Message) -> list[HeaderLine]:
        lines = self._projector.lines(message, MOST_LINES)
        return [HeaderLine(name[:LONGEST], value[:LONGEST]) for name, value in lines]

    def _body(self, body: Body) -> str:
        if not body.present:
            return ""
        text = body.place.text
        return self._show(text) if text is not None else ""

    def _left(self, exchange: Exchange, sent: set[Text]) -> Iterator[CookieLeft]:
        if self._facts.timeline.is_preflight(exchange):
            return
        for one in self._facts.cookie_jar.left_out(exchange)[:MOST_COOKIES]:
            cookie = one.cookie
            if cookie.name in sent:
                continue
            blamed = next(
                (f.id for f in self._findings.get(exchange.index, ()) if f.match.subject == cookie.name), None
            )
            scope = f"{self._show(cookie.domain)}{self._show(cookie.path)}"
            yield CookieLeft(self._show(cookie.name), one.reason.value, scope, blamed)

    def _claims(self, exchange: Exchange) -> Iterator[ClaimsInfo]:
        tokens, origin = self._facts.tokens, self._facts.timeline.origin
        told: set[int] = set()
        for side, seen in (("request", tokens.sent_with(exchange)), ("response", tokens.issued_by(exchange))):
            for token, sighting in seen:
                if token.jwt is None or token.ordinal in told:
                    continue
                told.add(token.ordinal)
                verified = tokens.verified(token)
                left = tokens.remaining(token, exchange)
                yield ClaimsInfo(
                    token.ordinal,
                    token.use.value,
                    side,
                    self._show(sighting.name),
                    token.jwt.algorithm,
                    None if token.issued_at is None else round(token.issued_at - origin, 1),
                    None if token.expires is None else round(token.expires - origin, 1),
                    None if left is None else round(left),
                    self._projector.claims(token.jwt),
                    "unknown" if verified is None else "verified" if verified.verified else "refused",
                    [f"{one.claim}: {one.reason.value}" for one in tokens.claim_faults(token, exchange)],
                )

    def _sizes(self, exchange: Exchange) -> Sizes:
        budget = self._facts.header_budget
        request, response, hop = budget.request(exchange), budget.response(exchange), budget.hop(exchange)
        return Sizes(
            request.total,
            hop.request_limit or hop.request_line_limit if hop else None,
            response.total,
            hop.response_limit if hop else None,
            hop.name if hop else "",
            request.exact and response.exact,
        )

    def _phases(self, exchange: Exchange) -> Phases:
        times = exchange.timings
        names = Phases.__struct_fields__
        return Phases(**{name: round(value, 1) for name in names if (value := getattr(times, name)) is not None})

    def _links(self, exchange: Exchange) -> Iterator[Link]:
        timeline, cors = self._facts.timeline, self._facts.cors
        decision = cors.decision(exchange)
        preflight = decision.preflight if decision else timeline.preflight_of(exchange)
        for kind, other in (
            ("preflight", preflight),
            ("preflight for", timeline.preflight_for(exchange)),
            ("redirected from", timeline.redirected_from(exchange)),
            ("redirects to", timeline.redirected_to(exchange)),
            ("retry of", timeline.retry_of(exchange)),
        ):
            if other is not None and other is not exchange:
                yield Link(kind, other.index)
        for kind, index in (
            ("after refresh", self._after_refresh.get(exchange.index)),
            ("followed by refresh", self._refreshed_by.get(exchange.index)),
        ):
            if index is not None:
                yield Link(kind, index)


# Header lines a browser adds by itself: a repetition by hand needs none of them.
_BY_THE_BROWSER = (
    "accept-encoding accept-language connection content-length dnt host priority referer te upgrade-insecure-requests "
    "user-agent cache-control pragma if-none-match if-modified-since"
).split()


class Curl(msgspec.Struct, frozen=True, gc=False):
    """The failing exchange as a ``curl`` command with every secret masked."""

    exchange: int
    command: str


def curl(analysis: Analysis, projector: Projector) -> Curl | None:
    """The exchange the verdict is about, to be repeated by hand; None without one, and for navigations without call."""
    root, verdict = analysis.verdict.root, analysis.verdict
    index = root.match.at.exchange if root else next(iter(verdict.in_question), None)
    if index is None:
        return None
    exchange = analysis.facts.timeline.exchange(index)
    url = exchange.url_place.text
    words = [f"curl -i -X {_quoted(projector.show(exchange.method))} {_quoted(projector.show(url) if url else '')}"]
    for name, value in exchange.request.lines[:MOST_LINES]:
        shown = projector.show(name)
        if shown not in _BY_THE_BROWSER and not shown.startswith("sec-"):
            words.append(f"-H {_quoted(f'{shown}: {projector.show(value)[:LONGEST]}')}")
    body = exchange.request.body
    if body.present and body.place.text is not None:
        words.append(f"--data {_quoted(f'«{projector.show(body.place.text)[:LONGEST]}»')}")
    return Curl(index, " \\\n  ".join(words))


def _quoted(word: str) -> str:
    """The word for a POSIX shell (IEEE Std 1003.1 section 2.2.2): nothing in single quotes is special."""
    return "'" + word.replace("'", "'\\''") + "'"
