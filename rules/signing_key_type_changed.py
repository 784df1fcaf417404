"""Servers of one API disagree about the kind of signing key, and good tokens are refused.

Why it matters
    SuperTokens signs with a changing key or with a fixed one (useDynamicAccessTokenSigningKey). A server set to the
    one refuses tokens of the other, so sessions break each time a call or a refresh reaches another server.
What to do
    Set the same value on every server, and leave it.
Stays quiet when
    It happens once after the setting was changed and the refresh heals it, or the token is expired.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session import Refusal, Says
from haranalyze.facts.token_traits import key_kind
from haranalyze.facts.tokens import Token
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="signing-key-type-changed",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TOKEN,
    since="0.1",
    references=("https://supertokens.com/docs (useDynamicAccessTokenSigningKey)",),
    explains=("refresh-loop", "refresh-failing"),
)
def signing_key_type_changed(facts: Facts) -> Iterator[Said]:
    kinds = {kind for token in facts.tokens.all if (kind := key_kind(token))}
    found = list(_refused(facts)) if len(kinds) > 1 else []
    # Once is the ordinary way from one setting to the other: the refresh brings a token of the new kind.
    if len({token.ordinal for _, token in found}) < 2:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    refusal, token = found[0]
    call = refusal.exchange
    other = next(one for one in facts.tokens.all if key_kind(one) not in ("", key_kind(token)))
    sighting = other.issued or next(iter(other.uses or ()), None)
    related = [(refusal.evidence, Sentence("refused although it is still valid"))]
    if sighting is not None:
        words = Sentence("token {token} is signed with a {kind} key", token=other.ordinal, kind=key_kind(other))
        related.append((sighting.place, words))
    carrier = next(sighting for one, sighting in facts.tokens.sent_with(call) if one is token)
    yield Match(
        message=Sentence(
            "Tokens are signed with a {kind} and with a {other} key in turn; #{index} is refused although its token is "
            "valid.",
            kind=key_kind(token),
            other=key_kind(other),
            index=call.index,
        ),
        headline=Sentence(
            "Valid tokens are refused on {path}: servers of {host} sign and check with different kinds of keys.",
            path=call.path,
            host=call.host,
        ),
        at=carrier.place,
        caption=Sentence("token {token}, signed with a {kind} key", token=token.ordinal, kind=key_kind(token)),
        related=(*related, *later([one.exchange for one, _ in found[1:]], "the same")),
        confidence=Confidence.LIKELY,
        subject="kid",
        flow=flow(one.exchange for one, _ in found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("where the SuperTokens backend is initialised, on every server"),
                Sentence("Use one value everywhere."),
                Sentence("Session.init({{ useDynamicAccessTokenSigningKey: false }})  // here, true there"),
                Sentence("Session.init({{ useDynamicAccessTokenSigningKey: true }})   // everywhere"),
            ),
        ),
    )


def _refused(facts: Facts) -> Iterator[tuple[Refusal, Token]]:
    for refusal in facts.session.refusals:
        token = facts.tokens.access_token(refusal.exchange)
        if refusal.says is not Says.RENEW or refusal.foreign or token is None or not key_kind(token):
            continue
        remaining = facts.tokens.remaining(token, refusal.exchange)
        if remaining is not None and remaining > 1_000 and not facts.cookie_jar.duplicates(refusal.exchange):
            yield refusal, token
