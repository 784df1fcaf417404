"""What differs between the two exchanges of a step, and which of it decides."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from haranalyze.analysis import Analysis
from haranalyze.capture.message import Message
from haranalyze.capture.model import Exchange, Source
from haranalyze.facts.cookie_jar import SetCookieEvent
from haranalyze.facts.cors import CorsDecision
from haranalyze.facts.flow import Flow, cookie_names
from haranalyze.facts.session import RefreshResult
from haranalyze.findings import Severity
from haranalyze.protocol.auth import Credential
from haranalyze.redaction import Projector
from haranalyze.report.proof import CORS_WORDS
from haranalyze.text import Kind, Place, Text

MOST_CHANGES: Final = 40  # of one step
_CHIP = re.compile(r"«([a-z-]{1,20}) \d+, \d+ B»")
_SIZE = re.compile(r"\b\d+ B\b")
_OK = frozenset((*range(200, 300), 304))


class Weight(IntEnum):
    """What a difference means for the login."""

    MINOR = 0  # expected between any two recordings
    MATTERS = 1  # may be why
    DECIDES = 2  # the outcome of the step is another one


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. Everything in it may be shown.

    ``kind`` is status, cors, set-cookie, cookie-kept, cookie, token, header, body, source, address, finding or step;
    ``side`` request or response; ``good`` and ``bad`` what stands there, None for an absence. ``told`` says it in a
    sentence part that goes on "then ..."; ``good_remark`` and ``bad_remark`` in two words a side.
    """

    kind: str
    weight: Weight
    side: str
    name: str
    good: str | None
    bad: str | None
    told: str = ""
    good_remark: str = ""
    bad_remark: str = ""


@dataclass(frozen=True, slots=True)
class Sides:
    """Both analyses and the one projector that shows their text."""

    good: Analysis
    bad: Analysis
    projector: Projector
    names: frozenset[Text]  # session cookies of either side

    @property
    def compares_cookies(self) -> bool:
        """Whether both recordings hold cookies."""
        return self.good.facts.quality.records_cookies and self.bad.facts.quality.records_cookies


def changes(sides: Sides, good: Exchange, bad: Exchange) -> list[Change]:
    """All differences of a step that both recordings have, what decides first."""
    found = [
        *_status(sides, good, bad),
        *_cors(sides, good, bad),
        *_cookies_set(sides, good, bad),
        *_cookies_sent(sides, good, bad),
        *_token(sides, good, bad),
        *_handed_out(sides, good, bad),
        *_source(good, bad),
        *_headers("request", good.request, bad.request, sides.projector),
        *_headers("response", good.response, bad.response, sides.projector),
        *_body(sides, good, bad),
    ]
    if any(change.weight >= Weight.MATTERS for change in found):
        found += _root(sides, bad)
    return sorted(found, key=lambda change: (-change.weight, _CAUSES_FIRST.index(change.kind)))[:MOST_CHANGES]


# What was sent explains what was answered, and what was answered explains what the browser made of it.
_CAUSES_FIRST: Final = (
    "address", "token", "cookie", "cors", "set-cookie", "cookie-kept", "status", "header", "body", "source", "finding",
)  # fmt: skip


def line(exchange: Exchange, projector: Projector) -> str:
    """``POST /auth/signin``."""
    return f"{projector.show(exchange.method)} {projector.show(exchange.path)}"


# outcome


def _status(sides: Sides, good: Exchange, bad: Exchange) -> Iterator[Change]:
    one, other = good.response.status, bad.response.status
    if one == other:
        if 300 <= one < 400:
            yield from _redirect(sides, good, bad)
        return
    well = [_is_well(side, exchange) for side, exchange in ((sides.good, good), (sides.bad, bad))]
    if all(well):
        yield Change("status", Weight.MINOR, "response", "status", _answer(one), _answer(other))
        return
    weight = Weight.MATTERS if well[1] else Weight.DECIDES
    yield Change(
        "status",
        weight,
        "response",
        "status",
        _answer(one),
        _answer(other),
        f"{line(bad, sides.projector)} {_answered(one)} in the good recording and {_answered(other)} in the failing "
        "one",
    )


def _is_well(side: Analysis, exchange: Exchange) -> bool:
    """Answered as hoped for, renewals of an old token included."""
    if exchange.response.status in _OK or exchange.index in side.facts.session.renewed_calls:
        return True
    refresh = side.facts.session.refresh(exchange)
    return refresh is not None and refresh.result is RefreshResult.NO_SESSION and exchange.response.status == 401


def _answer(status: int) -> str:
    return str(status) if status else "no answer"


def _answered(status: int) -> str:
    return f"is answered {status}" if status else "gets no answer"


def _redirect(sides: Sides, good: Exchange, bad: Exchange) -> Iterator[Change]:
    """Two redirects that lead to different pages, or keep their target and lead elsewhere."""
    targets = [_target(exchange, sides.projector) for exchange in (good, bad)]
    if targets[0] != targets[1] and all(targets):
        told = (
            f"{line(bad, sides.projector)} redirects to {targets[0]} in the good recording and to {targets[1]} in the "
            "failing one"
        )
        yield Change("status", Weight.DECIDES, "response", "location", targets[0], targets[1], told)


def _target(exchange: Exchange, projector: Projector) -> str:
    """Path of the redirect's target as shown; hosts differ between environments."""
    shown = projector.show(exchange.response.get("location") or Text("", Kind.HEADER_VALUE, "location"))
    rest = shown.partition("://")[2] if "://" in shown else shown
    path = rest[rest.find("/") :] if "/" in rest else rest
    return path.partition("?")[0]


# cors


def _cors(sides: Sides, good: Exchange, bad: Exchange) -> Iterator[Change]:
    decisions = [side.facts.cors.decision(exchange) for side, exchange in ((sides.good, good), (sides.bad, bad))]
    refused = [_refused_here(decision, exchange) for decision, exchange in zip(decisions, (good, bad), strict=True)]
    if refused[0] == refused[1] or decisions[1] is None or not refused[1]:
        return
    words = CORS_WORDS[decisions[1].step].removeprefix("refused: ") if decisions[1].step else "the browser blocks it"
    missing = ", ".join(sides.projector.show(name) for name in decisions[1].missing[:5])
    words += f" ({missing})" if missing else ""
    was = "allowed" if decisions[0] is not None else "not asked"
    yield Change(
        "cors",
        Weight.DECIDES,
        "response",
        "cors",
        was,
        f"refused: {words}",
        f"the browser lets the page make {line(bad, sides.projector)} in the good recording and refuses it in the "
        f"failing one: {words}",
        was,
        "refused",
    )


def _refused_here(decision: CorsDecision | None, exchange: Exchange) -> bool:
    return decision is not None and decision.allowed is False and decision.refused_at is exchange


# cookies


def _cookies_set(sides: Sides, good: Exchange, bad: Exchange) -> Iterator[Change]:
    """Set-Cookie lines by the cookie's name: set at all, kept by the browser, and with which attributes."""
    if not sides.compares_cookies:
        return
    lines = [
        _by_name(side.facts.cookie_jar.set_by(exchange)) for side, exchange in ((sides.good, good), (sides.bad, bad))
    ]
    for name in dict.fromkeys((*lines[0], *lines[1])):
        one, other = lines[0].get(name), lines[1].get(name)
        shown = sides.projector.show(name)
        values = tuple(None if event is None else sides.projector.quote(event.place) for event in (one, other))
        decides = Weight.DECIDES if name in sides.names or _is_used(sides.good, name) else Weight.MATTERS
        if one is None or other is None:
            event = one or other
            if event is None or event.is_deletion:
                continue
            missing = other is None and bad.response.status in {*_OK, *range(300, 400)}
            call = line(bad, sides.projector)
            told = f"the answer to {call} sets {shown} in the good recording and does not in the failing one"
            yield Change(
                "set-cookie",
                decides if missing and not _is_known(sides.bad, name, bad) else Weight.MATTERS,
                "response",
                "set-cookie",
                values[0],
                values[1],
                told if missing else "",
                "set" if one else "not set",
                "set" if other else "not set",
            )
            continue
        if (one.refused is None) != (other.refused is None) and not other.is_deletion:
            told = (
                f"the browser keeps {shown} in the good recording and refuses it in the failing one"
                if other.refused
                else f"the browser keeps {shown} in the failing recording and refuses it in the good one"
            )
            weight = decides if other.refused else Weight.MATTERS
            yield Change("cookie-kept", weight, "response", shown, values[0], values[1], told, _fate(one), _fate(other))
        elif _neutral(values[0]) != _neutral(values[1]):
            yield Change("set-cookie", Weight.MATTERS, "response", "set-cookie", values[0], values[1])


def _by_name(events: tuple[SetCookieEvent, ...]) -> dict[Text, SetCookieEvent]:
    """The last line of each name that sets something, else the last one."""
    found: dict[Text, SetCookieEvent] = {}
    for event in events:
        if event.name not in found or not event.is_deletion:
            found[event.name] = event
    return found


def _fate(event: SetCookieEvent) -> str:
    return "stored" if event.refused is None else "refused"


def _is_used(side: Analysis, name: Text) -> bool:
    """Whether the recording sends the cookie to the user's own services."""
    return name in side.facts.derive(Flow).cookies_used


def _is_known(side: Analysis, name: Text, exchange: Exchange) -> bool:
    """Whether the jar holds the cookie already: then the answer need not set it."""
    return bool(side.facts.cookie_jar.stored(name, exchange))


def _cookies_sent(sides: Sides, good: Exchange, bad: Exchange) -> Iterator[Change]:
    """Session cookies, and others the good recording sends here, that are missing or there twice."""
    if not sides.compares_cookies:
        has = [_RECORDED[exchange.request.has("cookie")] for exchange in (good, bad)]
        if has[0] != has[1]:
            yield Change("cookie", Weight.MATTERS, "request", "cookie", has[0], has[1])
        return
    one, other = Counter(cookie_names(good)), Counter(cookie_names(bad))
    recorded = bad.request.has("cookie") or sides.bad.facts.quality.shows_absence(bad, "cookie")
    call = line(bad, sides.projector)
    for name in sorted({*one, *other}, key=sides.projector.show):
        shown, counts = sides.projector.show(name), (one[name], other[name])
        if counts[0] == counts[1]:
            continue
        ours = name in sides.names
        weight, told = (Weight.MATTERS if ours else Weight.MINOR), ""
        if counts[0] and not counts[1] and recorded and (ours or counts[0]):
            weight = Weight.DECIDES if ours else Weight.MATTERS
            told = f"{call} carries {shown} in the good recording and goes without it in the failing one"
        elif counts[1] > 1:
            weight = Weight.DECIDES if ours else Weight.MATTERS
            times = _times(counts[1])
            told = f"{call} carries {shown} {times} in the failing recording, {_times(counts[0])} in the good one"
        remarks = [f"{shown} {_times(count)}" if count != 1 else f"{shown} sent" for count in counts]
        values = [None if not count else f"{shown}" if count == 1 else f"{shown} {_times(count)}" for count in counts]
        yield Change("cookie", weight, "request", "cookie", values[0], values[1], told, remarks[0], remarks[1])


_RECORDED: Final = {True: "recorded", False: "not recorded"}


def _times(count: int) -> str:
    return {0: "not sent", 1: "once", 2: "twice"}.get(count, f"{count} times")


# tokens


def _token(sides: Sides, good: Exchange, bad: Exchange) -> Iterator[Change]:
    """Authorization: there at all, in which form, and how the token stood when it was sent."""
    call = line(bad, sides.projector)
    reads = [side.facts.tokens.authorization(exchange) for side, exchange in _both(sides, good, bad)]
    shown = [None if read is None else sides.projector.quote(read[1]) for read in reads]
    if reads[0] and not reads[1] and sides.bad.facts.quality.shows_absence(bad, "authorization"):
        told = f"{call} carries Authorization in the good recording and goes without it in the failing one"
        yield Change(
            "token", Weight.DECIDES, "request", "authorization", shown[0], shown[1], told, "token sent", "no token"
        )
    elif bool(reads[0]) != bool(reads[1]):
        told_of = [one if one is not None else "not recorded" for one in shown]
        yield Change("token", Weight.MATTERS, "request", "authorization", told_of[0], told_of[1])
    elif reads[0] and reads[1] and reads[0][0].shape is not reads[1][0].shape:
        shapes = [_SHAPES[read[0].shape] for read in reads if read]
        told = f"{call} carries {shapes[0]} in the good recording and {shapes[1]} in the failing one"
        yield Change("token", Weight.DECIDES, "request", "authorization", shown[0], shown[1], told)
    stands = [_stand(side, exchange) for side, exchange in _both(sides, good, bad)]
    if stands[0] == "valid" and stands[1] in {"expired", "replaced"}:
        word = {"expired": "one that is over", "replaced": "an old one, although a newer had been handed out"}[
            stands[1]
        ]
        told = f"{call} carries a token that is valid in the good recording and {word} in the failing one"
        yield Change("token", Weight.DECIDES, "request", "token", stands[0], stands[1], told, stands[0], stands[1])


_SHAPES: Final = {
    Credential.WELL_FORMED: "a well-formed Authorization header",
    Credential.EMPTY: "an empty Authorization header",
    Credential.NO_SCHEME: "a token without its scheme",
    Credential.DOUBLED_SCHEME: "a doubled scheme",
    Credential.PLACEHOLDER: "a literal instead of a token",
    Credential.TEMPLATE: "a variable that was not filled in",
    Credential.QUOTED: "a token in quotes",
}


def _both(sides: Sides, good: Exchange, bad: Exchange) -> tuple[tuple[Analysis, Exchange], ...]:
    return (sides.good, good), (sides.bad, bad)


def _stand(side: Analysis, exchange: Exchange) -> str:
    """How the access token of the request stood when it was sent: valid, expired, replaced, "" unknown."""
    tokens = side.facts.tokens
    token = tokens.access_token(exchange)
    if token is None:
        return ""
    if exchange in [use.exchange for use in tokens.reused_after_replacement(token)]:
        return "replaced"
    remaining = tokens.remaining(token, exchange)
    if remaining is None:
        return "valid"
    return "expired" if remaining < -_CLOCK else "valid"


_CLOCK: Final = 2_000.0  # ms: tokens and Date headers count whole seconds


def _handed_out(sides: Sides, good: Exchange, bad: Exchange) -> Iterator[Change]:
    """What session clients live on: the header with the session's state, there and readable."""
    for name in sorted({system.front_token_header for system in sides.good.facts.systems if system.front_token_header}):
        has = [exchange.response.has(name) for exchange in (good, bad)]
        if has[0] and not has[1] and bad.response.status in _OK:
            call = line(bad, sides.projector)
            told = f"the answer to {call} has {name} in the good recording and not in the failing one"
            yield Change("header", Weight.DECIDES, "response", name, "there", None, told)
        elif all(has):
            reads = [side.facts.cors.exposes(exchange, name) for side, exchange in _both(sides, good, bad)]
            if reads[0] and not reads[1]:
                told = (
                    f"the app may read {name} of the answer to {line(bad, sides.projector)} in the good recording and "
                    "may not in the failing one"
                )
                yield Change("cors", Weight.DECIDES, "response", name, "readable", "hidden", told, "readable", "hidden")


def _root(sides: Sides, bad: Exchange) -> Iterator[Change]:
    """The leading finding of the failing recording, at its own place, where the good one has no such finding."""
    root = sides.bad.verdict.root
    if root is None or root.match.at.exchange != bad.index or root.severity is Severity.INFO:
        return
    if any(one.rule == root.rule for one in sides.good.findings):
        return
    told = sides.projector.say(root.match.message)
    yield Change("finding", Weight.DECIDES, "response", root.rule, None, told, f"the failing recording differs: {told}")


# the rest


def _source(good: Exchange, bad: Exchange) -> Iterator[Change]:
    if good.source is not bad.source:
        weight = Weight.MATTERS if bad.source is not Source.NETWORK else Weight.MINOR
        yield Change("source", weight, "response", "answered by", good.source.value, bad.source.value)


def _headers(side: str, good: Message, bad: Message, projector: Projector) -> Iterator[Change]:
    """Header lines whose shown values differ; masked values count as equal."""
    names = dict.fromkeys(header.name.lower() for message in (good, bad) for header in message.headers)
    for name in names:
        if name in _TOLD_ELSEWHERE or name.startswith(":"):
            continue
        values = [_shown(message, name, projector) for message in (good, bad)]
        if _neutral(values[0]) == _neutral(values[1]):
            continue
        own = name in _CLIENTS_OWN or name.startswith(("sec-", "x-request", "cf-", "x-amz"))
        matters = name in _TELLING if side == "response" else not own
        weight = Weight.MATTERS if matters else Weight.MINOR
        yield Change("header", weight, side, projector.show(Text(name, Kind.HEADER_NAME)), values[0], values[1])


def _shown(message: Message, name: str, projector: Projector) -> str | None:
    places: tuple[Place, ...] = message.places(name)
    return ", ".join(projector.quote(place) for place in places[:5]) if places else None


def _neutral(shown: str | None) -> str | None:
    """A shown value without what differs between any two recordings: masked values and sizes."""
    return None if shown is None else _SIZE.sub("B", _CHIP.sub(r"«\1»", shown))


def _body(sides: Sides, good: Exchange, bad: Exchange) -> Iterator[Change]:
    """What the bodies say: their type and the phrases on the list."""
    if not (good.response.body.present and bad.response.body.present):
        return
    values = [sides.projector.quote(exchange.response.body.place) for exchange in (good, bad)]
    if _neutral(values[0]) != _neutral(values[1]):
        yield Change("body", Weight.MATTERS, "response", "body", values[0], values[1])


_TOLD_ELSEWHERE: Final = frozenset(("set-cookie", "cookie", "authorization"))
# Response headers that may be why; all others differ between any two recordings.
_TELLING: Final = frozenset(
    """
    access-control-allow-credentials access-control-allow-headers access-control-allow-methods
    access-control-allow-origin access-control-expose-headers access-control-max-age cache-control content-type
    front-token location server st-access-token st-refresh-token vary via www-authenticate x-amzn-errortype x-cache
    x-cache-status x-proxy-cache cf-cache-status strict-transport-security content-security-policy
    """.split()
)
_CLIENTS_OWN: Final = frozenset(
    """
    accept accept-encoding accept-language cache-control connection content-length dnt host if-match
    if-modified-since if-none-match keep-alive origin pragma priority referer save-data te transfer-encoding
    upgrade-insecure-requests user-agent postman-token
    """.split()
)
