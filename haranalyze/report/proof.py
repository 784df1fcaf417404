"""Proof cards: the two or three exchanges that prove the leading finding, only the lines that matter."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.capture.message import Message
from haranalyze.capture.model import Exchange
from haranalyze.facts.cors import CorsDecision, CorsStep
from haranalyze.facts.session import RefreshResult, Role, SignInResult
from haranalyze.findings import Match
from haranalyze.redaction import Projector
from haranalyze.text import Kind, Place, Text

MOST_CARDS = 3
MOST_LINES = 8
MOST_ASKED = 1  # request lines above what decides in the response
_REQUEST = ("authorization", "cookie", "origin", "sec-fetch-site", "st-auth-mode", "rid", "anti-csrf")
_RESPONSE = (
    "set-cookie", "front-token", "www-authenticate", "location", "cache-control", "age", "x-cache-status", "x-cache",
    "server", "content-type",
)  # fmt: skip


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line. ``side`` request or response; ``mark`` is "", decisive or missing, with its caption."""

    side: str
    name: str
    value: str
    mark: str
    caption: str


class Card(msgspec.Struct, frozen=True, gc=False):
    """One exchange side by side with the others.

    ``at`` ms after the first exchange; ``said`` what to see in it where no line says it; ``more`` header lines
    that are not shown. ``story`` is what happens in it, in one plain sentence.
    """

    exchange: int
    method: str
    host: str
    path: str
    status: int
    role: str
    at: float
    took: float
    said: str
    lines: list[Line]
    more: int
    story: str = ""


def cards(analysis: Analysis, projector: Projector) -> list[Card]:
    """Cards of the leading finding, in client order; empty without one."""
    root = analysis.verdict.root
    if root is None:
        return []
    timeline, match = analysis.facts.timeline, root.match
    places: dict[int, list[tuple[Place, str]]] = {}
    for place, caption in ((match.at, match.caption), *match.related):
        places.setdefault(place.exchange, []).append((place, projector.say(caption)))
    chosen = [timeline.exchange(index) for index in list(places)[:MOST_CARDS]]
    listed: list[Card] = []
    for exchange in sorted(chosen, key=timeline.position):
        since = round(timeline.started(exchange), 1) - listed[-1].at if listed else None
        listed.append(_card(analysis, exchange, places[exchange.index], match, projector, since))
    return listed


def _card(
    analysis: Analysis,
    exchange: Exchange,
    places: list[tuple[Place, str]],
    match: Match,
    projector: Projector,
    since: float | None,
) -> Card:
    facts, timeline = analysis.facts, analysis.facts.timeline
    marked = list(_marked(exchange, places, match, projector))
    told = {(line.side, line.name) for line in marked if line.mark != "missing"}
    context = list(_context(analysis, exchange, told, projector))
    deciding = [line.side for line in marked if line.mark] or [line.side for line in marked]
    if deciding and "request" not in deciding:  # what decides stands high up
        asked = [line for line in context if line.side == "request"]
        told_already = sum(line.side == "request" for line in marked)
        context = [line for line in context if line not in asked[max(MOST_ASKED - told_already, 0) :]]
    lines = [*marked, *context][:MOST_LINES]
    shown = sum(line.mark != "missing" and line.name not in _NOT_HEADERS for line in lines)
    total = len(exchange.request.headers) + len(exchange.response.headers)
    captions = {line.caption for line in marked}
    return Card(
        exchange.index,
        projector.show(exchange.method),
        projector.show(exchange.host),
        projector.show(exchange.path),
        exchange.response.status,
        facts.session.role(exchange).value if exchange.request.url.ok else Role.STATIC.value,
        round(timeline.started(exchange), 1),
        round(timeline.ended(exchange) - timeline.started(exchange), 1),
        next((caption for _, caption in places if caption not in captions), ""),
        sorted(lines, key=lambda line: line.side),
        max(total - shown, 0),
        _story(analysis, exchange, since),
    )


def _story(analysis: Analysis, exchange: Exchange, since: float | None) -> str:
    """What happens in the exchange, ``since`` so many ms after the card before it (None: the first card)."""
    told = _happens(analysis, exchange)
    if since is None or since < NOTICED:
        return told[0].upper() + told[1:]
    after = f"{since / 1000:.1f} s" if since < 60_000 else f"{since / 60_000:.0f} min"
    return f"{after} later {told}"


def _happens(analysis: Analysis, exchange: Exchange) -> str:
    facts, session, status = analysis.facts, analysis.facts.session, exchange.response.status
    if exchange.failed:
        return "a call gets no answer."
    if sign_in := next((one for one in session.sign_ins if one.exchange is exchange), None):
        return _SIGNS_IN[sign_in.result]
    if refresh := session.refresh(exchange):
        return _RENEWS[refresh.result]
    if any(one is exchange for one in session.sign_outs):
        return "the user signs out."
    if facts.timeline.is_preflight(exchange):
        allowed = "" if 200 <= status < 300 else ", and is not answered well"
        return f"the browser asks whether the next call is allowed{allowed}."
    if exchange.request.url.ok and session.role(exchange) in (Role.PAGE, Role.AUTH_PAGE):
        return "the browser opens a page." if status < 400 else f"the browser opens a page and gets {status}."
    if 300 <= status < 400 and exchange.response.has("location"):
        return "the browser is sent to another address."
    if session.refusal(exchange) is not None:
        return f"a call is refused with {status}."
    return f"a call is answered {status}." if status < 400 else f"a call fails with {status}."


NOTICED = 50  # ms between two exchanges that are worth telling
_SIGNS_IN = {
    SignInResult.OK: "the sign-in is accepted.",
    SignInResult.WRONG_CREDENTIALS: "the sign-in is refused: the name or the password is not the right one.",
    SignInResult.REFUSED: "the sign-in is refused.",
    SignInResult.FAILED: "the sign-in gets no good answer.",
}
_RENEWS = {
    RefreshResult.OK: "the app renews the session, and that works.",
    RefreshResult.NO_SESSION: "the app looks for a session, and there is none yet.",
    RefreshResult.REFUSED: "the app asks to renew the session and is refused.",
    RefreshResult.THEFT: "the app renews with a token that was used before, and the session is ended.",
    RefreshResult.CLEARED_DUPLICATES: "the app renews the session, and the answer removes old cookies.",
    RefreshResult.NOT_API: "the app asks to renew the session, and something else than the session API answers.",
    RefreshResult.FAILED: "the app asks to renew the session and gets no good answer.",
}


_NOT_HEADERS = frozenset(("body", "status", "address", "cors"))


def _marked(exchange: Exchange, places: list[tuple[Place, str]], match: Match, projector: Projector) -> Iterator[Line]:
    """Lines the finding points to: a header, the body, the status, or an absence (the first of each side)."""
    absent: set[str] = set()
    quoted: set[tuple[str, str]] = set()
    for place, caption in places:
        rest = place.pointer.removeprefix(exchange.pointer)
        side = "request" if rest.startswith("/request") else "response" if rest.startswith("/response") else ""
        if not side:
            continue
        if place.text is not None:
            name, value = line_name(place, projector), projector.quote(place)
            if (name, value) not in quoted:
                quoted.add((name, value))
                yield Line(side, name, value, "decisive" if place is match.at else "", caption)
        elif side not in absent:
            absent.add(side)
            name, value = _absence(side, match, projector)
            yield Line(side, name, value, "missing", caption)


def line_name(place: Place, projector: Projector) -> str:
    """What stands at the place, in one word: a header's name, ``body``, ``status``, ``address``."""
    text, pointer = place.text, place.pointer
    if text is None:
        return "header"
    if pointer.endswith(("/content", "/postData")) or text.kind is Kind.BODY:
        return "body"
    if pointer.endswith("/status"):
        return "status"
    if pointer.endswith("/url"):
        return "address"
    if text.kind is Kind.SET_COOKIE:
        return "set-cookie"
    if text.kind is Kind.COOKIE_VALUE:
        return "cookie"
    return projector.name(text.name) if text.name else "body" if text.kind is Kind.PHRASE else "header"


def _absence(side: str, match: Match, projector: Projector) -> tuple[str, str]:
    """Name of the header that should be there, and the words for its absence."""
    subject, words = match.subject, "not sent" if side == "request" else "not there"
    if isinstance(subject, Text) and subject.kind is Kind.COOKIE_NAME:
        return "cookie" if side == "request" else "set-cookie", f"{words}, expected {projector.show(subject)}"
    name = projector.show(subject) if isinstance(subject, Text) else subject
    return name.lower() or "header", words


def _context(
    analysis: Analysis, exchange: Exchange, told: set[tuple[str, str]], projector: Projector
) -> Iterator[Line]:
    """Lines that let the reader see the rest of the story: who asks, with what, and what CORS made of it."""
    yield from _ordinary("request", exchange.request, _REQUEST, told, projector)
    decision = analysis.facts.cors.decision(exchange)
    if decision is not None and not any(name.startswith("access-control-") for _, name in told):
        yield Line("response", "cors", cors_words(decision, projector), "", "")
    yield from _ordinary("response", exchange.response, _RESPONSE, told, projector)


def cors_words(decision: CorsDecision, projector: Projector) -> str:
    """The decision in one line."""
    origin = projector.show(decision.origin)
    if decision.step is None:
        return f"allowed for {origin}" if decision.allowed else f"cannot be told for {origin}"
    return f"{CORS_WORDS[decision.step]}, asked by {origin}"


CORS_WORDS = {
    CorsStep.PREFLIGHT_STATUS: "refused: the preflight's status is not 2xx",
    CorsStep.PREFLIGHT_REDIRECT: "refused: the preflight is redirected",
    CorsStep.ALLOW_ORIGIN_MISSING: "refused: no Access-Control-Allow-Origin",
    CorsStep.ALLOW_ORIGIN_MULTIPLE: "refused: several values in Access-Control-Allow-Origin",
    CorsStep.ALLOW_ORIGIN_WILDCARD: "refused: * does not go with cookies",
    CorsStep.ALLOW_ORIGIN_INVALID: "refused: Access-Control-Allow-Origin is no origin",
    CorsStep.ALLOW_ORIGIN_MISMATCH: "refused: another origin is allowed",
    CorsStep.ALLOW_CREDENTIALS: "refused: Access-Control-Allow-Credentials is not true",
    CorsStep.ALLOW_METHODS_INVALID: "refused: Access-Control-Allow-Methods is not a list of methods",
    CorsStep.ALLOW_METHODS: "refused: the method is not allowed",
    CorsStep.ALLOW_HEADERS_INVALID: "refused: Access-Control-Allow-Headers is not a list of names",
    CorsStep.ALLOW_HEADERS: "refused: a request header is not allowed",
    CorsStep.PRIVATE_NETWORK: "refused: the browser blocks calls into this network",
    CorsStep.REDIRECT_URL: "refused: the redirect leads to no http(s) URL",
    CorsStep.REDIRECT_CREDENTIALS: "refused: the redirect's URL holds a user name or password",
    CorsStep.REDIRECT_LIMIT: "refused: too many redirects",
    CorsStep.SAME_ORIGIN_MODE: "refused: the page asked for its own origin only",
}


def _ordinary(
    side: str, message: Message, names: tuple[str, ...], told: set[tuple[str, str]], projector: Projector
) -> Iterator[Line]:
    for name in names:
        if (side, name) in told or not message.has(name):
            continue
        kind = Kind.SET_COOKIE if name == "set-cookie" else Kind.HEADER_VALUE
        for place in message.places(name)[:2]:
            yield Line(side, name, projector.show(place.text or Text("", kind, name)), "", "")
