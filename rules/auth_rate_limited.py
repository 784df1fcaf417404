"""Sign-in or renewal is refused because too many calls came before.

Why it matters
    The limit meets the calls that make or renew the session, so the user is locked out or signed out although nothing
    is wrong with the session.
What to do
    Find what makes so many calls; then wait as long as the answer says, and give authentication a limit of its own.
Stays quiet when
    Other calls than those that make, renew or end the session are limited.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.server_faults import rate_limited_auth_calls
from haranalyze.facts.session import SignInResult
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Place, Sentence

from ._words import flow, later


@rule(
    id="auth-rate-limited",
    severity=Severity.MEDIUM,
    owner=Owner.API,
    layer=Layer.TRANSPORT,
    since="0.1",
    references=("RFC 6585 section 4", "AWS: Gateway response types for API Gateway (THROTTLED)"),
    explains=("refresh-failing", "anonymous-401"),
)
def auth_rate_limited(facts: Facts) -> Iterator[Said]:
    found = facts.derive(rate_limited_auth_calls)
    if not found:
        yield Passed(Sentence("no call of the session is answered 429"))
        return
    call = found[0]
    guessed = _after_wrong_passwords(facts, call)
    wait = ((call.response.place("retry-after"), Sentence("how long to wait")),)
    related: tuple[tuple[Place, Sentence], ...] = wait if call.response.has("retry-after") else ()
    yield Match(
        message=Sentence("#{index} is answered 429: too many calls came before it.", index=call.index),
        headline=Sentence(
            "Sign-in is blocked for a while: after several wrong passwords {host} answers {path} with 429."
            if guessed
            else "{host} refuses {path} with 429, too many calls, so the session cannot be made or renewed.",
            host=call.host,
            path=call.path,
        ),
        at=call.status_place,
        caption=Sentence("decides it: the limit for such calls is reached"),
        related=(*related, *later(found[1:], "the same")),
        severity=Severity.INFO if guessed else None,
        flow=flow(found),
        fixes=(
            Fix(
                Owner.API,
                Sentence("where the limit is configured"),
                Sentence("Count sign-ins and renewals per user, not per address, and apart from other calls."),
            ),
            Fix(
                Owner.FRONTEND,
                Sentence("where the client renews the session"),
                Sentence("Renew once for all waiting calls, and wait as long as Retry-After says before trying again."),
            ),
        ),
        is_trouble=guessed,
    )


def _after_wrong_passwords(facts: Facts, call: Exchange) -> bool:
    """Whether the limit follows wrong passwords: then it works as it is meant to."""
    wrong = [one for one in facts.session.sign_ins if one.result is SignInResult.WRONG_CREDENTIALS]
    return any(facts.timeline.sent(one.exchange) < facts.timeline.sent(call) for one in wrong)
