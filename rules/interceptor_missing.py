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
from haranalyze.facts.session_client import bare_calls, never_marked, unknown_recipes
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Passed, Question, Said, Severity
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
    bare = [one for one in facts.derive(bare_calls) if one.marked is not None]
    if not bare:
        yield _quiet(facts)
        return
    one = bare[0]
    call, marked, system = one.refusal.exchange, one.marked, one.system
    assert marked is not None
    elsewhere = marked.request.host != call.request.host
    yield Match(
        message=Sentence(
            "#{index} has none of the headers that the session client adds, and is answered {status}.",
            index=call.index,
            status=call.response.status,
        ),
        headline=Sentence(
            "Sign-in works, but the app calls {path} on {host}, which the session client does not look after."
            if elsewhere
            else "Sign-in works, but the app calls {path} around the session client, so the session is not sent and"
            " not renewed.",
            **({"path": call.path, "host": call.host} if elsewhere else {"path": call.path}),
        ),
        at=call.request.place(system.transport_header),
        caption=Sentence("missing: {header}, which the session client adds", header=system.transport_header),
        related=(
            (marked.request.place(system.transport_header), Sentence("other calls carry it")),
            *later([other.refusal.exchange for other in bare[1:]], "the same"),
        ),
        confidence=Confidence.CERTAIN if len(bare) > 1 else Confidence.LIKELY,
        subject=system.transport_header,
        flow=flow(other.refusal.exchange for other in bare),
        fixes=(_HOSTS if elsewhere else _START,),
        decides=Sentence("The initiator of #{index} in devtools names the script that made it.", index=call.index),
    )


_START = Fix(
    Owner.FRONTEND,
    Sentence("at the start of the app"),
    Sentence(
        "Initialise the session SDK before any HTTP client is made, and use the browser's fetch or XHR for these calls"
        " (not a fetch of a framework, a generated client or a worker)."
    ),
)
_HOSTS = Fix(
    Owner.FRONTEND,
    Sentence("in appInfo and Session.init of the front end, and in Session.init of the backend"),
    Sentence("Set apiDomain to the host the app calls; where there are several, name their common domain."),
    Sentence("Session.init()"),
    Sentence('Session.init({{ sessionTokenBackendDomain: ".example.com" }})  // backend: cookieDomain: ".example.com"'),
)


def _quiet(facts: Facts) -> Said:
    """Without a call that proves it there may be a pattern to ask about."""
    if unstarted := facts.derive(never_marked):
        return Question(
            Sentence("Is the session client started (init) in the browser before the first call?"),
            Sentence(
                "{count} calls are refused in the session system's words, and none has its client's headers",
                count=len(unstarted),
            ),
        )
    if recipes := facts.derive(unknown_recipes):
        return Question(
            Sentence("Does the app import its sign-in functions from the recipe that the backend has initialised?"),
            Sentence(
                "#{missed} is not served, while #{served} of the same session system is",
                missed=recipes[0].missed.index,
                served=recipes[0].served.index,
            ),
        )
    return Passed(seen(len(facts.session.refusals), "refused calls"))
