"""The provider's SAML answer comes without the RelayState of the request.

Why it matters
    RelayState says where the user wanted to go, and some apps find their own note of the sign-in by it: without it the
    user lands elsewhere or is refused.
What to do
    Have the provider, and every broker before it, hand the RelayState on unchanged.
Stays quiet when
    The request had none, it comes back unchanged, or the request is not in the recording.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.provider_sign_in import SamlSignIn
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, seen


@rule(
    id="saml-relay-state-lost",
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_PROVIDER,
    layer=Layer.STATE,
    since="0.1",
    references=("SAML Bindings 2.0 section 3.4.3", "SAML Bindings 2.0 section 3.5.3"),
)
def saml_relay_state_lost(facts: Facts) -> Iterator[Said]:
    found = False
    for one in facts.provider_sign_in.saml:
        if one.relay_missing or (one.relay_differs and one.refused):
            found = True
            yield _match(one)
    if not found:
        yield Passed(seen(len(facts.provider_sign_in.saml), "SAML answers"))


def _match(one: SamlSignIn) -> Match:
    call = one.exchange
    related = () if one.asked is None else ((one.asked.place, Sentence("leaves with a RelayState")),)
    return Match(
        message=Sentence("#{index} comes back without the RelayState it left with.", index=call.index),
        headline=Sentence(
            "Sign-in at the provider works, but the RelayState does not come back, so {host} has lost where the user "
            "was.",
            host=call.host,
        ),
        at=call.url_place,
        caption=Sentence("missing: RelayState") if one.relay_missing else Sentence("another RelayState"),
        related=related,
        confidence=Confidence.CERTAIN if one.relay_missing else Confidence.LIKELY,
        severity=None if one.refused else Severity.LOW,
        subject="RelayState",
        flow=flow((call,)),
        fixes=(
            Fix(
                Owner.IDENTITY_PROVIDER,
                Sentence("where the provider, or a broker before it, makes the answer"),
                Sentence("Post the RelayState of the request back, unchanged."),
            ),
        ),
    )
