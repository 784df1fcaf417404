"""A call carries a valid session cookie but not the proof against forged requests.

Why it matters
    The API accepts cookies for writing calls only together with a header that other sites cannot set. Without it the
    call is refused as if the session were old.
What to do
    Let the session client add the header: make the call through it, not around it.
Stays quiet when
    The token is expired, the call only reads, the header is there, or tokens travel in headers.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import Says
from haranalyze.facts.tokens import Carrier, TokenUse
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, seen

_READING = frozenset(("GET", "HEAD", "OPTIONS"))


@rule(
    id="anti-csrf-missing",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("https://supertokens.com/docs (antiCsrf)",),
    explains=(
        "interceptor-missing",
        "expired-token-no-refresh",
        "refresh-loop",
    ),
    needs=(Needs.COOKIES,),
)
def anti_csrf_missing(facts: Facts) -> Iterator[Said]:
    found = []
    for refusal in facts.session.refusals:
        call, system = refusal.exchange, facts.session.system_of(refusal.exchange)
        if refusal.says is not Says.RENEW or system is None or call.request.method in _READING:
            continue
        proofs = [name for name in (system.custom_csrf_header, system.anti_csrf_header) if name]
        if not proofs or all(call.request.has(name) for name in proofs) or not _valid_cookie(facts, call):
            continue
        lacking = [name for name in proofs if not call.request.has(name) and _usual(facts, name)]
        if lacking:
            found.append((refusal, lacking[-1]))
    if not found:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    refusal, header = found[0]
    call = refusal.exchange
    contrast = facts.session.accepted_like(call)
    related = [(refusal.evidence, Sentence("the answer asks for a renewed session although the token is valid"))]
    if contrast is not None:
        related.append((contrast.status_place, Sentence("accepted with the same session")))
    yield Match(
        message=Sentence(
            "#{index} carries a valid session cookie, lacks the {header} header and is answered {status}.",
            index=call.index,
            header=header,
            status=call.response.status,
        ),
        headline=Sentence(
            "The session is valid, but {method} {path} is sent without the {header} header, so the API refuses it.",
            method=call.method,
            path=call.path,
            header=header,
        ),
        at=call.request.place(header),
        caption=Sentence("missing: no {header} header", header=header),
        related=tuple(related),
        confidence=Confidence.CERTAIN if contrast is not None else Confidence.LIKELY,
        subject=header,
        flow=flow(one[0].exchange for one in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where this call is made"),
                Sentence(
                    "Make the call through the fetch that the session SDK wraps; it adds {header}.",
                    header=header,
                ),
            ),
        ),
    )


def _valid_cookie(facts: Facts, call: Exchange) -> bool:
    for token, sighting in facts.tokens.sent_with(call):
        if sighting.carrier is Carrier.COOKIE and token.use is TokenUse.ACCESS:
            remaining = facts.tokens.remaining(token, call)
            return remaining is not None and remaining > 0
    return False


def _usual(facts: Facts, name: str) -> bool:
    """Whether this capture shows the header in use: handed out by an answer, or sent by other calls."""
    return any(
        exchange.response.has(name) or exchange.request.has(name)
        for exchange in facts.exchanges
        if facts.session.is_ours(exchange)
    )
