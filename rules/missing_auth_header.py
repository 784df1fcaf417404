"""A call that needs a token is sent without an Authorization header.

Why it matters
    The API cannot know who is calling and answers 401 or 403; the user sees an error or the sign-in page although
    the sign-in worked.
What to do
    Attach the token in one place of the client and wait until the sign-in is done before the first call.
Stays quiet when
    The recording leaves Authorization out (sanitized export); the session travels in cookies; nobody has signed in
    yet; the header was lost at a redirect or behind the recording.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.session import Refusal, Says
from haranalyze.findings import CannotTell, Confidence, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import rule
from haranalyze.text import Sentence

from ._words import attach_token, flow, later, seen


@rule(
    id="missing-auth-header",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=(
        "RFC 9110 section 11.6.2",
        "RFC 6750 section 3",
    ),
    explains=(
        "anonymous-401",
        "interceptor-missing",
        "cookie-not-sent",
    ),
)
def missing_auth_header(facts: Facts) -> Iterator[Said]:
    bare: list[Refusal] = []
    hidden: list[Refusal] = []
    for refusal in facts.session.refusals:
        call = refusal.exchange
        if refusal.says is not Says.NO_CREDENTIALS or refusal.foreign or facts.session.refresh(call):
            continue
        if facts.session.transport(call) == "cookie" or not _expected(facts, call):
            continue
        (bare if facts.quality.shows_absence(call, "authorization") else hidden).append(refusal)
    if not bare:
        yield _quiet(facts, [one.exchange.index for one in hidden])
        return
    call = bare[0].exchange
    contrast = facts.session.accepted_like(call)
    related = [(bare[0].evidence, Sentence("the answer says that no credentials came"))]
    if contrast is not None and contrast.request.has("authorization"):
        related.append((contrast.request.place("authorization"), Sentence("accepted with the header")))
    yield Match(
        message=Sentence(
            "{method} {path} (#{index}) carries no Authorization header and is answered {status}.",
            method=call.method,
            path=call.path,
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "The app calls {path} on {host} without its token, so the API answers {status}.",
            path=call.path,
            host=call.host,
            status=call.response.status,
        ),
        at=call.request.place("authorization"),
        caption=Sentence("missing: no Authorization header"),
        related=(*related, *later([one.exchange for one in bare[1:]], "also sent without the header")),
        confidence=Confidence.CERTAIN
        if len(related) > 1 or facts.session.signed_in_before(call)
        else Confidence.LIKELY,
        subject="authorization",
        flow=flow(one.exchange for one in bare),
        fixes=(attach_token(facts, call),),
    )


def _expected(facts: Facts, call: Exchange) -> bool:
    """Whether the client could have sent a token: a session existed, or there is no sign-in to wait for."""
    if facts.session.signed_in_before(call):
        return True
    contrast = facts.session.accepted_like(call)
    if contrast is not None and contrast.request.has("authorization"):
        return facts.timeline.sent(contrast) < facts.timeline.sent(call)
    return not facts.session.sign_ins and not facts.quality.is_browser


def _quiet(facts: Facts, hidden: list[int]) -> Said:
    if hidden and not facts.quality.records_authorization:
        return CannotTell(Sentence("this recording leaves Authorization headers out"), tuple(hidden))
    return Passed(seen(len(facts.session.refusals), "refused calls"))
