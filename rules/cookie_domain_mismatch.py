"""The session cookie names a domain that the answering host does not belong to.

Why it matters
    Browsers refuse such a cookie, so the sign-in works and the very next call has no session.
What to do
    Set the cookie's Domain to the API's own host or a parent of it, or leave it out.
Stays quiet when
    The Domain is the host itself or a parent of it, with or without a leading dot, or the line deletes a cookie.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.cookie_jar import Reason
from haranalyze.facts.session_cookies import kept_for_sibling
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._refused_cookies import matches
from ._snippets import COOKIE_DOMAIN


@rule(
    id="cookie-domain-mismatch",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=("RFC 6265bis section 5.7", "RFC 6265bis section 4.1.2.3"),
    explains=(
        "cookie-not-sent",
        "missing-auth-header",
        "refresh-failing",
        "redirect-loop",
        "anonymous-401",
        "cross-site-session",
    ),
    needs=(Needs.BROWSER,),
)
def cookie_domain_mismatch(facts: Facts) -> Iterator[Said]:
    fix = Fix(
        Owner.API,
        Sentence("where the session cookies are configured"),
        Sentence("Set the cookie domain to the API's own host or a parent of it, or leave it out."),
        Sentence('cookieDomain: ".other.example"'),
        Sentence("cookieDomain: undefined  // the host itself"),
        good_to_know=Sentence(
            "Users sign in once more after the change. Without Domain, a cookie goes to the host that set it and to no "
            "other; with Domain, also to all hosts below it."
        ),
    )
    said = tuple(
        matches(
            facts,
            (Reason.DOMAIN_MISMATCH,),
            "its Domain is not this host or a parent of it.",
            "the browser refuses to keep {name}: its Domain does not fit {host}.",
            fix,
            COOKIE_DOMAIN,
            mend={"domain": None},
        )
    )
    siblings = () if any(isinstance(one, Match) for one in said) else tuple(_kept_for_another(facts))
    yield from siblings or said


def _kept_for_another(facts: Facts) -> Iterator[Match]:
    """Calls to a sibling host that go without the session cookie, because it was set for the first host alone."""
    found = facts.derive(kept_for_sibling)
    if not found:
        return
    one = found[0]
    call, event = one.call, one.event
    yield Match(
        message=Sentence(
            "#{index} goes to {host} without {name}, which is kept for {other} alone.",
            index=call.index,
            host=call.host,
            name=event.name,
            other=event.exchange.host,
        ),
        headline=Sentence(
            "Sign-in works on {other}, but {host} gets no session: {name} has no Domain, so it stays with {other}.",
            other=event.exchange.host,
            host=call.host,
            name=event.name,
        ),
        at=event.place,
        caption=Sentence("decides it: no Domain, so for this host alone"),
        related=((call.status_place, Sentence("the other host gets no cookie")),),
        confidence=Confidence.LIKELY,
        subject=event.name,
        flow=tuple(other.call.index for other in found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("where the session cookies are configured"),
                Sentence(
                    "Set the cookie domain to the parent of both hosts (and sessionTokenBackendDomain in the app)."
                ),
                Sentence("cookieDomain: undefined  // the host itself"),
                Sentence('cookieDomain: ".example.com"'),
            ),
        ),
        alternatives=(Sentence("The second host is not meant to share this session."),),
        decides=Sentence(
            "Ask whether {host} and {other} share one session backend.", host=call.host, other=event.exchange.host
        ),
    )
