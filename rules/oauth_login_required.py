"""Silent renewal is answered that the user must sign in, though the user had just done so.

Why it matters
    The app asks in a hidden frame whether the user is still signed in. Without the provider's cookies the answer is no,
    and the user is thrown out at the next reload or expiry.
What to do
    Use refresh tokens, or serve the provider under the site of the app, so that its cookies are not third-party ones.
Stays quiet when
    Nobody had signed in before in the recording, the user signed out, or the renewal worked. Where the app goes on
    signed in by another way, it is a remark.
"""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.provider_sign_in import Attempt
from haranalyze.facts.third_party import is_third_party
from haranalyze.findings import Confidence, Fix, Layer, Match, Owner, Said, Severity
from haranalyze.protocol.oauth import Trouble
from haranalyze.rule import Needs, rule
from haranalyze.text import Place, Sentence

from ._provider import attempts, quiet
from ._words import flow

_ASKED = (Trouble.LOGIN, Trouble.INTERACTION, Trouble.CONSENT)


@rule(
    id="oauth-login-required",
    severity=Severity.MEDIUM,
    owner=Owner.FRONTEND,
    layer=Layer.TOKEN,
    since="0.1",
    references=("OpenID Connect Core 1.0 section 3.1.2.6", "RFC 6265bis section 8.8.2"),
    needs=(Needs.BROWSER,),
)
def oauth_login_required(facts: Facts) -> Iterator[Said]:
    for attempt in attempts(facts):
        if not attempt.silent or attempt.said is None or attempt.said.trouble not in _ASKED or attempt.asked is None:
            continue
        before = facts.provider_sign_in.signed_in_before(attempt)
        if before is None:
            continue
        yield _match(facts, attempt, before)
        return
    yield quiet(facts)


def _match(facts: Facts, attempt: Attempt, before: Attempt) -> Match:
    assert attempt.said is not None
    assert attempt.asked is not None
    call = attempt.asked.exchange
    signed_in: tuple[tuple[Place, Sentence], ...] = (
        () if before.returned is None else ((before.returned.place, Sentence("the user had signed in here")),)
    )
    lost = (
        attempt.said.trouble is Trouble.LOGIN
        and attempt.framed
        and is_third_party(facts, call)
        and facts.quality.shows_absence(call, "cookie")
    )
    if lost:
        return Match(
            message=Sentence("The frame asks {host} without its cookies, so it knows no user.", host=call.host),
            headline=Sentence(
                "Silent renewal fails: in the hidden frame the browser does not send the cookies of {host}, so the "
                "user seems signed out.",
                host=call.host,
            ),
            at=call.request.place("cookie"),
            caption=Sentence("missing: the provider's cookies"),
            related=(*signed_in, (attempt.said.place, Sentence("the provider wants a sign-in"))),
            confidence=Confidence.LIKELY,
            severity=Severity.LOW if _goes_on(facts, attempt) else None,
            subject="prompt=none",
            flow=flow(attempt.exchanges),
            fixes=_FIXES,
            alternatives=(Sentence("the provider's cookies had been cleared"),),
            decides=Sentence(
                "Allow cookies of other sites in the browser's settings once: if renewal works then, this is the cause."
            ),
        )
    consent = attempt.said.trouble is Trouble.CONSENT
    return Match(
        message=Sentence("Silent renewal is answered that the user must act at the provider."),
        headline=Sentence("The user must give consent once more: the app asks silently for more than was granted.")
        if consent
        else Sentence("The user must sign in again: the session at the identity provider has ended."),
        at=attempt.said.place,
        caption=Sentence("the provider says so"),
        related=signed_in,
        confidence=Confidence.LIKELY,
        severity=Severity.INFO,
        subject="prompt=none",
        flow=flow(attempt.exchanges),
        fixes=(
            Fix(
                Owner.FRONTEND,
                Sentence("where silent renewal is answered"),
                Sentence("Send the user to the provider with a visible sign-in."),
            ),
        ),
        is_trouble=not _goes_on(facts, attempt),
    )


def _goes_on(facts: Facts, attempt: Attempt) -> bool:
    """Whether the user is signed in afterwards all the same: by another way, or by a visible sign-in."""
    assert attempt.asked is not None
    begun = facts.timeline.sent(attempt.asked.exchange)
    accepted = any(
        one.request.has("authorization") and 200 <= one.response.status < 300 and facts.timeline.sent(one) > begun
        for one in facts.exchanges
    )
    return accepted or any(
        one.succeeded and one.asked is not None and facts.timeline.sent(one.asked.exchange) > begun
        for one in attempts(facts)
    )


_FIXES = (
    Fix(
        Owner.FRONTEND,
        Sentence("where the sign-in client is set up"),
        Sentence("Renew with refresh tokens instead of a hidden frame."),
        None,
        Sentence("useRefreshTokens: true"),
    ),
    Fix(
        Owner.IDENTITY_PROVIDER,
        Sentence("where the provider is reached"),
        Sentence("Or give the provider a custom domain under the site of the app."),
    ),
)
