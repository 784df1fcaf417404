"""A form or call is refused because the cookie that proves it genuine did not come back.

Why it matters
    The server compares a token on the request with a secret in a cookie or in the session. Without the cookie every
    writing call is refused, the sign-in form included.
What to do
    Find out why the cookie is not sent: never set, kept for another host or path, Secure over http, or blocked.
Stays quiet when
    The cookie is on the request, the refusal has another reason, or the recording leaves cookies out.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.forgery_checks import ForgeryRefusal, Lack
from haranalyze.findings import Fix, Layer, Owner, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Place, Sentence

from ._forgery import refused_for


@rule(
    id="csrf-cookie-missing",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.TOKEN,
    since="0.1",
    references=(
        "https://docs.djangoproject.com/en/5.2/ref/csrf/",
        "https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html",
    ),
    explains=("anonymous-401", "permission-denied"),
    needs=(Needs.COOKIES,),
)
def csrf_cookie_missing(facts: Facts) -> Iterator[Said]:
    yield from refused_for(
        facts,
        Lack.COOKIE,
        "{method} {path} is refused with {status}: the cookie that proves it genuine did not come back.",
        _told,
        (
            Fix(
                Owner.API,
                Sentence("where the cookie is set"),
                Sentence("Set it with a Path, Domain, SameSite and Secure that let it come back with this call."),
            ),
        ),
    )


def _told(one: ForgeryRefusal) -> tuple[Place, Sentence, tuple[tuple[Place, Sentence], ...]]:
    at = one.exchange.request.place("cookie")
    if one.line is None:
        return at, Sentence("missing: no answer in the recording sets it"), ()
    words = Sentence("set before by #{index}", index=one.line.exchange.index)
    return at, Sentence("missing: {name}", name=one.line.name), ((one.line.place, words),)
