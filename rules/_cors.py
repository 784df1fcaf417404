"""What the rules about CORS refusals share: the calls that were refused at one step, as one match."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from haranalyze.facts import Facts
from haranalyze.facts.cors import CorsDecision, CorsStep
from haranalyze.facts.stack import Stack
from haranalyze.findings import Confidence, Fix, Match, Owner, Passed, Said, Wire
from haranalyze.text import Sentence

from ._fixes import in_stacks, with_names
from ._snippets import CORS_HEADERS, CORS_ORIGIN, Snippet
from ._words import MOST_PLACES


def refusals(
    facts: Facts,
    steps: tuple[CorsStep, ...],
    headline: str,
    fix: Fix,
    topic: dict[Stack, Snippet] = CORS_ORIGIN,
) -> Iterator[Said]:
    """One match for all calls of our session refused at these steps; ``topic``: the lines of the change."""
    decisions = facts.derive(_decisions)
    found = [one for one in decisions if one.step in steps]
    if not found:
        yield Passed(Sentence("{count} cross-origin refusals looked at", count=len(decisions)))
        return
    decision = found[0]
    call = decision.exchange
    if decision.place is None:
        return
    touched = {one.exchange.index for one in found} | {
        one.preflight.index for one in found if one.preflight is not None
    }
    system = facts.session.system_of(call)
    has_own_headers = system is not None and bool(system.request_marks)
    if topic is CORS_HEADERS and not has_own_headers and decision.missing:
        fix = _NAMED_HEADERS
    fix = replace(fix, wire=_wire(decision), good_to_know=_GOOD_TO_KNOW.get(decision.step or steps[0]))
    yield Match(
        message=Sentence(
            "The browser keeps the answer of {method} {path} (#{index}) from the app: {step}.",
            method=call.method,
            path=call.path,
            index=call.index,
            step=_STEPS[decision.step or steps[0]],
        ),
        headline=Sentence(headline, host=call.host, origin=decision.origin, path=call.path),
        at=decision.place,
        caption=Sentence("decides it: {step}", step=_STEPS[decision.step or steps[0]]),
        related=tuple(
            (one.exchange.status_place, Sentence("refused for the same reason")) for one in found[1:MOST_PLACES]
        ),
        confidence=Confidence.LIKELY if decision.by_silence else Confidence.CERTAIN,
        alternatives=(Sentence("the page was left each time before it made the call"),) if decision.by_silence else (),
        subject=decision.missing[0]
        if decision.missing
        else (decision.place.text.name if decision.place.text is not None else ""),
        flow=tuple(sorted(touched)),
        fixes=in_stacks(
            facts,
            call,
            topic,
            fix,
            keep=topic is CORS_HEADERS and has_own_headers,
            names=decision.missing,
            origin=decision.origin,
        ),
    )


def _wire(decision: CorsDecision) -> Wire | None:
    """The header that refused, with what the browser would have let pass; lists keep what they allow already."""
    needed, place = decision.needed, decision.place
    if needed is None or place is None:
        return None
    now = place.text
    if decision.step in (CorsStep.ALLOW_HEADERS, CorsStep.ALLOW_METHODS) and now and "*" not in now:
        return Wire(needed.name, place, with_names(now, decision.missing or (needed,)))
    return Wire(needed.name, place, Sentence("{needed}", needed=needed))


_BY_ORIGIN = Sentence(
    "Where several apps call the API, name the origin of the one that asks, and answer with Vary: Origin: otherwise a "
    "cache hands the answer for one to another (Fetch standard, CORS protocol and HTTP caches)."
)
_NO_STAR = Sentence(
    "In calls with credentials * stands for nothing but itself, and it never stands for Authorization (Fetch standard, "
    "CORS-preflight fetch)."
)
_GOOD_TO_KNOW = {
    CorsStep.ALLOW_ORIGIN_MISSING: _BY_ORIGIN,
    CorsStep.ALLOW_ORIGIN_MULTIPLE: _BY_ORIGIN,
    CorsStep.ALLOW_ORIGIN_WILDCARD: _BY_ORIGIN,
    CorsStep.ALLOW_ORIGIN_INVALID: _BY_ORIGIN,
    CorsStep.ALLOW_ORIGIN_MISMATCH: _BY_ORIGIN,
    CorsStep.ALLOW_METHODS: _NO_STAR,
    CorsStep.ALLOW_HEADERS: _NO_STAR,
}
_NAMED_HEADERS = Fix(
    Owner.API,
    Sentence("in the CORS settings of the API or its gateway"),
    Sentence("Allow the headers the app sends."),
    None,
    Sentence("Access-Control-Allow-Headers: content-type, %NAMES%"),
)
_STEPS = {
    CorsStep.PREFLIGHT_STATUS: "the preflight is not answered with a success status",
    CorsStep.PREFLIGHT_REDIRECT: "the preflight is answered with a redirect",
    CorsStep.ALLOW_ORIGIN_MISSING: "there is no Access-Control-Allow-Origin",
    CorsStep.ALLOW_ORIGIN_MULTIPLE: "Access-Control-Allow-Origin has more than one value",
    CorsStep.ALLOW_ORIGIN_WILDCARD: "Access-Control-Allow-Origin is * for a call with credentials",
    CorsStep.ALLOW_ORIGIN_INVALID: "Access-Control-Allow-Origin is no origin",
    CorsStep.ALLOW_ORIGIN_MISMATCH: "Access-Control-Allow-Origin names another origin",
    CorsStep.ALLOW_CREDENTIALS: "Access-Control-Allow-Credentials is not true",
    CorsStep.ALLOW_METHODS_INVALID: "Access-Control-Allow-Methods is not a list of methods",
    CorsStep.ALLOW_METHODS: "the method is not in Access-Control-Allow-Methods",
    CorsStep.ALLOW_HEADERS_INVALID: "Access-Control-Allow-Headers is not a list of header names",
    CorsStep.ALLOW_HEADERS: "a header is not in Access-Control-Allow-Headers",
}


def _decisions(facts: Facts) -> list[CorsDecision]:
    """Refused cross-origin calls of our session; a gateway's error page lacks CORS headers as a matter of course."""
    found = []
    for exchange in facts.exchanges:
        if not facts.session.is_ours(exchange) or facts.timeline.preflight_for(exchange) is not None:
            continue
        decision = facts.cors.decision(exchange)
        if decision is None or decision.allowed is not False:
            continue
        if decision.step is CorsStep.ALLOW_ORIGIN_MISSING and exchange.response.status >= 400:
            continue
        found.append(decision)
    return found
