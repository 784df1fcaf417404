"""What the pictures show: the life of tokens, cookies and sessions, and header bytes against the limits of hops."""

from __future__ import annotations

import msgspec

from haranalyze.analysis import Analysis
from haranalyze.facts import Facts
from haranalyze.facts.header_budget import Budget, Share
from haranalyze.facts.tokens import Carrier, Token
from haranalyze.findings import Owner
from haranalyze.redaction import Projector
from haranalyze.verdict import State

MOST_TOKENS = 100
MOST_USES = 200
MOST_COOKIES = 200
MOST_BUDGETS = 40


class SessionInfo(msgspec.Struct, frozen=True, gc=False):
    """One life of a session; times in ms after the first exchange."""

    began: float
    ended: float | None
    sign_in: int | None
    sign_out: int | None
    lost: int | None
    system: str | None


class TokenInfo(msgspec.Struct, frozen=True, gc=False):
    """One token's life. ``issued`` and ``uses`` are exchanges; times in ms after the first exchange.

    ``born`` when it was handed out or first seen, ``used_at`` when each of ``uses`` left, ``over`` when its life ended.
    ``end`` says how: replaced, removed (by a sign-out), refused (the browser never kept it), expired, valid (at the end
    of the recording) or unknown (no expiry to judge by). ``name`` is the header, cookie or member it came in.
    """

    ordinal: int
    use: str
    bytes: int
    algorithm: str
    issued: int | None
    uses: list[int]
    refused: list[int]
    replaced_by: int | None
    expires: float | None
    name: str
    born: float | None
    used_at: list[float]
    over: float | None
    end: str


class CookieInfo(msgspec.Struct, frozen=True, gc=False):
    """One Set-Cookie line of our hosts and what the browser did with it, ``at`` ms after the first exchange."""

    exchange: int
    line: str
    refused: str | None
    name: str
    at: float
    removed: bool


class BudgetInfo(msgspec.Struct, frozen=True, gc=False):
    """Header bytes of an exchange that findings name or that carries the session.

    ``*_cookies`` holds all cookies, ``*_tokens`` header lines with tokens; the rest are other headers. Limits are those
    of the hop that answered, in bytes, None unknown. ``exact`` False: a lower bound. ``cut_off``: the hop most likely
    refused the answer for its size, which was never recorded.
    """

    exchange: int
    request: int
    request_cookies: int
    response: int
    exact: bool
    request_tokens: int
    response_cookies: int
    response_tokens: int
    hop: str
    request_limit: int | None
    response_limit: int | None
    cut_off: bool


def sessions(facts: Facts) -> list[SessionInfo]:
    """The first fifty lives of the session."""
    return [
        SessionInfo(
            round(span.began, 1),
            None if span.ended is None else round(span.ended, 1),
            span.sign_in.index if span.sign_in else None,
            span.sign_out.index if span.sign_out else None,
            span.lost.index if span.lost else None,
            span.system.id if span.system else None,
        )
        for span in facts.session.spans[:50]
    ]


def tokens(facts: Facts, projector: Projector) -> list[TokenInfo]:
    """The first hundred tokens in order of appearance."""
    listed = []
    timeline = facts.timeline
    last = max((timeline.ended(exchange) for exchange in facts.exchanges[-500:]), default=0.0)
    for token in facts.tokens.all[:MOST_TOKENS]:
        seen = (token.uses or [])[:MOST_USES]
        uses = [sighting.exchange.index for sighting in seen]
        refused = [index for index in uses if facts.session.refusal(timeline.exchange(index)) is not None]
        born = token.issued.at if token.issued else seen[0].at if seen else None
        over, end = _end(facts, token, last)
        first = token.issued or (seen[0] if seen else None)
        listed.append(
            TokenInfo(
                token.ordinal,
                token.use.value,
                len(token.value),
                token.jwt.algorithm if token.jwt else "",
                token.issued.exchange.index if token.issued else None,
                uses,
                refused,
                token.replaced_by.ordinal if token.replaced_by else None,
                None if token.expires is None else round(token.expires - timeline.origin, 1),
                projector.show(first.name) if first else "",
                None if born is None else round(born, 1),
                [round(sighting.at, 1) for sighting in seen],
                None if over is None else round(over, 1),
                end,
            )
        )
    return listed


def _end(facts: Facts, token: Token, last: float) -> tuple[float | None, str]:
    """When and how the token's life ended, seen from the end of the recording (``last``)."""
    issued = token.issued
    if issued is not None and issued.carrier is Carrier.COOKIE:
        lines = [line for line in facts.cookie_jar.set_by(issued.exchange) if line.name == issued.name]
        if lines and all(line.refused for line in lines):
            return issued.at, "refused"
    if token.replaced_at is not None:
        return token.replaced_at, "replaced"
    born = issued.at if issued else 0.0
    for span in facts.session.spans:
        if span.ended is not None and span.sign_out is not None and span.began <= born <= span.ended:
            return span.ended, "removed"
    if token.expires is None:
        return None, "unknown"
    expires = token.expires - facts.timeline.origin
    return (expires, "expired") if expires < last else (None, "valid")


def cookies(facts: Facts, projector: Projector) -> list[CookieInfo]:
    """Set-Cookie lines of our hosts, in order of arrival."""
    return [
        CookieInfo(
            event.exchange.index,
            projector.quote(event.place),
            event.refused.value if event.refused else None,
            projector.show(event.name),
            round(event.at, 1),
            event.is_deletion,
        )
        for event in facts.cookie_jar.events[:MOST_COOKIES]
        if facts.session.is_ours(event.exchange)
    ]


def budgets(analysis: Analysis) -> list[BudgetInfo]:
    """Sizes of the exchanges that findings name, and of those that hand out or first carry the session."""
    facts = analysis.facts
    cut_off = _cut_off(analysis)
    listed = []
    for index in _sized(analysis):
        exchange = facts.timeline.exchange(index)
        request, response = facts.header_budget.request(exchange), facts.header_budget.response(exchange)
        hop = facts.header_budget.hop(exchange)
        listed.append(
            BudgetInfo(
                index,
                request.total,
                request.cookies,
                response.total,
                request.exact and response.exact,
                _share(request, Share.TOKEN),
                response.cookies,
                _share(response, Share.TOKEN) - _session_cookies(response),
                hop.name if hop else "",
                (hop.request_line_limit or hop.request_limit) if hop else None,
                hop.response_limit if hop else None,
                index in cut_off,
            )
        )
    return listed


def _sized(analysis: Analysis) -> list[int]:
    session = analysis.facts.session
    chosen = {index for one in analysis.findings for index in one.exchanges}
    chosen |= {one.exchange.index for one in session.sign_ins[:4]}
    chosen |= {one.exchange.index for one in session.refreshes[:4]}
    chosen |= {one.index for one in session.sign_outs[:2]}
    return sorted(chosen)[:MOST_BUDGETS]


def _share(budget: Budget, share: Share) -> int:
    return sum(part.size for part in budget.parts if part.share is share)


def _session_cookies(response: Budget) -> int:
    """Bytes of Set-Cookie lines that count as tokens: they are among the cookies of the picture."""
    cookies = sum(part.size for part in response.parts if part.share is Share.COOKIE)
    return max(response.cookies - cookies, 0)


def _cut_off(analysis: Analysis) -> set[int]:
    """Exchanges whose answer a proxy most likely refused for its size, as the leading finding says."""
    root = analysis.verdict.root
    if root is None or analysis.verdict.state is not State.FAULT or root.owner is not Owner.PROXY:
        return set()
    errors = analysis.facts.header_budget.proxy_errors
    limited = {one.exchange.index for one in errors if one.sets_session and one.hop and one.hop.response_limit}
    return limited & set(root.exchanges)
