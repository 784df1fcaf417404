"""For recordings of other clients: what a browser would have done with each call."""

from __future__ import annotations

from typing import Final

import msgspec

from haranalyze.facts import Facts
from haranalyze.facts.as_browser import AsBrowser, Gate, Outcome, Passage
from haranalyze.redaction import Projector

MOST_CALLS: Final = 200

OUTCOMES: Final = {
    Outcome.PASSES.value: "passes",
    Outcome.BLOCKED.value: "is blocked",
    Outcome.WITHOUT_COOKIES.value: "goes without its cookies",
    Outcome.CANNOT_TELL.value: "cannot be told",
}
GATES: Final = {
    Gate.MIXED_CONTENT.value: "mixed content",
    Gate.CORS.value: "CORS",
    Gate.CREDENTIALS_MODE.value: "credentials mode",
    Gate.SAME_SITE.value: "SameSite",
    Gate.COOKIE.value: "cookie attributes",
}


class GateStep(msgspec.Struct, frozen=True, gc=False):
    """One check of a browser; ``outcome`` is ok, stop or info."""

    outcome: str
    check: str
    finding: str
    source: str


class Call(msgspec.Struct, frozen=True, gc=False):
    """One call. ``outcome`` is passes, blocked, without-cookies or cannot-tell; ``gate`` the first that is closed or
    cannot be told (mixed-content, cors, credentials-mode, same-site, cookie), None when it passes; ``told`` why."""

    exchange: int
    method: str
    path: str
    status: int
    outcome: str
    gate: str | None
    told: str
    steps: list[GateStep]


class SeenByBrowser(msgspec.Struct, frozen=True, gc=False):
    """The calls as a page at ``origin`` would have made them; ``more`` are not listed."""

    origin: str
    calls: list[Call]
    more: int


def seen_by_browser(facts: Facts, projector: Projector) -> SeenByBrowser | None:
    """None where nobody asked, or where a browser made the recording: then its own decisions are in the report."""
    origin = facts.options.as_browser
    if not origin or facts.quality.is_browser:
        return None
    eyes = AsBrowser(facts, origin)
    calls = [_call(eyes.passage(exchange), projector) for exchange in facts.exchanges[:MOST_CALLS]]
    return SeenByBrowser(projector.origin(eyes.origin.origin), calls, max(len(facts.exchanges) - MOST_CALLS, 0))


def _call(passage: Passage, projector: Projector) -> Call:
    exchange = passage.exchange
    return Call(
        exchange.index,
        projector.show(exchange.method),
        projector.show(exchange.path),
        exchange.response.status,
        passage.outcome.value,
        passage.gate.value if passage.gate else None,
        told(passage, projector),
        [
            GateStep(one.outcome, projector.say(one.check), projector.say(one.finding), one.source)
            for one in passage.steps
        ],
    )


def told(passage: Passage, projector: Projector) -> str:
    """The step that decides, in words: the first that stops, else the first that leaves it open."""
    if passage.gate is None:
        return ""
    wanted = "info" if passage.outcome is Outcome.CANNOT_TELL else "stop"
    steps = [one for one in passage.steps if one.outcome == wanted and projector.say(one.check) != "Headers"]
    return projector.say(steps[0].finding) if steps else ""
