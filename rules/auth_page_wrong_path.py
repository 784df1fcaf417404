"""The browser is sent to a page of the sign-in that the website does not have.

Why it matters
    The provider, an e-mail or the app itself leads the user to an address where nothing is served, so the sign-in ends
    at "not found" although all before it went well.
What to do
    Use one websiteBasePath (or login address) on both sides, and serve the route that the redirect names.
Stays quiet when
    The address is typed by the user, belongs to another site, or any page is served there.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.sign_in_pages import missing_pages
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Place, Sentence

from ._words import flow, later


@rule(
    id="auth-page-wrong-path",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.ROUTING,
    since="0.1",
    references=("https://supertokens.com/docs (appInfo.websiteBasePath)", "RFC 6749 section 3.1.2"),
    explains=(
        "oauth-state-cookie-lost",
        "oauth-state-mismatch",
        "saml-cookie-lost",
        "redirect-loop",
        "anonymous-401",
    ),
    needs=(Needs.BROWSER,),
)
def auth_page_wrong_path(facts: Facts) -> Iterator[Said]:
    found = facts.derive(missing_pages)
    if not found:
        yield Passed(Sentence("the browser is sent to no page of the sign-in that is missing"))
        return
    one = found[0]
    page = one.page
    related: list[tuple[Place, Sentence]] = []
    if one.sent_by is not None:
        related.append((one.sent_by.response.place("location"), Sentence("the browser is sent there")))
    if one.served is not None:
        related.append((one.served.status_place, Sentence("another page of the website is served")))
    yield Match(
        message=Sentence(
            "The browser is sent to {path} on {host} (#{index}), which is answered {status}.",
            path=page.path,
            host=page.host,
            index=page.index,
            status=page.response.status,
        ),
        headline=Sentence(
            "Sign-in at the provider works, but the way back leads to {path} on {host}, which does not exist."
            if one.from_provider
            else "The user never sees the sign-in page: the browser is sent to {path} on {host}, which does not exist.",
            path=page.path,
            host=page.host,
        ),
        at=page.status_place,
        caption=Sentence("decides it: nothing is served here"),
        related=(*related, *later([other.page for other in found[1:]], "the same")),
        confidence=Confidence.CERTAIN if one.served is not None else Confidence.LIKELY,
        flow=flow(other.page for other in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("in the routes of the website and the settings of both sides"),
                Sentence("Serve this route, or name the one that exists: websiteBasePath, login URL, redirect_uri."),
                Sentence('websiteBasePath: "/auth"   // the router serves "/login"'),
                Sentence('websiteBasePath: "/login"  // on both sides, and in the router'),
            ),
        ),
    )
