"""A sound token is refused because it is meant for another API or comes from another issuer.

Why it matters
    A token says for whom it was made. One made for another API, for the app itself (an ID token) or by another tenant
    is refused however often it is renewed.
What to do
    Ask for the token with the audience (or scope) of this API, and let the API expect that audience and issuer.
Stays quiet when
    The token is expired or malformed, or the answer names another reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import Refusal, Says
from haranalyze.facts.token_traits import is_identity_token
from haranalyze.facts.tokens import Carrier, Token, TokenUse
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Place, Sentence

from ._words import flow, later, seen


@rule(
    id="token-rejected-audience",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("RFC 7519 section 4.1.3", "RFC 9068 section 4", "OpenID Connect Core section 2"),
    explains=("refresh-loop", "refresh-failing", "auth-header-malformed", "aws-authorizer-denied"),
    needs=(Needs.AUTHORIZATION,),
)
def token_rejected_audience(facts: Facts) -> Iterator[Said]:
    found = []
    for refusal in facts.session.refusals:
        token = _carried(facts, refusal.exchange)
        if token is not None and token.jwt is not None and _is_meant_for_another(facts, refusal, token):
            found.append((refusal, token))
    if not found:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    refusal, token = found[0]
    call = refusal.exchange
    named = refusal.says is Says.AUDIENCE
    identity = is_identity_token(token)
    related: list[tuple[Place, Sentence]] = [(refusal.evidence, Sentence("the answer refuses it"))]
    if token.issued is not None:
        related.insert(0, (token.issued.place, Sentence("handed out as this kind of token")))
    yield Match(
        message=Sentence(
            "#{index} carries an ID token, which tells the app who signed in and is no key to an API."
            if identity
            else "#{index} carries a token for another audience or from another issuer and is answered {status}.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "Sign-in works, but {path} is called with the ID token instead of the access token and answered {status}."
            if identity
            else "Sign-in works, but the token was made for another API, so {path} on {host} refuses it with {status}.",
            path=call.path,
            host=call.host,
            status=call.response.status,
        ),
        at=call.request.place("authorization"),
        caption=Sentence("token {token}: its audience does not fit", token=token.ordinal),
        related=(*related, *later([one.exchange for one, _ in found[1:]], "the same")),
        confidence=Confidence.CERTAIN if named else Confidence.LIKELY,
        subject="authorization",
        flow=flow(one.exchange for one, _ in found),
        fixes=_ID_FIXES if identity else _FIXES,
    )


def _carried(facts: Facts, call: Exchange) -> Token | None:
    """The token of the Authorization header, whatever it was handed out as."""
    sent = facts.tokens.sent_with(call)
    return next((token for token, sighting in sent if sighting.carrier is Carrier.AUTHORIZATION), None)


def _is_meant_for_another(facts: Facts, refusal: Refusal, token: Token) -> bool:
    remaining = facts.tokens.remaining(token, refusal.exchange)
    if refusal.foreign or (remaining is not None and remaining <= 0):
        return False
    if refusal.says is Says.AUDIENCE:
        return True
    if refusal.exchange.response.status != 401 or refusal.says not in {Says.MALFORMED, Says.UNKNOWN}:
        return False
    return is_identity_token(token) and _has_access_token(facts, token) and not _is_accepted(token)


def _has_access_token(facts: Facts, token: Token) -> bool:
    """Whether the answer that handed the ID token out held an access token as well."""
    if token.issued is None:
        return False
    issued = facts.tokens.issued_by(token.issued.exchange)
    return any(one is not token and one.use is TokenUse.ACCESS for one, _ in issued)


def _is_accepted(token: Token) -> bool:
    """Whether any call with this token succeeds: some APIs take ID tokens."""
    return any(200 <= sighting.exchange.response.status < 300 for sighting in token.uses or ())


_FIXES = (
    Fix(
        Owner.FRONTEND,
        Sentence("where the token is asked for"),
        Sentence("Ask for a token with the audience or scope of this API."),
        None,
        Sentence('authorizationParams: {{ audience: "https://api.example.com" }}'),
    ),
    Fix(
        Owner.API,
        Sentence("where the API checks tokens"),
        Sentence("Let it expect the audience and issuer that these tokens have."),
    ),
)
_ID_FIXES = (
    Fix(
        Owner.FRONTEND,
        Sentence("where the token is attached to calls"),
        Sentence("Send the access token, not the ID token."),
        Sentence("Authorization: Bearer ${{tokens.id_token}}"),
        Sentence("Authorization: Bearer ${{tokens.access_token}}"),
    ),
)
