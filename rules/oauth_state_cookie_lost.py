"""The browser comes back from the identity provider without the app's state cookie.

Why it matters
    The app cannot tell that it asked for this sign-in, and refuses the callback although the user did everything right.
What to do
    Set the state cookie so that it comes back: SameSite=None; Secure where the provider answers by form_post, and the
    same host, path and scheme for the page that leaves and for the callback.
Stays quiet when
    The callback is accepted, the cookie came along, an earlier visit of the same callback had used it up, or the
    recording leaves cookies out and the answer does not speak of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from haranalyze.facts import Exchange, Facts
from haranalyze.facts.cookie_jar import Reason
from haranalyze.facts.provider_sign_in import Attempt, Delivery, Note
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Said, Severity, Wire
from haranalyze.protocol.oauth import Trouble
from haranalyze.rule import Needs, rule
from haranalyze.text import Place, Sentence

from ._provider import attempts, left_for_provider, quiet
from ._words import answered, flow

_SAME_SITE = (Reason.SAME_SITE_LAX, Reason.SAME_SITE_STRICT, Reason.SAME_SITE_UNSPECIFIED)


@rule(
    id="oauth-state-cookie-lost",
    severity=Severity.HIGH,
    owner=Owner.API,
    layer=Layer.COOKIE,
    since="0.1",
    references=(
        "RFC 6749 section 10.12",
        "RFC 6265bis section 5.8.3",
        "OAuth 2.0 Form Post Response Mode section 4",
    ),
    explains=("redirect-loop", "oauth-state-mismatch", "cookie-not-sent", "anonymous-401"),
    needs=(Needs.BROWSER,),
)
def oauth_state_cookie_lost(facts: Facts) -> Iterator[Said]:
    found = False
    for attempt in attempts(facts):
        if attempt.callback is None or not attempt.refused:
            continue
        if attempt.note is not None and attempt.note.sent is False:
            if not attempt.note.removed and _may_be_the_cause(attempt, attempt.note):
                found = True
                yield _lost(facts, attempt, attempt.note)
        elif _says_missing(attempt) and (attempt.note is None or attempt.note.sent is None):
            found = True
            yield _said_to_be_lost(attempt)
    if not found:
        yield quiet(facts)


def _says_missing(attempt: Attempt) -> bool:
    said = attempt.callback_said
    return said is not None and said.trouble is Trouble.STATE_MISSING


def _may_be_the_cause(attempt: Attempt, note: Note) -> bool:
    """The answer says so, or at least does not speak of another cause and needs this very cookie."""
    said = attempt.callback_said
    if said is not None and said.trouble in (Trouble.STATE_MISSING, Trouble.STATE_MISMATCH):
        return True
    other = said is not None and said.trouble is not Trouble.OTHER
    status = attempt.callback.response.status if attempt.callback is not None else 0
    return note.holds_state and not other and attempt.error is None and status < 500


def _lost(facts: Facts, attempt: Attempt, note: Note) -> Match:
    callback, event = attempt.callback, note.event
    assert callback is not None
    known = note.reason is not None and note.reason is not Reason.UNKNOWN
    certain = known and _says(attempt)
    by_post = note.reason in _SAME_SITE and attempt.delivery is Delivery.FORM_POST
    why = (
        Sentence("its SameSite keeps it from the provider's form post")
        if by_post
        else Sentence("the browser's reason: {reason}", reason=note.reason or Reason.UNKNOWN)
    )
    evidence = _evidence(attempt)
    return Match(
        message=Sentence(
            "The callback #{index} comes without {name}, which #{set} had set, and is answered {status}.",
            index=callback.index,
            name=event.name,
            set=event.exchange.index,
            status=callback.response.status,
        ),
        headline=_headline(attempt, note),
        at=callback.request.place("cookie"),
        caption=Sentence("missing: {name}", name=event.name),
        related=((event.place, why), *left_for_provider(attempt), *evidence),
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY,
        subject=event.name,
        flow=flow((event.exchange, *attempt.exchanges)),
        fixes=_fixes(facts, note),
        alternatives=() if known else (Sentence("cookies were cleared, or another browser window took the callback"),),
        decides=None if known else _look(callback),
    )


def _look(callback: Exchange) -> Sentence:
    return Sentence("In devtools, look at the Cookies tab of #{index}: it names the reason.", index=callback.index)


def _says(attempt: Attempt) -> bool:
    said = attempt.callback_said
    return said is not None and said.trouble in (Trouble.STATE_MISSING, Trouble.STATE_MISMATCH)


def _headline(attempt: Attempt, note: Note) -> Sentence:
    assert attempt.callback is not None
    host, name = attempt.callback.host, note.event.name
    if note.reason in _SAME_SITE and attempt.delivery is Delivery.FORM_POST:
        return Sentence(
            "Sign-in at the provider works, but its form post to {host} comes without the state cookie {name}: "
            "SameSite keeps it back.",
            host=host,
            name=name,
        )
    return Sentence(
        "Sign-in at the provider works, but the browser comes back to {host} without the state cookie {name}.",
        host=host,
        name=name,
    )


def _evidence(attempt: Attempt) -> tuple[tuple[Place, Sentence], ...]:
    callback = attempt.callback
    assert callback is not None
    if attempt.callback_said is not None and _says(attempt):
        return ((attempt.callback_said.place, Sentence("the answer speaks of the state")),)
    return ((callback.status_place, answered(callback)),)


def _said_to_be_lost(attempt: Attempt) -> Match:
    callback, said = attempt.callback, attempt.callback_said
    assert callback is not None
    assert said is not None
    posted = attempt.delivery is Delivery.FORM_POST
    cause = Sentence("its SameSite does not allow a form post of another site") if posted else None
    whole = attempt.asked is not None and not callback.request.has("cookie")
    others = (
        *((cause,) if cause is not None else ()),
        Sentence("it was set for another host or path, or for https only"),
        Sentence("the callback had been opened before, or in another browser window"),
        *(() if whole else (Sentence("the cookie came, and the server that answers cannot read it"),)),
    )
    return Match(
        message=Sentence(
            "The answer to the callback #{index} says that the state cookie did not come.", index=callback.index
        ),
        headline=Sentence(
            "Sign-in at the provider works, but {host} refuses the callback: the state cookie is missing.",
            host=callback.host,
        ),
        at=said.place,
        caption=Sentence("the answer says so"),
        related=tuple(left_for_provider(attempt)),
        confidence=Confidence.LIKELY if whole else Confidence.POSSIBLE,
        flow=flow(attempt.exchanges),
        fixes=_FORM_POST if posted else _OTHER,
        alternatives=others,
        decides=Sentence(
            "In devtools, look at the Cookies tab of #{index}: it names the reason.", index=callback.index
        ),
    )


_FORM_POST = (
    Fix(
        Owner.API,
        Sentence("where the state cookie is set"),
        Sentence("Set the state cookie with SameSite=None; Secure, so that the provider's form post carries it."),
        Sentence("Set-Cookie: oauth_state=...; Path=/; HttpOnly; Secure; SameSite=Lax"),
        Sentence("Set-Cookie: oauth_state=...; Path=/; HttpOnly; Secure; SameSite=None"),
        good_to_know=Sentence("SameSite=None needs Secure, so the sign-in has to begin on https."),
    ),
    Fix(
        Owner.API,
        Sentence("in the authorization request"),
        Sentence("Or ask for the answer in the query: a Lax cookie goes with that navigation."),
        Sentence("response_mode=form_post"),
        Sentence("response_mode=query"),
    ),
)
_OTHER = (
    Fix(
        Owner.API,
        Sentence("where the state cookie is set"),
        Sentence(
            "Set it on the host and for the path that the callback has, long enough for the user to sign in, and start "
            "the sign-in on that same host."
        ),
    ),
)


def _fixes(facts: Facts, note: Note) -> tuple[Fix, ...]:
    if note.reason not in _SAME_SITE:
        return _OTHER
    line = facts.cookie_jar.mended(note.event, {"samesite": "SameSite=None", "secure": "Secure"})
    wire = Wire("set-cookie", note.event.place, Sentence("{line}", line=line)) if line is not None else None
    return replace(_FORM_POST[0], wire=wire), *_FORM_POST[1:]
