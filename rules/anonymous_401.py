"""A visitor without a session is answered 401, as expected.

Why it matters
    Such answers look alarming in a list of requests and are normal: the client asks whether a session exists before
    anybody has signed in, or after signing out.
What to do
    Nothing.
Stays quiet when
    A session existed when the call was made.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session import RefreshResult, Refusal, Says
from haranalyze.findings import Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="anonymous-401",
    severity=Severity.INFO,
    owner=Owner.FRONTEND,
    layer=Layer.PERMISSION,
    since="0.1",
    references=("https://github.com/supertokens/supertokens-website (session existence check)",),
)
def anonymous_401(facts: Facts) -> Iterator[Said]:
    found = [one for one in facts.session.refusals if _is_expected(facts, one)]
    if not found:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    call = found[0].exchange
    yield Match(
        message=Sentence(
            "#{index} is answered {status} because nobody is signed in at that moment. This is normal.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "Nobody is signed in when {path} is called, so it is answered {status}.",
            path=call.path,
            status=call.response.status,
        ),
        at=call.status_place,
        caption=Sentence("no session yet, or no longer"),
        related=later([one.exchange for one in found[1:]], "the same"),
        flow=flow(one.exchange for one in found),
    )


def _is_expected(facts: Facts, refusal: Refusal) -> bool:
    refresh = facts.session.refresh(refusal.exchange)
    if refresh is not None:
        return refresh.result is RefreshResult.NO_SESSION
    return (
        refusal.says in {Says.NO_CREDENTIALS, Says.UNKNOWN}
        and not facts.session.signed_in_before(refusal.exchange)
        and not facts.session.carries_credentials(refusal.exchange)
    )
