"""A CORS decision in steps: the preflight, then the answer, each check up to the one that stops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from haranalyze.facts._cookie_steps import Step
from haranalyze.protocol.cors_check import CorsStep
from haranalyze.text import Place, Sentence, Text

if TYPE_CHECKING:
    from haranalyze.facts.cors import CorsDecision, Pairing

# Checks in a browser's order: the steps that stop there, the check, passed, stopped.
_Check = tuple[frozenset[CorsStep], Sentence, Sentence, Sentence]
_STATUS: Final[_Check] = (
    frozenset((CorsStep.PREFLIGHT_STATUS, CorsStep.PREFLIGHT_REDIRECT)),
    Sentence("Preflight's status"),
    Sentence("a success"),
    Sentence("the preflight needs a status from 200 to 299"),
)
_ORIGIN: Final[_Check] = (
    frozenset(
        (
            CorsStep.ALLOW_ORIGIN_MISSING,
            CorsStep.ALLOW_ORIGIN_MULTIPLE,
            CorsStep.ALLOW_ORIGIN_WILDCARD,
            CorsStep.ALLOW_ORIGIN_INVALID,
            CorsStep.ALLOW_ORIGIN_MISMATCH,
        )
    ),
    Sentence("Access-Control-Allow-Origin"),
    Sentence("allows the page's origin"),
    Sentence("exactly one value is needed, the page's origin"),
)
_CREDENTIALS: Final[_Check] = (
    frozenset((CorsStep.ALLOW_CREDENTIALS,)),
    Sentence("Access-Control-Allow-Credentials"),
    Sentence("fits the credentials mode"),
    Sentence("a call with credentials needs true, in lower case"),
)
_METHODS: Final[_Check] = (
    frozenset((CorsStep.ALLOW_METHODS, CorsStep.ALLOW_METHODS_INVALID)),
    Sentence("Access-Control-Allow-Methods"),
    Sentence("the method is allowed"),
    Sentence("the method has to be listed, in its own spelling"),
)
_HEADERS: Final[_Check] = (
    frozenset((CorsStep.ALLOW_HEADERS, CorsStep.ALLOW_HEADERS_INVALID)),
    Sentence("Access-Control-Allow-Headers"),
    Sentence("all request headers are allowed"),
    Sentence("every header that is asked for has to be listed"),
)
_REDIRECT: Final[_Check] = (
    frozenset((CorsStep.REDIRECT_URL, CorsStep.REDIRECT_CREDENTIALS)),
    Sentence("Redirect"),
    Sentence("may be followed"),
    Sentence("the redirect needs an http(s) URL without user name and password"),
)
_OF_PREFLIGHT: Final = (_STATUS, _ORIGIN, _CREDENTIALS, _METHODS, _HEADERS)
_OF_ANSWER: Final = (_ORIGIN, _CREDENTIALS, _REDIRECT)
_PAIRINGS: Final = {
    "not-needed": Sentence("method and headers may go without one"),
    "linked": Sentence("recorded, and marked by the browser"),
    "by-time": Sentence("recorded; URL, method and time name the call"),
    "cached": Sentence("none: an earlier answer was still fresh"),
    "not-recorded": Sentence("needed, but this recording holds no preflights"),
    "missing": Sentence("needed, but not in the recording"),
    "alone": Sentence("its call is not in the recording"),
}


def steps_of(
    decision: CorsDecision, pairing: Pairing | None, credentials: Place | None, *, by_outcome: bool = False
) -> tuple[Step, ...]:
    """All steps of a decision.

    Args:
        decision: what is explained.
        pairing: how the call stands to its preflight.
        credentials: the place that shows the credentials mode.
        by_outcome: whether that is a response header, with what happened.
    """
    return tuple(_steps(decision, pairing, credentials, by_outcome=by_outcome))


def _steps(
    decision: CorsDecision, pairing: Pairing | None, credentials: Place | None, *, by_outcome: bool
) -> Iterator[Step]:
    words = Sentence("the browser sends {origin}", origin=decision.origin)
    if decision.origin_lost:
        words = Sentence("redirects over another origin made it {origin}", origin=decision.origin)
    yield Step("info", Sentence("Origin"), words, "", decision.exchange.request.place("origin"))
    mode = Sentence("credentials {mode}", mode=decision.credentials.value)
    if by_outcome:
        mode = Sentence("credentials {mode}: by what happened", mode=decision.credentials.value)
    yield Step("info", Sentence("Credentials"), mode, "", credentials)
    preflight, step = decision.preflight, decision.step
    if pairing is not None:
        at = None if preflight is None else preflight.place
        yield Step("info", Sentence("Preflight"), _PAIRINGS[pairing.value], "", at)
    if preflight is not None and preflight.response.status:
        refused = decision.refused_at is preflight
        yield from _checked(_OF_PREFLIGHT, decision, step if refused else None, preflight.status_place)
        if refused:
            if preflight is not decision.exchange:
                nothing = Sentence("the call itself was not made")
                yield Step("follows", Sentence("Answer"), nothing, "", decision.exchange.status_place)
            return
    if preflight is not decision.exchange and (decision.exchange.response.status or step is not None):
        yield from _checked(_OF_ANSWER, decision, step, decision.exchange.status_place)
    if decision.error_page:
        words = Sentence("an error page of a gateway: the error is the fault, not CORS")
        yield Step("info", Sentence("Error page"), words, "", decision.exchange.status_place)


def _checked(checks: tuple[_Check, ...], decision: CorsDecision, step: CorsStep | None, place: Place) -> Iterator[Step]:
    """The checks in order, up to the one that stops."""
    for steps, check, fine, halted in checks:
        if step in steps:
            yield Step("stop", check, halted, step.value if step else "", decision.place)
            yield from _values(decision.sent, decision.needed, decision.place)
            return
        yield Step("ok", check, fine, "", place)
    if step is not None:
        words = Sentence("the browser blocks calls into this network")
        yield Step("stop", Sentence("Private network"), words, step.value, decision.place)


def _values(sent: Text | None, needed: Text | None, place: Place | None) -> Iterator[Step]:
    """What stood there and what would have passed."""
    if sent is not None:
        yield Step("info", Sentence("Sent"), Sentence("{sent}", sent=sent), "", place)
    if needed is not None:
        yield Step("info", Sentence("Needed"), Sentence("{needed}", needed=needed), "", place)
