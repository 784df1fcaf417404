"""What the rules about refused cookies share: which refusals matter, and the places that prove them."""

from __future__ import annotations

from collections.abc import Iterator

from haranalyze.facts import Facts
from haranalyze.facts.cookie_jar import Reason, SetCookieEvent
from haranalyze.facts.quality import Sanitized
from haranalyze.facts.session import SignInResult
from haranalyze.findings import CannotTell, Confidence, Fix, Match, Passed, Said
from haranalyze.text import Place, Sentence


def session_cookies_refused(facts: Facts, *reasons: Reason) -> tuple[SetCookieEvent, ...]:
    """Set-Cookie lines of session cookies on our hosts that the browser did not store for these reasons."""
    names = facts.session.session_cookie_names()
    return tuple(
        event
        for event in facts.cookie_jar.refused(*reasons)
        if event.name in names and facts.session.is_ours(event.exchange)
    )


def matches(facts: Facts, reasons: tuple[Reason, ...], cause: str, headline: str, fix: Fix) -> Iterator[Said]:
    """One match for all session cookies refused for these reasons, with the calls that went without them."""
    refused = session_cookies_refused(facts, *reasons)
    if not refused:
        yield _quiet(facts)
        return
    event = refused[0]
    host = event.exchange.request.url.host
    without = [
        one.exchange
        for one in facts.session.refusals
        if one.exchange.request.url.host == host
        and facts.timeline.sent(one.exchange) > event.at
        and facts.quality.shows_absence(one.exchange, "cookie")
    ]
    if not without and not any(_makes_session(facts, one) for one in refused):
        yield Passed(Sentence("{name} is refused, but no session was made with it", name=event.name))
        return
    related: list[tuple[Place, Sentence]] = [
        (other.place, Sentence("refused for the same reason")) for other in refused[1:5]
    ]
    related += [
        (
            one.request.place("cookie"),
            Sentence("sent without it, answered {status}", status=one.response.status),
        )
        for one in without[:3]
    ]
    yield Match(
        message=Sentence(
            "{name}, set by #{index}, is not stored: " + cause, name=event.name, index=event.exchange.index
        ),
        headline=Sentence(headline, name=event.name, host=event.exchange.host),
        at=event.place,
        caption=Sentence("decides it: {reason}", reason=event.refused or Reason.UNKNOWN),
        related=tuple(related),
        confidence=Confidence.CERTAIN if without else Confidence.LIKELY,
        subject=event.name,
        flow=tuple(one.exchange.index for one in refused) + tuple(one.index for one in without),
        fixes=(fix,),
    )


def _makes_session(facts: Facts, event: SetCookieEvent) -> bool:
    """Whether the answer that set the cookie is one that makes or renews a session."""
    signed_in = any(one.exchange is event.exchange and one.result is SignInResult.OK for one in facts.session.sign_ins)
    return signed_in or facts.session.refresh(event.exchange) is not None


def _quiet(facts: Facts) -> Said:
    if facts.quality.sanitized is not Sanitized.NO:
        return CannotTell(Sentence("the recording holds no Set-Cookie headers"))
    count = len(facts.cookie_jar.events)
    return Passed(Sentence("{count} Set-Cookie lines looked at", count=count))
