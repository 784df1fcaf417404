"""Two clocks differ, and a token is refused for its time.

Why it matters
    Tokens count from one time to another. Where the client's clock is slow it keeps using tokens the server takes for
    expired; where the issuer's clock is ahead the API refuses a token that "does not count yet".
What to do
    Let the machines take their time from the network (NTP), and allow a minute of tolerance when checking tokens.
Stays quiet when
    The clocks differ and no token is refused for it, the answers come from a cache, only a proxy's clock differs, or
    the token is old by both clocks.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session import Refusal, Says
from haranalyze.facts.token_traits import begins_in, fits_the_server_clock, valid_by_the_client
from haranalyze.facts.tokens import Token
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later, seen

_LEAST = 30_000.0  # ms: less than this is drift that every token check has to bear
_SLOW = 60_000.0  # ms a client's clock has to be behind
_ABOUT_TIME = frozenset((Says.EXPIRED, Says.RENEW, Says.MALFORMED, Says.UNKNOWN))


@rule(
    id="clock-skew",
    severity=Severity.MEDIUM,
    owner=Owner.API,
    layer=Layer.TOKEN,
    since="0.1",
    references=("RFC 7519 section 4.1.5", "RFC 9110 section 6.6.1"),
    explains=("expired-token-no-refresh", "refresh-loop", "stale-access-token"),
)
def clock_skew(facts: Facts) -> Iterator[Said]:
    early, slow = [], []
    for refusal in facts.session.refusals:
        token = facts.tokens.access_token(refusal.exchange)
        if (
            token is None
            or refusal.foreign
            or refusal.says not in _ABOUT_TIME
            or refusal.exchange.response.status == 403
        ):
            continue
        if (wait := begins_in(facts, token, refusal.exchange)) is not None and wait > _LEAST:
            early.append((refusal, token, wait))
        elif (behind := _behind(facts, refusal, token)) is not None:
            slow.append((refusal, token, behind))
    if early:
        yield _too_early(early)
    elif slow:
        yield _too_late(slow)
    else:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))


def _behind(facts: Facts, refusal: Refusal, token: Token) -> float | None:
    """How far the client's clock is behind, where the token is expired for the server and good for the client."""
    skew = facts.tokens.clock_skew(refusal.exchange.request.host)
    if skew is None or skew < _SLOW or not fits_the_server_clock(facts, token):
        return None
    remaining = facts.tokens.remaining(token, refusal.exchange)
    by_client = valid_by_the_client(facts, token, refusal.exchange)
    expired = remaining is not None and remaining < -1_000
    return skew if expired and by_client is not None and by_client > 1_000 else None


def _too_early(found: list[tuple[Refusal, Token, float]]) -> Match:
    refusal, token, wait = found[0]
    call = refusal.exchange
    return Match(
        message=Sentence(
            "#{index} carries token {token}, which counts only {seconds} s later by the clock of {host}.",
            index=call.index,
            token=token.ordinal,
            seconds=round(wait / 1000),
            host=call.host,
        ),
        headline=Sentence(
            "A fresh token is refused on {path}: the clock of {host} is {seconds} s behind the one that issued it.",
            path=call.path,
            host=call.host,
            seconds=round(wait / 1000),
        ),
        at=call.response.place("date"),
        caption=Sentence("decides it: {seconds} s before the token begins to count", seconds=round(wait / 1000)),
        related=(
            *(((token.issued.place, Sentence("issued here")),) if token.issued is not None else ()),
            (refusal.evidence, Sentence("refused")),
            *later([one.exchange for one, _, _ in found[1:]], "the same"),
        ),
        confidence=Confidence.LIKELY,
        subject="early",
        flow=flow(one.exchange for one, _, _ in found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("on the machines that issue and check tokens"),
                Sentence("Synchronise the clocks (NTP), and check times with a minute of tolerance."),
                None,
                Sentence("clockTolerance: 60"),
            ),
        ),
    )


def _too_late(found: list[tuple[Refusal, Token, float]]) -> Match:
    refusal, token, behind = found[0]
    call = refusal.exchange
    return Match(
        message=Sentence(
            "#{index} carries token {token}, expired by the server's clock; the client's clock is {seconds} s behind.",
            index=call.index,
            token=token.ordinal,
            seconds=round(behind / 1000),
        ),
        headline=Sentence(
            "The client's clock is {seconds} s behind, so it goes on using a token that {host} takes for expired.",
            seconds=round(behind / 1000),
            host=call.host,
        ),
        at=call.response.place("date"),
        caption=Sentence("decides it: {seconds} s after the client's time", seconds=round(behind / 1000)),
        related=(
            (refusal.evidence, Sentence("refused")),
            *later([one.exchange for one, _, _ in found[1:]], "the same"),
        ),
        confidence=Confidence.LIKELY,
        owner=Owner.FRONTEND,
        subject="late",
        flow=flow(one.exchange for one, _, _ in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("on the user's machine, and where the app decides to refresh"),
                Sentence("Set the clock, and let a 401 start the refresh, not the client's own clock."),
            ),
        ),
    )
