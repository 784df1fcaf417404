"""One website goes by two names, such as localhost and 127.0.0.1, or with and without www.

Why it matters
    To a browser the two are different hosts, often different sites: cookies of one do not go to the other, and an API
    that allows one origin refuses the other.
What to do
    Choose one spelling and use it in the address bar, the configuration of both sides, and every redirect.
Stays quiet when
    The second name only redirects to the first, or nothing about the session fails.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.third_party import TwoNames, two_names
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow


@rule(
    id="website-domain-mismatch",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.ROUTING,
    since="0.1",
    references=("RFC 6454 section 5", "https://supertokens.com/docs (appInfo.websiteDomain)"),
    explains=(
        "cors-origin-mismatch",
        "cookie-samesite-cross-site",
        "cookie-not-sent",
        "credentials-omitted",
        "refresh-failing",
        "anonymous-401",
        "redirect-loop",
        "cross-site-session",
    ),
    needs=(Needs.BROWSER,),
)
def website_domain_mismatch(facts: Facts) -> Iterator[Said]:
    found = facts.derive(two_names)
    if not found:
        yield Passed(Sentence("no two spellings of one host get in each other's way"))
        return
    one = found[0]
    yield Match(
        message=Sentence(
            "The website is used as {one} and as {other}: " + _EFFECTS[one.effect],
            one=one.used,
            other=one.meant,
            index=one.exchange.index,
        ),
        headline=Sentence(
            "The session fails because {one} and {other} are mixed: to the browser they are two different websites.",
            one=one.used,
            other=one.meant,
        ),
        at=one.place,
        caption=Sentence("decides it: {other} here, {one} there", one=one.used, other=one.meant),
        related=((one.exchange.status_place, Sentence("#{index}", index=one.exchange.index)),)
        if one.place.exchange != one.exchange.index
        else (),
        confidence=Confidence.CERTAIN if one.effect == "origin" else Confidence.LIKELY,
        subject=one.effect,
        flow=flow(other.exchange for other in found),
        fixes=(_fix(one),),
    )


_EFFECTS = {
    "origin": "#{index} comes from the one, and the API allows the other.",
    "cookie": "#{index} goes without the session cookie, which was set for the other.",
    "same-site": "#{index} sets a cookie that the browser does not keep for a page of the other.",
}


def _fix(one: TwoNames) -> Fix:
    return Fix(
        Owner.FRONTEND,
        Sentence("in the configuration of both sides, and in the address bar"),
        Sentence("Use one spelling everywhere, {meant} for instance.", meant=one.meant),
        Sentence('websiteDomain: "http://localhost:3000"  // opened as http://127.0.0.1:3000'),
        Sentence('websiteDomain: "http://localhost:3000"  // opened as http://localhost:3000'),
    )
