"""The Authorization header is there but not in a form the API can read.

Why it matters
    A token without its scheme, a doubled scheme or a literal such as undefined says nothing to the API: every call
    is refused although the user signed in.
What to do
    Send `Authorization: Bearer <token>`, and only once there is a token.
Stays quiet when
    The header is well-formed (then expiry or rights are the question), or calls with it are accepted.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.protocol.auth import Credential
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import answered, flow, later, seen

_FORMS = {
    Credential.EMPTY: "there is nothing after the scheme.",
    Credential.NO_SCHEME: "the scheme (Bearer) is missing before the token.",
    Credential.DOUBLED_SCHEME: "the scheme is written twice.",
    Credential.PLACEHOLDER: "it holds a literal such as undefined instead of a token.",
    Credential.TEMPLATE: "it holds a variable name that was never filled in.",
    Credential.QUOTED: "the token stands in quotes.",
}


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
        if sent is not None and sent[0].shape is not Credential.WELL_FORMED:
            found.append((refusal, *sent))
    if not found:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    refusal, read, place = found[0]
    call = refusal.exchange
    yield Match(
        message=Sentence(
            "{method} {path} (#{index}) is answered {status}; " + _FORMS[read.shape],
            method=call.method,
            path=call.path,
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "The app calls {path} with an Authorization header the API cannot read: " + _FORMS[read.shape],
            path=call.path,
        ),
        at=place,
        caption=Sentence("decides it: " + _FORMS[read.shape]),
        related=(
            (refusal.evidence, answered(call)),
            *later([one[0].exchange for one in found[1:]], "the same header form"),
        ),
        subject="authorization",
        flow=flow(one[0].exchange for one in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the API client adds the header"),
                Sentence("Send Authorization: Bearer and the token, and wait with the call until there is one."),
                Sentence("headers.Authorization = token"),
                Sentence("if (token) headers.Authorization = `Bearer ${{token}}`"),
            ),
        ),
    )
