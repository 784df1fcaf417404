"""A cookie of an old session SDK keeps a new one from accepting the session.

Why it matters
    Backends of the current SDK take the cookie for an older session and answer "try refresh token" to every call,
    although the access token beside it is good.
What to do
    Expire the old cookie once, with the domain and path it was made with.
Stays quiet when
    The access token is expired, calls with the old cookie are accepted, or a refresh removes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import Refusal, Says
from haranalyze.facts.session_cookies import marker_sent
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence, Text

from ._words import flow, later, seen


@rule(
    id="legacy-session-cookie",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=("https://github.com/supertokens/supertokens-node (CHANGELOG 13.0.0, sIdRefreshToken)",),
    explains=("refresh-loop", "refresh-failing", "stale-access-token"),
    needs=(Needs.COOKIES,),
)
def legacy_session_cookie(facts: Facts) -> Iterator[Said]:
    found: list[tuple[Refusal, Text]] = []
    for refusal in facts.session.refusals:
        call = refusal.exchange
        if refusal.says is not Says.RENEW or refusal.foreign or facts.session.refresh(call):
            continue
        name = marker_sent(facts, call)
        if name is not None and not _expired(facts, call):
            found.append((refusal, name))
    # One such answer is the ordinary way out: the refresh after it expires the old cookie.
    if len(found) < 2:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    refusal, name = found[0]
    call = refusal.exchange
    yield Match(
        message=Sentence(
            "#{index} carries {name}, a cookie of an old SDK, beside a valid session and is answered {status}.",
            index=call.index,
            name=name,
            status=call.response.status,
        ),
        headline=Sentence(
            "Sign-in works, but the old cookie {name} travels along, and the API on {host} asks to refresh again and "
            "again.",
            name=name,
            host=call.host,
        ),
        at=call.request.place("cookie"),
        caption=Sentence("decides it: {name} belongs to an older SDK", name=name),
        related=(
            (refusal.evidence, Sentence("the answer asks for a renewed session although the token is valid")),
            *later([one.exchange for one, _ in found[1:]], "the same, with the old cookie"),
        ),
        confidence=Confidence.LIKELY,
        subject=name,
        flow=flow(one.exchange for one, _ in found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("in the API, before the session check"),
                Sentence("Expire {name} with the domain and path it was set with.", name=name),
                None,
                Sentence("Set-Cookie: {name}=; Path=/; Max-Age=0", name=name),
            ),
        ),
    )


def _expired(facts: Facts, call: Exchange) -> bool:
    token = facts.tokens.access_token(call)
    remaining = facts.tokens.remaining(token, call) if token is not None else None
    return remaining is None or remaining <= 1_000
