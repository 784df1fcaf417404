"""The SAML answer reaches the app without its session cookie.

Why it matters
    The provider answers by a form post of another site. The browser sends no Lax or Strict cookie with it, so the app
    does not find the sign-in that it had begun, and refuses the answer or begins again.
What to do
    Keep what the app must find again in a cookie of its own with SameSite=None; Secure, or do without a cookie there.
Stays quiet when
    The answer is accepted without the cookie, the provider itself refuses, or the answer comes at the wrong time.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.provider_sign_in import SamlSignIn
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Place, Sentence

from ._words import flow, seen


@rule(
    id="saml-cookie-lost",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=("SAML Bindings 2.0 section 3.5", "RFC 6265bis section 5.8.3"),
    explains=("redirect-loop", "cookie-not-sent", "saml-relay-state-lost"),
    needs=(Needs.BROWSER, Needs.COOKIES),
)
def saml_cookie_lost(facts: Facts) -> Iterator[Said]:
    found = False
    for one in facts.provider_sign_in.saml:
        if one.refused and one.success and one.left_out and not (one.early or one.late or one.speaks_of_time):
            found = True
            yield _match(one)
    if not found:
        yield Passed(seen(len(facts.provider_sign_in.saml), "SAML answers"))


def _match(one: SamlSignIn) -> Match:
    cookie, reason = one.left_out[0]
    call = one.exchange
    related: list[tuple[Place, Sentence]] = []
    if cookie.by is not None:
        related.append((cookie.by.place, Sentence("the browser's reason: {reason}", reason=reason)))
    if one.again is not None:
        related.append((one.again.url_place, Sentence("the app asks the provider once more")))
    else:
        related.append((call.status_place, Sentence("answered {status}", status=call.response.status)))
    return Match(
        message=Sentence(
            "#{index} brings the provider's answer without {name}, which SameSite keeps back.",
            index=call.index,
            name=cookie.name,
        ),
        headline=Sentence(
            "Sign-in at the provider works, but its form post to {host} comes without {name}: SameSite keeps it back.",
            host=call.host,
            name=cookie.name,
        ),
        at=call.request.place("cookie"),
        caption=Sentence("missing: {name}", name=cookie.name),
        related=tuple(related),
        confidence=Confidence.CERTAIN if one.speaks_of_state else Confidence.LIKELY,
        subject=cookie.name,
        flow=flow((call, *((one.again,) if one.again is not None else ()))),
        fixes=(
            Fix(
                Owner.API,
                Sentence("where the cookie is set"),
                Sentence("Set the cookie that the SAML answer needs with SameSite=None; Secure."),
                Sentence("Set-Cookie: ...; Path=/; HttpOnly; Secure; SameSite=Lax"),
                Sentence("Set-Cookie: ...; Path=/; HttpOnly; Secure; SameSite=None"),
            ),
        ),
        alternatives=() if one.speaks_of_state else (Sentence("the app refuses the answer for another reason"),),
        decides=None
        if one.speaks_of_state
        else Sentence("Look at the app's log for #{index}: it names what was missing.", index=call.index),
    )
