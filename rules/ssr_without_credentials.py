"""A server renders a page for a signed-in user and calls the API without the user's session.

Why it matters
    Cookies and tokens live in the browser. A server that renders pages has to hand them on to the API; otherwise the
    API sees a stranger and the page comes out signed-out although the user is not.
What to do
    Hand the request's Cookie or Authorization header on to the API, or load the data in the browser.
Stays quiet when
    The server's call carries credentials, or the access token had expired. Without the server's call in the recording
    this stays a question.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.server_side_calls import RenderedWithout, rendered_without, sent_away_while_signed_in
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Question, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._words import flow, later


@rule(
    id="ssr-without-credentials",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("https://supertokens.com/docs (server side rendering)", "https://nextjs.org/docs (cookies, headers)"),
    explains=("cookie-not-sent", "missing-auth-header", "anonymous-401", "interceptor-missing", "redirect-loop"),
)
def ssr_without_credentials(facts: Facts) -> Iterator[Said]:
    found = facts.derive(rendered_without)
    if found:
        yield _match(found)
        return
    away = facts.derive(sent_away_while_signed_in)
    if away:
        yield Question(
            Sentence(
                "Does the server that renders {path} hand the user's cookie or token on to the API?",
                path=away[0].page.path,
            ),
            Sentence(
                "#{page} is sent to the sign-in while #{call} of the browser is accepted",
                page=away[0].page.index,
                call=away[0].accepted.index,
            ),
        )
        return
    yield Passed(Sentence("no page is rendered without the user's session"))


def _match(found: tuple[RenderedWithout, ...]) -> Match:
    one = found[0]
    page, call = one.page, one.call
    has_cookie = page.request.has("cookie") and one.carries
    carried: tuple[tuple[Place, Sentence], ...] = (
        ((page.request.place("cookie"), Sentence("the page's request has the session")),) if has_cookie else ()
    )
    return Match(
        message=Sentence(
            "While it renders {page} (#{index}) the server calls #{call} without credentials and is answered {status}.",
            page=page.path,
            index=page.index,
            call=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "The user is signed in, but the server that renders {page} calls {path} without the user's session.",
            page=page.path,
            path=call.path,
        ),
        at=call.request.place("cookie"),
        caption=Sentence("missing: neither Cookie nor Authorization"),
        related=(
            *carried,
            (call.status_place, Sentence("the API sees a stranger")),
            *later([other.call for other in found[1:]], "the same"),
        ),
        confidence=Confidence.CERTAIN if one.carries else Confidence.LIKELY,
        flow=flow(each for other in found for each in (other.page, other.call)),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the page is rendered on the server"),
                Sentence("Hand the credentials of the incoming request on to the API."),
                Sentence("await fetch(apiUrl)"),
                Sentence('await fetch(apiUrl, {{ headers: {{ cookie: request.headers.get("cookie") ?? "" }} }})'),
            ),
        ),
    )
