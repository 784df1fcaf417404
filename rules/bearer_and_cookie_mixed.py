"""A request carries two sessions at once, or a dead cookie beside a header session.

Why it matters
    Web views and apps that once used cookies keep sending them. The server looks at the cookie first, finds it expired
    and refuses the call, sign-in included, although the header is good or not needed yet.
What to do
    Decide for one transport: clear the old cookies, and let the backend look at the header only.
Stays quiet when
    Both belong to the same living session, such calls are accepted, or a refresh follows and heals it.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import RefreshResult, Refusal, Says
from haranalyze.facts.sign_in_traces import asks_to_sign_in
from haranalyze.facts.tokens import Carrier, Sighting, Token, TokenUse
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, later, seen

_FOR_ITS_TOKEN = frozenset((Says.RENEW, Says.EXPIRED))


@rule(
    id="bearer-and-cookie-mixed",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("https://supertokens.com/docs (token transfer method)", "RFC 6750 section 2"),
    explains=("expired-token-no-refresh", "stale-access-token", "refresh-loop"),
    needs=(Needs.COOKIES, Needs.AUTHORIZATION),
)
def bearer_and_cookie_mixed(facts: Facts) -> Iterator[Said]:
    found = []
    for refusal in facts.session.refusals:
        if refusal.foreign or refusal.says not in _FOR_ITS_TOKEN or refusal.exchange.response.status == 403:
            continue
        if (cookie := _contrary_cookie(facts, refusal)) is not None:
            found.append((refusal, cookie))
    if not found or _healed(facts, [one.exchange for one, _ in found]):
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    refusal, (token, sighting) = found[0]
    call = refusal.exchange
    bearer = call.request.has("authorization")
    related = [(refusal.evidence, Sentence("refused"))]
    if bearer:
        related.insert(0, (call.request.place("authorization"), Sentence("the token in the header is another one")))
    yield Match(
        message=Sentence(
            "#{index} carries an expired session in {name} beside another one in its Authorization header."
            if bearer
            else "#{index} signs in with an expired session in {name} left from before, and is answered {status}.",
            index=call.index,
            name=sighting.name,
            status=call.response.status,
        ),
        headline=Sentence(
            "The session in the header is good, but an old {name} cookie travels along, and {path} is answered "
            "{status}."
            if bearer
            else "Nobody can sign in: an old {name} cookie travels along with {path}, which is answered {status}.",
            name=sighting.name,
            path=call.path,
            status=call.response.status,
        ),
        at=call.request.place("cookie"),
        caption=Sentence("decides it: token {token} in {name} has expired", token=token.ordinal, name=sighting.name),
        related=(*related, *later([one.exchange for one, _ in found[1:]], "the same")),
        confidence=Confidence.LIKELY,
        subject=sighting.name,
        flow=flow(one.exchange for one, _ in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the app and its web views keep cookies"),
                Sentence("Clear the old session cookies once, and send no cookies with calls that use the header."),
            ),
            Fix(
                Owner.API,
                Sentence("where the session is set up in the backend"),
                Sentence("Look at the header only for these clients."),
                None,
                Sentence('getTokenTransferMethod: () => "header"'),
            ),
        ),
    )


def _contrary_cookie(facts: Facts, refusal: Refusal) -> tuple[Token, Sighting] | None:
    """The expired token in a cookie that stands against a good one in the header, or on a sign-in without any."""
    call = refusal.exchange
    names = facts.session.session_cookie_names()
    expired: tuple[Token, Sighting] | None = None
    good_header = False
    for token, sighting in facts.tokens.sent_with(call):
        if token.use is not TokenUse.ACCESS:
            continue
        remaining = facts.tokens.remaining(token, call)
        if remaining is None:
            continue
        if sighting.carrier is Carrier.COOKIE and sighting.name in names and remaining <= -1_000:
            expired = token, sighting
        if sighting.carrier is Carrier.AUTHORIZATION and remaining > 1_000:
            good_header = True
    if expired is None or not (good_header or _is_sign_in(facts, call)):
        return None
    return expired


def _is_sign_in(facts: Facts, call: Exchange) -> bool:
    return asks_to_sign_in(facts, call) and not call.request.has("authorization")


def _healed(facts: Facts, calls: list[Exchange]) -> bool:
    """Whether a refresh that worked followed the first of the calls: then the client knows its way out."""
    first = facts.timeline.sent(calls[0])
    return any(
        one.result is RefreshResult.OK and facts.timeline.sent(one.exchange) > first for one in facts.session.refreshes
    )
