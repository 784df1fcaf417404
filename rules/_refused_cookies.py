"""What the rules about refused cookies share: which refusals matter, and the places that prove them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from haranalyze.facts import Facts
from haranalyze.facts.cookie_jar import Reason, SetCookieEvent
from haranalyze.facts.quality import Sanitized
from haranalyze.facts.session import SignInResult
from haranalyze.facts.stack import Stack
from haranalyze.findings import CannotTell, Confidence, Fix, Match, Passed, Said, Wire
from haranalyze.text import Place, Sentence

from ._fixes import in_stacks
from ._snippets import Snippet


def session_cookies_refused(facts: Facts, *reasons: Reason) -> tuple[SetCookieEvent, ...]:
    """Set-Cookie lines of session cookies on our hosts that the browser did not store for these reasons."""
    names = facts.session.session_cookie_names()
    return tuple(
        event
        for event in facts.cookie_jar.refused(*reasons)
        if event.name in names and facts.session.is_ours(event.exchange) and not _kept_by_another_line(facts, event)
    )


def _kept_by_another_line(facts: Facts, event: SetCookieEvent) -> bool:
    """Whether the same answer sets the cookie once more in a way the browser keeps."""
    return any(
        one.name == event.name and one.refused is None and not one.is_deletion
        for one in facts.cookie_jar.set_by(event.exchange)
    )


def matches(
    facts: Facts,
    reasons: tuple[Reason, ...],
    cause: str,
    headline: str,
    fix: Fix,
    topic: dict[Stack, Snippet] | None = None,
    mend: Mapping[str, str | None] | None = None,
) -> Iterator[Said]:
    """One match for all session cookies refused for these reasons, with the calls that went without them.

    ``headline`` begins with what the browser does; what went before it is said here. ``topic``: lines of the change;
    ``mend``: what it does to the attributes of the Set-Cookie line, None where it does something else.
    """
    refused = session_cookies_refused(facts, *reasons)
    if not refused:
        yield _quiet(facts)
        return
    event = refused[0]
    host = event.exchange.request.host
    without = [
        one.exchange
        for one in facts.session.refusals
        if one.exchange.request.host == host
        and facts.timeline.sent(one.exchange) > event.at
        and facts.quality.shows_absence(one.exchange, "cookie")
    ]
    makes_session = facts.derive(_session_makers)
    if not without and not any(one.exchange.index in makes_session for one in refused):
        yield Passed(Sentence("{name} is refused, but no session was made with it", name=event.name))
        return
    signed_in = any(facts.timeline.answered(one.exchange) <= event.at for one in facts.session.sign_ins)
    begin = "Sign-in works, but " if signed_in else "The session does not last, because "
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
    line = facts.cookie_jar.mended(event, mend) if mend is not None else None
    if line is not None:
        fix = replace(fix, wire=Wire("set-cookie", event.place, Sentence("{line}", line=line)))
    yield Match(
        message=Sentence(
            "{name}, set by #{index}, is not stored: " + cause, name=event.name, index=event.exchange.index
        ),
        headline=Sentence(begin + headline, name=event.name, host=event.exchange.host),
        at=event.place,
        caption=Sentence("decides it: {reason}", reason=event.refused or Reason.UNKNOWN),
        related=tuple(related),
        confidence=Confidence.CERTAIN if without else Confidence.LIKELY,
        subject=event.name,
        flow=tuple(one.exchange.index for one in refused) + tuple(one.index for one in without),
        fixes=in_stacks(facts, event.exchange, topic or {}, fix, domain=event.exchange.host),
    )


def _session_makers(facts: Facts) -> frozenset[int]:
    """Indexes of the answers that make or renew a session."""
    signed_in = {one.exchange.index for one in facts.session.sign_ins if one.result is SignInResult.OK}
    return frozenset(signed_in | {one.exchange.index for one in facts.session.refreshes})


def _quiet(facts: Facts) -> Said:
    if facts.quality.sanitized is not Sanitized.NO:
        return CannotTell(Sentence("the recording holds no Set-Cookie headers"))
    count = len(facts.cookie_jar.events)
    return Passed(Sentence("{count} Set-Cookie lines looked at", count=count))
