"""The Authorization header is there but not in a form the API can read.

Why it matters
    A token without its scheme, a doubled scheme or a literal such as undefined says nothing to the API: every call
    is refused although the user signed in.
What to do
    Send `Authorization: Bearer <token>`, and only once there is a token.
Stays quiet when
    The header is well-formed (then expiry or rights are the question), calls with a header of this form are accepted,
    or the answer shows that the API has read the token.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session import Refusal, Says
from haranalyze.facts.token_traits import is_refresh_token_sent
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity, Wire
from haranalyze.protocol.auth import Authorization, Credential
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._authorization import NEVER_A_TOKEN, accepted_header, has_other_scheme
from ._words import answered, flow, later, seen

_FORMS = {
    Credential.EMPTY: "there is nothing after the scheme.",
    Credential.NO_SCHEME: "the scheme (Bearer) is missing before the token.",
    Credential.DOUBLED_SCHEME: "the scheme is written twice.",
    Credential.PLACEHOLDER: "it holds a literal such as undefined instead of a token.",
    Credential.TEMPLATE: "it holds a variable name that was never filled in.",
    Credential.QUOTED: "the token stands in quotes.",
}
_REFRESH = "it is the refresh token, which belongs to the refresh call alone."
_OTHER_SCHEME = "its scheme is not the one of the calls that the API accepts."
_READ = frozenset((Says.EXPIRED, Says.RENEW, Says.AUDIENCE, Says.PERMISSION, Says.CSRF, Says.ROUTING))


@rule(
    id="auth-header-malformed",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=(
        "RFC 6750 section 2.1",
        "RFC 9110 section 11.4",
    ),
    explains=(
        "expired-token-no-refresh",
        "interceptor-missing",
    ),
)
def auth_header_malformed(facts: Facts) -> Iterator[Said]:
    found = []
    for refusal in facts.session.refusals:
        sent = facts.tokens.authorization(refusal.exchange)
        if sent is not None and (trouble := _trouble(facts, refusal, sent[0])):
            found.append((refusal, trouble, sent[1]))
    if not found:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    refusal, trouble, place = found[0]
    call = refusal.exchange
    yield Match(
        message=Sentence(
            "{method} {path} (#{index}) is answered {status}; " + trouble,
            method=call.method,
            path=call.path,
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "The app calls {path} with an Authorization header the API cannot read: " + trouble,
            path=call.path,
        ),
        at=place,
        caption=Sentence("decides it: " + trouble),
        related=(
            (refusal.evidence, answered(call)),
            *later([one[0].exchange for one in found[1:]], "not in a form it can read either"),
        ),
        confidence=_confidence(facts, trouble),
        subject="authorization",
        flow=flow(one[0].exchange for one in found),
        fixes=(_fix(trouble, place),),
    )


def _confidence(facts: Facts, trouble: str) -> Confidence:
    """A variable in a request that was recorded as somebody wrote it may have been filled in when it was sent."""
    written = trouble == _FORMS[Credential.TEMPLATE] and not facts.quality.records_requests_as_sent
    return Confidence.POSSIBLE if written else Confidence.CERTAIN


def _fix(trouble: str, header: Place) -> Fix:
    place = Sentence("where the API client adds the header")
    if trouble == _REFRESH:
        return Fix(
            Owner.FRONTEND, place, Sentence("Send the access token; the refresh token goes to the refresh call.")
        )
    if trouble == _OTHER_SCHEME:
        return Fix(Owner.FRONTEND, place, Sentence("Send the header in the form that the accepted calls use."))
    return Fix(
        Owner.FRONTEND,
        place,
        Sentence("Send Authorization: Bearer and the token, and wait with the call until there is one."),
        Sentence("headers.Authorization = token"),
        Sentence("if (token) headers.Authorization = `Bearer ${{token}}`"),
        wire=Wire("authorization", header, Sentence("Bearer …")),
    )


def _trouble(facts: Facts, refusal: Refusal, sent: Authorization) -> str:
    """What is wrong with the form of the header, in our words; "" when nothing is."""
    accepted = accepted_header(facts, refusal.exchange)
    if sent.shape is not Credential.WELL_FORMED:
        return "" if _was_read(refusal, sent, accepted) else _FORMS[sent.shape]
    ours = refusal.says is Says.NO_CREDENTIALS and not refusal.foreign
    unread = refusal.says not in _READ and not refusal.foreign and not facts.session.refresh(refusal.exchange)
    if unread and is_refresh_token_sent(facts, refusal.exchange):
        return _REFRESH
    return _OTHER_SCHEME if ours and has_other_scheme(sent, accepted) else ""


def _was_read(refusal: Refusal, sent: Authorization, accepted: Authorization | None) -> bool:
    """Whether the API takes headers of this form: it says so of this token, or accepts another one."""
    if sent.shape in NEVER_A_TOKEN:
        return False
    in_words = refusal.evidence.pointer != refusal.exchange.status_place.pointer
    return (refusal.says in _READ and in_words) or (accepted is not None and accepted.shape is sent.shape)
