"""A sign-in is refused because of the name or password.

Why it matters
    The user typed something wrong, or the account does not exist. The session set-up is fine.
What to do
    Ask the user to reset the password, or to check which account they use.
Stays quiet when
    The sign-in fails for another reason, such as a broken server.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session import SignInResult
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="wrong-credentials",
    severity=Severity.INFO,
    owner=Owner.FRONTEND,
    layer=Layer.PERMISSION,
    since="0.1",
    references=("https://supertokens.com/docs (WRONG_CREDENTIALS_ERROR)",),
)
def wrong_credentials(facts: Facts) -> Iterator[Said]:
    tries = facts.session.sign_ins
    wrong = [one.exchange for one in tries if one.result is SignInResult.WRONG_CREDENTIALS]
    if not wrong:
        yield Passed(seen(len(tries), "sign-ins"))
        return
    call = wrong[-1]
    later_ok = any(
        one.result is SignInResult.OK and facts.timeline.sent(one.exchange) > facts.timeline.sent(call) for one in tries
    )
    yield Match(
        message=Sentence("The sign-in #{index} is refused: name or password are not right.", index=call.index),
        headline=Sentence(
            "The session set-up is not the problem: the sign-in is refused because name or password are not right."
        ),
        at=call.response.body.place,
        caption=Sentence("the answer says so"),
        related=later(wrong[:-1], "refused as well"),
        flow=flow(wrong),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("with the user"),
                Sentence("Ask the user to check the account, or to reset the password."),
            ),
        ),
        is_trouble=not later_ok,
    )
