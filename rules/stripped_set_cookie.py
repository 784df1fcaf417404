"""A sign-in or refresh answer has lost its Set-Cookie headers.

Why it matters
    The answer says that a session was made, but the cookies that carry it are not there: something between the API
    and the browser removed Set-Cookie, so the next call has no session.
What to do
    Let the proxy pass Set-Cookie on unchanged, and do not cache such answers.
Stays quiet when
    The recording leaves Set-Cookie out, the tokens travel in headers, or the answer ends a session.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import RefreshResult, SignInResult
from haranalyze.findings import CannotTell, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.systems import SessionSystem
from haranalyze.text import Sentence

from ._fixes import pass_answer_header
from ._words import flow, later, seen, step


@rule(
    id="stripped-set-cookie",
    severity=Severity.HIGH,
    owner=Owner.PROXY,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=(
        "RFC 6265bis section 4.1",
        "RFC 9110 section 7.6",
    ),
    explains=(
        "cookie-not-sent",
        "refresh-failing",
        "anonymous-401",
        "missing-auth-header",
        "refresh-loop",
    ),
)
def stripped_set_cookie(facts: Facts) -> Iterator[Said]:
    looked, hidden = 0, []
    for exchange, system in _makes_session(facts):
        looked += 1
        front = facts.tokens.front_token(exchange)
        if front is None or front.removed or any(exchange.response.has(name) for name in system.access_headers):
            continue
        if exchange.response.has("set-cookie"):
            continue
        if not facts.quality.shows_absence(exchange, "set-cookie"):
            hidden.append(exchange.index)
            continue
        refused = [
            one
            for one in facts.session.refusals
            if facts.timeline.sent(one.exchange) > facts.timeline.answered(exchange)
        ]
        yield Match(
            message=Sentence(
                "#{index} hands out a session (front-token) without a single Set-Cookie header.",
                index=exchange.index,
            ),
            headline=Sentence(
                "{step} works, but the session cookies never reach the browser: something in front of {host} removes"
                " Set-Cookie from {path}.",
                step=step(facts, exchange),
                host=exchange.host,
                path=exchange.path,
            ),
            at=exchange.response.place("set-cookie"),
            caption=Sentence("missing: no Set-Cookie for the session"),
            related=(
                (front.place, Sentence("the answer says that a session was made")),
                *later([one.exchange for one in refused], "no session was sent"),
            ),
            subject="set-cookie",
            flow=flow(one.exchange for one in refused),
            fixes=(
                pass_answer_header(
                    facts,
                    exchange,
                    "Set-Cookie",
                    Sentence("Pass Set-Cookie on for the sign-in and refresh paths, and keep them out of caches."),
                ),
            ),
        )
        return
    if hidden:
        yield CannotTell(Sentence("this recording leaves Set-Cookie headers out"))
        return
    yield Passed(seen(looked, "answers that make a session"))


def _makes_session(facts: Facts) -> Iterator[tuple[Exchange, SessionSystem]]:
    story = facts.session
    for sign_in in story.sign_ins:
        if sign_in.result is SignInResult.OK and sign_in.system is not None and sign_in.system.front_token_header:
            yield sign_in.exchange, sign_in.system
    for refresh in story.refreshes:
        if refresh.result is RefreshResult.OK and refresh.system is not None and refresh.system.front_token_header:
            yield refresh.exchange, refresh.system
