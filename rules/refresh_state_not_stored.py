"""Renewals succeed but the front end never keeps their result.

Why it matters
    The front end writes a small cookie to remember that a session exists. When the browser does not keep it, the
    session is renewed before every single call.
What to do
    Give the front end a domain the page belongs to, or a storage that works there.
Stays quiet when
    The calls between the renewals are refused (then it is a loop), the tokens were about to expire, or the app may
    not read the header (then the expose list is the cause).
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import RefreshResult
from haranalyze.facts.tokens import TokenUse
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, later


@rule(
    id="refresh-state-not-stored",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.STATE,
    since="0.1",
    references=("https://github.com/supertokens/supertokens-website (lib/ts/fetch.ts)",),
    explains=("refresh-loop",),
    needs=(Needs.BROWSER,),
)
def refresh_state_not_stored(facts: Facts) -> Iterator[Said]:
    needless = []
    for refresh in facts.session.refreshes:
        if refresh.result is not RefreshResult.OK or refresh.after is not None or refresh.system is None:
            continue
        if refresh.system.state_cookies and _was_fresh(facts, refresh.exchange):
            needless.append(refresh.exchange)
    readable = [one for one in needless if facts.cors.exposes(one, "front-token")]
    if len(readable) < 2:
        yield Passed(Sentence("{count} refreshes without need; two would be a pattern", count=len(readable)))
        return
    exchange = readable[0]
    yield Match(
        message=Sentence(
            "The session is renewed {count} times although the token was fresh and no call had been refused.",
            count=len(readable),
        ),
        headline=Sentence(
            "Sign-in works, but the app forgets it at once: the browser does not keep the front end's session state,"
            " so every call is preceded by a refresh.",
        ),
        at=exchange.status_place,
        caption=Sentence("renewed although the token was fresh"),
        related=later(readable[1:], "renewed again, without need"),
        confidence=Confidence.LIKELY,
        flow=flow(readable),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the front-end SDK is initialised"),
                Sentence("Set sessionTokenFrontendDomain to the page's own host or a parent of it, or leave it out."),
                Sentence('sessionTokenFrontendDomain: ".other.example"'),
                Sentence("// sessionTokenFrontendDomain left out: the page's own host"),
            ),
        ),
        alternatives=(Sentence("the browser or web view keeps no cookies that scripts write"),),
        decides=Sentence("Look in the browser's storage panel for the front end's cookies right after signing in."),
    )


def _was_fresh(facts: Facts, refresh: Exchange) -> bool:
    """Whether an access token issued before had at least half a minute left when this refresh was sent."""
    sent = facts.timeline.sent(refresh)
    for token in reversed(facts.tokens.all):
        if token.use is TokenUse.ACCESS and token.issued is not None and token.issued.at < sent:
            remaining = facts.tokens.remaining(token, refresh)
            return remaining is not None and remaining > 30_000
    return False
