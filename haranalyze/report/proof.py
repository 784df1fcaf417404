"""Proof cards: the two or three exchanges that prove the leading finding, only the lines that matter."""

from __future__ import annotations

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.capture.model import Exchange, Message
from haranalyze.facts.session import Role
from haranalyze.redaction import Projector
from haranalyze.text import Kind, Place, Text

MOST_CARDS = 3
MOST_LINES = 8
_REQUEST = ("authorization", "cookie", "origin", "sec-fetch-site", "st-auth-mode", "rid", "anti-csrf")
_RESPONSE = (
    "access-control-allow-origin", "access-control-allow-credentials", "set-cookie", "front-token", "www-authenticate",
    "location", "cache-control", "age", "x-cache-status", "x-cache", "server", "content-type",
)  # fmt: skip


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line. ``side`` request or response; ``mark`` is "", decisive or missing, with its caption."""

    side: str
    name: str
    value: str
    mark: str
    caption: str


class Card(msgspec.Struct, frozen=True, gc=False):
    """One exchange side by side with the others; ``at`` ms after the first exchange; ``more`` lines not shown."""

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


def cards(analysis: Analysis, projector: Projector) -> list[Card]:
    """Cards of the leading finding, in client order; empty without one."""
    root = analysis.verdict.root
    if root is None:
        return []
    places: dict[int, list[tuple[Place, str]]] = {}
    match = root.match
    for place, caption in ((match.at, match.caption), *match.related):
        places.setdefault(place.exchange, []).append((place, projector.say(caption)))
    chosen = sorted(list(places)[:MOST_CARDS], key=lambda index: analysis.facts.timeline.position(
        analysis.facts.timeline.exchange(index)
    ))  # fmt: skip
    return [
        _card(analysis, analysis.facts.timeline.exchange(index), places[index], match.at, projector) for index in chosen
    ]


def _card(
    analysis: Analysis,
    exchange: Exchange,
    places: list[tuple[Place, str]],
    primary: Place,
    projector: Projector,
) -> Card:
    facts = analysis.facts
    lines = [*_marked(exchange, places, primary, projector)]
    told = {(line.side, line.name) for line in lines}
    for side, message, names in (
        ("request", exchange.request, _REQUEST),
        ("response", exchange.response, _RESPONSE),
    ):
        lines += _ordinary(side, message, names, told, projector)
    lines = sorted(lines[:MOST_LINES], key=lambda line: line.side)
    shown = sum(1 for line in lines if line.mark != "missing")
    total = len(exchange.request.headers) + len(exchange.response.headers)
    return Card(
        exchange.index,
        projector.show(exchange.method),
        projector.show(exchange.host),
        projector.show(exchange.path),
        exchange.response.status,
        facts.session.role(exchange).value if exchange.request.url.ok else Role.STATIC.value,
        round(facts.timeline.started(exchange), 1),
        round(facts.timeline.ended(exchange) - facts.timeline.started(exchange), 1),
        places[0][1],
        lines,
        max(total - shown, 0),
    )


def _marked(exchange: Exchange, places: list[tuple[Place, str]], primary: Place, projector: Projector) -> list[Line]:
    """Lines the finding points to: a header, the body, the status, or an absence."""
    lines = []
    for place, caption in places:
        side, name = _where(exchange, place, projector)
        if not side:
            continue
        missing = place.text is None
        mark = "missing" if missing and place is primary else ("decisive" if place is primary else "")
        value = "not sent" if missing and side == "request" else "not there" if missing else projector.quote(place)
        lines.append(Line(side, name or "header", value, mark, caption))
    return lines


def _where(exchange: Exchange, place: Place, projector: Projector) -> tuple[str, str]:
    rest = place.pointer.removeprefix(exchange.pointer)
    side = "request" if rest.startswith("/request") else "response" if rest.startswith("/response") else ""
    if rest.endswith(("/content", "/postData")):
        return side, "body"
    if rest.endswith("/status"):
        return side, "status"
    if rest.endswith("/url"):
        return side, "address"
    return side, projector.name(place.text.name) if place.text is not None and place.text.name else "headers"


def _ordinary(
    side: str, message: Message, names: tuple[str, ...], told: set[tuple[str, str]], projector: Projector
) -> list[Line]:
    lines = []
    for name in names:
        if (side, name) in told or not message.has(name):
            continue
        kind = Kind.SET_COOKIE if name == "set-cookie" else Kind.HEADER_VALUE
        for place in message.places(name)[:2]:
            text = place.text or Text("", kind, name)
            lines.append(Line(side, name, projector.show(text), "", ""))
    return lines
