"""A form or call is refused because its token belongs to another session or page load.

Why it matters
    Signing in, signing out or a second tab renews the secret; a page that was loaded before still sends the old token.
    Pages from a cache bring the token of somebody else.
What to do
    Take the token anew after sign-in and before each call, and keep pages that hold one out of caches.
Stays quiet when
    The token or the cookie is missing, or the answer does not speak of the check.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.forgery_checks import ForgeryRefusal, Lack, token_differs
from haranalyze.findings import Fix, Layer, Owner, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._forgery import refused_for


@rule(
    id="csrf-token-mismatch",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=(
        "https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html",
    ),
    explains=("anonymous-401", "permission-denied"),
)
def csrf_token_mismatch(facts: Facts) -> Iterator[Said]:
    yield from refused_for(
        facts,
        Lack.MATCH,
        "{method} {path} is refused with {status}: its token against forged requests does not fit the session.",
        _told,
        (
            Fix(
                Owner.FRONTEND,
                Sentence("where this call takes its token from"),
                Sentence("Read the token for each call (from the cookie or the page), not once at start."),
            ),
            Fix(
                Owner.API,
                Sentence("where pages with a token are served"),
                Sentence("Keep them out of caches."),
                None,
                Sentence("Cache-Control: no-store"),
            ),
        ),
    )


def _told(one: ForgeryRefusal) -> tuple[Place, Sentence, tuple[tuple[Place, Sentence], ...]]:
    at = one.token or one.exchange.url_place
    words = (
        Sentence("decides it: not the value of the cookie") if token_differs(one) else Sentence("the token it brings")
    )
    related: list[tuple[Place, Sentence]] = []
    if one.line is not None:
        related.append((one.line.place, Sentence("the cookie as last set, by #{index}", index=one.line.exchange.index)))
    if one.cookie is not None:
        related.append((one.cookie, Sentence("the cookie it brings")))
    return at, words, tuple(related)
