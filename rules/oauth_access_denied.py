"""The user, or a rule of the provider, declined the sign-in.

Why it matters
    Nothing is broken: the provider says that somebody said no.
What to do
    Show the user a way back, and ask for no more scopes than needed; look at the provider's access rules.
Stays quiet when
    The provider gives a code, or names another error.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.findings import Fix, Layer, Match, Owner, Said, Severity
from haranalyze.protocol.oauth import Trouble
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._provider import attempts, left_for_provider, quiet
from ._words import flow


@rule(
    id="oauth-access-denied",
    severity=Severity.INFO,
    owner=Owner.IDENTITY_PROVIDER,
    layer=Layer.PERMISSION,
    since="0.1",
    references=("RFC 6749 section 4.1.2.1",),
)
def oauth_access_denied(facts: Facts) -> Iterator[Said]:
    tried = attempts(facts)
    denied = [one for one in tried if one.said is not None and one.said.trouble is Trouble.DENIED]
    if not denied:
        yield quiet(facts)
        return
    last = denied[-1]
    assert last.said is not None
    yield Match(
        message=Sentence("The provider answers that the sign-in was declined."),
        headline=Sentence("The session set-up is not the problem: the sign-in was declined at the identity provider."),
        at=last.said.place,
        caption=Sentence("the provider says so"),
        related=tuple(left_for_provider(last)),
        subject="error",
        flow=flow(exchange for one in denied for exchange in one.exchanges),
        fixes=(
            Fix(
                Owner.IDENTITY_PROVIDER,
                Sentence("with the user, or in the provider's access rules"),
                Sentence("Ask whether the user declined; if not, look up which rule of the provider did."),
            ),
        ),
        is_trouble=not any(one.succeeded for one in tried[tried.index(last) :]),
    )
