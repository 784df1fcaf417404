"""The session is valid, but something about the user must be confirmed first.

Why it matters
    The API asks for a verified e-mail address, a second factor or a role before it answers. The session itself is
    fine.
What to do
    Start the step the answer asks for, or relax the check for this call.
Stays quiet when
    The 403 does not name a claim.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session import Says
from haranalyze.findings import Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import flow, later, seen
from .permission_denied import is_claim


@rule(
    id="claim-validation-403",
    severity=Severity.INFO,
    owner=Owner.FRONTEND,
    layer=Layer.PERMISSION,
    since="0.1",
    references=("https://supertokens.com/docs (session claims)",),
)
def claim_validation_403(facts: Facts) -> Iterator[Said]:
    found = [one for one in facts.session.refusals if one.says is Says.PERMISSION and is_claim(facts, one)]
    if not found:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    call = found[0].exchange
    yield Match(
        message=Sentence(
            "#{index} is answered {status}: a claim of the session does not hold yet.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "The session works; {path} asks the user to finish a step first, such as verifying the e-mail address.",
            path=call.path,
        ),
        at=found[0].evidence,
        caption=Sentence("names the claim that does not hold"),
        related=later([one.exchange for one in found[1:]], "the same"),
        flow=flow(one.exchange for one in found),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where the app handles 403"),
                Sentence("Lead the user to the step that the answer names, then repeat the call."),
            ),
        ),
        is_trouble=True,
    )
