"""Calls to the session API are made around the session client.

Why it matters
    The session client adds its headers and renews the session when a call is refused. Calls made around it get
    neither and stay refused.
What to do
    Initialise the session client before the first call, and make calls through the functions it wraps.
Stays quiet when
    The calls carry the client's headers, no call of the capture ever does, or the client is no browser.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.session import Says
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Said, Severity
from haranalyze.rule import Needs, rule
from haranalyze.text import Sentence

from ._words import flow, later, seen


@rule(
    id="interceptor-missing",
    severity=Severity.HIGH,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("https://github.com/supertokens/supertokens-website (lib/ts/fetch.ts)",),
    explains=(
        "credentials-omitted",
        "missing-auth-header",
        "cookie-not-sent",
        "expired-token-no-refresh",
    ),
    needs=(Needs.BROWSER,),
)
def interceptor_missing(facts: Facts) -> Iterator[Said]:
    bare = []
    for refusal in facts.session.refusals:
        call, system = refusal.exchange, facts.session.system_of(refusal.exchange)
        if system is None or not system.transport_header or refusal.foreign or facts.session.refresh(call):
            continue
        if refusal.says not in {Says.NO_CREDENTIALS, Says.RENEW} or not facts.session.signed_in_before(call):
            continue
        if not any(call.request.has(name) for name in (system.transport_header, system.custom_csrf_header) if name):
            bare.append((refusal, system))
    marked = [one for one in facts.exchanges if bare and one.request.has(bare[0][1].transport_header)]
    if not bare or not marked:
        yield Passed(seen(len(facts.session.refusals), "refused calls"))
        return
    refusal, system = bare[0]
    call = refusal.exchange
    yield Match(
        message=Sentence(
            "#{index} has none of the headers that the session client adds, and is answered {status}.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "Sign-in works, but the app calls {path} around the session "
            "client, so the session is not sent and not renewed.",
            path=call.path,
        ),
        at=call.request.place(system.transport_header),
        caption=Sentence("missing: {header}, which the session client adds", header=system.transport_header),
        related=(
            (marked[0].request.place(system.transport_header), Sentence("other calls carry it")),
            *later([one.exchange for one, _ in bare[1:]], "the same"),
        ),
        confidence=Confidence.CERTAIN if len(bare) > 1 else Confidence.LIKELY,
        subject=system.transport_header,
        flow=flow(one.exchange for one, _ in bare),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("at the start of the app"),
                Sentence(
                    "Initialise the session SDK before any HTTP client is "
                    "made, and use the browser's fetch or XHR for these calls."
                ),
            ),
        ),
    )
