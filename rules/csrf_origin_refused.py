"""A form or call is refused because the server does not trust the address of its page.

Why it matters
    Frameworks compare Origin or Referer with the address they believe to have. Behind a proxy that address is often a
    wrong scheme or host, and a page of another sub-domain has to be named.
What to do
    Name the address of the page among the trusted origins, and let the proxy pass the real scheme and host on.
Stays quiet when
    The answer does not say that the origin is the reason.
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
    id="csrf-origin-refused",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TOKEN,
    since="0.1",
    references=(
        "https://docs.djangoproject.com/en/5.2/ref/settings/#csrf-trusted-origins",
        "Fetch standard section 3.2 (Origin header)",
    ),
    explains=("anonymous-401", "permission-denied"),
)
def csrf_origin_refused(facts: Facts) -> Iterator[Said]:
    yield from refused_for(
        facts,
        Lack.ORIGIN,
        "{method} {path} is refused with {status}: the server does not trust the address of the page that made it.",
        _told,
        (
            Fix(
                Owner.PROXY,
                Sentence("in the proxy in front of the API"),
                Sentence("Pass the scheme and host the browser uses on to the API."),
                None,
                Sentence("proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header Host $host;"),
            ),
        ),
    )


def _told(one: ForgeryRefusal) -> tuple[Place, Sentence, tuple[tuple[Place, Sentence], ...]]:
    request = one.exchange.request
    name = "origin" if request.has("origin") else "referer"
    words = (
        Sentence("the address it comes from") if request.has(name) else Sentence("missing: neither Origin nor Referer")
    )
    return request.place(name), words, ()
