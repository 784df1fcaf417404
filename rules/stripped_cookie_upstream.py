"""The session cookie leaves the browser but does not reach the API.

Why it matters
    The recording shows the cookie on the request, and the answer says that no session came: a proxy or CDN between
    the two takes Cookie away, so the session works for nobody behind it.
What to do
    Let the proxy pass Cookie on unchanged.
Stays quiet when
    The cookie is sent twice, its token is expired or unreadable, the answer clears the session, another system
    answers, or the recording leaves the hops of redirects out.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import Says
from haranalyze.facts.tokens import Carrier, TokenUse
from haranalyze.findings import CannotTell, Confidence, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence, Text

from ._fixes import pass_request_header
from ._words import LAST_ANSWER_ONLY, flow, later, seen


@rule(
    id="stripped-cookie-upstream",
    severity=Severity.HIGH,
    owner=Owner.PROXY,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=(
        "RFC 9110 section 7.6",
        "nginx proxy_set_header",
    ),
    explains=(
        "refresh-failing",
        "anonymous-401",
        "cookie-not-sent",
    ),
    needs=(Needs.COOKIES,),
)
def stripped_cookie_upstream(facts: Facts) -> Iterator[Said]:
    lost = []
    for refusal in facts.session.refusals:
        call = refusal.exchange
        if refusal.says is not Says.NO_CREDENTIALS or refusal.foreign or call.request.has("authorization"):
            continue
        carried = _carried(facts, call)
        if carried is not None and not facts.cookie_jar.duplicates(call) and not _clears(facts, call):
            lost.append((refusal, carried))
    if not lost:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    if not facts.quality.records_redirects:
        yield CannotTell(LAST_ANSWER_ONLY, tuple(one[0].exchange.index for one in lost))
        return
    refusal, name = lost[0]
    call = refusal.exchange
    yield Match(
        message=Sentence(
            "#{index} carries {name} with a token that is still valid, and the answer {status} says that no session"
            " came.",
            index=call.index,
            name=name,
            status=call.response.status,
        ),
        headline=Sentence(
            "The browser sends {name} with {path}, but something in front of the API on {host} removes cookies.",
            name=name,
            path=call.path,
            host=call.host,
        ),
        at=call.request.place("cookie"),
        caption=Sentence("sent by the browser"),
        related=(
            (refusal.evidence, Sentence("the answer says that no session came")),
            *later([one[0].exchange for one in lost[1:]], "also sent with the cookie"),
        ),
        confidence=Confidence.CERTAIN if len(lost) > 1 else Confidence.LIKELY,
        subject=name,
        flow=flow(one[0].exchange for one in lost),
        fixes=pass_request_header(facts, call, "Cookie"),
    )


def _carried(facts: Facts, call: Exchange) -> Text | None:
    """Name of the cookie that carried a readable, unexpired access token."""
    for token, sighting in facts.tokens.sent_with(call):
        if sighting.carrier is Carrier.COOKIE and token.use is TokenUse.ACCESS and token.jwt is not None:
            remaining = facts.tokens.remaining(token, call)
            if remaining is not None and remaining > 0:
                return sighting.name
    return None


def _clears(facts: Facts, call: Exchange) -> bool:
    """Whether the answer ends the session: then the server did see it."""
    front = facts.tokens.front_token(call)
    names = facts.session.session_cookie_names()
    return (front is not None and front.removed) or any(
        event.is_deletion and event.name in names for event in facts.cookie_jar.set_by(call)
    )
