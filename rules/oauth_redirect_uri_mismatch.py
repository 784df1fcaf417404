"""The identity provider refuses the redirect_uri of the app.

Why it matters
    The provider sends nobody to an address that is not registered for the app: the user stays on its error page.
What to do
    Register the address exactly as the app sends it (scheme, host, port, path, final slash), or correct the app.
Stays quiet when
    The provider refuses for another reason, or the callback is reached.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.provider_sign_in import Attempt, Parameters, TokenCall
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Said, Severity
from haranalyze.protocol.oauth import Trouble
from haranalyze.rule import rule
from haranalyze.text import Sentence, Text

from ._provider import attempts, left_for_provider, quiet
from ._words import flow


@rule(
    id="oauth-redirect-uri-mismatch",
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_PROVIDER,
    layer=Layer.ROUTING,
    since="0.1",
    references=("RFC 6749 section 3.1.2.4", "RFC 9700 section 2.1", "RFC 6749 section 4.1.3"),
)
def oauth_redirect_uri_mismatch(facts: Facts) -> Iterator[Said]:
    found = False
    for attempt in attempts(facts):
        if attempt.said is not None and attempt.said.trouble is Trouble.REDIRECT_URI:
            found = True
            yield _refused(attempt)
        for call in attempt.token_calls:
            if _differs(attempt.asked, call):
                found = True
                yield _differs_later(attempt, call)
    if not found:
        yield quiet(facts)


def _refused(attempt: Attempt) -> Match:
    said, asked = attempt.said, attempt.asked
    assert said is not None
    uri = asked.get("redirect_uri") if asked is not None else None
    message = (
        Sentence("{host} refuses {uri} as redirect_uri.", host=said.exchange.host, uri=uri)
        if uri is not None
        else Sentence("The provider refuses the redirect_uri.")
    )
    says = Sentence("the provider says so: {code}", code=said.code) if said.code else Sentence("the provider says so")
    return Match(
        message=message,
        headline=Sentence(
            "Sign-in stops at the identity provider: it does not know the redirect_uri that the app sends."
        ),
        at=said.place,
        caption=says,
        related=tuple(left_for_provider(attempt)),
        subject="redirect_uri",
        flow=flow(attempt.exchanges),
        fixes=_fixes(uri),
    )


def _fixes(uri: Text | None) -> tuple[Fix, ...]:
    return (
        Fix(
            Owner.IDENTITY_PROVIDER,
            Sentence("where the app is registered"),
            Sentence("Add the redirect_uri exactly as it is sent: scheme, host, port, path and final slash count."),
            None,
            None if uri is None else Sentence("{uri}", uri=uri),
        ),
        Fix(
            Owner.API,
            Sentence("where the app makes its own address"),
            Sentence(
                "If the address sent is not the public one (http instead of https, an inner host), let the app trust "
                "the proxy's X-Forwarded headers or set its public address."
            ),
        ),
    )


def _differs(asked: Parameters | None, call: TokenCall) -> bool:
    """Whether the refused token request names another redirect_uri than the authorization request."""
    if asked is None or call.succeeded or call.exchange.response.status < 400:
        return False
    first, second = asked.get("redirect_uri"), call.asked.get("redirect_uri")
    return first is not None and second is not None and bool(second) and first != second


def _differs_later(attempt: Attempt, call: TokenCall) -> Match:
    return Match(
        message=Sentence(
            "#{index} asks for tokens with another redirect_uri than the authorization request.",
            index=call.exchange.index,
        ),
        headline=Sentence(
            "Sign-in at the provider works, but no tokens come: the token request names another redirect_uri than the "
            "authorization request."
        ),
        at=call.exchange.status_place,
        caption=Sentence("the token request is refused"),
        related=(*left_for_provider(attempt), (call.exchange.url_place, Sentence("names another redirect_uri"))),
        confidence=Confidence.CERTAIN,
        owner=Owner.FRONTEND,
        subject="redirect_uri",
        flow=flow(attempt.exchanges),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the code is changed for tokens"),
                Sentence("Send the same redirect_uri, character by character, in both requests."),
            ),
        ),
    )
