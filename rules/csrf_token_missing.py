"""A form or call is refused because it lacks the token against forged requests.

Why it matters
    Cookies go along by themselves, so the server wants a second proof that the page itself made the call: a header or
    a form field. Without it every writing call is refused.
What to do
    Send the token of the page or cookie with the call.
Stays quiet when
    The token is there, the cookie is what is missing, or the recording leaves the request's body out.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.forgery_checks import ForgeryRefusal, Lack
from haranalyze.findings import Fix, Layer, Owner, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._forgery import refused_for


@rule(
    id="csrf-token-missing",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=(
        "https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html",
    ),
    explains=("anonymous-401", "permission-denied"),
)
def csrf_token_missing(facts: Facts) -> Iterator[Said]:
    yield from refused_for(
        facts,
        Lack.TOKEN,
        "{method} {path} is refused with {status}: it lacks the token that proves that the page itself made it.",
        _told,
        (
            Fix(
                Owner.FRONTEND,
                Sentence("where this call is made"),
                Sentence("Send the token against forged requests as the framework wants it (header or form field)."),
            ),
        ),
    )


def _told(one: ForgeryRefusal) -> tuple[Place, Sentence, tuple[tuple[Place, Sentence], ...]]:
    cookie = ((one.cookie, Sentence("the cookie did come")),) if one.cookie is not None else ()
    return one.exchange.request.place("x-csrf-token"), Sentence("missing: no token header or field"), cookie
