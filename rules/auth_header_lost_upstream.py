"""The Authorization header leaves the client but does not reach the API.

Why it matters
    The recording shows the header on the request, and the answer says that none came: a proxy or gateway between
    the two took it away, so nobody can use the API through it.
What to do
    Let the proxy pass Authorization on unchanged.
Stays quiet when
    The token is expired or malformed, its scheme is not the one the API takes, the answer comes from another system
    than the one the token is for, or the recording leaves Authorization or the hops of redirects out.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import Says
from haranalyze.facts.token_traits import is_refresh_token_sent
from haranalyze.findings import CannotTell, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.protocol.auth import Authorization, Credential
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._authorization import accepted_header, has_other_scheme, is_password
from ._fixes import pass_request_header
from ._words import LAST_ANSWER_ONLY, flow, later, seen


@rule(
    id="auth-header-lost-upstream",
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
        "expired-token-no-refresh",
    ),
)
def auth_header_lost_upstream(facts: Facts) -> Iterator[Said]:
    lost, hidden = [], []
    for refusal in facts.session.refusals:
        call = refusal.exchange
        if refusal.says is not Says.NO_CREDENTIALS or refusal.foreign:
            continue
        sent = facts.tokens.authorization(call)
        if sent is None:
            if facts.session.signed_in_before(call) and not facts.quality.records_authorization:
                hidden.append(call.index)
        elif _is_good(facts, call, sent[0]):
            lost.append((refusal, sent[1]))
    if not lost:
        if hidden:
            yield CannotTell(Sentence("this recording leaves Authorization headers out"), tuple(hidden))
            return
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    if not facts.quality.records_redirects:
        yield CannotTell(LAST_ANSWER_ONLY, tuple(one[0].exchange.index for one in lost))
        return
    refusal, place = lost[0]
    call = refusal.exchange
    yield Match(
        message=Sentence(
            "#{index} carries a well-formed, unexpired token in Authorization, and the answer {status} says that none"
            " came.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "The browser sends the token with {path}, but something in front of the API on {host} removes the"
            " Authorization header.",
            path=call.path,
            host=call.host,
        ),
        at=place,
        caption=Sentence("sent by the client"),
        related=(
            (refusal.evidence, Sentence("the answer says that no token came")),
            *later([one[0].exchange for one in lost[1:]], "also sent with the header"),
        ),
        subject="authorization",
        flow=flow(one[0].exchange for one in lost),
        fixes=pass_request_header(facts, call, "Authorization"),
    )


def _is_good(facts: Facts, call: Exchange, sent: Authorization) -> bool:
    """Whether the header is one the API should have taken: well-formed, of its scheme, its token not expired."""
    accepted = accepted_header(facts, call)
    if sent.shape is not Credential.WELL_FORMED or has_other_scheme(sent, accepted):
        return False
    if (accepted is None and is_password(sent)) or is_refresh_token_sent(facts, call):
        return False
    token = facts.tokens.access_token(call)
    remaining = facts.tokens.remaining(token, call) if token else None
    return remaining is None or remaining > 0
