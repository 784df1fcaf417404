"""A sign-in or refresh answer sets the session cookies but has no front-token header.

Why it matters
    The front end learns from front-token that a session exists. Without it the user is signed in for the API and
    signed out for the app, which then refreshes or asks for the password again.
What to do
    Let the proxy or CDN pass front-token on.
Stays quiet when
    The answer clears cookies, belongs to an older protocol, or is the correct answer that only removes duplicates.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import Refresh, SignIn
from haranalyze.findings import Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.systems import SessionSystem
from haranalyze.text import Sentence

from ._fixes import pass_answer_header
from ._words import seen, step


@rule(
    id="front-token-missing",
    severity=Severity.HIGH,
    owner=Owner.PROXY,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=("https://github.com/supertokens/supertokens-website (lib/ts/fetch.ts)",),
    explains=(
        "refresh-state-not-stored",
        "refresh-loop",
        "refresh-not-api",
    ),
    needs=(Needs.COOKIES,),
)
def front_token_missing(facts: Facts) -> Iterator[Said]:
    looked = 0
    for exchange, system in _session_answers(facts):
        looked += 1
        kept = [
            event
            for event in facts.cookie_jar.set_by(exchange)
            if not event.is_deletion and event.name in system.access_cookies
        ]
        if not kept or any(exchange.response.has(name) for name in system.response_marks):
            continue
        yield Match(
            message=Sentence(
                "#{index} sets {name} but has no {header} header.",
                index=exchange.index,
                name=kept[0].name,
                header=system.front_token_header,
            ),
            headline=Sentence(
                "{step} works for the API, but the app never learns of it: the answer of {path} on {host} has lost its"
                " {header} header.",
                step=step(facts, exchange),
                path=exchange.path,
                host=exchange.host,
                header=system.front_token_header,
            ),
            at=exchange.response.place(system.front_token_header),
            caption=Sentence("missing: no {header} header", header=system.front_token_header),
            related=((kept[0].place, Sentence("the session cookies are set")),),
            subject=system.front_token_header,
            fixes=(
                pass_answer_header(
                    facts,
                    exchange,
                    system.front_token_header,
                    Sentence("Pass the {header} response header on.", header=system.front_token_header),
                ),
            ),
        )
        return
    yield Passed(seen(looked, "answers that set session cookies"))


def _session_answers(facts: Facts) -> Iterator[tuple[Exchange, SessionSystem]]:
    calls: tuple[SignIn | Refresh, ...] = (*facts.session.sign_ins, *facts.session.refreshes)
    for one in calls:
        exchange, system = one.exchange, one.system
        if system is not None and system.front_token_header and 200 <= exchange.response.status < 300:
            yield exchange, system
