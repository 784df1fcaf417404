"""A redirect to another origin loses the Authorization header.

Why it matters
    Browsers and HTTP libraries drop Authorization when a redirect leads to another origin, so the second server
    sees an anonymous call and refuses it.
What to do
    Call the final address directly, or answer from the first origin instead of redirecting.
Stays quiet when
    The redirected call was accepted, the redirect stays on the origin, or the first call had no credentials.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import answered, seen


@rule(
    id="auth-dropped-on-redirect",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TOKEN,
    since="0.1",
    references=("Fetch standard 4.4 (HTTP-redirect fetch)",),
    explains=(
        "missing-auth-header",
        "anonymous-401",
        "cookie-not-sent",
    ),
)
def auth_dropped_on_redirect(facts: Facts) -> Iterator[Said]:
    looked = 0
    for refusal in facts.session.refusals:
        call = refusal.exchange
        source = facts.timeline.redirected_from(call)
        if source is None:
            continue
        looked += 1
        if source.request.url.origin == call.request.url.origin or not source.request.has("authorization"):
            continue
        if not facts.quality.shows_absence(call, "authorization"):
            continue
        yield Match(
            message=Sentence(
                "#{first} carries Authorization and is redirected to another origin; #{second} arrives there without"
                " it and is answered {status}.",
                first=source.index,
                second=call.index,
                status=call.response.status,
            ),
            headline=Sentence(
                "The call to {path} is redirected to {host}, and the client drops Authorization on the way,"
                " so it is answered {status}.",
                path=source.path,
                host=call.host,
                status=call.response.status,
            ),
            at=call.request.place("authorization"),
            caption=Sentence("missing: dropped at the redirect"),
            related=(
                (source.request.place("authorization"), Sentence("sent with the header")),
                (source.response.place("location"), Sentence("redirects to another origin")),
                (refusal.evidence, answered(call)),
            ),
            subject="authorization",
            fixes=(
                Fix(
                    Owner.API,
                    Sentence("where the API answers with the redirect"),
                    Sentence("Answer on the same origin, or let the app call the final address itself."),
                    good_to_know=Sentence(
                        "Clients drop the header there on purpose, so that a token does not reach another server "
                        "(Fetch standard, HTTP-redirect fetch): no setting of a page keeps it."
                    ),
                ),
            ),
        )
    yield Passed(seen(looked, "redirected and refused calls"))
